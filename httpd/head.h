/*
 * head: a request head, parsed and validated, the same for every version of
 * HTTP; and the rules of RFC 9110 5 and 7.2 for what stands in it.
 */
#ifndef HEAD_H
#define HEAD_H

#include <stddef.h>
#include <stdint.h>

enum head_method {
	METHOD_OTHER,
	METHOD_GET,
	METHOD_HEAD,
	METHOD_OPTIONS,
	METHOD_POST,
	METHOD_PUT,
	METHOD_DELETE,
	METHOD_PATCH,
	METHOD_TRACE,
	METHOD_CONNECT
};

enum head_field { /* those that we read */
	FIELD_HOST,
	FIELD_RANGE,
	FIELD_EXPECT,
	FIELD_REFERER,
	FIELD_IF_MATCH,
	FIELD_IF_RANGE,
	FIELD_CONNECTION,
	FIELD_USER_AGENT,
	FIELD_IF_NONE_MATCH,
	FIELD_CONTENT_LENGTH,
	FIELD_IF_MODIFIED_SINCE,
	FIELD_TRANSFER_ENCODING,
	FIELD_IF_UNMODIFIED_SINCE,
	FIELD_COUNT /* not a field, or none of these */
};

enum head_rule {
	HEAD_ONCE,  /* a second one is an error */
	HEAD_FIRST, /* the first one counts */
	HEAD_LIST   /* joined with ", " in the order received */
};

struct head { /* strings live in the parser that filled it */
	enum head_method method;
	int minor;	    /* of HTTP/1.x: 0, 1 */
	const char *verb;   /* the method as received */
	const char *target; /* origin-form; "*" with OPTIONS; CONNECT: any */
	const char *host;   /* lower case, no port, no last dot; "": none */
	uint16_t port;	    /* 0: none given */
	uint8_t keep;	    /* the client wants to go on after this request */
	uint8_t expect;	    /* it waits for 100 before it sends the body */
	uint8_t chunked;    /* the body's length is not known yet */
	uint64_t length;    /* of the body, else */
	const char *field[FIELD_COUNT]; /* trimmed; NULL: not given */
};

/* a token byte (RFC 9110 5.6.2) in lower case, else 0 */
extern const uint8_t head_token[256];
/* 1: may not stand in a field value: controls but HTAB (RFC 9110 5.5) */
extern const uint8_t head_control[256];

/* method of n bytes; case counts */
enum head_method head_method(const char *, size_t);
/* name of n bytes, lower case; FIELD_COUNT: none that we read */
enum head_field head_field(const char *, size_t);
enum head_rule head_rule(enum head_field);
/*
 * uri-host[:port] of n bytes and a NUL becomes the form of head.host in place;
 * -1: not a host name, IPv4 or [IPv6] address (RFC 9110 7.2, 4.2)
 */
int head_host(char *, size_t, uint16_t *port);
/* 1: a comma separated list holds this token, in any case (RFC 9110 5.6.1) */
int head_listed(const char *list, const char *token);
/* 1 to 18 digits and nothing else, or -1 (RFC 9110 8.6) */
int head_length(const char *, uint64_t *);
/* a digit's value, or -1 */
int head_hex(int c);
#endif

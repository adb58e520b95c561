/* respond: what an answer says, as bytes of HTTP/1.1 (RFC 9110, 9112). */
#ifndef RESPOND_H
#define RESPOND_H

#include <stdint.h>
#include <time.h>

#include "put.h"

#define RESPOND_ETAG 19 /* an entity tag with quotes and NUL */

struct answer { /* all zero but status: no body, the connection closes */
	int status;
	int minor;	   /* of the request's HTTP/1.x */
	int keep;	   /* the connection goes on */
	int tls;	   /* it is one: HSTS */
	int bare;	   /* the answer to HEAD: header only */
	const char *type;  /* Content-Type of a file; NULL: no file */
	const char *etag;  /* of a file, for 304 too; NULL: none */
	time_t changed;	   /* with etag */
	uint64_t length;   /* bytes of the file that follow */
	uint64_t first;	   /* 206: the first of them */
	uint64_t size;	   /* 206, 416: of the whole file */
	const char *host;  /* 3xx: https://host; NULL: the same */
	uint16_t port;	   /* with host; 443 is not named */
	const char *path;  /* 3xx: normal form, will be encoded; or NULL */
	const char *query; /* 3xx: as received, from '?' or '/' on; or NULL */
};

/* strong: another size, time of change or version makes another tag */
void respond_etag(char *, uint64_t size, int64_t sec, uint32_t nsec,
    uint64_t version);
/*
 * The header block with our hardened defaults; for errors and redirects a
 * small page too, which has no byte of the request in it. Returns the bytes of
 * that page. Fits HTTPD_ANSWER_MAX whatever the request was.
 */
size_t respond(struct put *, const struct answer *, time_t now);
#endif

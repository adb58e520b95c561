/*
 * http1: requests of HTTP/1.0 and 1.1 (RFC 9112) out of a stream of bytes, cut
 * anywhere. Heads are copied into one capped buffer, bodies are not. No I/O.
 */
#ifndef HTTP1_H
#define HTTP1_H

#include "chunk.h"
#include "head.h"

enum http1_event {
	HTTP1_MORE, /* all bytes taken */
	HTTP1_HEAD, /* head is filled, until the call after HTTP1_END */
	HTTP1_BODY, /* data, ndata: bytes of the body, inside those fed */
	HTTP1_END,  /* the request is over; the next call begins another */
	HTTP1_ERROR /* status: answer that, close; head: only if it was told */
};

struct http1 { /* all zero but body_max: a fresh connection */
	struct head head;
	int status; /* 400, 413, 414, 417, 431, 500 (no memory), 505 */
	const uint8_t *data;
	size_t ndata;
	uint64_t body_max; /* beyond: 413; may change at HTTP1_HEAD */
	/* http1.c's own */
	int state;
	char *buf; /* NULL or size bytes, len of them used */
	size_t len, size;
	size_t line;   /* where the current line begins in buf */
	size_t block;  /* bytes of the header block in whole lines */
	size_t joined; /* bytes that lists given more than once took */
	unsigned int nfields;
	uint32_t target_at, host_at, at[FIELD_COUNT]; /* in buf; 0: none */
	uint64_t left;
	struct chunk chunk;
};

/*
 * n bytes of the stream (0 is allowed: an END may be due); *used of them are
 * done with, feed the rest again. HTTP1_ERROR is final.
 */
enum http1_event http1_feed(struct http1 *, const void *, size_t n,
    size_t *used);
/* 1: between two requests, not one byte of the next is here */
int http1_idle(const struct http1 *);
/* when idle: wipes and gives back the buffer; the next request gets one */
void http1_rest(struct http1 *);
/* the same at any time; what then remains is a fresh connection */
void http1_free(struct http1 *);
#endif

/* chunk: decodes chunked bodies (RFC 9112 7.1), strictly. No I/O. */
#ifndef CHUNK_H
#define CHUNK_H

#include <stddef.h>
#include <stdint.h>

enum chunk_event {
	CHUNK_MORE, /* all bytes taken */
	CHUNK_DATA, /* data, ndata: bytes of the body, inside those fed */
	CHUNK_END,  /* the trailer is over; what follows is not ours */
	CHUNK_ERROR /* status: 400; 413 beyond max; 431 */
};

struct chunk {	      /* all zero but max: at the first byte of a body */
	uint64_t max; /* of the body; may change at any time */
	const uint8_t *data;
	size_t ndata;
	int status;
	/* chunk.c's own */
	int state;
	unsigned int count; /* digits, bytes of extension or trailer */
	uint64_t left, total;
};

/* n bytes of the stream; *used of them are done with, even after an error */
enum chunk_event chunk_feed(struct chunk *, const uint8_t *, size_t n,
    size_t *used);
#endif

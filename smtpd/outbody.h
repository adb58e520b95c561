/*
 * outbody: a mail's bytes as they leave: lines end with CRLF, a bare LF
 * becomes one, a CR elsewhere a blank; for DATA dots are stuffed. Pieces are
 * cut anywhere. Pure. RFC 5321 2.3.8, 4.5.2.
 */
#ifndef OUTBODY_H
#define OUTBODY_H

#include <stddef.h>
#include <stdint.h>

enum { OUTBODY_END = 3 }; /* bytes that outbody_end() writes at most */

struct outbody { /* all zero but stuff: at the beginning */
	int stuff;
	uint64_t size; /* bytes so far, without stuffed dots: as SIZE counts */
	int eight;     /* 1: some were no ASCII */
	/* outbody.c's own */
	int inside; /* of a line */
	int cr;	    /* it was the last byte */
};

/* out has 2 * n + 1 bytes, or is NULL: they are only counted */
size_t outbody_add(struct outbody *, const void *, size_t n, uint8_t *out);
/* what is missing at the end */
size_t outbody_end(struct outbody *, uint8_t *out);
#endif

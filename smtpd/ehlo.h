/* ehlo: what another server offers. Pure; unknown words are no fault. */
#ifndef EHLO_H
#define EHLO_H

#include <stddef.h>
#include <stdint.h>

enum ehlo_has {
	EHLO_STARTTLS = 1,    /* RFC 3207 */
	EHLO_SIZE = 2,	      /* 1870 */
	EHLO_8BITMIME = 4,    /* 6152 */
	EHLO_SMTPUTF8 = 8,    /* 6531 */
	EHLO_DSN = 16,	      /* 3461 */
	EHLO_PIPELINING = 32, /* 2920 */
	EHLO_CHUNKING = 64,   /* 3030 */
	EHLO_PLAIN = 128,     /* AUTH PLAIN: 4954, 4616 */
};

struct ehlo { /* all zero: it offers nothing */
	unsigned int has;
	uint64_t size; /* of a mail; 0: it does not say */
};

/* a line of the answer but the first, without its code */
void ehlo_line(struct ehlo *, const char *, size_t len);
#endif

/*
 * tlsa: TLSA records packed one behind the other, as messages carry them:
 * usage, selector, matching type, zero, length (16 bits, native), data.
 * Pure. RFC 6698.
 */
#ifndef TLSA_H
#define TLSA_H

#include <stddef.h>
#include <stdint.h>

struct tlsa {
	uint8_t usage, selector, mtype;
	size_t len;
	const uint8_t *data; /* within the packed bytes */
};

/* appends it at *used of a buffer of size bytes; -1: ENOSPC */
int tlsa_pack(uint8_t *buf, size_t size, size_t *used, const struct tlsa *);
/* the record at *at, which moves on; 0: that was the end, -1: EINVAL */
int tlsa_next(const uint8_t *buf, size_t len, size_t *at, struct tlsa *);
#endif

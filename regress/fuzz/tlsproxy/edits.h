/*
 * edits: a fuzzer's input as changes to a good file that was made at the
 * start, so that it gets past the first check without any key in the tree.
 * Four bytes each: offset (16 bits), what to do, a byte.
 */
#ifndef EDITS_H
#define EDITS_H

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* a changed copy, *outlen bytes; the caller frees */
static inline uint8_t *
edited(const uint8_t *base, size_t baselen, const uint8_t *e, size_t len,
    size_t *outlen)
{
	uint8_t *p = malloc(baselen + len + 1);
	size_t n = baselen, at;

	if (p == NULL)
		abort();
	memcpy(p, base, baselen);
	for (; len >= 4; e += 4, len -= 4) {
		if (n == 0)
			break;
		at = (size_t)(e[0] << 8 | e[1]) % n;
		switch (e[2] % 4) {
		case 0: /* another byte */
			p[at] = e[3];
			break;
		case 1: /* other bits */
			p[at] ^= e[3];
			break;
		case 2: /* bytes less */
			if (e[3] < n - at) {
				memmove(p + at, p + at + e[3], n - at - e[3]);
				n -= e[3];
			}
			break;
		case 3: /* a byte more */
			memmove(p + at + 1, p + at, n - at);
			p[at] = e[3];
			n++;
			break;
		}
	}
	*outlen = n;
	return p;
}
#endif

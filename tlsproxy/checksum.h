/* checksum: FNV-1a, against accidents; any change of one byte is seen */
#ifndef CHECKSUM_H
#define CHECKSUM_H

#include <stddef.h>
#include <stdint.h>

static inline uint64_t
checksum(const uint8_t *p, size_t len)
{
	uint64_t h = 0xcbf29ce484222325;

	while (len-- > 0)
		h = (h ^ *p++) * 0x100000001b3;
	return h;
}
#endif

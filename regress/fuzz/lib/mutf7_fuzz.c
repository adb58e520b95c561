/* mutf7: what is taken in either form becomes the other, and again itself */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mutf7.h"

typedef ssize_t way(const char *, size_t, char *, size_t);

static void
there_and_back(const char *p, size_t n, way *there, size_t room, way *back)
{
	char *a = malloc(room + 1), *b = malloc(n + 1);
	ssize_t len = there(p, n, a, room);

	if (len != -1) {
		if (back(a, (size_t)len, b, n) != (ssize_t)n ||
		    memcmp(b, p, n) != 0)
			abort();
		/* one byte less than it takes is not enough */
		if (len > 0 && there(p, n, a, (size_t)len - 1) != -1)
			abort();
	} else if (errno != EILSEQ)
		abort(); /* the room is said to be enough */
	free(a);
	free(b);
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data;

	there_and_back(p, size, mutf7_decode, MUTF7_DECODED(size),
	    mutf7_encode);
	there_and_back(p, size, mutf7_encode, MUTF7_ENCODED(size),
	    mutf7_decode);
	return 0;
}

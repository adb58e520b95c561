/* envelope: what parses prints as the same bytes; so do results and clocks */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "envelope.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
same(struct buf *b, const void *p, size_t n)
{
	if (b->len != n || memcmp(buf_data(b), p, n) != 0)
		abort();
	buf_free(b);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = { .cap = ENVELOPE_BYTES };
	const char *p = (const char *)data, *end = p + size;
	struct envelope e;
	struct result r;
	struct spool_clock c;
	uint64_t v;
	size_t used;

	if (envelope_parse(&e, data, size, &used) == 0) {
		if (used > size || envelope_print(&b, &e) == -1)
			abort();
		same(&b, data, used);
		envelope_free(&e);
	}
	if (result_parse(&r, &p, end) == 0) {
		if (result_print(&b, &r) == -1)
			abort();
		same(&b, data, (size_t)(p - (const char *)data));
	}
	if (clock_parse(&c, data, size) == 0) {
		if (clock_print(&b, &c) == -1)
			abort();
		same(&b, data, size);
	}
	if (number_parse(&v, data, size) == 0) {
		if (number_print(&b, v) == -1)
			abort();
		same(&b, data, size);
	}
	return 0;
}

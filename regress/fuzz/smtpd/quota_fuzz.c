/* quota: what is believed is written anew as one line that says the same */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "quota.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct maildirsize q, again;
	char out[MAILDIRSIZE_HEAD];
	size_t n;

	if (maildirsize_parse(&q, (const char *)data, size) == -1)
		return 0;
	if (size > MAILDIRSIZE_BYTES || q.used.bytes < 0 || q.used.count < 0)
		abort();
	n = maildirsize_format(&q, out);
	if (n >= sizeof(out))
		abort();
	/* sums may have more digits than a line may */
	if (q.used.bytes > 999999999999999999 ||
	    q.used.count > 999999999999999999)
		return 0;
	if (maildirsize_parse(&again, out, n) == -1 || again.lines != 1 ||
	    again.bytes != q.bytes || again.count != q.count ||
	    again.used.bytes != q.used.bytes ||
	    again.used.count != q.used.count)
		abort();
	return 0;
}

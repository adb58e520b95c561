/*
 * http1: any cut of a stream tells the same events. The first byte chooses the
 * cut: 0 is none, else pieces of that many bytes, then of one byte each.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "http1.h"

static uint64_t
add(uint64_t sum, const void *p, size_t n)
{
	const uint8_t *b = p;
	size_t i;

	for (i = 0; i < n; i++)
		sum = (sum ^ b[i]) * 0x100000001b3ULL;
	return sum;
}

static uint64_t
add_string(uint64_t sum, const char *s)
{
	return s == NULL ? add(sum, "\377", 1) : add(sum, s, strlen(s) + 1);
}

/* all that the head says; a body byte is summed as it comes, uncut */
static uint64_t
add_head(uint64_t sum, const struct head *h)
{
	uint64_t n[7] = { h->method, (uint64_t)h->minor, h->port, h->keep,
		h->expect, h->chunked, h->length };
	int i;

	if (h->target[0] == '\0' || (h->minor > 0 && h->host[0] == '\0') ||
	    (h->chunked && h->length > 0))
		abort();
	sum = add(sum, n, sizeof(n));
	sum = add_string(sum, h->verb);
	sum = add_string(sum, h->target);
	sum = add_string(sum, h->host);
	for (i = 0; i < FIELD_COUNT; i++)
		sum = add_string(sum, h->field[i]);
	return sum;
}

static uint64_t
events(const uint8_t *p, size_t n, size_t piece)
{
	struct http1 h = { .body_max = 100 };
	uint64_t sum = 0xcbf29ce484222325ULL;
	enum http1_event ev;
	size_t k, used;

	for (;;) {
		k = piece != 0 && piece < n ? piece : n;
		ev = http1_feed(&h, p, k, &used);
		if (used > k || (ev == HTTP1_MORE && used != k))
			abort();
		if (ev == HTTP1_BODY &&
		    (h.ndata == 0 || h.data < p || h.data + h.ndata > p + used))
			abort();
		p += used;
		n -= used;
		if (ev == HTTP1_BODY)
			sum = add(sum, h.data, h.ndata);
		else if (ev != HTTP1_MORE)
			sum = add(sum, &ev, sizeof(ev));
		if (ev == HTTP1_HEAD)
			sum = add_head(sum, &h.head);
		if (ev == HTTP1_END && !http1_idle(&h))
			abort();
		if (ev == HTTP1_ERROR) {
			sum = add(sum, &h.status, sizeof(h.status));
			break;
		}
		if (ev == HTTP1_MORE && n == 0)
			break;
	}
	http1_free(&h);
	return sum;
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole;

	if (size == 0)
		return 0;
	whole = events(data + 1, size - 1, 0);
	if (events(data + 1, size - 1, data[0]) != whole ||
	    events(data + 1, size - 1, 1) != whole)
		abort();
	return 0;
}

/*
 * header: any cut of a message tells the same. The first byte chooses it: 0 is
 * none, else pieces of that many bytes. Fields lie side by side and fill the
 * header section.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "header.h"
#include "limits.h"

struct told {
	uint64_t sum;
	size_t at;
	const uint8_t *p;
};

static void
on_field(void *arg, const struct header_field *f)
{
	struct told *t = arg;

	if (f->start != t->at || f->value < f->start || f->end < f->value ||
	    (f->name != HEADER_MBOX && t->p[f->value - 1] != ':'))
		abort();
	t->at = f->end;
	t->sum = (t->sum ^ f->name ^ f->value << 8) * 0x100000001b3ULL;
}

static struct header
feed(const uint8_t *p, size_t n, size_t piece, struct told *t)
{
	static const struct mailbox to = { "al", "example.org" };
	struct header h = { .field = on_field, .arg = t, .to = &to };
	enum header_event ev = HEADER_MORE;
	size_t used, k, at = 0;

	*t = (struct told){ .p = p };
	while (at < n && ev == HEADER_MORE) {
		k = piece != 0 && piece < n - at ? piece : n - at;
		ev = header_feed(&h, p + at, k, &used);
		if (used > k || (ev == HEADER_MORE && used != k))
			abort();
		at += used;
	}
	if (ev == HEADER_MORE)
		ev = header_end(&h);
	if ((ev == HEADER_FAULT) != (h.fault != HEADER_FINE) ||
	    (ev == HEADER_FAULT) != (header_reply(h.fault) != NULL))
		abort();
	if (ev == HEADER_BODY &&
	    (h.end > h.body || h.body > n || t->at != h.end ||
		h.body - h.end > 2 || (h.malformed && h.body != h.end)))
		abort();
	if (h.fields > HEADER_FIELDS || h.end > HEADER_BYTES)
		abort();
	return h;
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct told ta, tb;
	struct header a, b;

	if (size == 0)
		return 0;
	a = feed(data + 1, size - 1, 0, &ta);
	b = feed(data + 1, size - 1, data[0], &tb);
	if (a.fault != b.fault || a.body != b.body || a.end != b.end ||
	    a.malformed != b.malformed || a.delivered != b.delivered ||
	    a.fields != b.fields || ta.sum != tb.sum)
		abort();
	return 0;
}

/*
 * deliver: at any split the same text comes out; no field of its header is one
 * that only we may write, but ours; what is counted is what is there. The
 * first two bytes choose the split.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "deliver.h"

static const struct mailbox bo = { "bo", "b.example" };
static const struct mailbox al = { "al", "a.example" };

struct result {
	struct deliver d;
	char *p; /* malloc()ed */
	size_t n, own;
};

static void
run(struct result *r, const uint8_t *in, size_t n, size_t first, size_t piece)
{
	char *to;
	size_t k, m;

	r->p = malloc(DELIVER_HEAD + n + DELIVER_MORE);
	r->own = r->n = deliver_start(&r->d, &bo, &al, NULL, 0, r->p);
	for (k = first; n > 0; n -= k, in += k, k = piece) {
		k = k < n ? k : n;
		to = malloc(k + DELIVER_MORE);
		m = deliver_feed(&r->d, in, k, to);
		if (m > k + DELIVER_MORE)
			abort();
		memcpy(r->p + r->n, to, m);
		r->n += m;
		free(to);
	}
	r->n += deliver_end(&r->d, r->p + r->n);
	if (r->d.out.size != r->n || r->d.out.wire < r->n)
		abort();
}

static int
begins(const char *p, const char *end, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(end - p) >= n && strncasecmp(p, with, n) == 0;
}

/* what stands in the header behind our own fields */
static void
check_header(const char *p, const char *end)
{
	static const char stray[] = "X-Gatelodge-Stray:";
	const char *lf;

	if (p < end && (*p == ' ' || *p == '\t'))
		abort();
	if (begins(p, end, stray))
		p += sizeof(stray) - 1;
	for (; p < end && *p != '\n'; p = lf + 1) {
		if (begins(p, end, "X-Gatelodge-") ||
		    begins(p, end, "Return-Path:") ||
		    begins(p, end, "Return-Path "))
			abort();
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL)
			lf = end - 1;
		if (memchr(p, '\r', (size_t)(lf - p)) != NULL)
			abort();
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result whole, cut;
	size_t first;

	if (size < 2)
		return 0;
	first = data[0] | (size_t)data[1] << 8;
	data += 2;
	size -= 2;
	run(&whole, data, size, size + 1, 1);
	check_header(whole.p + whole.own, whole.p + whole.n);
	run(&cut, data, size, first + 1, 1 + first % 7);
	if (cut.n != whole.n || memcmp(cut.p, whole.p, cut.n) != 0 ||
	    cut.d.loop != whole.d.loop || cut.d.out.wire != whole.d.out.wire)
		abort();
	free(cut.p);
	run(&cut, data, size, 1, 1);
	if (cut.n != whole.n || memcmp(cut.p, whole.p, cut.n) != 0)
		abort();
	free(cut.p);
	free(whole.p);
	return 0;
}

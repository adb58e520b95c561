/*
 * fixup: what comes out is a header section that has what it must and nothing
 * that it must not, all its senders are the user's, and the body is the same
 * to the byte. Once more changes nothing, nor does the cut. First byte: bit 0
 * the mode, the rest the bytes of a piece.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "addrlist.h"
#include "fixup.h"

#define BIT(name) (1U << HEADER_##name)

static const struct mailbox al = { "al", "example.org" };

struct seen {
	const char *p;
	unsigned int mask, froms;
};

static int
owns(void *arg, const struct mailbox *m)
{
	return mailbox_same(m, arg);
}

static void
on_field(void *arg, const struct header_field *h)
{
	struct seen *s = arg;
	struct addrlist l;
	struct mailbox m;
	enum addrlist_event ev;

	s->mask |= 1U << h->name;
	if (h->name != HEADER_FROM)
		return;
	s->froms++;
	addrlist_begin(&l, s->p + h->value, h->end - h->value);
	while ((ev = addrlist_next(&l, &m)) != ADDRLIST_END)
		if (ev != ADDRLIST_MAILBOX || !mailbox_same(&m, &al) ||
		    (l.shows && !mailbox_same(&l.shown, &al)))
			abort();
}

static void
check(enum fixup_mode mode, const char *p, size_t n)
{
	struct seen s = { .p = p };
	struct header h = { .arg = &s };
	size_t used, i;

	if (mode == FIXUP_SUBMIT)
		h.field = on_field;
	header_feed(&h, p, n, &used);
	if (header_end(&h) != HEADER_BODY)
		return; /* it grew beyond a cap */
	if (mode == FIXUP_DELIVER)
		return;
	if (s.froms != 1 || h.malformed || !(s.mask & BIT(DATE)) ||
	    !(s.mask & BIT(MESSAGE_ID)) || !(s.mask & (BIT(TO) | BIT(CC))) ||
	    s.mask &
		(BIT(BCC) | BIT(RESENT_BCC) | BIT(RETURN_PATH) | BIT(OURS) |
		    BIT(MBOX)))
		abort();
	for (i = 0; i < h.body; i++)
		if ((p[i] == '\n') != (i > 0 && p[i - 1] == '\r'))
			abort();
}

/* the whole message as it comes out; 0: refused */
static int
run(enum fixup_mode mode, const uint8_t *p, size_t n, size_t piece,
    struct buf *out)
{
	struct fixup f = { .mode = mode,
		.host = "mx.example.org",
		.id = "1",
		.now = 784111777,
		.from = &al,
		.owns = owns,
		.arg = (void *)&al };
	struct header h = { 0 };
	enum fixup_event ev = FIXUP_MORE;
	size_t at = 0, k, used, body;

	while (at < n && ev == FIXUP_MORE) {
		k = piece != 0 && piece < n - at ? piece : n - at;
		ev = fixup_feed(&f, p + at, k, &used);
		if (used > k || (ev == FIXUP_MORE && used != k))
			abort();
		at += used;
	}
	if (ev == FIXUP_MORE)
		ev = fixup_end(&f);
	if ((ev == FIXUP_REFUSED) != (f.reply != NULL))
		abort();
	if (ev == FIXUP_DONE) {
		out->cap = 4 << 20;
		buf_add(out, buf_data(&f.out), f.out.len);
		buf_add(out, p + at, n - at);
		header_feed(&h, p, n, &used);
		header_end(&h);
		body = n - h.body;
		if (out->len < body ||
		    (body > 0 &&
			memcmp(buf_data(out) + out->len - body, p + h.body,
			    body) != 0))
			abort();
		check(mode, (const char *)buf_data(out), out->len);
	}
	fixup_free(&f);
	return ev == FIXUP_DONE;
}

static int
same(const struct buf *a, const struct buf *b)
{
	return a->len == b->len &&
	    (a->len == 0 || memcmp(buf_data(a), buf_data(b), a->len) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf a = { 0 }, b = { 0 }, c = { 0 };
	enum fixup_mode mode;

	if (size < 2)
		return 0;
	mode = data[0] & 1 ? FIXUP_DELIVER : FIXUP_SUBMIT;
	if (run(mode, data + 1, size - 1, 0, &a) !=
		run(mode, data + 1, size - 1, data[0] >> 1, &b) ||
	    !same(&a, &b))
		abort();
	if (a.len > 0 && run(mode, buf_data(&a), a.len, 0, &c) && !same(&a, &c))
		abort();
	buf_free(&a);
	buf_free(&b);
	buf_free(&c);
	return 0;
}

/* outbody: see outbody.h; a CR waits for the byte behind it */
#include <string.h>

#include "outbody.h"

struct sink {
	uint8_t *out;
	size_t n;
};

static void
put(struct outbody *b, struct sink *to, const void *p, size_t n)
{
	if (to->out != NULL)
		memcpy(to->out + to->n, p, n);
	to->n += n;
	b->size += n;
}

static void
one(struct outbody *b, struct sink *to, uint8_t c)
{
	if (c == '\n') {
		put(b, to, "\r\n", 2);
		b->inside = b->cr = 0;
		return;
	}
	if (b->cr) {
		put(b, to, " ", 1);
		b->inside = 1;
	}
	b->cr = c == '\r';
	if (b->cr)
		return;
	if (c == '.' && !b->inside && b->stuff) {
		put(b, to, ".", 1);
		b->size--;
	}
	put(b, to, &c, 1);
	b->inside = 1;
}

/* bytes in front that need no thought */
static size_t
plain(const struct outbody *b, const uint8_t *p, size_t n)
{
	const uint8_t *cr;

	if (!b->inside || b->cr)
		return 0;
	if ((cr = memchr(p, '\n', n)) != NULL)
		n = (size_t)(cr - p);
	if ((cr = memchr(p, '\r', n)) != NULL)
		n = (size_t)(cr - p);
	return n;
}

size_t
outbody_add(struct outbody *b, const void *data, size_t n, uint8_t *out)
{
	struct sink to = { 0 };
	const uint8_t *p = data;
	size_t i, k;
	uint8_t high = 0;

	to.out = out;
	for (i = 0; i < n; i++)
		high |= p[i];
	b->eight |= high >> 7;
	while (n > 0) {
		if ((k = plain(b, p, n)) > 0)
			put(b, &to, p, k);
		else {
			one(b, &to, *p);
			k = 1;
		}
		p += k;
		n -= k;
	}
	return to.n;
}

size_t
outbody_end(struct outbody *b, uint8_t *out)
{
	struct sink to = { 0 };

	to.out = out;
	if (b->cr)
		put(b, &to, " ", 1);
	if (b->cr || b->inside)
		put(b, &to, "\r\n", 2);
	b->cr = b->inside = 0;
	return to.n;
}

/*
 * mutf7: see mutf7.h. Touches nothing; names are a stranger's. Two texts for
 * one name would be two folders, or a way around a rule on names, therefore
 * each form that is not the shortest is refused.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>

#include "mutf7.h"

enum { HIGH = 0xd800, LOW = 0xdc00, BEYOND = 0xe000, LAST = 0x10ffff };

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
			     "abcdefghijklmnopqrstuvwxyz0123456789+,";

struct out {
	char *p;
	size_t n, size;
};

static int
put(struct out *o, uint32_t c)
{
	if (o->n == o->size) {
		errno = ENOBUFS;
		return -1;
	}
	o->p[o->n++] = (char)c;
	return 0;
}

static int
bad(void)
{
	errno = EILSEQ;
	return -1;
}

static int
is_plain(unsigned char c)
{
	return c >= 0x20 && c <= 0x7e;
}

/* --- to UTF-8 ------------------------------------------------------- */

static int
put_utf8(struct out *o, uint32_t c)
{
	if (c < 0x800) {
		if (put(o, 0xc0 | c >> 6) == -1)
			return -1;
	} else {
		if (c < 0x10000) {
			if (put(o, 0xe0 | c >> 12) == -1)
				return -1;
		} else if (put(o, 0xf0 | c >> 18) == -1 ||
		    put(o, 0x80 | (c >> 12 & 0x3f)) == -1)
			return -1;
		if (put(o, 0x80 | (c >> 6 & 0x3f)) == -1)
			return -1;
	}
	return put(o, 0x80 | (c & 0x3f));
}

/* one more unit of UTF-16; *high: the half that waits for the other, or 0 */
static int
put_unit(struct out *o, uint32_t unit, uint32_t *high)
{
	uint32_t c = unit;

	if (unit >= LOW && unit < BEYOND) {
		if (*high == 0)
			return bad();
		c = 0x10000 + ((*high - HIGH) << 10) + (unit - LOW);
		*high = 0;
	} else if (*high != 0)
		return bad();
	else if (unit >= HIGH && unit < LOW) {
		*high = unit;
		return 0;
	}
	if (c == 0 || (c < 0x80 && is_plain((unsigned char)c)))
		return bad();
	return c < 0x80 ? put(o, c) : put_utf8(o, c);
}

/* behind '&', which is not "&-"; *p moves behind the '-' */
static int
shifted(struct out *o, const char **p, const char *end)
{
	uint32_t bits = 0, nbits = 0, high = 0;
	const char *digit;

	for (;; (*p)++) {
		if (*p == end)
			return bad();
		if (**p == '-')
			break;
		if (**p == '\0' || (digit = strchr(digits, **p)) == NULL)
			return bad();
		bits = bits << 6 | (uint32_t)(digit - digits);
		nbits += 6;
		if (nbits < 16)
			continue;
		nbits -= 16;
		if (put_unit(o, bits >> nbits & 0xffff, &high) == -1)
			return -1;
	}
	/* no half character, no whole digit too many, nothing in the rest */
	if (high != 0 || nbits >= 6 || (bits & ((1U << nbits) - 1)) != 0)
		return bad();
	(*p)++;
	return 0;
}

ssize_t
mutf7_decode(const char *p, size_t n, char *out, size_t size)
{
	struct out o = { .p = out, .size = size };
	const char *end = p + n;
	int shift = 0; /* the last thing was shifted: no second one follows */

	while (p < end) {
		if (!is_plain((unsigned char)*p))
			return bad();
		if (*p != '&') {
			if (put(&o, (unsigned char)*p++) == -1)
				return -1;
			shift = 0;
		} else if (end - p > 1 && p[1] == '-') {
			if (put(&o, '&') == -1)
				return -1;
			p += 2;
			shift = 0;
		} else {
			p++;
			if (shift)
				return bad();
			if (shifted(&o, &p, end) == -1)
				return -1;
			shift = 1;
		}
	}
	return (ssize_t)o.n;
}

/* --- from UTF-8 ----------------------------------------------------- */

/* a character of more than one byte; *p moves behind it; 0: it is none */
static uint32_t
wide(const char **p, const char *end)
{
	static const uint32_t least[] = { 0, 0x80, 0x800, 0x10000 };
	unsigned char b = (unsigned char)**p;
	int more = b >= 0xf0 && b < 0xf8 ? 3 :
	    b >= 0xe0 && b < 0xf0	 ? 2 :
	    b >= 0xc0 && b < 0xe0	 ? 1 :
					   0;
	uint32_t c = b & (0x3fU >> more);
	int i;

	if (more == 0 || end - *p <= more)
		return 0;
	for (i = 1; i <= more; i++) {
		b = (unsigned char)(*p)[i];
		if ((b & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (b & 0x3f);
	}
	if (c < least[more] || c > LAST || (c >= HIGH && c < BEYOND))
		return 0;
	*p += more + 1;
	return c;
}

struct bits {
	uint32_t v, n;
};

static int
put_bits(struct out *o, struct bits *b, uint32_t unit)
{
	b->v = b->v << 16 | unit;
	for (b->n += 16; b->n >= 6; b->n -= 6)
		if (put(o, (uint32_t)digits[b->v >> (b->n - 6) & 63]) == -1)
			return -1;
	return 0;
}

/* all characters up to the next plain one; *p moves behind them */
static int
shift_out(struct out *o, const char **p, const char *end)
{
	struct bits b = { 0 };
	uint32_t c;

	if (put(o, '&') == -1)
		return -1;
	while (*p < end && !is_plain((unsigned char)**p)) {
		if ((unsigned char)**p < 0x80)
			c = (unsigned char)*(*p)++;
		else
			c = wide(p, end);
		if (c == 0)
			return bad();
		if (c >= 0x10000) {
			c -= 0x10000;
			if (put_bits(o, &b, HIGH + (c >> 10)) == -1)
				return -1;
			c = LOW + (c & 0x3ff);
		}
		if (put_bits(o, &b, c) == -1)
			return -1;
	}
	if (b.n > 0 && put(o, (uint32_t)digits[b.v << (6 - b.n) & 63]) == -1)
		return -1;
	return put(o, '-');
}

ssize_t
mutf7_encode(const char *p, size_t n, char *out, size_t size)
{
	struct out o = { .p = out, .size = size };
	const char *end = p + n;

	while (p < end) {
		if (!is_plain((unsigned char)*p)) {
			if (shift_out(&o, &p, end) == -1)
				return -1;
			continue;
		}
		if (put(&o, (unsigned char)*p) == -1 ||
		    (*p == '&' && put(&o, '-') == -1))
			return -1;
		p++;
	}
	return (ssize_t)o.n;
}

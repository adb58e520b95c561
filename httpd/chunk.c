/*
 * chunk: the chunked coding of RFC 9112 7.1 as a state machine per byte, data
 * passed on uncopied. Anything but the plain grammar is an error: sizes are
 * 1*16HEXDIG, lines end in CRLF, no blanks before an extension. Extensions
 * and trailer fields are checked and thrown away. Touches and trusts nothing.
 */
#include "chunk.h"
#include "head.h"
#include "limits.h"

enum state {
	SIZE, /* of a chunk, in hex */
	EXT,
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	TRAILER, /* begin of a line in the trailer section */
	NAME,
	VALUE,
	VALUE_LF,
	LAST_LF,
	OVER
};

static int
size_digit(struct chunk *k, uint8_t c)
{
	int v = head_hex(c);

	if (v >= 0) {
		if (++k->count > 16)
			return 400;
		k->left = k->left << 4 | (uint64_t)v;
		return 0;
	}
	if (k->count == 0 || (c != ';' && c != '\r'))
		return 400;
	k->state = c == ';' ? EXT : SIZE_LF;
	k->count = 0;
	return 0;
}

static int
size_done(struct chunk *k)
{
	k->state = k->left == 0 ? TRAILER : DATA;
	if (k->left > k->max || k->total > k->max - k->left)
		return 413;
	k->total += k->left;
	return 0;
}

static int
expect(struct chunk *k, uint8_t c, uint8_t want, enum state next)
{
	k->state = next;
	return c == want ? 0 : 400;
}

/* one byte inside the trailer section */
static int
trailer(struct chunk *k, uint8_t c)
{
	if (++k->count > HTTPD_TRAILER_MAX)
		return 431;
	if (k->state == VALUE_LF)
		return expect(k, c, '\n', TRAILER);
	if (c == '\r' && k->state != NAME)
		k->state = k->state == TRAILER ? LAST_LF : VALUE_LF;
	else if (k->state == VALUE)
		return head_control[c] ? 400 : 0;
	else if (c == ':' && k->state == NAME)
		k->state = VALUE;
	else {
		k->state = NAME;
		return head_token[c] == 0 ? 400 : 0;
	}
	return 0;
}

/* one byte that is not data; 0 or a status */
static int
step(struct chunk *k, uint8_t c)
{
	switch (k->state) {
	case SIZE:
		return size_digit(k, c);
	case EXT:
		if (c == '\r')
			k->state = SIZE_LF;
		else if (head_control[c] || ++k->count > HTTPD_CHUNK_EXT_MAX)
			return 400;
		return 0;
	case SIZE_LF:
		k->count = 0;
		return c == '\n' ? size_done(k) : 400;
	case DATA_CR:
		return expect(k, c, '\r', DATA_LF);
	case DATA_LF:
		return expect(k, c, '\n', SIZE);
	case LAST_LF:
		return expect(k, c, '\n', OVER);
	default:
		return trailer(k, c);
	}
}

enum chunk_event
chunk_feed(struct chunk *k, const uint8_t *p, size_t n, size_t *used)
{
	size_t i = 0;

	while (i < n && k->status == 0 && k->state != OVER) {
		if (k->state == DATA) {
			k->data = p + i;
			k->ndata = k->left < n - i ? (size_t)k->left : n - i;
			k->left -= k->ndata;
			if (k->left == 0)
				k->state = DATA_CR;
			*used = i + k->ndata;
			return CHUNK_DATA;
		}
		k->status = step(k, p[i++]);
	}
	*used = i;
	if (k->status != 0)
		return CHUNK_ERROR;
	return k->state == OVER ? CHUNK_END : CHUNK_MORE;
}

/*
 * saslprep: see saslprep.h. Touches nothing; what comes in is a stranger's.
 * libidn has the tables, but its own reader of UTF-8 leaves copies of the
 * password behind and its tables stop at a NUL, so the bytes are read here;
 * plain ASCII never gets there. RFC 3454, 3629, 4013.
 */
#include <errno.h>
#include <stdint.h>
#include <string.h>
#include <stringprep.h>

#include "saslprep.h"

enum { POINTS = 2 * SASLPREP_MAX }; /* NFKC makes 18 of some */

/* the code point at p, before end, and its bytes; 0: none, or NUL */
static size_t
get(const uint8_t *p, const uint8_t *end, uint32_t *c)
{
	static const uint32_t least[] = { 0, 1, 0x80, 0x800, 0x10000 };
	size_t i, n;

	n = *p < 0x80 ? 1 : *p < 0xc0 ? 0 : *p < 0xe0 ? 2 : *p < 0xf0 ? 3 : 4;
	if (n == 0 || *p > 0xf7 || (size_t)(end - p) < n)
		return 0;
	*c = n == 1 ? *p : *p & (0x7fU >> n);
	for (i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		*c = *c << 6 | (p[i] & 0x3f);
	}
	if (*c < least[n] || *c > 0x10ffff || (*c >= 0xd800 && *c < 0xe000))
		return 0;
	return n;
}

/* its bytes: 1 to 4 */
static size_t
put(uint32_t c, char out[4])
{
	size_t i, n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;

	for (i = n - 1; i > 0; i--, c >>= 6)
		out[i] = (char)(0x80 | (c & 0x3f));
	out[0] = (char)(n == 1 ? c : (0xf00U >> n & 0xff) | c);
	return n;
}

/* printable ASCII is what it is */
static int
is_plain(const uint8_t *p, size_t len)
{
	size_t i;

	for (i = 0; i < len; i++)
		if (p[i] < ' ' || p[i] > '~')
			return 0;
	return 1;
}

/* points of buf after libidn; 0: an error. Its rules, our memory */
static size_t
points(const uint8_t *p, size_t len, uint32_t buf[POINTS])
{
	const uint8_t *end = p + len;
	size_t n = 0, one;
	int r;

	for (; p < end; p += one)
		if ((one = get(p, end, &buf[n++])) == 0) {
			errno = EINVAL;
			return 0;
		}
	r = stringprep_4i(buf, &n, POINTS, STRINGPREP_NO_UNASSIGNED,
	    stringprep_saslprep);
	if (r == STRINGPREP_OK && n > 0)
		return n;
	errno = r == STRINGPREP_TOO_SMALL_BUFFER ? EMSGSIZE : EINVAL;
	return 0;
}

static int
prepare(const uint8_t *p, size_t len, char *out, size_t size)
{
	uint32_t buf[POINTS];
	size_t i, n = points(p, len, buf), at = 0, one;
	char bytes[4];

	for (i = 0; i < n; i++) {
		one = put(buf[i], bytes);
		if (one >= size - at)
			break;
		memcpy(out + at, bytes, one);
		at += one;
	}
	explicit_bzero(buf, sizeof(buf));
	explicit_bzero(bytes, sizeof(bytes));
	if (n > 0 && i == n)
		return 0;
	if (n > 0)
		errno = EMSGSIZE;
	explicit_bzero(out, at);
	return -1;
}

int
saslprep(const void *p, size_t len, char *out, size_t size)
{
	memset(out, 0, size);
	if (len == 0) {
		errno = EINVAL;
		return -1;
	}
	if (len > SASLPREP_MAX || len >= size) {
		errno = EMSGSIZE;
		return -1;
	}
	if (!is_plain(p, len))
		return prepare(p, len, out, size);
	memcpy(out, p, len);
	return 0;
}

int
saslprep_is_utf8(const void *p, size_t len)
{
	const uint8_t *at = p, *end = at + len;
	uint32_t c;
	size_t n;

	for (; at < end; at += n)
		if ((n = get(at, end, &c)) == 0)
			return 0;
	return 1;
}

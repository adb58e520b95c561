/*
 * base64: bytes as text and back; touches and trusts nothing. One text for
 * the same bytes and no other is taken, so nothing hides in it. RFC 4648
 * sections 3.5, 4.
 */
#include "base64.h"

static int
value_of(char c)
{
	return c >= 'A' && c <= 'Z' ? c - 'A' :
	    c >= 'a' && c <= 'z'    ? c - 'a' + 26 :
	    c >= '0' && c <= '9'    ? c - '0' + 52 :
	    c == '+'		    ? 62 :
	    c == '/'		    ? 63 :
				      -1;
}

ssize_t
base64_decode(const char *p, size_t n, uint8_t *out, size_t max)
{
	size_t i, len = 0, pad = 0;
	uint32_t bits = 0;
	int v;

	if (n % 4 != 0)
		return -1;
	while (pad < 2 && pad < n && p[n - pad - 1] == '=')
		pad++;
	for (i = 0; i < n - pad; i++) {
		if ((v = value_of(p[i])) == -1)
			return -1;
		bits = bits << 6 | (uint32_t)v;
		if (i % 4 == 0)
			continue;
		if (len < max)
			out[len] = (uint8_t)(bits >> (6 - i % 4 * 2));
		if (len <= max)
			len++;
	}
	/* of the last byte only what the padding leaves */
	if (pad > 0 && (bits & (pad == 1 ? 3 : 15)) != 0)
		return -1;
	return (ssize_t)len;
}

void
base64_encode(const void *from, size_t n, char *out)
{
	static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				     "abcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint8_t *p = from;
	uint32_t bits;
	size_t i;

	for (; n > 0; p += 3, n -= n < 3 ? n : 3) {
		bits = (uint32_t)p[0] << 16 |
		    (n > 1 ? (uint32_t)p[1] << 8 : 0) | (n > 2 ? p[2] : 0);
		for (i = 0; i < 4; i++)
			*out++ =
			    i > n ? '=' : digits[bits >> (18 - 6 * i) & 63];
	}
	*out = '\0';
}

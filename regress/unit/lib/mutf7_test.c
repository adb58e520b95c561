/* mutf7: names good and bad, both ways; every character there and back */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mutf7.h"
#include "tap.h"

/* clang-format off */
static const struct {
	const char *utf7, *utf8; /* NULL: refused */
} t[] = {
{ "", "" }, { "Junk", "Junk" }, { "&-", "&" }, { "a&-b", "a&b" },
{ "&--", "&-" }, { "&-&-", "&&" }, { "~peter/mail", "~peter/mail" },
/* RFC 3501 5.1.3 */
{ "~peter/mail/&U,BTFw-/&ZeVnLIqe-",
  "~peter/mail/\xe5\x8f\xb0\xe5\x8c\x97/\xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e" },
{ "&Jjo-!", "\xe2\x98\xba!" }, { "Entw&APw-rfe", "Entw\xc3\xbcrfe" },
{ "&APw-&-", "\xc3\xbc&" }, { "&-&APw-", "&\xc3\xbc" },
{ "&2D3eAA-", "\xf0\x9f\x98\x80" }, { "&AAk-", "\t" }, { "&AH8-", "\x7f" },
{ "&APwA,AD8-", "\xc3\xbc\xc3\xbc\xc3\xbc" },
{ "&2,,f,w-", "\xf4\x8f\xbf\xbf" }, { "&,,8-", "\xef\xbf\xbf" },
/* no end, nothing in it, foreign digits */
{ "&", NULL }, { "&APw", NULL }, { "&Jjo!", NULL }, { "&AP/-", NULL },
{ "&AP=-", NULL }, { "&APw=-", NULL }, { "&A P-", NULL },
/* two shifts where one does: RFC 3501 names it */
{ "&U,BTFw-&ZeVnLIqe-", NULL },
/* what represents itself, or NUL */
{ "&AGE-", NULL }, { "&ACY-", NULL }, { "&AAA-", NULL }, { "&AH4-", NULL },
/* bits in the rest, digits too many or too few */
{ "&APx-", NULL }, { "&APwA-", NULL }, { "&A-", NULL }, { "&AP-", NULL },
/* half characters, halves in disorder */
{ "&2D0-", NULL }, { "&3gA-", NULL }, { "&2D0A,A-", NULL },
{ "&3gDYPQ-", NULL }, { "&2D3YPQ-", NULL },
/* bytes that are not plain */
{ "\xc3\xbc", NULL }, { "a\tb", NULL }, { "a\x7f", NULL },
};

static const char *const bad8[] = {
"\x80", "\xc3", "a\xc3z", "\xc0\xaf", "\xc1\xbf", "\xe0\x80\xaf",
"\xe0\x9f\xbf", "\xf0\x80\x80\xaf", "\xf0\x8f\xbf\xbf", "\xed\xa0\x80",
"\xed\xbf\xbf", "\xf4\x90\x80\x80", "\xf8\x88\x80\x80\x80", "\xff",
"\xe2\x98", "\xf0\x9f\x98", "\xe2\x98\xba\xbf", "\xf5\x80\x80\x80",
};
/* clang-format on */

/* from and to memory of its exact size, so that a byte too far is seen */
static int
becomes(ssize_t (*f)(const char *, size_t, char *, size_t), const char *from,
    size_t n, const char *to, size_t len)
{
	char *in = malloc(n + !n), *out = malloc(len + !len);
	ssize_t got;
	int good;

	memcpy(in, from, n);
	got = f(in, n, out, len);
	good = got == (ssize_t)len && memcmp(out, to, len) == 0;
	if (good && len > 0)
		good = f(in, n, out, len - 1) == -1 && errno == ENOBUFS;
	free(in);
	free(out);
	return good;
}

static int
refused(ssize_t (*f)(const char *, size_t, char *, size_t), const char *from)
{
	char out[64];

	errno = 0;
	return f(from, strlen(from), out, sizeof(out)) == -1 && errno == EILSEQ;
}

static void
rows(void)
{
	const char *a, *b;
	char out[8];
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		a = t[i].utf7;
		b = t[i].utf8;
		if (b == NULL) {
			ok(refused(mutf7_decode, a), "refused: row %zu", i);
			continue;
		}
		ok(becomes(mutf7_decode, a, strlen(a), b, strlen(b)),
		    "row %zu: %s", i, a);
		ok(becomes(mutf7_encode, b, strlen(b), a, strlen(a)),
		    "and back");
	}
	for (i = 0; i < sizeof(bad8) / sizeof(*bad8); i++)
		ok(refused(mutf7_encode, bad8[i]), "not UTF-8: %zu", i);
	ok(mutf7_encode("a\0b", 3, out, 8) == -1 && errno == EILSEQ, "a NUL");
	ok(mutf7_decode("a\0b", 3, out, 8) == -1 && errno == EILSEQ, "a NUL");
	ok(mutf7_decode("&\0A-", 4, out, 8) == -1, "a NUL in a shift");
}

static size_t
utf8(uint32_t c, char *p)
{
	size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : c < 0x10000 ? 3 : 4, i;

	for (i = n; i-- > 1; c >>= 6)
		p[i] = (char)(0x80 | (c & 0x3f));
	p[0] = (char)(n == 1 ? c : (0xf00U >> n & 0xff) | c);
	return n;
}

static void
all(void)
{
	char in[4], out[MUTF7_ENCODED(4)], again[4];
	char many[MUTF7_DECODED(MUTF7_ENCODED(300))], wide[MUTF7_ENCODED(300)];
	uint32_t c, wrong = 0;
	size_t len;
	ssize_t n;

	for (c = 1; c <= 0x10ffff; c++) {
		len = utf8(c, in);
		n = mutf7_encode(in, len, out, sizeof(out));
		if (c >= 0xd800 && c < 0xe000) {
			wrong += n != -1;
			continue;
		}
		if (n == -1 ||
		    mutf7_decode(out, (size_t)n, again, 4) != (ssize_t)len ||
		    memcmp(again, in, len) != 0)
			wrong++;
	}
	ok(wrong == 0, "all characters there and back, surrogates refused");
	for (n = 0; n < 300; n++)
		many[n] = "\xe2\x98\xba"[n % 3];
	n = mutf7_encode(many, 300, wide, sizeof(wide));
	ok(n != -1 &&
		mutf7_decode(wide, (size_t)n, many, MUTF7_DECODED((size_t)n)) ==
		    300,
	    "%zd bytes become 300: there is room", n);
}

int
main(void)
{
	rows();
	all();
	return done();
}

/*
 * saslprep: RFC 4013 section 3, then the edges of UTF-8, of length and of
 * what is prohibited
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "saslprep.h"
#include "tap.h"

#define L20 "abcdefghijklmnopqrst"

/* clang-format off */
static const struct {
	const char *in, *out; /* NULL: EINVAL; "": EMSGSIZE, size is 33 */
	const char *what;
} t[] = {
/* the examples of RFC 4013 */
{ "I\xc2\xadX", "IX", "SOFT HYPHEN mapped to nothing" },
{ "user", "user", "no transformation" },
{ "USER", "USER", "case preserved" },
{ "\xc2\xaa", "a", "output is NFKC, input in ISO 8859-1" },
{ "\xe2\x85\xa8", "IX", "output is NFKC, will match #1" },
{ "\x07", NULL, "prohibited character" },
{ "\xd8\xa7\x31", NULL, "bidirectional check" },
{ " ", " ", "a blank" }, { "~a b!", "~a b!", "printable ASCII" },
{ "", NULL, "nothing" }, { "\xc2\xad\xe2\x80\x8d", NULL, "nothing is left" },
{ "a\x7f", NULL, "DEL" }, { "a\n", NULL, "a newline" },
{ "a\xc2\x80", NULL, "a control of ISO 8859" },
{ "a\xc2\xa0" "b", "a b", "no-break space is a blank" },
{ "a\xe3\x80\x80" "b", "a b", "ideographic space is a blank" },
{ "p\xc3\xa4ss", "p\xc3\xa4ss", "two bytes" },
{ "pa\xcc\x88ss", "p\xc3\xa4ss", "composed" },
{ "\xe2\x82\xac", "\xe2\x82\xac", "three bytes" },
{ "\xf0\x9d\x84\x9e", "\xf0\x9d\x84\x9e", "four bytes" },
{ "\xd8\xa7\x31\xd8\xa8", "\xd8\xa7\x31\xd8\xa8", "right to left" },
{ "a\xd8\xa7", NULL, "both directions" },
{ "\xe2\x80\xae" "a", NULL, "an override of direction" },
{ "\xee\x80\x80", NULL, "private use" }, { "\xef\xbf\xbe", NULL, "U+FFFE" },
{ "\xef\xbf\xbd", NULL, "U+FFFD" }, { "\xf3\xa0\x80\xa0", NULL, "a tag" },
{ "\xf4\x8f\xbf\xbd", NULL, "private use, plane 16" },
{ "\xc8\xa1", NULL, "unassigned in Unicode 3.2" },
{ "\xf0\x9f\x98\x80", NULL, "an emoji, younger than Unicode 3.2" },
{ "\x80", NULL, "a lone continuation" }, { "\xc3", NULL, "cut short" },
{ "\xe2\x82", NULL, "cut short, three" },
{ "\xf0\x9d\x84", NULL, "cut short, four" },
{ "\xc3(", NULL, "no continuation" },
{ "\xe2\x82(", NULL, "no third" }, { "\xf0\x9d\x84(", NULL, "no fourth" },
{ "\xc1\xa1", NULL, "overlong a" }, { "\xc0\x80", NULL, "overlong NUL" },
{ "\xe0\x81\xa1", NULL, "overlong, three" },
{ "\xe0\x9f\xbf", NULL, "overlong, three, the last" },
{ "\xf0\x8f\xbf\xbf", NULL, "overlong, four, the last" },
{ "\xed\xa0\x80", NULL, "a surrogate" },
{ "\xed\xbf\xbf", NULL, "the last surrogate" },
{ "\xf4\x90\x80\x80", NULL, "beyond U+10FFFF" },
{ "\xf8\x88\x80\x80\x80", NULL, "five bytes" }, { "\xff", NULL, "0xff" },
{ L20 "123456789012", L20 "123456789012", "32 bytes" },
{ L20 "1234567890123", "", "33 bytes" },
{ L20 "1234567890\xc3\xa4", L20 "1234567890\xc3\xa4", "32, the last one two" },
{ L20 "1234567890\xc2\xa8", "", "longer when prepared" },
};
static const struct { const char *in; int is; } utf8[] = {
{ "", 1 }, { "a\x01\x7f", 1 }, { "\xc2\x80", 1 }, { "\xdf\xbf", 1 },
{ "\xe0\xa0\x80", 1 }, { "\xed\x9f\xbf", 1 }, { "\xee\x80\x80", 1 },
{ "\xef\xbf\xbf", 1 }, { "\xf0\x90\x80\x80", 1 }, { "\xf4\x8f\xbf\xbf", 1 },
{ "\x80", 0 }, { "\xbf", 0 }, { "\xc1\xbf", 0 }, { "a\xc2", 0 },
{ "\xed\xa0\x80", 0 }, { "\xf4\x90\x80\x80", 0 }, { "\xf7\xbf\xbf\xbf", 0 },
};
/* clang-format on */

/* from memory of its exact size, so that a byte too far is seen */
static int
prepare(const char *in, size_t len, char *out, size_t size)
{
	char *copy = malloc(len + !len), *to = malloc(size);
	int r;

	memcpy(copy, in, len);
	memset(to, 'x', size);
	errno = 0;
	r = saslprep(copy, len, to, size);
	memcpy(out, to, size);
	free(copy);
	free(to);
	return r;
}

static void
rows(void)
{
	static const char zero[33];
	const char *want;
	size_t i;
	char out[33];
	int r, good;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		want = t[i].out;
		r = prepare(t[i].in, strlen(t[i].in), out, sizeof(out));
		if (want != NULL && *want != '\0')
			good = r == 0 && strcmp(out, want) == 0;
		else
			good = r == -1 && memcmp(out, zero, 33) == 0 &&
			    errno == (want == NULL ? EINVAL : EMSGSIZE);
		ok(good, "row %zu: %s", i, t[i].what);
	}
	for (i = 0; i < sizeof(utf8) / sizeof(*utf8); i++)
		ok(saslprep_is_utf8(utf8[i].in, strlen(utf8[i].in)) ==
			utf8[i].is,
		    "UTF-8, row %zu", i);
	ok(saslprep_is_utf8("a\0b", 3) == 0, "no UTF-8: NUL");
	ok(prepare("a\0b", 3, out, 33) == -1 && errno == EINVAL, "NUL");
	ok(prepare("\xc3\xa4\0b", 4, out, 33) == -1 && errno == EINVAL,
	    "NUL behind what is not ASCII");
}

static void
lengths(void)
{
	static char in[SASLPREP_MAX + 2], out[8 * SASLPREP_MAX];
	size_t i;

	memset(in, 'a', sizeof(in));
	ok(prepare(in, SASLPREP_MAX, out, sizeof(out)) == 0 &&
		strlen(out) == SASLPREP_MAX,
	    "%d bytes", SASLPREP_MAX);
	ok(prepare(in, SASLPREP_MAX + 1, out, sizeof(out)) == -1 &&
		errno == EMSGSIZE,
	    "one more");
	ok(prepare("a", 1, out, 2) == 0 && strcmp(out, "a") == 0 &&
		prepare("a", 1, out, 1) == -1 && errno == EMSGSIZE,
	    "no room");
	/* U+FDFA becomes 18 code points, 33 bytes */
	for (i = 0; i + 3 <= SASLPREP_MAX; i += 3)
		memcpy(in + i, "\xef\xb7\xba", 3);
	ok(prepare(in, 100 * 3, out, sizeof(out)) == 0 && strlen(out) == 3300,
	    "eleven times as long");
	ok(prepare(in, i, out, sizeof(out)) == -1 && errno == EMSGSIZE,
	    "more than libidn gets");
	ok(prepare(in, 100 * 3, out, 3300) == -1 && errno == EMSGSIZE,
	    "one byte too many");
}

int
main(void)
{
	rows();
	lengths();
	return done();
}

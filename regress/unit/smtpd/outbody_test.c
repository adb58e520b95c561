/* outbody, ehlo: rows; a body in every split, counted as it is written */
#include <stdlib.h>
#include <string.h>

#include "ehlo.h"
#include "outbody.h"
#include "tap.h"

/* clang-format off */
static const struct { const char *in, *plain, *stuffed; } bodies[] = {
{ "", "", "" },
{ "a\r\n", "a\r\n", "a\r\n" },
{ "a\n", "a\r\n", "a\r\n" },
{ "a", "a\r\n", "a\r\n" },
{ "a\nb\r\nc", "a\r\nb\r\nc\r\n", "a\r\nb\r\nc\r\n" },
{ "\n\n", "\r\n\r\n", "\r\n\r\n" },
{ "a\rb\r\n", "a b\r\n", "a b\r\n" },
{ "a\r\r\n", "a \r\n", "a \r\n" },
{ "\r", " \r\n", " \r\n" },
{ "a\r", "a \r\n", "a \r\n" },
{ "\r\r\r", "   \r\n", "   \r\n" },
{ ".", ".\r\n", "..\r\n" },
{ ".\r\n", ".\r\n", "..\r\n" },
{ "..\n.a\na.\n", "..\r\n.a\r\na.\r\n", "...\r\n..a\r\na.\r\n" },
{ "a\n.\nb", "a\r\n.\r\nb\r\n", "a\r\n..\r\nb\r\n" },
{ "a\r.\r\n", "a .\r\n", "a .\r\n" },
{ "\r.\r", " . \r\n", " . \r\n" }, /* no ways to end a mail */
{ "a\n.\rb", "a\r\n. b\r\n", "a\r\n.. b\r\n" },
};
static const struct { const char *line; unsigned int has; uint64_t size; } t[] = {
{ "STARTTLS", EHLO_STARTTLS, 0 }, { "starttls", EHLO_STARTTLS, 0 },
{ "STARTTLS2", 0, 0 }, { "XSTARTTLS", 0, 0 }, { "START", 0, 0 }, { "", 0, 0 },
{ "  ", 0, 0 }, { "STARTTLS ", EHLO_STARTTLS, 0 },
{ "SIZE", EHLO_SIZE, 0 }, { "SIZE 0", EHLO_SIZE, 0 },
{ "SIZE 52428800", EHLO_SIZE, 52428800 }, { "SIZE 1x", EHLO_SIZE, 0 },
{ "SIZE 99999999999999999999999999", EHLO_SIZE, 0 },
{ "SIZE=5", 0, 0 }, { "8BITMIME", EHLO_8BITMIME, 0 },
{ "PIPELINING", EHLO_PIPELINING, 0 }, { "CHUNKING", EHLO_CHUNKING, 0 },
{ "DSN", EHLO_DSN, 0 }, { "SMTPUTF8", EHLO_SMTPUTF8, 0 },
{ "AUTH", 0, 0 }, { "AUTH LOGIN", 0, 0 }, { "AUTH plain", EHLO_PLAIN, 0 },
{ "AUTH LOGIN PLAIN", EHLO_PLAIN, 0 }, { "AUTH PLAINX LOGIN", 0, 0 },
{ "HELP PLAIN STARTTLS", 0, 0 },
};
/* clang-format on */

static int
same(const char *in, size_t n, size_t piece, int stuff, const char *want)
{
	struct outbody b = { .stuff = stuff }, count = { 0 };
	uint8_t out[100];
	size_t k, len = 0;

	for (; n > 0; n -= k, in += k) {
		k = piece < n ? piece : n;
		outbody_add(&count, in, k, NULL);
		len += outbody_add(&b, in, k, out + len);
	}
	outbody_end(&count, NULL);
	len += outbody_end(&b, out + len);
	return len == strlen(want) && memcmp(out, want, len) == 0 &&
	    count.size == b.size && (stuff || b.size == len);
}

/* everything of a small alphabet: no other end, and nothing is lost */
static int
no_other_end(void)
{
	static const char bytes[] = "\r\n.a";
	uint8_t out[100];
	char in[6];
	size_t n, i;
	int c, k;

	for (c = 0; c < 4096; c++) {
		struct outbody b = { .stuff = 1 };

		for (k = 0; k < 6; k++)
			in[k] = bytes[c >> 2 * k & 3];
		n = outbody_add(&b, in, sizeof(in), out);
		n += outbody_end(&b, out + n);
		for (i = 0; i < n; i++) {
			if (out[i] == '\n' ? i == 0 || out[i - 1] != '\r' :
				out[i] == '\r' ?
					     i + 1 == n || out[i + 1] != '\n' :
					     0)
				return 0;
			if (out[i] == '.' && (i == 0 || out[i - 1] == '\n') &&
			    out[i + 1] != '.')
				return 0;
		}
		if (n < 2 || out[n - 1] != '\n')
			return 0;
	}
	return 1;
}

int
main(void)
{
	struct outbody eight = { 0 };
	struct ehlo e;
	size_t i, n, piece;
	int good;

	for (i = 0; i < sizeof(bodies) / sizeof(*bodies); i++) {
		n = strlen(bodies[i].in);
		for (good = 1, piece = 1; piece <= n + 1 && good; piece++)
			good =
			    same(bodies[i].in, n, piece, 0, bodies[i].plain) &&
			    same(bodies[i].in, n, piece, 1, bodies[i].stuffed);
		ok(good, "body %zu", i);
	}
	ok(no_other_end(),
	    "no byte ends a mail early, none is a bare CR or LF");
	outbody_add(&eight, "abc\177", 4, NULL);
	ok(!eight.eight, "ASCII");
	outbody_add(&eight, "\303\244", 2, NULL);
	ok(eight.eight, "not ASCII");
	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		memset(&e, 0, sizeof(e));
		ehlo_line(&e, t[i].line, strlen(t[i].line));
		ok(e.has == t[i].has && e.size == t[i].size, "\"%s\"",
		    t[i].line);
	}
	return done();
}

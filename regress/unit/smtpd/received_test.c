/* received, fold: fields against their text; hostile names end no line */
#include <stdlib.h>

#include "../tap.h"
#include "fold.h"
#include "lines.h"
#include "received.h"

#define T 784111777
#define ID "0192f3a4b5c60001"
#define D "Sun, 06 Nov 1994 08:49:37 +0000\r\n"

static const struct mailbox al = { "al", "example.org" };
static const struct mailbox odd = { "a (b", "example.org" };
static const struct mailbox utf8 = { "m\303\274", "example.org" };

/* clang-format off */
static const struct { struct received r; const char *want; } t[] = {
{ { "a.example", "192.0.2.1", "mx.example.org", "ESMTPS", 0, ID, &al, T },
  "Received: from a.example ([192.0.2.1]) by mx.example.org with ESMTPS id\r\n"
  "\t" ID " for <al@example.org>; " D },
{ { "a", "2001:db8::1", "b", "SMTP", 0, ID, NULL, T },
  "Received: from a ([IPv6:2001:db8::1]) by b with SMTP id "
  ID "; Sun,\r\n\t06 Nov 1994 08:49:37 +0000\r\n" },
{ { NULL, "192.0.2.1", "b", "ESMTPSA", 0, ID, NULL, T },
  "Received: by b with ESMTPSA id " ID "; Sun, 06 Nov 1994 08:49:37\r\n"
  "\t+0000\r\n" },
{ { "[192.0.2.7]", NULL, "b", "ESMTPA", 0, ID, &odd, T },
  "Received: from [192.0.2.7] by b with ESMTPA id " ID " for\r\n"
  "\t<\"a (b\"@example.org>; " D },
{ { NULL, NULL, "b", "UTF8SMTP", 1, ID, &utf8, T },
  "Received: by b with UTF8SMTP id " ID " for <m\303\274@example.org>; Sun,\r\n"
  "\t06 Nov 1994 08:49:37 +0000\r\n" },
{ { NULL, NULL, "b", "UTF8SMTPSA", 1, "1", NULL, T },
  "Received: by b with UTF8SMTPSA id 1; " D },
{ { NULL, NULL, "b", "ESMTP", 0, "1", &utf8, T },
  "Received: by b with ESMTP id 1; " D },
{ { "", NULL, "b", "ESMTP", 0, "1", NULL, T },
  "Received: from ? by b with ESMTP id 1; " D },
{ { "a) (b\r\nX: y\t;\303\274\"<", NULL, "b", "ESMTP", 0, "1", NULL, T },
  "Received: from a???b??X:?y?????? by b with ESMTP id 1; Sun, 06 Nov 1994\r\n"
  "\t08:49:37 +0000\r\n" },
};

/* text, UTF-8 wanted, what comes out behind "X:" */
static const struct { const char *in; int utf8; const char *want; } text[] = {
{ "a b",                0, "X: a b\r\n" },
{ "",                   0, "X:\r\n" },
{ "  a\r\n\t b\001c\177", 0, "X: a b c\r\n" },
{ "m\303\274",          0, "X: m??\r\n" },
{ "m\303\274",          1, "X: m\303\274\r\n" },
{ "m\303(\374\303",     1, "X: m?(??\r\n" },
};
/* clang-format on */

static void
rows(void)
{
	struct buf out = { .cap = 4096 };
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		if (!ok(received_write(&t[i].r, &out) == 0 &&
			    out.len == strlen(t[i].want) &&
			    memcmp(out.p, t[i].want, out.len) == 0 &&
			    lines_good((char *)out.p, out.len, FOLD_AT),
			"row %zu", i))
			printf("# %.*s\n", (int)out.len, out.p);
		buf_free(&out);
	}
}

static void
texts(void)
{
	struct buf out = { .cap = 4096 };
	struct fold f;
	size_t i;

	for (i = 0; i < sizeof(text) / sizeof(*text); i++) {
		fold_begin(&f, &out, "\t", "X:");
		fold_text(&f, text[i].in, strlen(text[i].in), text[i].utf8);
		ok(fold_end(&f) == 0 && out.len == strlen(text[i].want) &&
			memcmp(out.p, text[i].want, out.len) == 0,
		    "text %zu", i);
		buf_free(&out);
	}
}

/* words of each length: lines are as long as they may be, and no longer */
static void
widths(void)
{
	static char word[8192];
	struct buf out = { .cap = 1 << 20 };
	struct received r = t[0].r;
	struct fold f;
	size_t i;
	int good = 1;

	memset(word, 'x', sizeof(word) - 1);
	for (i = 1; i < 300 && good; i++) {
		fold_begin(&f, &out, " ", "X:");
		fold_word(&f, word, i);
		fold_word(&f, word, 2);
		good = fold_end(&f) == 0 &&
		    lines_good((char *)out.p, out.len,
			i < FOLD_AT ? FOLD_AT : i + 1);
		buf_free(&out);
	}
	ok(good, "short words: 78, lines of their own for longer ones");
	for (i = 890; i < sizeof(word) && good; i += 13) {
		fold_begin(&f, &out, "\t", "X:");
		fold_text(&f, word, i, 0);
		fold_word(&f, word, i);
		good = fold_end(&f) == 0 &&
		    lines_good((char *)out.p, out.len, 998);
		buf_free(&out);
	}
	ok(good, "never more than 998");
	memset(word, '\377', 4 * FOLD_WORD);
	for (i = 0, good = 1; i < 2 * FOLD_WORD && good; i++) {
		memset(word, 'x', i);
		fold_begin(&f, &out, "\t", "X:");
		fold_text(&f, word, 2 * FOLD_WORD, 1);
		good = fold_end(&f) == 0 &&
		    lines_good((char *)out.p, out.len, 998);
		buf_free(&out);
	}
	ok(good, "a word ends at its cap, whatever byte comes there");
	memset(word, 'x', sizeof(word) - 1);
	r.helo = word;
	r.to = &(struct mailbox){ .domain = "example.org" };
	memset((char *)r.to->local, '\\', LOCAL_MAX);
	ok(received_write(&r, &out) == 0 &&
		lines_good((char *)out.p, out.len, 998),
	    "an endless HELO");
	buf_free(&out);
	for (i = 0, good = 1; i < strlen(t[0].want) && good; i++) {
		out.cap = i;
		good = received_write(&t[0].r, &out) == -1;
		buf_free(&out);
	}
	ok(good, "a buffer too small is told");
}

int
main(void)
{
	rows();
	texts();
	widths();
	return done();
}

/* fixup: messages in, cut everywhere, and out as they must be */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "fixup.h"
#include "limits.h"

#define A "From: al@example.org\r\n"
#define D "Date: x\r\n"
#define I "Message-ID: <x>\r\n"
#define TO "To: y\r\n"
#define ALL A D I TO
#define DATE "Date: Sun, 06 Nov 1994 08:49:37 +0000\r\n"
#define ID "Message-ID: <0192f3a4@mx.example.org>\r\n"
#define NONE "To: undisclosed-recipients:;\r\n"

static const struct mailbox al = { "al", "example.org" };

/* clang-format off */
static const struct { const char *in, *want; } submit[] = {
{ ALL "\r\nbody",             ALL "\r\nbody" },
{ A TO "\r\nbody",            A TO DATE ID "\r\nbody" },
{ D I TO "\r\n",              D I TO A "\r\n" },
{ A D I "\r\n",               A D I NONE "\r\n" },
{ A D I "Cc: z\r\n\r\n",      A D I "Cc: z\r\n\r\n" },
{ A D I "Bcc: z,\r\n z\r\n\r\n", A D I NONE "\r\n" },
{ ALL "bcc : z\r\n\r\n",      ALL "\r\n" },
{ "Bcc: z\r\n\ty\r\n" ALL "Resent-Bcc: z\r\n\r\nBcc: z\r\n",
  ALL "\r\nBcc: z\r\n" },
{ "Return-Path: <a@b>\r\nX-Gatelodge-Spam: ham\r\n" ALL "\r\n", ALL "\r\n" },
{ "From al Thu Jan  1\r\n" ALL "\r\n", ALL "\r\n" },
{ "",                         DATE A ID NONE "\r\n" },
{ "\r\nbody",                 DATE A ID NONE "\r\nbody" },
{ "hello\r\nFrom: x@y.z\r\n", DATE A ID NONE "\r\nhello\r\nFrom: x@y.z\r\n" },
{ ALL "hello you\r\nx",       ALL "\r\nhello you\r\nx" },
{ ALL "\rX: y\r\n",           ALL "\r\n\rX: y\r\n" },
{ "From: al\n D\n <al@example.org>\nDate: x\n\nb\nc\r\n.\r",
  "From: al\r\n D\r\n <al@example.org>\r\nDate: x\r\n" ID NONE "\r\nb\nc\r\n.\r" },
{ ALL "X: a\rBcc: b\r\r\n\r\n", ALL "X: a Bcc: b \r\n\r\n" },
{ ALL "X: a",                 ALL "X: a\r\n\r\n" },
{ ALL "X: a\r",               ALL "X: a \r\n\r\n" },
{ "From: A <al@example.org>, \"B\" <AL@example.org>\r\n" D I TO "\r\n",
  "From: A <al@example.org>, \"B\" <AL@example.org>\r\n" D I TO "\r\n" },
{ "From: al (Cron)\r\n" D I TO "\r\n", "From: al (Cron)\r\n" D I TO "\r\n" },
{ "From: bo@example.org\r\n\r\n",              "550 5.7.1" },
{ A "From: bo@example.org\r\n\r\n",            "554 5.6.0" },
{ "From:\r\n A <al@example.org>,\r\n B <bo@example.org>\r\n\r\n", "550 5.7.1" },
{ "From: al@example.org <bo@example.org>\r\n\r\n", "550 5.7.1" },
{ "From: bo@example.org <al@example.org>\r\n\r\n", "550 5.7.1" },
{ "From: bo@example.org x <al@example.org>\r\n\r\n", "550 5.7.1" },
{ "From: =?x?q?,bo@example.org,?= <al@example.org>\r\n\r\n", "550 5.7.1" },
{ "From: al@example.org <al@example.org>, A <al@example.org>\r\n" D I TO "\r\n",
  "From: al@example.org <al@example.org>, A <al@example.org>\r\n" D I TO "\r\n" },
{ "From: \"bo@example.org\" <al@example.org>\r\n" D I TO "\r\n",
  "From: \"bo@example.org\" <al@example.org>\r\n" D I TO "\r\n" },
{ "From: (al@example.org) root\r\n\r\n",       "550 5.7.1" },
{ "FROM : bo@example.org\r\n\r\n",             "550 5.7.1" },
{ "From: G: al@example.org, bo@x;\r\n\r\n",    "550 5.7.1" },
{ "From:\r\n\r\n",                             "554 5.6.0" },
{ "From: G:;\r\n\r\n",                         "554 5.6.0" },
{ "From: al@example.org, A B\r\n\r\n",         "554 5.6.0" },
{ "From: al@example.org (\r\n\r\n",            "554 5.6.0" },
};

static const struct { const char *in, *want; } deliver[] = {
{ ALL "\r\nbody",             ALL "\r\nbody" },
{ "From: bo\nX: a\rb\n\nb\r", "From: bo\nX: a\rb\n\nb\r" },
{ "Return-Path: <a@b>\r\n c\r\nX: a\r\nX-GATELODGE-Spam: ham\r\n\r\nReturn-Path: b",
  "X: a\r\n\r\nReturn-Path: b" },
{ "Bcc: a\r\n\r\n",           "Bcc: a\r\n\r\n" },
{ "X: a",                     "X: a" },
{ "X: a\nhello",              "X: a\n\r\nhello" },
{ "",                         "" },
};
/* clang-format on */

static int
owns(void *arg, const struct mailbox *m)
{
	const struct mailbox *own = arg;

	return strcmp(m->local, own->local) == 0 ||
	    (mailbox_same(m, own) && m->domain[0] != '\0');
}

static struct fixup
fresh(enum fixup_mode mode)
{
	return (struct fixup){ .mode = mode,
		.host = "mx.example.org",
		.id = "0192f3a4",
		.now = 784111777,
		.from = &al,
		.owns = owns,
		.arg = (void *)&al };
}

/* pieces of one byte, or two at cut */
static int
same(enum fixup_mode mode, const char *in, size_t cut, const char *want)
{
	struct fixup f = fresh(mode);
	enum fixup_event ev = FIXUP_MORE;
	size_t n = strlen(in), at = 0, used, k = cut, w = strlen(want);
	int good;

	while (at < n && ev == FIXUP_MORE) {
		k = cut == n ? 1 : at == 0 && cut > 0 ? cut : n - at;
		ev = fixup_feed(&f, in + at, k, &used);
		if (used > k || (ev == FIXUP_MORE && used != k))
			break;
		at += used;
	}
	if (at == n && ev == FIXUP_MORE)
		ev = fixup_end(&f);
	if (ev == FIXUP_REFUSED)
		good = strncmp(f.reply, want, 9) == 0 && f.out.p == NULL &&
		    fixup_feed(&f, "x", 1, &used) == FIXUP_REFUSED;
	else
		good = ev == FIXUP_DONE && f.out.len + n - at == w &&
		    (f.out.len == 0 || memcmp(f.out.p, want, f.out.len) == 0) &&
		    memcmp(in + at, want + f.out.len, n - at) == 0;
	if (!good)
		printf("# %d %.*s%s\n", ev, (int)f.out.len,
		    f.out.p == NULL ? "" : (char *)f.out.p, in + at);
	fixup_free(&f);
	return good;
}

static void
row(enum fixup_mode mode, size_t i, const char *in, const char *want)
{
	size_t cut;
	int good = 1;

	for (cut = 0; cut <= strlen(in) && good; cut++)
		good = same(mode, in, cut, want);
	ok(good, "%s %zu", mode == FIXUP_SUBMIT ? "submitted" : "delivered", i);
}

static void
caps(void)
{
	struct fixup f = fresh(FIXUP_SUBMIT);
	char *s = malloc(HEADER_BYTES + 2);
	size_t used, i;

	for (i = 0; i < HEADER_BYTES; i += 2)
		memcpy(s + i, i % 512 == 0 ? "X:" : "\n ", 2);
	memcpy(s + HEADER_BYTES - 2, "\n\n", 2);
	for (i = 510; i < HEADER_BYTES - 2; i += 512)
		memcpy(s + i, "x\n", 2);
	ok(fixup_feed(&f, s, HEADER_BYTES, &used) == FIXUP_DONE &&
		f.out.len > HEADER_BYTES * 7 / 5,
	    "the largest header, and most of it line ends");
	fixup_free(&f);
	f = fresh(FIXUP_SUBMIT);
	memset(s, 'x', HEADER_BYTES + 2);
	ok(fixup_feed(&f, s, HEADER_BYTES + 2, &used) == FIXUP_REFUSED &&
		strncmp(f.reply, "554 5.6.0", 9) == 0,
	    "a larger one");
	fixup_free(&f);
	f = fresh(FIXUP_SUBMIT);
	f.owns = NULL;
	ok(fixup_feed(&f, "From: x@y.z\r\n\r\n", 15, &used) == FIXUP_DONE,
	    "any sender");
	fixup_free(&f);
	free(s);
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(submit) / sizeof(*submit); i++)
		row(FIXUP_SUBMIT, i, submit[i].in, submit[i].want);
	for (i = 0; i < sizeof(deliver) / sizeof(*deliver); i++)
		row(FIXUP_DELIVER, i, deliver[i].in, deliver[i].want);
	caps();
	return done();
}

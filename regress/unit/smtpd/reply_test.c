/* reply: rows of bytes in every split; what is kept of them is safe */
#include <string.h>

#include "reply.h"
#include "tap.h"

/* clang-format off */
static const struct row {
	const char *bytes;
	enum reply_event ev; /* the last one */
	int code;
	const char *status, *text;
} rows[] = {
{ "250 ok\r\n", REPLY_LAST, 250, "2.0.0", "ok" },
{ "250\r\n", REPLY_LAST, 250, "2.0.0", "" },
{ "250 \r\n", REPLY_LAST, 250, "2.0.0", "" },
{ "250 ok\n", REPLY_LAST, 250, "2.0.0", "ok" },
{ "250-a\r\n250-b\r\n250 c\r\n", REPLY_LAST, 250, "2.0.0", "a b c" },
{ "250-\r\n250-\r\n250\r\n", REPLY_LAST, 250, "2.0.0", "" },
{ "550 5.1.1 no such user\r\n", REPLY_LAST, 550, "5.1.1", "no such user" },
{ "550-5.1.1 no\r\n550 5.1.1 such user\r\n", REPLY_LAST, 550, "5.1.1",
  "no such user" },
{ "550-first\r\n550 5.7.1 second\r\n", REPLY_LAST, 550, "5.7.1",
  "first second" },
{ "450 4.2.1\r\n", REPLY_LAST, 450, "4.2.1", "" },
{ "550 5.123.456 x\r\n", REPLY_LAST, 550, "5.123.456", "x" },
{ "550 5.1234.5 x\r\n", REPLY_LAST, 550, "5.0.0", "5.1234.5 x" },
{ "550 5.1 x\r\n", REPLY_LAST, 550, "5.0.0", "5.1 x" },
{ "550 5.1.1x\r\n", REPLY_LAST, 550, "5.0.0", "5.1.1x" },
{ "550 5..1 x\r\n", REPLY_LAST, 550, "5.0.0", "5..1 x" },
{ "550 5.1. x\r\n", REPLY_LAST, 550, "5.0.0", "5.1. x" },
{ "550 4.1.1 x\r\n", REPLY_LAST, 550, "5.0.0", "4.1.1 x" }, /* not its class */
{ "354 2.0.0 go\r\n", REPLY_LAST, 354, "3.0.0", "2.0.0 go" },
{ "250-2.1.0 x\r\n550 y\r\n", REPLY_LAST, 550, "5.0.0", "x y" },
{ "550 a\001b\tc\rd\033[2Je\177f\r\n", REPLY_LAST, 550, "5.0.0",
  "a b c d [2Je f" },
{ "550 \303\244\377\r\n", REPLY_LAST, 550, "5.0.0", "???" },
{ "550   many   blanks  \r\n", REPLY_LAST, 550, "5.0.0", "many blanks" },
{ "550 a\r\n250 b\r\n", REPLY_LAST, 250, "2.0.0", "b" }, /* the next one */
{ "250-a\r\n", REPLY_PART, 250, "", "a" },
{ "250 ok", REPLY_MORE, 0, "", "" },
{ "", REPLY_MORE, 0, "", "" },
{ "\r\n", REPLY_BAD, 0, "", "" },
{ "25 ok\r\n", REPLY_BAD, 0, "", "" },
{ "2500 ok\r\n", REPLY_BAD, 0, "", "" },
{ "250ok\r\n", REPLY_BAD, 0, "", "" },
{ "250_ok\r\n", REPLY_BAD, 0, "", "" },
{ "150 ok\r\n", REPLY_BAD, 0, "", "" },
{ "650 ok\r\n", REPLY_BAD, 0, "", "" },
{ "2a0 ok\r\n", REPLY_BAD, 0, "", "" },
{ " 250 ok\r\n", REPLY_BAD, 0, "", "" },
{ "HTTP/1.1 400 Bad Request\r\n", REPLY_BAD, 0, "", "" },
};
/* clang-format on */

static enum reply_event
feed(struct reply *r, const char *p, size_t n, size_t piece)
{
	enum reply_event ev = REPLY_MORE;
	size_t used, k;

	for (; n > 0; p += used, n -= used) {
		k = piece < n ? piece : n;
		ev = reply_feed(r, p, k, &used);
		if (used > k || (ev == REPLY_MORE && used != k))
			return -1;
		if (ev == REPLY_BAD)
			break;
	}
	return ev;
}

static void
splits(void)
{
	static struct reply r;
	const struct row *t;
	size_t n, piece;
	int good;

	for (t = rows; t < rows + sizeof(rows) / sizeof(*rows); t++) {
		n = strlen(t->bytes);
		for (good = 1, piece = 1; piece <= n + 1 && good; piece++) {
			memset(&r, 0, sizeof(r));
			good = feed(&r, t->bytes, n, piece) == t->ev &&
			    (t->ev == REPLY_BAD ||
				(r.code == t->code &&
				    strcmp(r.status, t->status) == 0 &&
				    strcmp(r.text, t->text) == 0));
		}
		if (!ok(good, "row %d", (int)(t - rows)))
			printf("# %d %s %s\n", r.code, r.status, r.text);
	}
}

static void
nul(void)
{
	static struct reply r;

	ok(feed(&r, "250 a\0b\r\n", 9, 9) == REPLY_LAST && r.linelen == 3 &&
		strcmp(r.text, "a b") == 0,
	    "a NUL does not end a text");
}

static void
caps(void)
{
	static struct reply r;
	char line[REPLY_LINE + 10];
	enum reply_event ev = REPLY_PART;
	size_t used;
	int i;

	memset(line, 'x', sizeof(line));
	memcpy(line, "250 ", 4);
	memcpy(line + REPLY_LINE - 1, "\n", 1);
	ok(reply_feed(&r, line, REPLY_LINE, &used) == REPLY_LAST &&
		strlen(r.text) < REPLY_TEXT,
	    "the longest line");
	line[REPLY_LINE - 1] = 'x';
	ok(reply_feed(&r, line, REPLY_LINE, &used) == REPLY_BAD,
	    "a longer one, without its end");
	ok(reply_feed(&r, "250 ok\r\n", 8, &used) == REPLY_BAD,
	    "a fault is final");
	memset(&r, 0, sizeof(r));
	for (i = 0; i < REPLY_LINES && ev == REPLY_PART; i++)
		ev = reply_feed(&r, "250-x\r\n", 7, &used);
	ok(i == REPLY_LINES && ev == REPLY_PART, "%d lines", i);
	ok(reply_feed(&r, "250 x\r\n", 7, &used) == REPLY_BAD, "one more");
	memset(&r, 0, sizeof(r));
	line[3] = '-';
	line[1999] = '\n';
	for (i = 0, ev = REPLY_PART; ev == REPLY_PART; i++)
		ev = reply_feed(&r, line, 2000, &used);
	ok(ev == REPLY_BAD && i == REPLY_BYTES / 2000 + 1,
	    "bytes of all lines");
}

int
main(void)
{
	splits();
	nul();
	caps();
	return done();
}

/*
 * dsn: what needs no other reader: each size of buffer that is too small, each
 * byte in each string, and every prefix of a message
 */
#include <stdlib.h>

#include "../tap.h"
#include "dsn.h"
#include "limits.h"
#include "lines.h"

static const struct mailbox al = { "al", "example.org" };
static const struct mailbox bo = { "b o", "example.net" };
static const char message[] = "From al Thu\nFrom: al@example.org\r\n"
			      "X: \303\244\r\n\tb\r\rc\r\n\r\nbody\r\n.\r\n";

static struct dsn_recipient rcpts[2] = {
	{ &bo, "rfc822;Bo@example.net", DSN_FAILED, "5.1.1", "mx.example.net",
	    "550 5.1.1 no", "1.0", 784111777, 0 },
	{ &al, NULL, DSN_DELAYED, "4.4.1", NULL, NULL, NULL, 0, 784111777 },
};

static struct dsn
fresh(void)
{
	return (struct dsn){ .host = "mx.example.org",
		.domain = "example.org",
		.id = "1",
		.salt = 1,
		.now = 784111777,
		.to = &al,
		.arrival = 784111777,
		.envid = "e",
		.msg = message,
		.len = sizeof(message) - 1,
		.rcpt = rcpts,
		.rcpts = 2 };
}

static int
count(const struct buf *b, const char *s)
{
	const char *p = (const char *)b->p, *end = p + b->len;
	int n = 0;

	while ((p = memmem(p, (size_t)(end - p), s, strlen(s))) != NULL) {
		n++;
		p++;
	}
	return n;
}

/* the recipients' blocks are whole, and there is none besides */
static int
is_sound(const struct buf *b)
{
	return lines_good((const char *)b->p, b->len, 998) &&
	    count(b, "\r\nFinal-Recipient: ") == 2 &&
	    count(b, "\r\nAction: ") == 2 && count(b, "\r\nStatus: ") == 2 &&
	    count(b, "\r\n\r\n--1.") == 4 && count(b, "\r\nEvil") == 0;
}

static void
small(void)
{
	struct buf whole = { .cap = 65536 }, out = { 0 };
	struct dsn d = fresh();
	size_t i;
	int good;

	good = dsn_write(&d, &whole) == 0 && is_sound(&whole);
	ok(good, "a report of %zu bytes", whole.len);
	for (i = 0; i < whole.len && good; i++) {
		out.cap = i;
		good = dsn_write(&d, &out) == -1;
		buf_free(&out);
	}
	ok(good, "a buffer that is too small is told");
	out.cap = whole.len;
	ok(dsn_write(&d, &out) == 0 && out.len == whole.len, "its very size");
	buf_free(&out);
	buf_free(&whole);
}

static void
strings(void)
{
	struct dsn_recipient *r = &rcpts[0];
	const char **at[] = { &r->orcpt, &r->status, &r->remote, &r->diagnostic,
		&r->log, NULL };
	static const char *const names[] = { "ORCPT", "status", "remote",
		"diagnostic", "log", "ENVID" };
	struct buf out = { .cap = 65536 };
	struct dsn d = fresh();
	char s[] = "rfc822;@\r\nEvil: x\r\n\r\nEvil: y";
	const char *was;
	size_t i;
	int c, good;

	at[5] = &d.envid;
	for (i = 0; i < 6; i++) {
		was = *at[i];
		*at[i] = s;
		for (c = 1, good = 1; c < 256 && good; c++) {
			s[7] = (char)c;
			d.utf8 = c & 1;
			good = dsn_write(&d, &out) >= 0 && is_sound(&out);
			buf_free(&out);
		}
		ok(good, "every byte in %s", names[i]);
		*at[i] = was;
	}
}

static void
prefixes(void)
{
	struct buf out = { .cap = 65536 };
	struct dsn d = fresh();
	char *exact;
	int good = 1;

	for (d.len = 1; d.len < sizeof(message) && good; d.len++) {
		exact = malloc(d.len);
		memcpy(exact, message, d.len);
		d.msg = exact;
		for (d.full = 0; d.full < 2 && good; d.full++) {
			good = dsn_write(&d, &out) == 0 && is_sound(&out) &&
			    (d.full || count(&out, "From al") == 0);
			buf_free(&out);
		}
		free(exact);
	}
	ok(good, "every prefix of a message");
}

int
main(void)
{
	small();
	strings();
	prefixes();
	return done();
}

/* envelope: its one text form, and what is none of it */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "envelope.h"
#include "tap.h"

#define BO                                                           \
	"rcpt 0 bo@x.example rfc822;bo@x.example sfd local bo list " \
	"waiting 2 77 451%20later\n"
#define CY "rcpt 1 cy@y.example - never remote - - delivered 1 0 -\n"

static const char good[] =
    "id 018bcfe568000001\nfrom \"a%20b\"@x.example\nauth al\n"
    "received from%20h%20([192.0.2.1])\nrdate 1700000000\nqueued 5\n"
    "size 1234\nbody 8bit\nsmtputf8 no\nret hdrs\nenvid -\nhop 3\n"
    "notbefore 0\nhold no\n" BO CY "\n";

static void
whole(void)
{
	struct buf b = { .cap = ENVELOPE_BYTES };
	struct envelope e;
	size_t used = 0;

	ok(envelope_parse(&e, good, strlen(good), &used) == 0 &&
		used == strlen(good),
	    "parses");
	ok(strcmp(e.from.local, "a b") == 0 && e.size == 1234 &&
		e.body == BODY_8BIT && e.ret == RET_HDRS && e.hop == 3 &&
		e.envid[0] == '\0' && e.nrcpt == 2,
	    "its keys");
	ok(strcmp(e.rcpt[0].user, "bo") == 0 && e.rcpt[0].tries == 2 &&
		e.rcpt[0].when == 77 && e.rcpt[0].notify == 7 &&
		strcmp(e.rcpt[0].said, "451 later") == 0 &&
		e.rcpt[1].route == ROUTE_REMOTE &&
		e.rcpt[1].state == RCPT_DELIVERED &&
		e.rcpt[1].notify == NOTIFY_NEVER,
	    "its recipients");
	ok(envelope_print(&b, &e) == 0 && b.len == strlen(good) &&
		memcmp(buf_data(&b), good, b.len) == 0,
	    "prints as it was");
	buf_free(&b);
	memcpy(e.rcpt[0].said, "-", 2);
	memcpy(e.rcpt[1].said, "a\n%\x7f\xc3\xa4", 7);
	ok(envelope_print(&b, &e) == 0 &&
		memmem(buf_data(&b), b.len, " 77 %2D\n", 8) != NULL &&
		memmem(buf_data(&b), b.len, " a%0A%25%7F\xc3\xa4\n", 14) !=
		    NULL,
	    "bytes are hidden");
	envelope_free(&e);
	buf_free(&b);
}

/* the good text with one piece replaced */
static int
parses(const char *from, const char *to, size_t cut)
{
	char text[2048];
	const char *at = strstr(good, from);
	struct envelope e;
	size_t used, n;
	int r;

	if (at == NULL)
		abort();
	n = (size_t)snprintf(text, sizeof(text), "%.*s%s%s", (int)(at - good),
	    good, to, at + strlen(from));
	r = envelope_parse(&e, text, n - cut, &used);
	if (r == 0)
		envelope_free(&e);
	return r == 0 ? 1 : errno == EINVAL ? 0 : -1;
}

/* clang-format off */
static const struct { const char *from, *to, *what; } bad[] = {
{ "id 018bcfe568000001", "id 0000000000000000", "no id" },
{ "id 018b", "id 018B", "capital digits" },
{ "auth al\n", "", "a key less" },
{ "auth al\n", "auth al\nauth al\n", "a key twice" },
{ "auth al", "auth  al", "two blanks" },
{ "auth al", "auth al ", "a blank behind" },
{ "auth al", "auth", "no word" },
{ "auth al", "auth a%6C", "hidden without need" },
{ "auth al", "auth a%2", "half hidden" },
{ "auth al", "auth a%2d", "small hex digits" },
{ "auth al", "auth a%00", "a NUL" },
{ "auth al", "auth a\tl", "not hidden" },
{ "auth al", "auth 0123456789012345678901234567890123456789"
  "01234567890123456789012345", "too long" },
{ "size 1234", "size 01234", "a zero in front" },
{ "size 1234", "size 18446744073709551616", "too large" },
{ "size 1234", "size -1", "negative" },
{ "hop 3", "hop 65536", "beyond its cap" },
{ "body 8bit", "body 9bit", "no such word" },
{ "\"a%20b\"@x", "\"ab\"@x", "quotes without need" },
{ "\"a%20b\"@x", "a%20b@x", "no quotes" },
{ "\"a%20b\"@x.example", "a@X.example", "capital domain" },
{ "rcpt 1 ", "rcpt 2 ", "not in order" },
{ "rcpt 1 ", "rcpt 0 ", "the same again" },
{ " waiting 2", " waits 2", "no such state" },
{ " 77 ", " ", "a word less" },
{ "later\n", "later x\n", "a word more" },
{ BO CY, "", "no recipients" },
};
/* clang-format on */

static void
strict(void)
{
	size_t i, n;
	int fine = 1;

	ok(parses("auth al", "auth -", 0) == 1, "an empty word");
	ok(parses("auth al", "auth %2D", 0) == 1, "a dash");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		ok(parses(bad[i].from, bad[i].to, 0) == 0, "%s", bad[i].what);
	for (n = 1; n < strlen(good); n++)
		fine &= parses("auth al", "auth al", n) == 0;
	ok(fine, "cut anywhere");
}

static void
caps(void)
{
	struct buf b = { .cap = ENVELOPE_BYTES };
	struct envelope e;
	struct recipient *r = calloc(RECIPIENTS_MAX + 1, sizeof(*r));
	size_t i, used;

	for (i = 0; i <= RECIPIENTS_MAX; i++) {
		snprintf(r[i].addr.local, sizeof(r[i].addr.local), "r%zu", i);
		snprintf(r[i].addr.domain, sizeof(r[i].addr.domain),
		    "x.example");
	}
	memset(&e, 0, sizeof(e));
	e.id = 1;
	e.rcpt = r;
	e.nrcpt = RECIPIENTS_MAX + 1;
	ok(envelope_print(&b, &e) == -1 && errno == EINVAL, "too many");
	buf_free(&b);
	e.nrcpt = RECIPIENTS_MAX;
	ok(envelope_print(&b, &e) == 0 &&
		envelope_parse(&e, buf_data(&b), b.len, &used) == 0 &&
		e.nrcpt == RECIPIENTS_MAX && used == b.len,
	    "as many as may be");
	envelope_free(&e);
	buf_free(&b);
	memset(&e, 0, sizeof(e));
	e.rcpt = r;
	e.nrcpt = 1;
	ok(envelope_print(&b, &e) == -1 && errno == EINVAL, "without an id");
	buf_free(&b);
	e.id = 1;
	snprintf(r[0].addr.domain, sizeof(r[0].addr.domain), "a b");
	ok(envelope_print(&b, &e) == -1 && errno == EINVAL,
	    "an address that would not come back");
	buf_free(&b);
	b.cap = 300;
	snprintf(r[0].addr.domain, sizeof(r[0].addr.domain), "x.example");
	e.nrcpt = 50;
	ok(envelope_print(&b, &e) == -1 && errno == ENOBUFS, "beyond the cap");
	buf_free(&b);
	free(r);
}

static void
others(void)
{
	struct buf b = { .cap = 1000 };
	struct result r = { 3, RCPT_FAILED, 4, 5, "550 5.1.1 no" }, is;
	struct spool_clock c = { 1, 2, UINT64_MAX }, c2;
	const char *p, *end;
	uint64_t v = 0;

	ok(result_print(&b, &r) == 0, "a result");
	p = (const char *)buf_data(&b);
	end = p + b.len;
	ok(result_parse(&is, &p, end) == 0 && p == end && is.n == 3 &&
		is.state == RCPT_FAILED && is.tries == 4 && is.when == 5 &&
		strcmp(is.said, r.said) == 0,
	    "and back");
	buf_free(&b);
	ok(clock_print(&b, &c) == 0 &&
		clock_parse(&c2, buf_data(&b), b.len) == 0 && c2.queue == 1 &&
		c2.wall == 2 && c2.boot == UINT64_MAX,
	    "a clock");
	ok(clock_parse(&c2, buf_data(&b), b.len - 1) == -1 && errno == EINVAL,
	    "half of it");
	buf_free(&b);
	ok(number_print(&b, 77) == 0 &&
		number_parse(&v, buf_data(&b), b.len) == 0 && v == 77,
	    "a number");
	ok(number_parse(&v, "value 77\nvalue 77\n", 18) == -1, "two of them");
	buf_free(&b);
}

int
main(void)
{
	whole();
	strict();
	caps();
	others();
	return done();
}

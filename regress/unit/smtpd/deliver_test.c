/* deliver: texts in, texts out; each of them whole, in pieces, bytewise */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "deliver.h"
#include "tap.h"

#define HEAD "Return-Path: <bo@b.example>\nDelivered-To: al@a.example\n"

static const struct mailbox bo = { "bo", "b.example" };
static const struct mailbox al = { "al", "a.example" };

/* clang-format off */
static const struct {
	const char *what, *in, *out; /* out: behind HEAD */
	int loop;
} t[] = {
{ "a mail", "Subject: x\r\n\r\nHello\r\n.\r\n", "Subject: x\n\nHello\n.\n", 0 },
{ "nothing", "", "", 0 },
{ "no header", "\r\nbody\r\n", "\nbody\n", 0 },
{ "no body", "A: b\r\n", "A: b\n", 0 },
{ "no line end", "A: b", "A: b", 0 },
{ "a name only", "Abc", "Abc", 0 },
{ "a line without a colon", "From bo Thu\r\nA: b\r\n\r\n",
  "From bo Thu\nA: b\n\n", 0 },
{ "LF as it is", "A: b\n\nc\n", "A: b\n\nc\n", 0 },
{ "Return-Path goes", "A: b\r\nReturn-Path: <x@y.example>\r\nC: d\r\n\r\n",
  "A: b\nC: d\n\n", 0 },
{ "in any case", "rETURN-pATH:<>\r\nC: d\r\n\r\n", "C: d\n\n", 0 },
{ "with all its lines", "Return-Path:\r\n <x>\r\n\t(y)\r\nC: d\r\n\r\n",
  "C: d\n\n", 0 },
{ "blanks before the colon", "Return-Path \t : <x>\r\nC: d\r\n\r\n",
  "C: d\n\n", 0 },
{ "all of X-Gatelodge-", "X-Gatelodge-Spam: ham\r\nx-gatelodge-\r\n"
  "X-GATELODGE-A-Very-Long-Name-Of-A-Field-That-Goes: 1\r\n 2\r\nC: d\r\n",
  "C: d\n", 0 },
{ "others like it stay", "X-Gatelodge: 1\r\nReturn-Paths: 2\r\n"
  "Return-Path-: 3\r\nXX-Gatelodge-: 4\r\nReturn: 5\r\n",
  "X-Gatelodge: 1\nReturn-Paths: 2\nReturn-Path-: 3\nXX-Gatelodge-: 4\n"
  "Return: 5\n", 0 },
{ "in the body all stay", "A: b\r\n\r\nReturn-Path: c\r\nX-Gatelodge-Spam: d"
  "\r\nDelivered-To: al@a.example\r\n",
  "A: b\n\nReturn-Path: c\nX-Gatelodge-Spam: d\nDelivered-To: al@a.example\n",
  0 },
{ "the only field goes", "Return-Path: x\r\n\r\nbody\r\n", "\nbody\n", 0 },
{ "the last one, cut", "A: b\r\nReturn-Path: x", "A: b\n", 0 },
{ "its name, cut", "A: b\r\nReturn-Path", "A: b\n", 0 },
{ "a stray line changes no field of ours", " true\r\nA: b\r\n\r\n",
  "X-Gatelodge-Stray: true\nA: b\n\n", 0 },
{ "nor does one behind what went", "X-Gatelodge-A: b\r\n\r\n x\r\n",
  "\n x\n", 0 },
{ "a CR as the first byte", "\rX: y\r\n\r\n", "X-Gatelodge-Stray: X: y\n\n",
  0 },
{ "a CR hides no field", "A: b\rX-Gatelodge-Spam: ham\r\nC: d\r\n\r\n",
  "A: b X-Gatelodge-Spam: ham\nC: d\n\n", 0 },
{ "nor an empty line", "A: b\r\r\n\r\r\nC: d\r\n\r\n", "A: b \n \nC: d\n\n",
  0 },
{ "in the body a CR stays", "A: b\r\n\r\n\rx\r\ry\r\r\n\r", "A: b\n\n\rx\r\ry"
  "\r\n\r", 0 },
{ "a CR at the end of the header", "A: b\r", "A: b ", 0 },
{ "a loop", "Delivered-To: al@a.example\r\n\r\n",
  "Delivered-To: al@a.example\n\n", 1 },
{ "in any case, folded", "A: b\r\nDELIVERED-TO :\r\n\t AL@A.EXAMPLE \r\nC: d",
  "A: b\nDELIVERED-TO :\n\t AL@A.EXAMPLE \nC: d", 1 },
{ "cut", "Delivered-To:al@a.example", "Delivered-To:al@a.example", 1 },
{ "another one's", "Delivered-To: al@a.example.org\r\n"
  "Delivered-To: xal@a.example\r\nDelivered-To: al@\r\nDelivered-To:\r\n\r\n",
  "Delivered-To: al@a.example.org\nDelivered-To: xal@a.example\n"
  "Delivered-To: al@\nDelivered-To:\n\n", 0 },
{ "the second one", "Delivered-To: x@a.example\r\n"
  "Delivered-To: al@a.example\r\n\r\n",
  "Delivered-To: x@a.example\nDelivered-To: al@a.example\n\n", 1 },
};
/* clang-format on */

static uint64_t
wire(const char *p, size_t n)
{
	uint64_t w = n;
	size_t i;

	for (i = 0; i < n; i++)
		w += p[i] == '\n' && (i == 0 || p[i - 1] != '\r');
	return w;
}

/* from and to memory of its exact size */
static int
becomes(const char *in, size_t n, size_t piece, const char *want, size_t len,
    int loop)
{
	struct deliver d;
	char *all = malloc(DELIVER_HEAD + n + DELIVER_MORE), *from, *to;
	size_t got = deliver_start(&d, &bo, &al, NULL, 0, all), k, m;
	int good;

	for (; n > 0; n -= k, in += k) {
		k = piece < n ? piece : n;
		from = malloc(k);
		to = malloc(k + DELIVER_MORE);
		memcpy(from, in, k);
		m = deliver_feed(&d, from, k, to);
		memcpy(all + got, to, m);
		got += m;
		free(from);
		free(to);
	}
	got += deliver_end(&d, all + got);
	good = got == len && memcmp(all, want, len) == 0 && d.loop == loop &&
	    d.out.size == len && d.out.wire == wire(want, len);
	if (!good)
		printf("# %zu: %.*s\n", piece, (int)got, all);
	free(all);
	return good;
}

static void
rows(void)
{
	char want[1024];
	size_t i, piece, n, len;
	int good;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		n = strlen(t[i].in);
		len = (size_t)snprintf(want, sizeof(want), "%s%s", HEAD,
		    t[i].out);
		for (good = 1, piece = 1; piece <= n + 1 && good; piece++)
			good = becomes(t[i].in, n, piece, want, len, t[i].loop);
		ok(good, "%s", t[i].what);
	}
	ok(becomes("A\0: b\r\n\r\n\0\r\n", 12, 5, HEAD "A\0: b\n\n\0\n",
	       sizeof(HEAD) - 1 + 9, 0),
	    "a NUL is a byte like others");
}

static void
fields(void)
{
	static const struct mailbox null = { "", "" };
	static const struct mailbox odd = { "a b", "a.example" };
	static char value[DELIVER_VALUE + 2], big[DELIVER_HEAD];
	struct deliver_field f[5] = { { "X-Gatelodge-Spam", "ham p=0.03" },
		{ "X-Gatelodge-Encrypted", "" } };
	static const char want[] = "Return-Path: <>\n"
				   "Delivered-To: \"a b\"@a.example\n"
				   "X-Gatelodge-Spam: ham p=0.03\n"
				   "X-Gatelodge-Encrypted: \n";
	struct deliver d;
	size_t n = deliver_start(&d, &null, &odd, f, 2, big), i;

	ok(n == sizeof(want) - 1 && memcmp(big, want, n) == 0 &&
		d.out.size == n && d.out.wire == n + 4,
	    "fields of ours, the null path, a quoted recipient");
	f[0].value = "ham\nX: y";
	ok(deliver_start(&d, &bo, &al, f, 1, big) == 0 && errno == EINVAL,
	    "a value of two lines is refused");
	f[0].value = "\xc3\xbc";
	ok(deliver_start(&d, &bo, &al, f, 1, big) == 0, "and one not ASCII");
	f[0].value = "ham";
	f[0].name = "Spam";
	ok(deliver_start(&d, &bo, &al, f, 1, big) == 0, "a field not ours");
	f[0].name = "X-Gatelodge-A:b";
	ok(deliver_start(&d, &bo, &al, f, 1, big) == 0, "a name with a colon");
	memset(value, 'v', DELIVER_VALUE + 1);
	f[0].name = "X-Gatelodge-A";
	f[0].value = value;
	ok(deliver_start(&d, &bo, &al, f, 1, big) == 0, "a value too long");
	value[DELIVER_VALUE] = '\0';
	for (i = 0; i < 5; i++)
		f[i] = (struct deliver_field){ "X-Gatelodge-A", value };
	ok(deliver_start(&d, &bo, &al, f, 2, big) > 2 * DELIVER_VALUE &&
		deliver_start(&d, &bo, &al, f, 5, big) == 0,
	    "as many as there is room for");
}

static void
count(void)
{
	struct deliver_size s = { 0 };

	deliver_count(&s, "a\r", 2);
	deliver_count(&s, "", 0);
	deliver_count(&s, "\nb\n\n\r\n", 6);
	ok(s.size == 8 && s.wire == 10, "CRLF cut in two counts once");
}

int
main(void)
{
	rows();
	fields();
	count();
	return done();
}

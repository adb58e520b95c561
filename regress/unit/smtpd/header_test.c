/* header: messages, cut everywhere, against what must be found in them */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "header.h"
#include "limits.h"

/*
 * Each field as its letter and its bytes without the value's CR and LF, then
 * the body behind a bar; "!" before it: malformed; a reply's code for faults.
 */
/* clang-format off */
static const struct { const char *in, *want; } t[] = {
{ "From: a\r\nTo: b\r\n\r\nbody", "F[From: a]T[To: b]|body" },
{ "From: a\nTo: b\n\nbody",       "F[From: a]T[To: b]|body" },
{ "X: a\r\n\tb\r\n c\r\n\r\n",    "o[X: a\tb c]|" },
{ "X: a\r\n \r\n\r\n\r\n",        "o[X: a ]|\r\n" },
{ "X:\r\n a\r\nY:\r\n\r\n",       "o[X: a]o[Y:]|" },
{ "\r\nX: a\r\n",                 "|X: a\r\n" },
{ "\nX: a\r\n",                   "|X: a\r\n" },
{ "",                             "|" },
{ "X: a",                         "o[X: a]|" },
{ "X: a\r\n",                     "o[X: a]|" },
{ "X: a\r\n\r",                   "o[X: a]!|\r" },
{ "X: a\r\nY",                    "o[X: a]!|Y" },
{ "X: a\r\nhello you\r\n\r\nb",   "o[X: a]!|hello you\r\n\r\nb" },
{ "X: a\r\n\rb\r\n",              "o[X: a]!|\rb\r\n" },
{ "X: a\rb\r\n\r\n",              "o[X: ab]|" },
{ " X: a\r\n\r\n",                "!| X: a\r\n\r\n" },
{ ": a\r\n\r\n",                  "!|: a\r\n\r\n" },
{ "X\303\244: a\r\n\r\n",         "!|X\303\244: a\r\n\r\n" },
{ "X: \303\244\r\n\r\n",          "o[X: \303\244]|" },
{ "FROM \t: a\r\n\r\n",           "F[FROM \t: a]|" },
{ "Subject from: a\r\n\r\n",      "!|Subject from: a\r\n\r\n" },
{ "From al Thu\r\nTo: b\r\n\r\n", "m[From al Thu]T[To: b]|" },
{ ">From al Thu\nTo: b\n\nc",     "m[>From al Thu]T[To: b]|c" },
{ "Received: a\r\nFrom al Thu\r\nFrom al Thu\r\n\r\n",
  "R[Received: a]m[From al Thu]!|From al Thu\r\n\r\n" },
{ "To: b\r\nFrom al Thu\r\n\r\n", "T[To: b]!|From al Thu\r\n\r\n" },
{ "x-gatelodge-spam: no\r\nX-GATELODGE-: a\r\nX-Gatelodge: b\r\n\r\n",
  "g[x-gatelodge-spam: no]g[X-GATELODGE-: a]o[X-Gatelodge: b]|" },
{ "Bcc: a\r\nResent-Bcc: b\r\nReturn-Path: <>\r\nMessage-ID: c\r\n\r\n",
  "B[Bcc: a]b[Resent-Bcc: b]r[Return-Path: <>]i[Message-ID: c]|" },
{ "Cc: a\r\nDate: b\r\nSender: c\r\nReceived: d\r\n\r\n",
  "C[Cc: a]D[Date: b]S[Sender: c]R[Received: d]|" },
{ "Fro: a\r\nFroms: b\r\nX-From-A-Name-That-Is-Very-Long: c\r\n\r\n",
  "o[Fro: a]o[Froms: b]o[X-From-A-Name-That-Is-Very-Long: c]|" },
};

/* Delivered-To: al@example.org is sought */
static const struct { const char *in; int want; } delivered[] = {
{ "al@example.org",           1 },
{ "AL@Example.ORG",           1 },
{ "<al@example.org>",         1 },
{ "\r\n\tal@\r\n example.org", 1 },
{ "al+a@example.org",         0 },
{ "<al@example.org",          0 },
{ "al@example.org, b@c.d",    0 },
{ "",                         0 },
{ "<>",                       0 },
{ "<<al@example.org>>",       0 },
};
/* clang-format on */

static const char letters[] = "omBCDdFigRbrST";
static const char *text;
static char said[4096];
static size_t said_len;

static void
say(const char *p, size_t n)
{
	if (n > sizeof(said) - 1 - said_len)
		n = sizeof(said) - 1 - said_len;
	memcpy(said + said_len, p, n);
	said_len += n;
	said[said_len] = '\0';
}

static void
on_field(void *arg, const struct header_field *f)
{
	size_t i;

	(void)arg;
	say(letters + f->name, 1);
	say("[", 1);
	for (i = f->start; i < f->end; i++)
		if (text[i] != '\r' && text[i] != '\n')
			say(text + i, 1);
	say("]", 1);
}

/* pieces of that many bytes, the first one of first */
static enum header_event
feed(struct header *h, const char *in, size_t n, size_t first, size_t piece)
{
	enum header_event ev = HEADER_MORE;
	size_t used, k = first;

	while (n > 0 && ev == HEADER_MORE) {
		k = k < n ? k : n;
		ev = header_feed(h, in, k, &used);
		if (used > k || (ev == HEADER_MORE && used != k))
			return HEADER_MORE;
		in += used;
		n -= used;
		k = piece;
	}
	return ev == HEADER_MORE ? header_end(h) : ev;
}

static int
same(const char *in, size_t first, size_t piece, const char *want)
{
	struct header h = { .field = on_field };

	text = in;
	said_len = 0;
	said[0] = '\0';
	if (feed(&h, in, strlen(in), first, piece) == HEADER_FAULT)
		say(header_reply(h.fault), 9);
	else {
		say("!", (size_t)h.malformed);
		say("|", 1);
		say(in + h.body, strlen(in + h.body));
	}
	return strcmp(said, want) == 0 && h.end <= h.body;
}

static void
rows(void)
{
	size_t i, cut, n;
	int good;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		n = strlen(t[i].in);
		good = same(t[i].in, 1, 1, t[i].want);
		for (cut = 0; cut <= n && good; cut++)
			good = same(t[i].in, cut, n + 1, t[i].want);
		if (!ok(good, "row %zu", i))
			printf("# %s\n# %s\n", t[i].want, said);
	}
}

static void
loops(void)
{
	static const struct mailbox al = { "al", "example.org" };
	char in[512];
	struct header h;
	size_t i, cut, n;
	int good;

	for (i = 0; i < sizeof(delivered) / sizeof(*delivered); i++) {
		n = (size_t)snprintf(in, sizeof(in),
		    "To: x\r\nDelivered-To: %s\r\nX: al@example.org\r\n\r\n",
		    delivered[i].in);
		good = 1;
		for (cut = 0; cut <= n && good; cut++) {
			h = (struct header){ .to = &al };
			good = feed(&h, in, n, cut, 7) == HEADER_BODY &&
			    h.delivered == delivered[i].want;
		}
		ok(good, "Delivered-To %zu", i);
	}
	n = (size_t)snprintf(in, sizeof(in), "Delivered-To:%*sal@example.org",
	    400, "");
	h = (struct header){ .to = &al };
	ok(feed(&h, in, n, n, n) == HEADER_BODY && h.delivered,
	    "behind many blanks");
	n = (size_t)snprintf(in, sizeof(in), "Delivered-To:al@example.org%0*d",
	    400, 0);
	h = (struct header){ .to = &al };
	ok(feed(&h, in, n, n, n) == HEADER_BODY && !h.delivered,
	    "longer than any address");
}

/* times copies of line, then the rest; the fault, cut or not */
static enum header_fault
fault_of(const char *line, size_t times, const char *rest)
{
	size_t n = strlen(line), r = strlen(rest), i, whole;
	char *s = malloc(n * times + r + 1);
	static const size_t pieces[] = { 1, 1000, 65536, 1 << 20 };
	enum header_fault fault = HEADER_FINE;

	for (i = 0; i < times; i++)
		memcpy(s + i * n, line, n);
	memcpy(s + times * n, rest, r);
	whole = n * times + r;
	for (i = 0; i < sizeof(pieces) / sizeof(*pieces); i++) {
		struct header h = { 0 };

		feed(&h, s, whole, pieces[i], pieces[i]);
		if (i > 0 && h.fault != fault)
			fault = (enum header_fault)99;
		else
			fault = h.fault;
	}
	free(s);
	return fault;
}

static void
caps(void)
{
	static char large[FIELD_BYTES + 100];
	static const char nul[] = "X: a\0b\r\n\r\n";
	struct header h = { 0 };
	char line[1025];

	ok(fault_of("X: y\r\n", HEADER_FIELDS, "\r\n") == HEADER_FINE, "many");
	ok(fault_of("X: y\r\n", HEADER_FIELDS + 1, "\r\n") == HEADER_MANY,
	    "too many");
	ok(fault_of("Received: x\r\n", RECEIVED_MAX, "\r\n") == HEADER_FINE,
	    "a long way");
	ok(fault_of("Received: x\r\n", RECEIVED_MAX + 1, "\r\n") == HEADER_LOOP,
	    "a loop");
	memset(line, 'x', 1024);
	memcpy(line, "X: ", 3);
	memcpy(line + 1022, "\r\n", 3);
	ok(fault_of(line, HEADER_BYTES / 1024 - 1, "X:\r\n\r\n") == HEADER_FINE,
	    "large");
	ok(fault_of(line, HEADER_BYTES / 1024, "\r\n") == HEADER_BIG, "larger");
	ok(fault_of("x", HEADER_BYTES + 1, "") == HEADER_BIG, "a long name");
	ok(fault_of("X", 1, ":\r\n\r\n") == HEADER_FINE, "short");
	ok(fault_of("X:", FIELD_BYTES / 2 - 1, "\r\n") == HEADER_FINE,
	    "a large field");
	ok(fault_of("X:", FIELD_BYTES / 2, "\r\n") == HEADER_FIELD_BIG,
	    "a larger one");
	ok(fault_of("X:\r\n ", FIELD_BYTES / 4, "\r\n") == HEADER_FIELD_BIG,
	    "folded");
	ok(feed(&h, nul, sizeof(nul) - 1, 99, 99) == HEADER_FAULT &&
		h.fault == HEADER_NUL && header_end(&h) == HEADER_FAULT,
	    "NUL is a fault, and final");
	memset(large, 'x', sizeof(large));
	memcpy(large, "X:", 2);
	large[FIELD_BYTES + 1] = '\0';
	h = (struct header){ 0 };
	ok(feed(&h, large, sizeof(large), sizeof(large), 1) == HEADER_FAULT &&
		h.fault == HEADER_FIELD_BIG,
	    "what comes first is told, however it is cut");
	h = (struct header){ 0 };
	ok(feed(&h, "\r\n\0", 3, 99, 99) == HEADER_BODY, "not of the header");
}

int
main(void)
{
	rows();
	loops();
	caps();
	return done();
}

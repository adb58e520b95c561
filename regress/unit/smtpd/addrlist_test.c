/* addrlist: what senders write, and which mailboxes must be seen in it */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "addrlist.h"
#include "limits.h"

/* mailboxes as address.h writes them, with blanks between; "!": bad */
/* clang-format off */
static const struct { const char *in, *want; } t[] = {
{ "",                                  "" },
{ " \r\n\t",                           "" },
{ ",, ,",                              "" },
{ "a@b.c",                             "a@b.c" },
{ " a@b.c , d@E.F\r\n",                "a@b.c d@e.f" },
{ "a@b.c;d@e.f",                       "a@b.c d@e.f" },
{ "A B <a@b.c>",                       "a@b.c" },
{ "\"B, A\" <a@b.c>, <d@e.f>",         "a@b.c d@e.f" },
{ "\"A \\\" <x@y.z>\" <a@b.c>",        "a@b.c" },
{ "John Q. Public <a@b.c>",            "a@b.c" },
{ "a@b.c (A, B)",                      "a@b.c" },
{ "(x) a (y) @ (z(\\)),) b.c (d)",     "a@b.c" },
{ "a . b @ c . d",                     "a.b@c.d" },
{ "a.b\r\n @c\r\n\t.d",                "a.b@c.d" },
{ "\"a b\"@c.d",                       "\"a b\"@c.d" },
{ "\"a\".b@c.d",                       "a.b@c.d" },
{ "\"a\\\"b\"@c.d",                    "\"a\\\"b\"@c.d" },
{ "\"a\r\n b\"@c.d",                   "\"a b\"@c.d" },
{ "a..b@c.d, a.@c.d, .a@c.d",          "\"a..b\"@c.d \"a.\"@c.d \".a\"@c.d" },
{ "a@[192.0.2.1]",                     "a@[192.0.2.1]" },
{ "<a@[IPv6:2001:db8::1]>",            "a@[ipv6:2001:db8::1]" },
{ "a@b.c.",                            "a@b.c" },
{ "<@x.y,@[192.0.2.1]:a@b.c>",         "a@b.c" },
{ "<@x.y, (c) @z : a@b.c>",            "a@b.c" },
{ "<@x.y, d@e.f:a@b.c>",               "!" },
{ "<@x.y,,@z:a@b.c>",                  "a@b.c" },
{ "<@x.y @z:a@b.c>",                   "!" },
{ "<@x.y \"d@e.f\":a@b.c>",            "!" },
{ "G: a@b.c, D <d@e.f>;, g@h.i",       "a@b.c d@e.f g@h.i" },
{ "undisclosed-recipients:;",          "" },
{ "G:;a@b.c",                          "a@b.c" },
{ "A: B: a@b.c;",                      "!" },
{ "G: a@b.c",                          "a@b.c" },
{ "\"G H\": a@b.c;",                   "a@b.c" },
{ "root",                              "root" },
{ "root (Cron Daemon)",                "root" },
{ "Root <root>",                       "root" },
{ "=?utf-8?Q?B,_A?= <a@b.c>",          "a@b.c" },
{ "=?utf-8?B?QUI=?= =?x?q?;,:?= <a@b.c>", "a@b.c" },
{ "=?x?q?<d@e.f>?= <a@b.c>",           "!" },
{ "=?x?q?x@y.z?= <a@b.c>",             "a@b.c" },
{ "=?x?q?d,x@y.z,e?= <a@b.c>",         "=?x?q?d x@y.z a@b.c" },
{ "=?utf-8?Q?no end, a@b.c",           "! a@b.c" },
{ "=?, a@b.c",                         "=? a@b.c" },
{ "x@y.z <a@b.c>",                     "a@b.c" },
{ "me@home at work <a@b.c>",           "a@b.c" },
{ "M\303\274ller <a@b.c>",             "a@b.c" },
{ "M\374ller <a@b.c>",                 "a@b.c" },
{ "m\303\274@b\303\274.c",             "m\303\274@b\303\274.c" },
{ "m\374@b.c",                         "!" },
{ "[x] y <a@b.c>",                     "a@b.c" },
{ "A B",                               "!" },
{ "A B, a@b.c",                        "! a@b.c" },
{ "<>",                                "!" },
{ "a@",                                "!" },
{ "a@, d@e.f",                         "! d@e.f" },
{ "@b.c",                              "!" },
{ "@b.c <a@b.c>",                      "!" },
{ "a@b@c",                             "!" },
{ "a@b.c d@e.f",                       "!" },
{ "<a@b.c> <d@e.f>",                   "!" },
{ "<a@b.c> x",                         "!" },
{ "<a@b.c",                            "!" },
{ "a@b.c>",                            "!" },
{ "<<a@b.c>>",                         "!" },
{ "<a@b.c, d@e.f>",                    "! !" },
{ "<@x.y a@b.c>, d@e.f",               "! d@e.f" },
{ "a@b..c",                            "!" },
{ "a@-b",                              "!" },
{ "a\\@b.c",                           "!" },
{ "a@b.c (no end",                     "!" },
{ "\"no end <a@b.c>",                  "!" },
{ "a@[192.0.2.1",                      "!" },
{ "(((((((a)))))) a@b.c",              "!" },
{ "a@b.c) , d@e.f",                    "! d@e.f" },
{ "\"\"@b.c",                          "!" },
{ "\"a\001\"@b.c",                     "!" },
{ "\"\001\" <a@b.c>",                  "a@b.c" },
{ "\001a@b.c",                         "!" },
};
/* clang-format on */

static char said[1024];

static void
tell(const char *in, size_t len)
{
	struct addrlist l;
	struct mailbox m;
	enum addrlist_event ev;
	size_t n = 0;

	addrlist_begin(&l, in, len);
	while ((ev = addrlist_next(&l, &m)) != ADDRLIST_END) {
		if (n > 0)
			said[n++] = ' ';
		if (ev == ADDRLIST_MAILBOX)
			n += mailbox_format(&m, said + n);
		else
			said[n++] = '!';
	}
	said[n] = '\0';
}

static void
rows(void)
{
	size_t i, n;
	char *exact;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		/* of its own size, for the sanitizer */
		n = strlen(t[i].in);
		exact = malloc(n);
		memcpy(exact, t[i].in, n);
		tell(exact, n);
		if (!ok(strcmp(said, t[i].want) == 0, "row %zu", i))
			printf("# %s: %s\n", t[i].want, said);
		free(exact);
	}
}

/* how many mailboxes and bad ones are in times copies */
static void
count(const char *in, size_t times, unsigned int counts[4])
{
	size_t n = strlen(in), i;
	char *s = malloc(n * times);
	enum addrlist_event ev;
	struct addrlist l;
	struct mailbox m;

	memset(counts, 0, 4 * sizeof(*counts));
	for (i = 0; i < times; i++)
		memcpy(s + i * n, in, n);
	addrlist_begin(&l, s, n * times);
	do
		counts[ev = addrlist_next(&l, &m)]++;
	while (ev != ADDRLIST_END);
	free(s);
}

static void
caps(void)
{
	static const char *const deep[] = { "(", "\"", "[", "<", "a:", "=?",
		"=?a?q?", "\\", "a@", "<@", "(\\", "a." };
	unsigned int c[4];
	char in[400];
	size_t i;

	count("a@b,", ADDRLIST_MAX, c);
	ok(c[ADDRLIST_MAILBOX] == ADDRLIST_MAX && c[ADDRLIST_MANY] == 0,
	    "as many as may be");
	count("a@b,", ADDRLIST_MAX + 5, c);
	ok(c[ADDRLIST_MAILBOX] == ADDRLIST_MAX && c[ADDRLIST_MANY] == 1,
	    "one more");
	for (i = 0; i < sizeof(deep) / sizeof(*deep); i++) {
		count(deep[i], FIELD_BYTES / 2, c);
		ok(c[ADDRLIST_MAILBOX] == 0 && c[ADDRLIST_BAD] == 1,
		    "%s for 32 thousand times", deep[i]);
	}
	snprintf(in, sizeof(in), "%0*d@b", LOCAL_MAX, 0);
	tell(in, strlen(in));
	ok(strcmp(said, in) == 0, "the longest local part");
	snprintf(in, sizeof(in), "%0*d@b", LOCAL_MAX + 1, 0);
	tell(in, strlen(in));
	ok(strcmp(said, "!") == 0, "one longer");
	snprintf(in, sizeof(in), "a@%0300d", 0);
	tell(in, strlen(in));
	ok(strcmp(said, "!") == 0, "a long domain");
	snprintf(in, sizeof(in), "%0300d <a@b>", 0);
	tell(in, strlen(in));
	ok(strcmp(said, "a@b") == 0, "a long word of a phrase");
	tell("a\0b@c", 5);
	ok(strcmp(said, "!") == 0, "NUL");
	tell("\"a\0b\"@c, d@e", 12);
	ok(strcmp(said, "! d@e") == 0, "NUL in quotes");
}

/* an address before the brackets is told beside, for its element alone */
static void
shown(void)
{
	static const char in[] = "x@y.z <a@b.c>, \"x@y.z\" <a@b.c>, "
				 "x @y.z (c) d <a@b.c>, a@b.c";
	static const int want[] = { 1, 0, 1, 0 };
	struct addrlist l;
	struct mailbox m;
	size_t i;

	addrlist_begin(&l, in, sizeof(in) - 1);
	for (i = 0; i < 4; i++)
		ok(addrlist_next(&l, &m) == ADDRLIST_MAILBOX &&
			strcmp(m.local, "a") == 0 && l.shows == want[i] &&
			(!l.shows || strcmp(l.shown.domain, "y.z") == 0),
		    "shown %zu", i);
}

int
main(void)
{
	rows();
	shown();
	caps();
	return done();
}

/* aliascheck: aliases, and what is said of them, first the configuration */
#include <stdio.h>

#include "aliascheck.h"
#include "tap.h"

#include "smtpd/people.h"

/* clang-format off */
#define MEANT ": neither a user nor an alias; one of them, or an address elsewhere, was meant\n"
#define CIRCLE "a circle: it comes back to itself, and no user is called so; a user or an address was meant at its end\n"
#define MUCH "too deep or too many; 10 aliases behind each other and 200 recipients at most were meant\n"

static const struct row {
	const char *aliases, *postmaster, *catch_all, *said;
} rows[] = {
{ "", "al", NULL, "" },
{ "", "bo+post", NULL, "" },
{ "", "bo@example.org", NULL, "" },
{ "postmaster: bo", "postmaster", NULL, "" },
{ "team: bo, a@example.com", "team", NULL, "" },
{ "", "zz", NULL, "0:0: postmaster: zz leads to nobody here; a user was meant\n" },
{ "", "postmaster", NULL, "0:0: postmaster: postmaster leads to nobody here; a user was meant\n" },
{ "", "a@example.com", NULL, "0:0: postmaster: a@example.com leads to nobody here; a user was meant\n" },
{ "", "a b", NULL, "0:0: postmaster: a b leads to nobody here; a user was meant\n" },
{ "bo: a@example.com", "bo", NULL, "0:0: postmaster: bo leads to nobody here; a user was meant\n" },
{ "bo: a@example.com", "al", "bo", "" },
{ "", "al", "zz", "0:0: catch_all: zz leads to nobody here; a user was meant\n" },
{ "", "al", "zz@example.org", "0:0: catch_all: zz@example.org leads to nobody here; a user was meant\n" },

{ "info: bo, carol+x, a@example.com, bo@example.org, jean", "al", NULL, "" },
{ "info: zz", "al", NULL, "1:7: zz" MEANT },
{ "info: bo,\n  zz,\n\tyy@example.org, xx@Shop.example.org", "al", NULL,
  "2:3: zz" MEANT "3:2: yy@example.org" MEANT "3:18: xx@shop.example.org" MEANT },
{ "info: zz, zz@example.org", "al", "bo", "1:7: zz" MEANT },
{ "info: zz@example.org\n@example.org: bo", "al", NULL, "" },
{ "info: zz@a.lists.example.org\n@example.org: bo", "al", NULL, "1:7: zz@a.lists.example.org" MEANT },
{ "old: zz until=2020-01-01\ninfo: old\nbo: carol until=2020-01-01", "al", NULL, "1:6: zz" MEANT },
{ "info: abuse, postmaster@example.org", "al", NULL, "" },
{ "info@example.com: bo\n@org: bo\nx@a.lists.example.org: bo", "al", NULL,
  "1:1: example.com: not one of our domains; one of smtpd.conf's domains was meant\n"
  "2:1: org: not one of our domains; one of smtpd.conf's domains was meant\n" },

{ "bo: bo, carol\nal: AL", "al", NULL, "" },
{ "bo: b\nb: bo", "al", NULL, "2:1: " CIRCLE },
{ "a: a", "al", NULL, "1:1: " CIRCLE },
{ "a: b\nb: c, bo\nc: a", "al", NULL, "1:1: " CIRCLE "2:1: " CIRCLE "3:1: " CIRCLE },
{ "into: a\na: b\nb: a", "al", NULL, "2:1: " CIRCLE "3:1: " CIRCLE },
{ "a@example.org: a\na: a@example.org", "al", NULL, "1:1: " CIRCLE "2:1: " CIRCLE },
{ "@example.org: zz@example.org", "al", NULL, "1:1: " CIRCLE },
{ "a: b\nb: c\nc: d\nd: e\ne: f\nf: g\ng: h\nh: i\ni: j\nj: k\nk: bo", "al", NULL, "1:1: " MUCH },
{ "b: c\nc: d\nd: e\ne: f\nf: g\ng: h\nh: i\ni: j\nj: k\nk: bo", "al", NULL, "" },

{ "bo: \"|cat\", bo\nbo@example.org: \"|cat\"", "al", NULL, "" },
{ "a: \"|cat\"\n@example.org: bo, \"|cat\"", "al", NULL,
  "1:4: a pipe runs as the user that its alias is called, and there is no such user; the name of one was meant\n"
  "2:19: a pipe runs as the user that its alias is called, and there is no such user; the name of one was meant\n" },
};
/* clang-format on */

struct said {
	char text[4096];
	size_t n;
};

static void
complain(size_t line, size_t column, const char *why, void *arg)
{
	struct said *s = arg;

	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n,
	    "%zu:%zu: %s\n", line, column, why);
}

static void
names_of_domains(void)
{
	static const char *const bad[] = { "*", "example.org", "a..b", NULL };
	struct directory d = people("");
	struct said s = { .n = 0 };

	d.domains = bad;
	ok(aliases_check(&d, complain, &s) == -1 &&
		strcmp(s.text,
		    "0:0: domains: *: all of them; example.org or "
		    "\"*.example.org\" was meant\n"
		    "0:0: domains: a..b: not a domain; example.org or "
		    "\"*.example.org\" was meant\n") == 0,
	    "domains that are none, and all the world");
	aliases_free((struct aliases *)(uintptr_t)d.aliases);
}

/* ten thousand, each with some others behind it */
static void
many(void)
{
	enum { N = 10000 };
	char *text = malloc((size_t)N * 64), *p = text;
	struct timespec from, to;
	struct directory d;
	struct said s = { .n = 0 };
	long ms;
	int i;

	for (i = 0; i < N; i++)
		p += snprintf(p, 64,
		    i % 8 == 7 ? "a%d: bo+%d\n" : "a%d: a%d, carol\n", i,
		    i + 1);
	d = people(text);
	free(text);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	ok(aliases_check(&d, complain, &s) == 0, "%d aliases", N);
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	ms = (to.tv_sec - from.tv_sec) * 1000 +
	    (to.tv_nsec - from.tv_nsec) / 1000000;
	ok(ms < 5000, "in %ld ms", ms);
	aliases_free((struct aliases *)(uintptr_t)d.aliases);
}

int
main(void)
{
	const struct row *r;
	struct directory d;
	struct said s;
	int bad;

	for (r = rows; r < rows + sizeof(rows) / sizeof(*rows); r++) {
		s = (struct said){ .n = 0 };
		d = people(r->aliases);
		d.postmaster = r->postmaster;
		d.catch_all = r->catch_all;
		bad = aliases_check(&d, complain, &s);
		if (!ok(strcmp(s.text, r->said) == 0 &&
			    bad == (*r->said == '\0' ? 0 : -1),
			"row %d", (int)(r - rows) + 1))
			printf("# %s", s.text);
		aliases_free((struct aliases *)(uintptr_t)d.aliases);
	}
	names_of_domains();
	many();
	return done();
}

/*
 * expand: tables of aliases, and where addresses lead with them: "bo" is a
 * user, "bo+x" one with a detail, others are elsewhere, "|" is a pipe of the
 * user in front. Each rule of the order has a row that fails without it.
 */
#include <stdio.h>

#include "expand.h"
#include "tap.h"

#include "smtpd/people.h"

#define NOBODY "550 5.1.1"
#define OVER "550 5.1.6"
#define RELAY "550 5.7.1"
#define LIMIT "451 4.3.5"

/* clang-format off */
static const struct row {
	const char *aliases, *detail, *catch_all;
	const char *to, *leads;
} rows[] = {
/* users, in any case, with details */
{ "", "+", NULL, "bo@example.org", "bo" },
{ "", "+", NULL, "BO@EXAMPLE.org", "bo" },
{ "", "+", NULL, "\"bo\"@shop.example.org.", "bo" },
{ "", "+", NULL, "\"x y\"@example.org", "x y" },
{ "", "+", NULL, "\"X Y\"@example.org", "x y" },
{ "", "+", NULL, "j\303\274rgen@example.org", "j\303\274rgen" },
{ "", "+", NULL, "j\303\274rgen+\303\244@example.org", "j\303\274rgen+\303\244" },
{ "", "+", NULL, "bo+Work@example.org", "bo+Work" },
{ "", "+", NULL, "bo+a+b@example.org", "bo+a+b" },
{ "", "+", NULL, "bo+@example.org", "bo" },
{ "", "+", NULL, "+bo@example.org", NOBODY },
{ "", "+", NULL, "bo-x@example.org", NOBODY },
{ "", "", NULL, "bo+x@example.org", NOBODY },
{ "", "", NULL, "bo@example.org", "bo" },
{ "", "+-", NULL, "bo-x@example.org", "bo+x" },
{ "", "+-", NULL, "bo+x@example.org", "bo+x" },
{ "", "+-", NULL, "jean-luc@example.org", "jean-luc" },
{ "", "+-", NULL, "jean-luc+x-y@example.org", "jean-luc+x-y" },
{ "", "+-", NULL, "jean-paul@example.org", "jean+paul" },
{ "", "+-", NULL, "jean-luc-x@example.org", "jean-luc+x" },
{ "", "+", NULL, "nobody@example.org", NOBODY },
{ "", "+", NULL, "bob@example.org", NOBODY },
{ "", "+", NULL, "b@example.org", NOBODY },

/* our domains */
{ "", "+", NULL, "bo@a.lists.example.org", "bo" },
{ "", "+", NULL, "bo@a.b.LISTS.example.org", "bo" },
{ "", "+", NULL, "bo@lists.example.org", RELAY },
{ "", "+", NULL, "bo@xlists.example.org", RELAY },
{ "", "+", NULL, "bo@example.com", RELAY },
{ "", "+", NULL, "bo@org", RELAY },
{ "", "+", NULL, "bo@mail.example.org", RELAY },
{ "", "+", NULL, "bo@[192.0.2.1]", RELAY },
{ "@example.com: bo", "+", NULL, "bo@example.com", RELAY },
{ "bo@example.com: bo", "+", "bo", "bo@example.com", RELAY },

/* postmaster and abuse are always there */
{ "", "+", NULL, "postmaster@example.org", "al" },
{ "", "+", NULL, "PostMaster@shop.example.org", "al" },
{ "", "+", NULL, "abuse@a.lists.example.org", "al" },
{ "", "+", NULL, "postmaster+x@example.org", "al+x" },
{ "", "+", NULL, "postmaster", "al" },
{ "", "+", NULL, "webmaster@example.org", NOBODY },
{ "postmaster: bo", "+", NULL, "postmaster@example.org", "bo" },
{ "postmaster: bo", "+", NULL, "postmaster", "bo" },
{ "postmaster: bo", "+", NULL, "abuse@example.org", "al" },
{ "abuse: postmaster", "+", NULL, "abuse@example.org", "al" },
{ "postmaster@example.org: bo", "+", NULL, "postmaster@example.org", "bo" },
{ "postmaster@example.org: bo", "+", NULL, "postmaster", "al" },
{ "@example.org: bo", "+", "carol", "postmaster@example.org", "al" },
{ "postmaster: abuse\nabuse: postmaster", "+", NULL, "abuse@example.org", NOBODY },

/* the order */
{ "bo@example.org: carol\nbo: al", "+", NULL, "bo@example.org", "carol" },
{ "bo@example.org: carol\nbo: al", "+", NULL, "bo@shop.example.org", "al" },
{ "bo: al", "+", NULL, "bo@example.org", "al" },
{ "bo@shop.example.org: al", "+", NULL, "bo@example.org", "bo" },
{ "@example.org: al", "+", "carol", "bo@example.org", "bo" },
{ "@example.org: al", "+", "carol", "zz@example.org", "al" },
{ "@example.org: al", "+", "carol", "zz@shop.example.org", "carol" },
{ "", "+", "carol", "zz@example.org", "carol" },
{ "", "+", "carol", "zz@example.com", RELAY },
{ "", "+", "zz@example.com", "zz@example.org", "zz@example.com" },
{ "", "+", "nobody", "zz@example.org", NOBODY },
{ "@example.org: al", "+", "carol", "zz", NOBODY },
/* exact, then without detail, then catch-alls */
{ "bo+x: al\nbo: carol", "+", NULL, "bo+x@example.org", "al" },
{ "bo+x: al\nbo@example.org: carol", "+", NULL, "bo+x@example.org", "al" },
{ "bo+x@example.org: al\nbo+x: carol", "+", NULL, "bo+x@example.org", "al" },
{ "bo+x@example.org: al\nbo+x: carol", "+", NULL, "bo+x@shop.example.org", "carol" },
{ "BO+x: al", "+", NULL, "bo+X@example.org", "al" },
{ "bo: carol", "+", NULL, "bo+x@example.org", "carol+x" },
{ "bo@example.org: carol", "+", NULL, "bo+x@example.org", "carol+x" },
{ "jean@example.org: bo", "+-", NULL, "jean-luc@example.org", "jean-luc" },
{ "@example.org: al", "+", NULL, "bo+x@example.org", "bo+x" },
{ "@example.org: al", "+", "al", "bo+x@shop.example.org", "bo+x" },
{ "@example.org: al", "+", NULL, "zz+x@example.org", "al+x" },
{ "", "+", "carol", "zz+x@example.org", "carol+x" },
{ "@example.org: al+all", "+", NULL, "zz+x@example.org", "al+all" },

/* details go through, unless the target has its own (OpenSMTPD #473, #887) */
{ "info: bo", "+", NULL, "info+x@example.org", "bo+x" },
{ "info: bo+lists", "+", NULL, "info@example.org", "bo+lists" },
{ "info: bo+lists", "+", NULL, "info+x@example.org", "bo+lists" },
{ "info: bo@example.org", "+", NULL, "info+x@example.org", "bo+x" },
{ "info: bo@example.com", "+", NULL, "info+x@example.org", "bo@example.com" },
{ "info: bo+y@example.com", "+", NULL, "info@example.org", "bo+y@example.com" },
{ "a: b\nb: c\nc: bo", "+", NULL, "a+x@example.org", "bo+x" },
{ "a: b\nb+x: carol\nb: bo", "+", NULL, "a+x@example.org", "carol" },
{ "a: b\nb+x: carol\nb: bo", "+", NULL, "a+y@example.org", "bo+y" },
{ "info: jean-luc", "+-", NULL, "info-x@example.org", "jean-luc+x" },
{ "info: jean-luc", "+-", NULL, "info+x@example.org", "jean-luc+x" },
{ "info: bo, carol+c", "+", NULL, "info+x@example.org", "bo+x carol+c" },

/* an alias of nobody is refused at once (chasquid #49) */
{ "info: nobody", "+", NULL, "info@example.org", NOBODY },
{ "info: nobody, noone@example.org", "+", NULL, "info@example.org", NOBODY },
{ "info: nobody, bo", "+", NULL, "info@example.org", "bo" },
{ "info: zz@example.org", "+", "carol", "info@example.org", "carol" },
{ "info: zz", "+", "carol", "info@example.org", NOBODY },
/* elsewhere is elsewhere: no quota of a user is asked (#4767) */
{ "info: a@example.com, b@example.net", "+", NULL, "info@example.org", "a@example.com b@example.net" },
{ "info: bo, a@example.com", "+", NULL, "info@example.org", "bo a@example.com" },
/* a catch-all never swallows users, nor aliases (#1053) */
{ "@example.org: al\ninfo: carol", "+", "al", "info@example.org", "carol" },
{ "@example.org: bo@example.com", "+", NULL, "carol@example.org", "carol" },
{ "@example.org: bo@example.com", "+", NULL, "zz@example.org", "bo@example.com" },

/* the same once */
{ "info: bo, bo, BO, bo@example.org", "+", NULL, "info@example.org", "bo" },
{ "info: a, b\na: bo, carol\nb: carol, bo", "+", NULL, "info@example.org", "bo carol" },
{ "info: A@example.com, a@EXAMPLE.com, b@example.com", "+", NULL, "info@example.org", "A@example.com b@example.com" },
{ "info: bo, bo+x", "+", NULL, "info@example.org", "bo bo+x" },

/* what comes back to itself */
{ "bo: bo", "+", NULL, "bo@example.org", "bo" },
{ "bo: bo, carol", "+", NULL, "bo@example.org", "bo carol" },
{ "bo: carol, BO", "+", NULL, "bo+x@example.org", "carol+x bo+x" },
{ "bo: bo+lists", "+", NULL, "bo@example.org", "bo+lists" },
{ "bo+x: bo+x, carol", "+", NULL, "bo+x@example.org", "bo+x carol" },
{ "bo@example.org: bo@example.org, al", "+", NULL, "bo@example.org", "bo al" },
{ "bo@example.org: bo, al\nbo: bo@example.org", "+", NULL, "bo@example.org", "bo al" },
{ "bo: bo@example.org, a@example.com", "+", NULL, "bo@example.org", "bo a@example.com" },
{ "a: b\nb: a", "+", NULL, "a@example.org", NOBODY },
{ "a: b, carol\nb: a", "+", NULL, "a@example.org", "carol" },
{ "bo: b\nb: bo", "+", NULL, "bo@example.org", "bo" },
{ "a: a", "+", NULL, "a@example.org", NOBODY },
{ "@example.org: zz@example.org", "+", NULL, "zz@example.org", NOBODY },
{ "@example.org: zz@example.org, bo", "+", NULL, "zz@example.org", "bo" },
{ "@example.org: postmaster", "+", "postmaster", "zz@example.org", "al" },
{ "", "+", "postmaster", "zz@example.org", "al" },
{ "", "+", "zz@example.org", "yy@example.org", NOBODY },
{ "", "+", "\"bad", "yy@example.org", NOBODY },

/* depth */
{ "a: b\nb: c\nc: d\nd: e\ne: f\nf: g\ng: h\nh: i\ni: j\nj: bo", "+", NULL, "a@example.org", "bo" },
{ "a: b\nb: c\nc: d\nd: e\ne: f\nf: g\ng: h\nh: i\ni: j\nj: k\nk: bo", "+", NULL, "a@example.org", LIMIT },
{ "a: carol, b\nb: c\nc: d\nd: e\ne: f\nf: g\ng: h\nh: i\ni: j\nj: k\nk: bo", "+", NULL, "a@example.org", LIMIT },
{ "a: b\nb: c\nc: d\nd: e\ne: f\nf: g\ng: h\nh: i\ni: j\nj: k\nk: bo", "+", NULL, "b@example.org", "bo" },

/* dates: it is 2027-01-15 */
{ "info: bo until=2027-01-15", "+", NULL, "info@example.org", "bo" },
{ "info: bo until=2027-01-14", "+", NULL, "info@example.org", OVER },
{ "info: bo until=2027-01-14", "+", NULL, "info+x@example.org", OVER },
{ "info: bo until=2027-01-14", "+", "carol", "info@example.org", OVER },
{ "info: bo until=2027-01-14\n@example.org: al", "+", NULL, "info@example.org", OVER },
{ "@example.org: al until=2027-01-14", "+", "carol", "zz@example.org", OVER },
{ "a: b, bo\nb: carol until=2027-01-14", "+", NULL, "a@example.org", "bo" },
{ "a: b, nobody\nb: carol until=2027-01-14", "+", NULL, "a@example.org", OVER },
{ "bo: carol until=2027-01-15", "+", NULL, "bo@example.org", "carol" },
{ "bo: carol until=2027-01-14", "+", NULL, "bo@example.org", "bo" },
{ "bo: carol until=2027-01-14", "+", NULL, "bo+x@example.org", "bo+x" },
{ "bo@example.org: carol until=2027-01-14", "+", NULL, "bo@example.org", OVER },

/* pipes */
{ "bo: \"|cat -n\", bo", "+", NULL, "bo@example.org", "bo|cat -n bo" },
{ "bo: \"|cat\", \"|cat\"", "+", NULL, "bo+x@example.org", "bo|cat" },
{ "zz: \"|cat\"", "+", NULL, "zz@example.org", NOBODY },
};
/* clang-format on */

static const char *
written(const struct expansion *e)
{
	static char out[ALIAS_RESULTS * 64];
	char text[MAILBOX_TEXT];
	const struct final *f;
	size_t n = 0;

	out[0] = '\0';
	for (f = e->v; f < e->v + e->n; f++) {
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s",
		    n > 0 ? " " : "");
		if (f->kind == FINAL_REMOTE)
			mailbox_format(&f->to, text);
		n += (size_t)snprintf(out + n, sizeof(out) - n, "%s%s%s",
		    f->kind == FINAL_REMOTE ? text : users[f->user],
		    f->kind == FINAL_PIPE ? "|" : "",
		    f->kind == FINAL_PIPE ? f->command : "");
		if (f->kind == FINAL_LOCAL && f->detail[0] != '\0')
			n += (size_t)snprintf(out + n, sizeof(out) - n, "+%s",
			    f->detail);
	}
	return out;
}

static const char *
leads(const struct directory *d, const char *to, int trusted)
{
	static struct expansion e;
	struct mailbox m = box(to);
	enum verdict v = expand(d, &m, trusted, NOW, &e, NULL, NULL);

	if (v == EXPAND_OK)
		return written(&e);
	return e.n == 0 ? expand_reply(v) : "some although it failed";
}

/* a reply is compared by its codes */
static int
is(const char *got, const char *want)
{
	if (want[0] >= '4' && want[0] <= '5')
		return strncmp(got, want, 9) == 0 && got[9] == ' ';
	return strcmp(got, want) == 0;
}

static void
all_rows(void)
{
	const struct row *r;
	struct directory d;
	const char *got;

	for (r = rows; r < rows + sizeof(rows) / sizeof(*rows); r++) {
		d = people(r->aliases);
		d.detail = r->detail;
		d.catch_all = r->catch_all;
		got = leads(&d, r->to, 0);
		if (!ok(is(got, r->leads), "row %d: %s to %s",
			(int)(r - rows) + 1, r->to, r->leads))
			printf("# %s\n", got);
		aliases_free((struct aliases *)(uintptr_t)d.aliases);
	}
}

static void
trusted(void)
{
	struct directory d = people("bo@example.com: carol");

	ok(is(leads(&d, "a@example.com", 1), "a@example.com"),
	    "trusted: anywhere");
	ok(is(leads(&d, "bo@Example.COM", 1), "bo@example.com"),
	    "trusted: what is not ours has no alias");
	ok(is(leads(&d, "zz@example.org", 1), NOBODY),
	    "trusted: nobody is still nobody");
	aliases_free((struct aliases *)(uintptr_t)d.aliases);
}

static void
bounces(void)
{
	static const struct srs s = { .secret = "known to tests" };
	struct directory d = people("@example.org: carol");
	struct mailbox m, from = box("Some.One@example.net");
	char text[MAILBOX_TEXT];

	srs_rewrite(&s, &from, "example.org", NOW - 86400 * 20, &m);
	mailbox_format(&m, text);
	ok(is(leads(&d, text, 0), "carol"), "srs: no: an address like another");
	d.srs = &s;
	ok(is(leads(&d, text, 0), "Some.One@example.net"), "srs: back");
	ok(is(leads(&d, "bo+srs0=x@example.org", 0), "bo+srs0=x"),
	    "srs: other addresses are what they were");
	text[6] = text[6] == 'A' ? 'B' : 'A';
	ok(is(leads(&d, text, 0), NOBODY), "srs: forged");
	srs_rewrite(&s, &from, "example.org", NOW - 86400 * 23, &m);
	mailbox_format(&m, text);
	ok(is(leads(&d, text, 0), NOBODY), "srs: too old");
	snprintf(strchr(text, '@'), 16, "@example.com");
	ok(is(leads(&d, text, 0), RELAY), "srs: not our domain");
	aliases_free((struct aliases *)(uintptr_t)d.aliases);
}

/* results, and work that leads to few */
static void
limits(void)
{
	static char text[1 << 16];
	struct directory d;
	char *p = text;
	int i, j;

	p += snprintf(p, 64, "a: ");
	for (i = 0; i < ALIAS_RESULTS; i++)
		p += snprintf(p, 64, "%su%d@example.com", i > 0 ? ", " : "", i);
	snprintf(p, 64, "\nb: a, bo\nc: a, u0@example.com\n");
	d = people(text);
	ok(!is(leads(&d, "a@example.org", 0), LIMIT), "as many as may be");
	ok(is(leads(&d, "b@example.org", 0), LIMIT), "one more");
	ok(!is(leads(&d, "c@example.org", 0), LIMIT), "the same once more");
	aliases_free((struct aliases *)(uintptr_t)d.aliases);
	for (p = text, i = 0; i < 8; i++) {
		p += snprintf(p, 64, "w%d: bo", i);
		for (j = 0; j < 100; j++)
			p += snprintf(p, 64, ", w%d", i + 1);
		p += snprintf(p, 64, "\n");
	}
	snprintf(p, 64, "w8: bo\n");
	d = people(text);
	ok(is(leads(&d, "w0@example.org", 0), LIMIT), "100^8 ways to one user");
	aliases_free((struct aliases *)(uintptr_t)d.aliases);
}

/* what bo's ~/.forward names, with his ~ in front when he keeps his mail */
static void
forwards(void)
{
	static const struct {
		const char *aliases, *to[4], *want;
	} t[] = {
		{ "", { "a@example.com" }, "a@example.com" },
		{ "", { "a@example.com", "al+x" }, "a@example.com al+x" },
		{ "", { "a@example.com", "A@example.com" }, "a@example.com" },
		{ "", { "a@example.com", "bo+x" }, "~a@example.com" },
		{ "", { "bo@example.org", "al" }, "~al" },
		{ "", { "bo@example.org" }, "~" },
		{ "", { "nobody", "al" }, "al" },
		{ "", { "nobody" }, "~" },
		{ "team: bo, al", { "team", "carol" }, "~al carol" },
		{ "a: b\nb: a", { "a" }, "~" },
		{ "bo: carol", { "bo@example.org" }, "carol" },
		{ "old: al until=2027-01-14", { "old" }, "~" },
	};
	static struct expansion e;
	struct directory d;
	struct mailbox to[4];
	char got[512];
	size_t i, n;
	int keeps;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		d = people(t[i].aliases);
		for (n = 0; n < 4 && t[i].to[n] != NULL; n++)
			to[n] = box(t[i].to[n]);
		expand_forward(&d, 1, to, n, NOW, &e, &keeps);
		snprintf(got, sizeof(got), "%s%s", keeps ? "~" : "",
		    written(&e));
		if (!ok(strcmp(got, t[i].want) == 0, "forward %zu: %s", i,
			t[i].want))
			printf("# %s\n", got);
		aliases_free((struct aliases *)(uintptr_t)d.aliases);
	}
}

struct told {
	char text[1024];
	size_t n;
};

static void
tell(int depth, const char *line, void *arg)
{
	struct told *t = arg;

	t->n += (size_t)snprintf(t->text + t->n, sizeof(t->text) - t->n,
	    "%d %s\n", depth, line);
}

static void
traces(void)
{
	static const char want[] =
	    "0 info+x@example.org: alias info of line 1\n"
	    "1 bo with +x: user, detail x\n"
	    "1 a@example.com: remote\n"
	    "1 old with +x: alias of line 2, whose time is over\n"
	    "1 zz with +x: nobody\n";
	static struct expansion e;
	struct directory d = people("info: bo, a@example.com, old, zz\n"
				    "old: bo until=2020-01-01\n"
				    "round: round");
	struct told t = { .n = 0 };
	struct mailbox m = box("info+x@example.org");

	expand(&d, &m, 0, NOW, &e, tell, &t);
	if (!ok(strcmp(t.text, want) == 0, "each step is told"))
		printf("# %s", t.text);
	t.n = 0;
	m = box("round@example.org");
	expand(&d, &m, 0, NOW, &e, tell, &t);
	ok(strcmp(t.text,
	       "0 round@example.org: alias round of line 3\n"
	       "1 round: a circle, and no user is called so\n") == 0,
	    "a circle is told");
	t.n = 0;
	m = box("bo@example.com");
	expand(&d, &m, 0, NOW, &e, tell, &t);
	ok(strcmp(t.text, "0 bo@example.com: not one of our domains\n") == 0,
	    "a relay is told");
	t.n = 0;
	m = box("postmaster@example.org");
	expand(&d, &m, 0, NOW, &e, tell, &t);
	ok(strcmp(t.text,
	       "0 postmaster@example.org: postmaster\n"
	       "1 al: user\n") == 0,
	    "postmaster is told");
	aliases_free((struct aliases *)(uintptr_t)d.aliases);
}

int
main(void)
{
	all_rows();
	trusted();
	bounces();
	limits();
	traces();
	forwards();
	return done();
}

/* route: lists, mails, and the entry that counts; entries that are none */
#include <string.h>

#include "pattern.h"
#include "route.h"
#include "tap.h"

static const struct route list[] = {
	{ .to = "boss@corp.example", .host = "a.example" },
	{ .to = "corp.example", .host = "b.example" },
	{ .to = "*.corp.example",
	    .host = "c.example",
	    .port = 587,
	    .tls = ROUTE_VERIFY,
	    .auth = "relay1" },
	{ .from = "bo", .to = "*.example.net", .discard = 1 },
	{ .from = "<>", .to = "d.example", .host = "d.example" },
	{ .from = "news@our.example", .host = "e.example" },
	{ .from = "*.our.example", .host = "f.example" },
	{ .to = "[192.0.2.1]", .host = "g.example" },
	{ .to = "tls.example", .tls = ROUTE_REQUIRE },
	{ .from = "bo", .to = "*", .host = "h.example" },
	{ .from = "*", .to = "all.example", .host = "i.example" },
};

/* clang-format off */
static const struct { const char *from, *user, *to; int n; } mails[] = {
{ "x@y.example",        NULL, "boss@corp.example",     0 },
{ "x@y.example",        NULL, "BOSS@Corp.Example",     0 },
{ "x@y.example",        NULL, "bos@corp.example",      1 },
{ "x@y.example",        NULL, "x@a.corp.example",      2 },
{ "x@y.example",        NULL, "boss@a.b.corp.example", 2 },
{ "x@y.example",        NULL, "x@xcorp.example",      -1 },
{ "x@y.example",        NULL, "x@corp.example.org",   -1 },
{ "x@y.example",        "bo", "x@a.example.net",       3 },
{ "bo@y.example",       NULL, "x@a.example.net",      -1 },
{ "x@y.example",        "al", "x@a.example.net",      -1 },
{ "",                   NULL, "x@d.example",           4 },
{ "x@y.example",        NULL, "x@d.example",          -1 },
{ "",                   NULL, "x@z.example",          -1 },
{ "News@our.example",   "al", "x@z.example",           5 },
{ "new@our.example",    "al", "x@z.example",          -1 },
{ "x@a.our.example",    NULL, "x@z.example",           6 },
{ "x@a.our.example",    NULL, "x@corp.example",        1 },
{ "x@y.example",        NULL, "x@[192.0.2.1]",         7 },
{ "x@y.example",        NULL, "x@tls.example",         8 },
{ "x@y.example",        "bo", "x@tls.example",         8 },
{ "x@y.example",        "bo", "x@z.example",           9 },
{ "",                   "bo", "x@z.example",           9 },
{ "",                   NULL, "x@all.example",        10 },
{ "x@y.example",        "al", "x@all.example",        10 },
};
static const struct { struct route is; const char *why; } checks[] = {
{ { .to = "*", .host = "relay.example" }, NULL },
{ { .host = "[192.0.2.1]", .port = 2525 }, NULL },
{ { .to = "x@y.example", .from = "bo", .discard = 1 }, NULL },
{ { .from = "<>", .discard = 1 }, NULL },
{ { .from = "*", .discard = 1 }, NULL },
{ { .to = "localhost", .tls = ROUTE_DANE }, NULL },
{ { .to = "b\303\274.example", .discard = 1 }, NULL },
{ { .host = "r.example", .tls = ROUTE_VERIFY, .auth = "r" }, NULL },
{ { .to = "*" }, "neither a way" },
{ { .to = "*", .port = 587 }, "neither a way" },
{ { .to = "*", .tls = ROUTE_REQUIRE, .port = 587 }, "port without host" },
{ { .host = "r.example", .discard = 1 }, "discard and" },
{ { .port = 25, .discard = 1 }, "discard and" },
{ { .tls = ROUTE_REQUIRE, .discard = 1 }, "discard and" },
{ { .auth = "r", .discard = 1 }, "discard and" },
{ { .host = "r.example", .auth = "r" }, "auth without" },
{ { .host = "r.example", .auth = "r", .tls = ROUTE_REQUIRE }, "auth without" },
{ { .host = "r.example", .auth = "r", .tls = ROUTE_PLAIN }, "auth without" },
{ { .auth = "r", .tls = ROUTE_VERIFY }, "auth without" },
{ { .host = "-r", .to = "*" }, "not a host" },
{ { .host = "", .to = "*" }, "not a host" },
{ { .host = "r.example", .to = "" }, "not a domain" },
{ { .host = "r.example", .to = "<>" }, "not a domain" },
{ { .host = "r.example", .to = "*x.example" }, "not a domain" },
{ { .host = "r.example", .to = "a.*.example" }, "not a domain" },
{ { .host = "r.example", .to = "*." }, "not a domain" },
{ { .host = "r.example", .to = "@example.org" }, "not an address" },
{ { .host = "r.example", .from = "bo@" }, "not an address" },
{ { .host = "r.example", .from = "" }, "not a domain" },
};
static const struct { const char *pattern, *domain; int is; } patterns[] = {
{ "example.org", "example.org", 1 }, { "Example.ORG", "example.org", 1 },
{ "example.org", "a.example.org", 0 }, { "*.example.org", "a.example.org", 1 },
{ "*.Example.org", "a.b.example.org", 1 }, { "*.example.org", "example.org", 0 },
{ "*.example.org", ".example.org", 0 }, { "*.example.org", "", 0 },
{ "*", "org", 1 }, { "*", "", 0 }, { "example.org", "", 0 },
};
/* clang-format on */

int
main(void)
{
	struct mailbox from, to;
	const struct route *r;
	enum route_tls tls = ROUTE_DEFAULT;
	const char *why;
	size_t i;

	for (i = 0; i < sizeof(mails) / sizeof(*mails); i++) {
		memset(&from, 0, sizeof(from));
		if (mails[i].from[0] != '\0')
			mailbox_parse(&from, mails[i].from,
			    strlen(mails[i].from), 0);
		mailbox_parse(&to, mails[i].to, strlen(mails[i].to), 0);
		r = route_find(list, sizeof(list) / sizeof(*list), &from,
		    mails[i].user, &to);
		ok(mails[i].n == -1 ? r == NULL : r == list + mails[i].n,
		    "<%s> (%s) to %s: %d", mails[i].from,
		    mails[i].user != NULL ? mails[i].user : "", mails[i].to,
		    mails[i].n);
	}
	ok(route_find(list, 0, &from, NULL, &to) == NULL, "no list");
	for (i = 0; i < sizeof(list) / sizeof(*list); i++)
		ok(route_check(list + i) == NULL, "entry %zu can be", i);
	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++) {
		why = route_check(&checks[i].is);
		ok(checks[i].why == NULL ? why == NULL :
					   why != NULL &&
			    strncmp(why, checks[i].why,
				strlen(checks[i].why)) == 0,
		    "check %zu: %s", i, why != NULL ? why : "right");
	}
	for (i = 0; i < sizeof(patterns) / sizeof(*patterns); i++)
		ok(domain_matches(patterns[i].pattern, patterns[i].domain) ==
			patterns[i].is,
		    "%s, %s", patterns[i].pattern, patterns[i].domain);
	ok(route_tls_parse("verify", &tls) == 0 && tls == ROUTE_VERIFY &&
		route_tls_parse("dane-only", &tls) == 0 && tls == ROUTE_DANE &&
		route_tls_parse("require", &tls) == 0 && tls == ROUTE_REQUIRE &&
		route_tls_parse("opportunistic", &tls) == 0 &&
		tls == ROUTE_OPPORTUNISTIC &&
		route_tls_parse("none", &tls) == 0 && tls == ROUTE_PLAIN &&
		route_tls_parse("", &tls) == -1 &&
		route_tls_parse("no", &tls) == -1,
	    "words of tls");
	return done();
}

/* address: each row a text, what it means, and how it is written again */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "address.h"

#define U ADDRESS_UTF8
#define N ADDRESS_NULL
#define P ADDRESS_POSTMASTER
#define T10 "abcdefghij"
#define T60 T10 T10 T10 T10 T10 T10
#define L63 T60 "abc"
#define D252 L63 "." L63 "." L63 "." T60
#define L255 T60 T60 T60 T60 T10 "abcde"

/* clang-format off */
static const struct {
	const char *in;
	unsigned int flags;
	const char *local, *domain; /* NULL: it is none */
	const char *out;	    /* NULL: as it came */
} mailboxes[] = {
{ "a@b",                 0,     "a", "b", NULL },
{ "Alice@Example.ORG",   0,     "Alice", "example.org", "Alice@example.org" },
{ "a.b+c@d-e.f_g",       0,     "a.b+c", "d-e.f_g", NULL },
{ "!#$%&'*+-/=?^_`{|}~@b", 0,   "!#$%&'*+-/=?^_`{|}~", "b", NULL },
{ "a@b.",                0,     "a", "b", "a@b" },
{ "a@[192.0.2.1]",       0,     "a", "[192.0.2.1]", NULL },
{ "a@[IPv6:2001:db8::1]", 0,    "a", "[ipv6:2001:db8::1]",
  "a@[ipv6:2001:db8::1]" },
{ "a@[IPV6:2001:DB8::A]", 0,    "a", "[ipv6:2001:db8::a]",
  "a@[ipv6:2001:db8::a]" },
{ "\"a\"@b",             0,     "a", "b", "a@b" },
{ "\"a b\"@c",           0,     "a b", "c", NULL },
{ "\"a\\\"b\\\\\"@c",    0,     "a\"b\\", "c", NULL },
{ "\"\\a\"@c",           0,     "a", "c", "a@c" },
{ "\"a@b\"@c",           0,     "a@b", "c", NULL },
{ "\".a\"@c",            0,     ".a", "c", NULL },
{ "\"a..b\"@c",          0,     "a..b", "c", NULL },
{ "\">\"@c",             0,     ">", "c", NULL },
{ L255 "@c",              0,     L255, "c", NULL },
{ "a@" D252 ".ab",       0,     "a", D252 ".ab", NULL },
{ "a@" D252 ".ab.",      0,     "a", D252 ".ab", "a@" D252 ".ab" },
{ "\303\244@\303\266.x", U,     "\303\244", "\303\266.x", NULL },
{ "\"\303\244 b\"@x",    U,     "\303\244 b", "x", NULL },
{ "\360\237\230\200@x",  U,     "\360\237\230\200", "x", NULL },
{ "postmaster",          P,     "postmaster", "", NULL },
{ "PostMaster",          P,     "PostMaster", "", NULL },
{ "postmaster@x",        P,     "postmaster", "x", NULL },
{ "",                    N | P, NULL, NULL, NULL },
{ "postmaster",          0,     NULL, NULL, NULL },
{ "postmaster@",         P,     NULL, NULL, NULL },
{ "abuse",               P,     NULL, NULL, NULL },
{ "@",                   0,     NULL, NULL, NULL },
{ "@b",                  0,     NULL, NULL, NULL },
{ "a@",                  0,     NULL, NULL, NULL },
{ ".a@b",                0,     NULL, NULL, NULL },
{ "a.@b",                0,     NULL, NULL, NULL },
{ "a..b@c",              0,     NULL, NULL, NULL },
{ "a b@c",               0,     NULL, NULL, NULL },
{ "a@b c",               0,     NULL, NULL, NULL },
{ "a@b@c",               0,     NULL, NULL, NULL },
{ "a(x)@b",              0,     NULL, NULL, NULL },
{ "a;b@c",               0,     NULL, NULL, NULL },
{ "a\001@b",             0,     NULL, NULL, NULL },
{ "a\177@b",             U,     NULL, NULL, NULL },
{ "\"\"@b",              0,     NULL, NULL, NULL },
{ "\"a@b",               0,     NULL, NULL, NULL },
{ "\"a\\",               0,     NULL, NULL, NULL },
{ "\"a\"b@c",            0,     NULL, NULL, NULL },
{ "\"a\tb\"@c",          0,     NULL, NULL, NULL },
{ "\"a\nb\"@c",          0,     NULL, NULL, NULL },
{ "\"a\177\"@c",         0,     NULL, NULL, NULL },
{ "\"\\\303\244\"@x",    U,     NULL, NULL, NULL },
{ "a@.b",                0,     NULL, NULL, NULL },
{ "a@b..c",              0,     NULL, NULL, NULL },
{ "a@b..",               0,     NULL, NULL, NULL },
{ "a@.",                 0,     NULL, NULL, NULL },
{ "a@-b",                0,     NULL, NULL, NULL },
{ "a@b-",                0,     NULL, NULL, NULL },
{ "a@b-.c",              0,     NULL, NULL, NULL },
{ "a@b-.",               0,     NULL, NULL, NULL },
{ "a@b/c",               0,     NULL, NULL, NULL },
{ "a@[",                 0,     NULL, NULL, NULL },
{ "a@[]",                0,     NULL, NULL, NULL },
{ "a@[1.2.3]",           0,     NULL, NULL, NULL },
{ "a@[1.2.3.256]",       0,     NULL, NULL, NULL },
{ "a@[1.2.3.4",          0,     NULL, NULL, NULL },
{ "a@[::1]",             0,     NULL, NULL, NULL },
{ "a@[IPv6:1.2.3.4]",    0,     NULL, NULL, NULL },
{ "a@[IPv6:]",           0,     NULL, NULL, NULL },
{ "a@[1.2.3.4]x",        0,     NULL, NULL, NULL },
{ "a@[x-tag:y]",         0,     NULL, NULL, NULL },
{ L255 "x@c",             0,     NULL, NULL, NULL },
{ "\"" L255 "x\"@c",      0,     NULL, NULL, NULL },
{ "a@" D252 ".abc",      0,     NULL, NULL, NULL },
{ "a@" L63 "x.c",        0,     NULL, NULL, NULL },
{ "\303\244@x",          0,     NULL, NULL, NULL },
{ "a@\303\266.x",        0,     NULL, NULL, NULL },
{ "\303@x",              U,     NULL, NULL, NULL },
{ "\303\050@x",          U,     NULL, NULL, NULL },
{ "\300\200@x",          U,     NULL, NULL, NULL },
{ "\340\200\200@x",      U,     NULL, NULL, NULL },
{ "\355\240\200@x",      U,     NULL, NULL, NULL },
{ "\360\200\200\200@x",  U,     NULL, NULL, NULL },
{ "\364\220\200\200@x",  U,     NULL, NULL, NULL },
{ "\377@x",              U,     NULL, NULL, NULL },
};

static const struct {
	const char *in;
	unsigned int flags;
	const char *out;  /* NULL: it is none */
	const char *rest; /* behind it */
} paths[] = {
{ "<a@b>",               0,     "a@b", "" },
{ "<a@b> SIZE=1",        0,     "a@b", " SIZE=1" },
{ "<a@b>>",              0,     "a@b", ">" },
{ "<>",                  N,     "", "" },
{ "<> X",                N,     "", " X" },
{ "<\">\"@b>x",          0,     "\">\"@b", "x" },
{ "<\"\\\">\"@b>x",      0,     "\"\\\">\"@b", "x" },
{ "<@x,@y:a@b>",         0,     "a@b", "" },
{ "<@x:postmaster>",     P,     NULL, "" },
{ "<Postmaster>",        P,     "Postmaster", "" },
{ "<>",                  0,     NULL, "" },
{ "",                    N,     NULL, "" },
{ "a@b",                 0,     NULL, "a@b" },
{ " <a@b>",              0,     NULL, " <a@b>" },
{ "<a@b",                0,     NULL, "<a@b" },
{ "<\"a@b>",             0,     NULL, "<\"a@b>" },
{ "<a@b\\>",             0,     NULL, "" },
{ "<@x>",                0,     NULL, "" },
{ "<@x:>",               N,     NULL, "" },
{ "<@:a@b>",             0,     NULL, "" },
{ "<@x,:a@b>",           0,     NULL, "" },
{ "<@x y:a@b>",          0,     NULL, "" },
{ "< a@b>",              0,     NULL, "" },
{ "<a@b >",              0,     NULL, "" },
{ "<postmaster>",        0,     NULL, "" },
};
/* clang-format on */

/* a copy with nothing behind it: whoever reads on is seen by ASan */
static char *
tight(const char *s, size_t n)
{
	char *p = malloc(n > 0 ? n : 1);

	if (p != NULL)
		memcpy(p, s, n);
	return p;
}

static int
mailbox_row(size_t i)
{
	const char *in = mailboxes[i].in, *why, *out = mailboxes[i].out;
	struct mailbox m, again;
	char text[MAILBOX_TEXT], *p = tight(in, strlen(in));
	size_t n;

	why = mailbox_parse(&m, p, strlen(in), mailboxes[i].flags);
	free(p);
	if (mailboxes[i].local == NULL || why != NULL)
		return mailboxes[i].local == NULL && why != NULL;
	if (strcmp(m.local, mailboxes[i].local) != 0 ||
	    strcmp(m.domain, mailboxes[i].domain) != 0)
		return 0;
	n = mailbox_format(&m, text);
	if (n != strlen(text) || strcmp(text, out == NULL ? in : out) != 0)
		return 0;
	return mailbox_parse(&again, text, n, mailboxes[i].flags) == NULL &&
	    mailbox_same(&m, &again) &&
	    mailbox_is_utf8(&m) == ((mailboxes[i].flags & U) != 0);
}

static int
path_row(size_t i)
{
	const char *in = paths[i].in, *p, *why;
	char text[MAILBOX_TEXT], *copy = tight(in, strlen(in));
	struct mailbox m;
	size_t left;

	p = copy;
	why = path_parse(&m, &p, copy + strlen(in), paths[i].flags);
	left = strlen(in) - (size_t)(p - copy);
	free(copy);
	if (left != strlen(paths[i].rest))
		return 0;
	if (paths[i].out == NULL || why != NULL)
		return paths[i].out == NULL && why != NULL;
	mailbox_format(&m, text);
	return strcmp(text, paths[i].out) == 0;
}

static void
same(void)
{
	struct mailbox a, b, c, d;

	mailbox_parse(&a, "Bob@X.org", 9, 0);
	mailbox_parse(&b, "\"bOB\"@x.ORG.", 12, 0);
	mailbox_parse(&c, "bob@x.com", 9, 0);
	mailbox_parse(&d, "bobx@x.org", 10, 0);
	ok(mailbox_same(&a, &b), "the same");
	ok(!mailbox_same(&a, &c) && !mailbox_same(&a, &d), "others");
}

static void
nul(void)
{
	static const char *const where[] = { "a@b@", "@a@b", "\"@\"@b", "a@x@y",
		"a@[1.2.3.4@]" };
	char s[32];
	struct mailbox m;
	size_t i, n;

	for (i = 0; i < sizeof(where) / sizeof(*where); i++) {
		n = strlen(where[i]);
		memcpy(s, where[i], n);
		s[i == 1 ? 0 : i == 2 ? 1 : i == 4 ? 10 : 3] = '\0';
		ok(mailbox_parse(&m, s, n, U) != NULL, "NUL %zu", i);
	}
	ok(mailbox_parse(&m, "postmaster", 11, P) != NULL, "postmaster, NUL");
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(mailboxes) / sizeof(*mailboxes); i++)
		ok(mailbox_row(i), "mailbox %zu: %s", i,
		    mailboxes[i].local == NULL ? "none" : mailboxes[i].local);
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		ok(path_row(i), "path %zu: %s", i, paths[i].in);
	same();
	nul();
	return done();
}

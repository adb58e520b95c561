/* path: targets and what they name */
#include <string.h>

#include "../tap.h"
#include "path.h"

/* clang-format off */
static const struct { const char *in; int status; const char *path; } t[] = {
{ "/",                0,   "/" },       { "/?x",              0,   "/" },
{ "/a",               0,   "/a" },      { "/a/",              0,   "/a/" },
{ "/a?b/../c",        0,   "/a" },      { "/a%20b",           0,   "/a b" },
{ "/%41%7a",          0,   "/Az" },     { "/%2541",           0,   "/%41" },
{ "/.",               0,   "/" },       { "/./",              0,   "/" },
{ "/a/.",             0,   "/a/" },     { "/a/./b",           0,   "/a/b" },
{ "/a/..",            0,   "/" },       { "/a/../",           0,   "/" },
{ "/a/b/..",          0,   "/a/" },     { "/a/b/../../c",     0,   "/c" },
{ "/a/%2e%2E/b",      0,   "/b" },      { "/a/.%2e/b",        0,   "/b" },
{ "/...",             0,   "/..." },    { "/..a",             0,   "/..a" },
{ "/a..",             0,   "/a.." },    { "/a/.b",            0,   "/a/.b" },
{ "/\303\244",        0,   "/\303\244" },
{ "/%c3%A4",        0,   "/\303\244" },
{ "/..",              400, NULL },      { "/../",             400, NULL },
{ "/%2e%2e",          400, NULL },      { "/a/../..",         400, NULL },
{ "/a/../../b",       400, NULL },      { "//..",             400, NULL },
{ "/%",               400, NULL },      { "/%2",              400, NULL },
{ "/%2g",             400, NULL },      { "/%zz",             400, NULL },
{ "/%00",             400, NULL },      { "/%0a",             400, NULL },
{ "/%09",             400, NULL },      { "/%7f",             400, NULL },
{ "/%?x",             400, NULL },      { "*",                400, NULL },
{ "",                 400, NULL },      { "a",                400, NULL },
{ "/a%2fb",           404, NULL },      { "/a%2Fb",           404, NULL },
{ "/a\\b",            404, NULL },      { "/a%5cb",           404, NULL },
{ "//a%5Cb",          404, NULL },      { "/%2f..",           404, NULL },
{ "//",               301, "/" },       { "//a",              301, "/a" },
{ "/a//b",            301, "/a/b" },    { "/a//",             301, "/a/" },
{ "/a//../b",         301, "/b" },      { "/.//a",            301, "/a" },
{ "///..//a",         400, NULL },      { "/a///b//",         301, "/a/b/" },
{ "//evil.example/",  301, "/evil.example/" },
};

static const struct { const char *path; int hidden; } hidden[] = {
{ "/", 0 }, { "/a.b", 0 }, { "/.git", 1 }, { "/a/.env", 1 }, { "/.git/x", 1 },
{ "/.well-known", 0 }, { "/.well-known/x", 0 }, { "/.well-known/.x", 1 },
{ "/.well-knownx", 1 }, { "/a/.well-known/", 1 }, { "/...", 1 },
};
/* clang-format on */

static void
encoding(void)
{
	char s[64];
	struct put o = { .p = s, .size = sizeof(s) };
	static const char want[] = "/a%20b%25%3F%23%22%C3%A4;~";
	static const char clean[] = "/a%20?b=%22%3Cc%3E%23%5C";

	path_encode(&o, "/a b%?#\"\303\244;~");
	ok(o.n == strlen(want) && memcmp(s, want, o.n) == 0, "encode");
	o.n = 0;
	path_clean(&o, "/a%20?b=\"<c>#\\");
	ok(o.n == strlen(clean) && memcmp(s, clean, o.n) == 0, "clean");
}

static void
length(void)
{
	char target[32], path[12];
	size_t n;
	int good = 1, status;

	for (n = 1; n < 30; n++) {
		memset(target, 'x', n);
		target[0] = '/';
		target[n] = '\0';
		status = path_normal(target, path, sizeof(path));
		/* a slash and the NUL must fit behind */
		good &= status == (n <= 10 ? 0 : 404);
		target[n - 1] = '/';
		status = path_normal(target, path, sizeof(path));
		good &= n == 2 || status == (n <= 11 ? 0 : 404);
	}
	ok(good, "length");
}

int
main(void)
{
	char path[64];
	size_t i;
	int status;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		status = path_normal(t[i].in, path, sizeof(path));
		ok(status == t[i].status &&
			(t[i].path == NULL || strcmp(path, t[i].path) == 0),
		    "%s", t[i].in);
	}
	for (i = 0; i < sizeof(hidden) / sizeof(*hidden); i++)
		ok(path_hidden(hidden[i].path) == hidden[i].hidden, "%s",
		    hidden[i].path);
	encoding();
	length();
	return done();
}

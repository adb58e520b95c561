/* anchors: good records in one form, the others with their line */
#include <stdio.h>
#include <string.h>

#include "anchors.h"
#include "limits.h"
#include "tap.h"

#define D1 "0123456789012345678901234567890123456789"
#define D2 "0123456789abcdefABCDEF01234567890123456789abcdefABCDEF0123456789"

/* clang-format off */
static const struct { const char *text, *want; size_t bad; } t[] = {
{ "",                                         "", 0 },
{ "\n; a comment\n   \t\n",                   "", 0 },
{ ". IN DS 1 8 2 " D2,                        ". IN DS 1 8 2 " D2 "|", 0 },
{ ".\t172800\tIN\tDS\t1 8 1 " D1 " ; x\r\n",  ". IN DS 1 8 1 " D1 "|", 0 },
{ ". DS 1 8 1 0123456789 0123456789 01234567890123456789",
					      ". IN DS 1 8 1 " D1 "|", 0 },
{ "Example. 5 in ds 1 8 1 " D1 "\n. dnskey 257 3 8 AwEA AQ==",
  "example. IN DS 1 8 1 " D1 "|. IN DNSKEY 257 3 8 AwEAAQ==|", 0 },
{ "\n. IN DS 1 8 2 " D1,                      "", 2 },
{ ". IN DS 1 8 3 " D2,                        "", 1 },
{ ". IN DS 65536 8 1 " D1,                    "", 1 },
{ ". IN DS 1 -8 1 " D1,                       "", 1 },
{ ". IN DS 1 8x 1 " D1,                       "", 1 },
{ ". IN DS 1 8 1",                            "", 1 },
{ ". IN DS 1 8 1 " "x" D1,                    "", 1 },
{ ". IN DNSKEY 257 3 8 AwEA(",                "", 1 },
{ ". IN DNSKEY 385 3 8 AwEA",                 "", 1 },
{ ". IN DNSKEY 1 3 8 AwEA",                   "", 1 },
{ ". IN DNSKEY 257 2 8 AwEA",                 "", 1 },
{ ". IN A 1.2.3.4",                           "", 1 },
{ "a..b IN DS 1 8 1 " D1,                     "", 1 },
{ ".",                                        "", 1 },
{ ". 1 IN",                                   "", 1 },
{ "hello\n. IN DS 1 8 1 " D1,                 ". IN DS 1 8 1 " D1 "|", 1 },
};
/* clang-format on */

static char got[2 * ANCHOR_LINE];
static size_t bad;

static int
take(const char *record, void *arg)
{
	(void)arg;
	strncat(got, record, sizeof(got) - strlen(got) - 1);
	strncat(got, "|", sizeof(got) - strlen(got) - 1);
	return 0;
}

static void
complain(size_t line, const char *what, void *arg)
{
	(void)what, (void)arg;
	bad = line;
}

static int
parse(const char *text, size_t len)
{
	got[0] = '\0';
	bad = 0;
	return anchors_parse(text, len, take, complain, NULL);
}

static int
no(const char *record, void *arg)
{
	(void)record, (void)arg;
	return -1;
}

int
main(void)
{
	char line[2 * ANCHOR_LINE];
	size_t i;
	int r;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		r = parse(t[i].text, strlen(t[i].text));
		ok(r == (t[i].bad ? -1 : 0) && bad == t[i].bad &&
			strcmp(got, t[i].want) == 0,
		    "%zu: %.*s", i, (int)strcspn(t[i].text, "\n;"), t[i].text);
	}
	memset(line, 'a', sizeof(line));
	ok(parse(line, sizeof(line)) == -1 && bad == 1, "a long line");
	ok(parse(". IN\0", 5) == -1 && bad == 1, "a NUL");
	ok(anchors_parse(t[2].text, strlen(t[2].text), no, complain, NULL) ==
		-1,
	    "who takes them has no room");
	return done();
}

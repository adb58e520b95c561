/* cond and range: what RFC 9110 13 and 14 make of a request for one file */
#include <string.h>

#include "../tap.h"
#include "cond.h"
#include "range.h"

#define NOW 1700000000
#define CHANGED 784111777
#define SAME "Sun, 06 Nov 1994 08:49:37 GMT"
#define OLDER "Sun, 06 Nov 1994 08:49:36 GMT"
#define NEWER "Sun, 06 Nov 1994 08:49:38 GMT"

/* clang-format off */
static const struct {
	const char *match, *none, *since, *not_since;
	int get, put; /* status for GET and for PUT */
} t[] = {
{ NULL,          NULL,                NULL,  NULL,  0,   0 },
{ "\"e\"",       NULL,                NULL,  NULL,  0,   0 },
{ "*",           NULL,                NULL,  NULL,  0,   0 },
{ "\"x\"",       NULL,                NULL,  NULL,  412, 412 },
{ "W/\"e\"",     NULL,                NULL,  NULL,  412, 412 },
{ "\"x\",\"e\"", NULL,                NULL,  NULL,  0,   0 },
{ "e",           NULL,                NULL,  NULL,  412, 412 },
{ "",            NULL,                NULL,  NULL,  412, 412 },
{ NULL,          "\"e\"",             NULL,  NULL,  304, 412 },
{ NULL,          "W/\"e\"",           NULL,  NULL,  304, 412 },
{ NULL,          "*",                 NULL,  NULL,  304, 412 },
{ NULL,          "\"x\"",             NULL,  NULL,  0,   0 },
{ NULL,          "\"x\", W/\"y\" ,\t\"e\"", NULL, NULL, 304, 412 },
{ NULL,          ",,\"e\",",          NULL,  NULL,  304, 412 },
{ NULL,          "\"x,\"e\"",         NULL,  NULL,  0,   0 },
{ NULL,          "\"e",               NULL,  NULL,  0,   0 },
{ NULL,          "\"e\" \"x\"",       NULL,  NULL,  0,   0 },
{ NULL,          "w/\"e\"",           NULL,  NULL,  0,   0 },
{ NULL,          NULL,                SAME,  NULL,  304, 0 },
{ NULL,          NULL,                NEWER, NULL,  304, 0 },
{ NULL,          NULL,                OLDER, NULL,  0,   0 },
{ NULL,          NULL,                "x",   NULL,  0,   0 },
{ NULL,          NULL,                NULL,  SAME,  0,   0 },
{ NULL,          NULL,                NULL,  NEWER, 0,   0 },
{ NULL,          NULL,                NULL,  OLDER, 412, 412 },
{ NULL,          NULL,                NULL,  "x",   0,   0 },
{ NULL,          "\"x\"",             SAME,  NULL,  0,   0 },
{ NULL,          "\"e\"",             OLDER, NULL,  304, 412 },
{ "\"e\"",       NULL,                NULL,  OLDER, 0,   0 },
{ "\"x\"",       "\"e\"",             NULL,  NULL,  412, 412 },
{ "\"e\"",       "\"e\"",             NULL,  NULL,  304, 412 },
};

static const struct {
	const char *in;
	uint64_t size;
	enum range_kind kind;
	uint64_t first, last;
} r[] = {
{ "bytes=0-0",      10, RANGE_PART,  0, 0 },
{ "bytes=0-9",      10, RANGE_PART, 0, 9 },
{ "bytes=2-",       10, RANGE_PART,  2, 9 },
{ "bytes=2-99",     10, RANGE_PART, 2, 9 },
{ "bytes=-3",       10, RANGE_PART,  7, 9 },
{ "bytes=-99",      10, RANGE_PART, 0, 9 },
{ "BYTES=9-9",    10, RANGE_PART,  9, 9 },
{ "bytes=-10",      10, RANGE_PART, 0, 9 },
{ "bytes=0-99999999999999999999999", 10, RANGE_PART, 0, 9 },
{ "bytes=-99999999999999999999999", 10, RANGE_PART, 0, 9 },
{ "bytes=10-",      10, RANGE_NONE,  0, 0 },
{ "bytes=10-11",    10, RANGE_NONE, 0, 0 },
{ "bytes=-0",       10, RANGE_NONE,  0, 0 },
{ "bytes=0-",       0, RANGE_NONE, 0, 0 },
{ "bytes=99999999999999999999-", 10, RANGE_NONE, 0, 0 },
{ "bytes=-1",       0, RANGE_WHOLE, 0, 0 },
{ "bytes=3-2",      10, RANGE_WHOLE, 0, 0 },
{ "bytes=",         10, RANGE_WHOLE, 0, 0 },
{ "bytes=-",        10, RANGE_WHOLE, 0, 0 },
{ "bytes=1",        10, RANGE_WHOLE, 0, 0 },
{ "bytes=a-b",      10, RANGE_WHOLE, 0, 0 },
{ "bytes=0-1,3-4",  10, RANGE_WHOLE, 0, 0 },
{ "bytes=+0-1",     10, RANGE_WHOLE, 0, 0 },
{ "bytes=0-1 ",   10, RANGE_WHOLE, 0, 0 },
{ "bytes 0-1",   10, RANGE_WHOLE, 0, 0 },
{ "lines=0-1",    10, RANGE_WHOLE, 0, 0 },
{ "",            10, RANGE_WHOLE, 0, 0 },
{ "bytes=0--1",     10, RANGE_WHOLE, 0, 0 },
{ "bytes=0x0-1",    10, RANGE_WHOLE, 0, 0 },
};
/* clang-format on */

static void
conditions(void)
{
	struct head h;
	size_t i;
	int get, put;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		memset(&h, 0, sizeof(h));
		h.field[FIELD_IF_MATCH] = t[i].match;
		h.field[FIELD_IF_NONE_MATCH] = t[i].none;
		h.field[FIELD_IF_MODIFIED_SINCE] = t[i].since;
		h.field[FIELD_IF_UNMODIFIED_SINCE] = t[i].not_since;
		h.method = METHOD_GET;
		get = cond_check(&h, "\"e\"", CHANGED, NOW);
		h.method = METHOD_PUT;
		put = cond_check(&h, "\"e\"", CHANGED, NOW);
		ok(get == t[i].get && put == t[i].put, "row %zu: %d %d", i, get,
		    put);
	}
}

static void
ranges(void)
{
	uint64_t first, last;
	enum range_kind kind;
	size_t i;

	for (i = 0; i < sizeof(r) / sizeof(*r); i++) {
		kind = range_parse(r[i].in, r[i].size, &first, &last);
		ok(kind == r[i].kind &&
			(kind != RANGE_PART ||
			    (first == r[i].first && last == r[i].last)),
		    "%s", r[i].in);
	}
	ok(range_if("\"e\"", "\"e\"", CHANGED, NOW), "If-Range: tag");
	ok(!range_if("W/\"e\"", "\"e\"", CHANGED, NOW), "weak tag");
	ok(!range_if("\"x\"", "\"e\"", CHANGED, NOW), "other tag");
	ok(range_if(SAME, "\"e\"", CHANGED, NOW), "date");
	ok(!range_if(NEWER, "\"e\"", CHANGED, NOW), "newer date");
	ok(!range_if(OLDER, "\"e\"", CHANGED, NOW), "older date");
	ok(!range_if(SAME, "\"e\"", CHANGED, CHANGED + 1), "too young a date");
}

int
main(void)
{
	conditions();
	ranges();
	return done();
}

/* tlsa: what is packed comes out again; lengths that lie */
#include <errno.h>
#include <string.h>

#include "tap.h"
#include "tlsa.h"

static void
there_and_back(void)
{
	static const uint8_t data[70000] = { 1, 2, 3 };
	uint8_t b[64];
	struct tlsa t = { 3, 1, 1, 32, data }, u = { 2, 0, 0, 0, data };
	size_t used = 0, at = 0;

	ok(tlsa_pack(b, sizeof(b), &used, &t) == 0 && used == 38, "one");
	ok(tlsa_pack(b, sizeof(b), &used, &t) == -1 && errno == ENOSPC &&
		used == 38,
	    "no room for another one");
	ok(tlsa_pack(b, sizeof(b), &used, &u) == 0 && used == 44, "but that");
	u.len = sizeof(data);
	ok(tlsa_pack(b, sizeof(b), &used, &u) == -1, "nor for a huge one");
	memset(&t, 0, sizeof(t));
	ok(tlsa_next(b, used, &at, &t) == 1 && t.usage == 3 &&
		t.selector == 1 && t.mtype == 1 && t.len == 32 &&
		memcmp(t.data, data, 32) == 0,
	    "the first");
	ok(tlsa_next(b, used, &at, &t) == 1 && t.usage == 2 && t.len == 0,
	    "the second");
	ok(tlsa_next(b, used, &at, &t) == 0 && at == used, "the end");
}

static void
lies(void)
{
	uint8_t b[] = { 3, 1, 1, 0, 2, 0, 9, 9 };
	struct tlsa t;
	size_t at, len;
	int n = 0;

	for (len = 1; len < sizeof(b); len++) {
		at = 0;
		n += tlsa_next(b, len, &at, &t) != -1 || errno != EINVAL;
	}
	ok(n == 0, "cut anywhere");
	at = 0;
	b[3] = 1;
	ok(tlsa_next(b, sizeof(b), &at, &t) == -1, "a byte that is not zero");
}

int
main(void)
{
	there_and_back();
	lies();
	return done();
}

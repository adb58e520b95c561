/*
 * penalty: a file of any bytes, or a good one with changes and a checksum
 * that fits; then acts, a few bytes each. Whatever comes, waits and refusals
 * are within their bounds, and what is saved is restored as the same.
 */
#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "penalty.h"

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

#include "edits.h"

enum { WALL = 1800000000 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct guard_conf conf = { .slow = 20,
	.refuse = 100,
	.halve = 600000,
	.delay = 1000,
	.delay_max = 15000,
	.refuse_ms = 3600000,
	.refuse_max = 86400000 };
static const uint8_t secret[16] = "sixteen bytes 16";
static const char *const users[] = { "", "al", "al+phone", "bo",
	"a name that is much longer than any name of a user is" };

static struct addr
address(uint8_t b)
{
	struct addr a = { .family = AF_INET, .ip = { 192, 0, 2, b & 3 } };

	if (b & 4)
		a.ip[2] = 3;
	if (b & 8) {
		a.family = AF_INET6;
		memset(a.ip + 4, b & 16 ? 0 : 1, 8);
		a.ip[15] = b & 32;
	}
	if (b == 0xff)
		a.family = AF_UNIX;
	return a;
}

static void
look(struct penalties *p, uint64_t now, const struct addr *a, const char *user)
{
	char line[TOLD];
	struct slow s;
	size_t at = 0, n = 0;

	MUST(penalty_wait(p, now, a, user) <= conf.delay_max);
	MUST(penalty_refused(p, now, a, user) <= 1);
	while (penalty_line(p, now, &at, line, sizeof(line)))
		MUST(strlen(line) < sizeof(line) && n++ < 5000);
	MUST(n > 0);
	for (at = 0; penalty_refusals(p, now, &at, &s);)
		MUST(s.ms > 0 &&
		    (s.bits == 24 || s.bits == 32 || s.bits == 64 ||
			s.bits == 128));
	while (penalty_change(p, now, &s))
		MUST(s.net.family == AF_INET || s.net.family == AF_INET6);
}

/* what, address, user and number, seconds */
static uint64_t
acts(struct penalties *p, const uint8_t *b, size_t len)
{
	uint64_t now = 1000;
	struct forgive f = { 0 };
	struct guard_conf other = conf;
	struct addr a;
	const char *user;

	for (; len >= 4; b += 4, len -= 4) {
		a = address(b[1]);
		user = users[b[2] % 5];
		now += (uint64_t)b[3] * b[3] * 1000;
		switch (b[0] % 16) {
		case 7:
			penalty_good(p, now, &a, user);
			break;
		case 8:
			f.net = a;
			f.bits = b[2];
			f.all = b[2] > 250;
			penalty_forgive(p, now, &f);
			break;
		case 9:
			other.halve = b[2] * 1000;
			other.refuse = b[3] & 1 ? 0 : 100;
			penalties_configure(p, &other);
			break;
		case 10:
			look(p, now, &a, user);
			break;
		default:
			penalty_add(p, now, &a, b[0] % 16, b[2] >> 3, user,
			    b[0] >> 4);
		}
	}
	look(p, now, &a, "al");
	penalties_configure(p, &conf);
	return now;
}

static void
same(struct penalties *p, struct penalties *q, uint64_t now)
{
	struct addr a;
	size_t i, j;

	for (i = 0; i < 256; i++)
		for (j = 0; j < 5; j++) {
			a = address((uint8_t)i);
			MUST(penalty_wait(p, now, &a, users[j]) ==
			    penalty_wait(q, now, &a, users[j]));
			MUST(penalty_refused(p, now, &a, users[j]) ==
			    penalty_refused(q, now, &a, users[j]));
		}
}

/* changes to a good file; the last eight bytes are made to fit */
static void
load_edited(struct penalties *p, const uint8_t *b, size_t len)
{
	struct penalties *good = penalties_new(&conf, secret);
	uint64_t h;
	uint8_t *bytes, *d;
	size_t n, i;
	struct addr a;

	MUST(good != NULL);
	for (i = 0; i < 64; i += 3) {
		a = address((uint8_t)i);
		penalty_add(good, i, &a, PENALTY_PASSWORD, 7, users[i % 5], 0);
		penalty_good(good, i, &a, users[i % 4]);
	}
	MUST((bytes = penalties_save(good, 1000, WALL, &n)) != NULL);
	d = edited(bytes, n, b, len, &n);
	if (n >= sizeof(h)) {
		h = checksum(d, n - sizeof(h));
		memcpy(d + n - sizeof(h), &h, sizeof(h));
	}
	penalties_restore(p, 1000, WALL, d, n);
	free(d);
	free(bytes);
	penalties_free(good);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct penalties *p = penalties_new(&conf, secret);
	struct penalties *q = penalties_new(&conf, secret);
	uint64_t now = 1000;
	uint8_t *bytes;
	size_t n;

	MUST(p != NULL && q != NULL);
	if (len > 0 && data[0] == 0)
		penalties_restore(p, now, WALL, data + 1, len - 1);
	else if (len > 0 && data[0] == 1)
		load_edited(p, data + 1, len - 1);
	else if (len > 0)
		now = acts(p, data + 1, len - 1);
	MUST((bytes = penalties_save(p, now, WALL, &n)) != NULL);
	MUST(penalties_restore(q, now, WALL, bytes, n) == 0);
	same(p, q, now);
	free(bytes);
	penalties_free(p);
	penalties_free(q);
	return 0;
}

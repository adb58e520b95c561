/* penaltyfile: what is saved comes back as it would be by now, or not at all */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "penalty.h"
#include "tap.h"

#include "tlsproxy/guessers.h"

static struct penalties *
some(uint64_t now)
{
	struct penalties *p = penalties_new(&usual, secret);
	struct addr a = addr(A), c = addr(C), v6 = addr(V6);
	int i;

	penalty_add(p, now, &a, PENALTY_PASSWORD, 40, "", 0);
	penalty_add(p, now, &c, PENALTY_PASSWORD, 4, "", 0);
	penalty_good(p, now, &v6, "al");
	penalty_add(p, now, &v6, PENALTY_PASSWORD, 40, "", 0);
	for (i = 0; i < 31; i++)
		fail_from(p, now, i, "al", 0);
	return p;
}

/* what it does to these; now: seconds since it was made */
static const char *
state(struct penalties *p, uint64_t now)
{
	static const char *const who[] = { A, B, C, V6, V6B, V6C };
	static const char *const users[] = { "", "al", "bo" };
	static char text[512];
	struct addr a;
	size_t i, j, n = 0;

	for (i = 0; i < sizeof(who) / sizeof(*who); i++)
		for (j = 0; j < sizeof(users) / sizeof(*users); j++) {
			a = addr(who[i]);
			n += (size_t)snprintf(text + n, sizeof(text) - n,
			    "%u%s ", penalty_wait(p, now, &a, users[j]),
			    penalty_refused(p, now, &a, users[j]) ? "r" : "");
		}
	return text;
}

/* after a restart in which the machine's clock began anew */
static void
saved(void)
{
	static const unsigned int after[] = { 0, 1, 600, 1800, 3599, 3600, 7200,
		29 * DAY, 31 * DAY };
	const uint64_t then = 40 * (uint64_t)DAY * MS, wall = 1800000000000;
	struct penalties *p = some(then), *q;
	uint64_t now, ms;
	uint8_t *bytes;
	char was[512];
	size_t len, i;
	int same;

	bytes = penalties_save(p, then, wall, &len);
	for (i = 0; i < sizeof(after) / sizeof(*after); i++) {
		q = penalties_new(&usual, (const uint8_t *)"another secret!!");
		ms = after[i] * MS;
		now = 7 + i % 2 * ms; /* it may have begun meanwhile */
		same = penalties_restore(q, now, wall + ms, bytes, len) == 0;
		snprintf(was, sizeof(was), "%s", state(p, then + ms));
		if (!ok(same && strcmp(was, state(q, now)) == 0,
			"restored after %u s", after[i]))
			printf("# was %s\n# is  %s\n", was, state(q, now));
		ok(refusals(q, now) == refusals(p, then + ms),
		    "it refuses as before");
		penalties_free(q);
		penalties_free(p);
		p = some(then); /* asking lets homes expire */
	}
	penalties_free(p);
	free(bytes);
}

static void
twice(void)
{
	const uint64_t wall = 1800000000000;
	struct penalties *p = some(1000), *q = penalties_new(&usual, secret);
	uint8_t *one, *two;
	size_t len, len2;
	struct addr a = addr(A);
	struct slow s;
	int n = 0;

	one = penalties_save(p, 1000, wall, &len);
	ok(penalties_restore(q, 5, wall, one, len) == 0, "restored");
	while (penalty_change(q, 5, &s))
		n += s.ms > 0;
	ok(n == 3, "relays are told at once: %d", n);
	penalty_add(q, 5 + 3600 * MS, &a, PENALTY_PASSWORD, 10, "", 0);
	penalty_change(q, 5 + 3600 * MS, &s);
	penalty_change(q, 5 + 3600 * MS, &s);
	ok(s.ms == 7200000, "how often it was refused is known: %u", s.ms);
	penalties_free(q);
	q = penalties_new(&usual, secret);
	penalties_restore(q, 1000, wall, one, len);
	two = penalties_save(q, 1000, wall, &len2);
	penalties_restore(q, 1000, wall, two, len2);
	ok(len == len2 && strcmp(state(q, 1000), state(p, 1000)) == 0,
	    "saved and restored twice, it is the same");
	free(two);
	ok(penalties_restore(q, 1000, wall - 60000, one, len) == 0,
	    "a clock set back by a minute");
	penalties_free(q);
	q = penalties_new(&usual, secret);
	ok(penalties_restore(q, 1000, wall - 3600 * MS, one, len) == 0 &&
		strcmp(state(q, 1000), state(p, 1000)) == 0,
	    "from the future: no time has passed");
	free(one);
	penalties_free(q);
	q = penalties_new(&usual, secret);
	one = penalties_save(q, 1000, wall, &len);
	ok(penalties_restore(q, 1000, wall, one, len) == 0, "nothing at all");
	free(one);
	penalties_free(q);
	penalties_free(p);
}

static void
damaged(void)
{
	const uint64_t wall = 1800000000000;
	struct penalties *p = some(1000);
	struct penalties *q = penalties_new(&usual, secret);
	uint8_t *bytes, *copy;
	size_t len, i, len2, taken = 0;
	int bit;

	bytes = penalties_save(p, 1000, wall, &len);
	for (i = 0; i < len; i++)
		for (bit = 0; bit < 8; bit++) {
			bytes[i] ^= (uint8_t)(1 << bit);
			taken +=
			    penalties_restore(q, 1000, wall, bytes, len) != -1;
			bytes[i] ^= (uint8_t)(1 << bit);
		}
	ok(taken == 0, "no bit of %zu bytes may be another one", len);
	for (i = 0; i < len; i++) {
		copy = malloc(i + !i); /* of its size, so a byte more is seen */
		memcpy(copy, bytes, i);
		taken += penalties_restore(q, 1000, wall, copy, i) != -1;
		free(copy);
	}
	copy = calloc(1, len + 1);
	memcpy(copy, bytes, len);
	taken += penalties_restore(q, 1000, wall, copy, len + 1) != -1;
	free(copy);
	ok(taken == 0, "nor may any be missing, nor be one more");
	copy = penalties_save(q, 1000, wall, &len2);
	ok(len2 == 40, "nothing of it was taken");
	free(copy);
	ok(penalties_restore(q, 1000, wall, bytes, len) == 0, "it was good");
	free(bytes);
	penalties_free(p);
	penalties_free(q);
}

/* records that no checksum finds: each with one that fits */
static void
malformed(void)
{
	/* clang-format off */
	static const struct {
		size_t at; /* of the file: head 32, networks 48 each, ... */
		uint8_t byte;
		int home;  /* -1: in a network, else of a home, 1: a user */
	} t[] = {
		{ 28, 1, -1 },	 { 16, 9, -1 },	    { 19, 1, -1 },
		{ 32 + 16, 33, -1 },	{ 32 + 16, 0, -1 },
		{ 32 + 15, 1, -1 },	{ 32 + 24, 33, -1 },
		{ 32 + 28, 33, -1 },	{ 32 + 36, 1, -1 },
		{ 16, 32, 0 },  { 16, 0, 0 },	    { 15, 1, 0 },
		{ 20, 0, 0 },   { 20, '+', 0 },	    { 55, 1, 0 },
		{ 54, 'x', 0 }, { 61, 1, 0 },
		{ 0, 0, 1 },    { 1, '+', 1 },	    { 35, 1, 1 },
		{ 36, 13, 1 },
	};
	/* clang-format on */
	const uint64_t wall = 1800000000000;
	struct penalties *p = penalties_new(&usual, secret);
	struct addr a = addr(A);
	uint8_t *bytes, *copy;
	uint64_t h;
	size_t len, i, at;

	penalty_good(p, 1000, &a, "alice");
	a = addr(C);
	penalty_add(p, 1000, &a, PENALTY_PASSWORD, 1, "alice", 0);
	bytes = penalties_save(p, 1000, wall, &len);
	ok(len == 32 + 2 * 48 + 64 + 64 + 8, "two networks, a home, a user");
	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		at = t[i].at + (t[i].home == -1 ? 0 : 32 + 2 * 48) +
		    (t[i].home == 1 ? 64 : 0);
		copy = malloc(len);
		memcpy(copy, bytes, len);
		copy[at] = t[i].byte;
		h = checksum(copy, len - 8);
		memcpy(copy + len - 8, &h, sizeof(h));
		ok(penalties_restore(p, 1000, wall, copy, len) == -1,
		    "byte %zu may not be %u", at, t[i].byte);
		free(copy);
	}
	free(bytes);
	penalties_free(p);
}

int
main(void)
{
	saved();
	twice();
	damaged();
	malformed();
	return done();
}

/*
 * penalty: every rule under a clock of our own. A row is an act of somebody
 * at an address after some seconds, and what follows of it.
 */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "penalty.h"
#include "tap.h"

#include "tlsproxy/guessers.h"

#define H 3600

enum act { BAD, NOUSER, GARBAGE, RCPT, FLOOD, SHAKE, GOOD, NONE };

/* clang-format off */
static const struct row {
	const char *of;	  /* begins anew with another one */
	int after;	  /* seconds since the row before */
	enum act act;
	uint32_t n;	  /* how many */
	const char *from, *user;
	uint64_t guess;
	int wait, refused; /* ms; 0 or 1 */
} rows[] = {
{ "password", 0, BAD, 1, A, "al", 0, 0, 0 },
{ "password", 0, BAD, 1, A, "al", 0, 1000, 0 },
{ "password", 0, BAD, 1, A, "bo", 0, 2000, 0 },
{ "password", 0, BAD, 1, A, "al", 0, 4000, 0 },
{ "password", 0, BAD, 1, A, "al", 0, 8000, 0 },
{ "password", 0, BAD, 1, A, "al", 0, 15000, 0 },
{ "password", 0, BAD, 1, A, "al", 0, 15000, 0 },
{ "password", 0, BAD, 2, A, "al", 0, 15000, 0 },
{ "password", 0, BAD, 1, A, "al", 0, 15000, 1 },
{ "password", 3599, NONE, 0, A, "al", 0, 0, 1 },
{ "password", 1, NONE, 0, A, "al", 0, 0, 0 },
{ "unknown user", 0, NOUSER, 1, A, "zz", 0, 0, 0 },
{ "unknown user", 0, NOUSER, 1, A, "zz", 0, 1000, 0 },
{ "unknown user", 0, NOUSER, 4, A, "zz", 0, 15000, 0 },
{ "unknown user", 0, NOUSER, 4, A, "zz", 0, 15000, 1 },
{ "garbage", 0, GARBAGE, 3, A, "", 0, 0, 0 },
{ "garbage", 0, GARBAGE, 1, A, "", 0, 1000, 0 },
{ "recipient", 0, RCPT, 6, A, "", 0, 0, 0 },
{ "recipient", 0, RCPT, 1, A, "", 0, 1000, 0 },
{ "recipient", 0, RCPT, 27, A, "", 0, 15000, 1 },
{ "flood", 0, FLOOD, 3, A, "", 0, 0, 0 },
{ "flood", 0, FLOOD, 1, A, "", 0, 1000, 0 },
{ "handshake", 0, SHAKE, 19, A, "", 0, 0, 0 },
{ "handshake", 0, SHAKE, 1, A, "", 0, 1000, 0 },
{ "handshake", 0, SHAKE, 79, A, "", 0, 15000, 0 },
{ "handshake", 0, SHAKE, 1, A, "", 0, 15000, 1 },
{ "nothing", 0, BAD, 0, A, "al", 0, 0, 0 },
{ "many at once", 0, BAD, 100000, A, "", 0, 15000, 1 },

{ "doubling of three at once", 0, BAD, 1, A, "", 0, 0, 0 },
{ "doubling of three at once", 0, BAD, 3, A, "", 0, 4000, 0 },
{ "halving", 0, BAD, 4, A, "", 0, 4000, 0 },
{ "halving", 600, NONE, 0, A, "", 0, 4000, 0 },
{ "halving", 1, NONE, 0, A, "", 0, 0, 0 },
{ "halving", 0, BAD, 1, A, "", 0, 1000, 0 },	/* its delay begins anew */
{ "halving", 599, NONE, 0, A, "", 0, 0, 0 },
{ "halving", 0, GARBAGE, 1, A, "", 0, 1000, 0 },
{ "it is cold at last", 0, BAD, 9, A, "", 0, 15000, 0 },
{ "it is cold at last", DAY, BAD, 1, A, "", 0, 0, 0 },
{ "it is cold at last", 0, BAD, 1, A, "", 0, 1000, 0 },

{ "others are free", 0, BAD, 9, A, "", 0, 15000, 0 },
{ "others are free", 0, NONE, 0, B, "", 0, 2000, 0 },	/* 90 in its /24 */
{ "others are free", 0, NONE, 0, C, "", 0, 0, 0 },
{ "others are free", 0, BAD, 1, A, "", 0, 15000, 1 },
{ "others are free", 0, NONE, 0, B, "", 0, 4000, 0 },
{ "others are free", 0, NONE, 0, C, "", 0, 0, 0 },

{ "refused twice as long", 0, BAD, 10, A, "", 0, -1, 1 },
{ "refused twice as long", 3600, BAD, 10, A, "", 0, -1, 1 },
{ "refused twice as long", 7199, NONE, 0, A, "", 0, 0, 1 },
{ "refused twice as long", 1, BAD, 10, A, "", 0, -1, 1 },
{ "refused twice as long", 4 * H - 1, NONE, 0, A, "", 0, 0, 1 },
{ "refused twice as long", 1, BAD, 10, A, "", 0, -1, 1 },
{ "refused twice as long", 8 * H - 1, NONE, 0, A, "", 0, 0, 1 },
{ "refused twice as long", 1, BAD, 10, A, "", 0, -1, 1 },
{ "refused twice as long", 16 * H - 1, NONE, 0, A, "", 0, 0, 1 },
{ "refused twice as long", 1, BAD, 10, A, "", 0, -1, 1 },
{ "refused twice as long", 24 * H - 1, NONE, 0, A, "", 0, 0, 1 },
{ "refused twice as long", 1, NONE, 0, A, "", 0, 0, 0 },
{ "refused twice as long", 24 * H - 1, BAD, 10, A, "", 0, -1, 1 },
{ "refused twice as long", 24 * H - 1, NONE, 0, A, "", 0, 0, 1 },
{ "refused twice as long", 1, NONE, 0, A, "", 0, 0, 0 },
{ "refused twice as long", 24 * H, BAD, 10, A, "", 0, -1, 1 },
{ "refused twice as long", H, NONE, 0, A, "", 0, 0, 0 }, /* from the start */
{ "what comes meanwhile", 0, BAD, 10, A, "", 0, -1, 1 },
{ "what comes meanwhile", 3590, BAD, 30, A, "", 0, -1, 1 },
{ "what comes meanwhile", 10, NONE, 0, A, "", 0, 15000, 0 },

{ "wide", 0, BAD, 2, B, "", 0, 1000, 0 },
{ "wide", 0, BAD, 5, A, "", 0, 8000, 0 },
{ "wide", 0, NONE, 0, "198.51.100.77", "", 0, 0, 0 }, /* 70 of 80 */
{ "wide", 0, BAD, 1, "198.51.100.3", "", 0, 1000, 0 },
{ "wide", 0, BAD, 1, "198.51.100.4", "", 0, 2000, 0 },
{ "wide", 0, NONE, 0, "198.51.100.77", "", 0, 2000, 0 },
{ "wide", 0, NONE, 0, "198.51.101.77", "", 0, 0, 0 },
{ "wide, refused", 0, BAD, 9, "198.51.100.5", "", 0, -1, 0 },
{ "wide, refused", 0, BAD, 9, "198.51.100.6", "", 0, -1, 0 },
{ "wide, refused", 0, BAD, 9, "198.51.100.7", "", 0, -1, 0 },
{ "wide, refused", 0, BAD, 9, "198.51.100.8", "", 0, -1, 0 },
{ "wide, refused", 0, BAD, 3, "198.51.100.9", "", 0, -1, 0 },
{ "wide, refused", 0, BAD, 1, "198.51.100.10", "", 0, -1, 1 },
{ "wide, refused", 0, NONE, 0, "198.51.100.77", "al", 0, -1, 1 },
{ "wide, refused", H, NONE, 0, "198.51.100.77", "al", 0, 0, 0 },

{ "at home", 0, GOOD, 1, "198.51.100.77", "al", 0, 0, 0 },
{ "at home", 0, BAD, 9, "198.51.100.5", "", 0, -1, 0 },
{ "at home", 0, NONE, 0, "198.51.100.77", "al", 0, 0, 0 },
{ "at home", 0, NONE, 0, "198.51.100.78", "al+phone", 0, 0, 0 },
{ "at home", 0, NONE, 0, "198.51.100.77", "bo", 0, 2000, 0 },
{ "at home", 0, NONE, 0, "198.51.100.77", "", 0, 2000, 0 },
{ "at home", 0, NONE, 0, "198.51.100.5", "al", 0, 15000, 0 }, /* narrow */
{ "at home", 0, BAD, 40, "198.51.100.6", "", 0, -1, 1 },
{ "at home", 0, NONE, 0, "198.51.100.77", "al", 0, 0, 0 },
{ "at home", 0, NONE, 0, "198.51.100.77", "", 0, -1, 0 }, /* not known yet */
{ "at home", 0, NONE, 0, "198.51.100.77", "bo", 0, -1, 1 },
{ "at home", 0, NONE, 0, "198.51.100.6", "al", 0, -1, 1 },
{ "at home", 30 * DAY - 1, BAD, 40, "198.51.100.6", "", 0, -1, 1 },
{ "at home", 0, NONE, 0, "198.51.100.77", "al", 0, 0, 0 },
{ "at home", 0, NONE, 0, "198.51.100.77", "", 0, -1, 0 },
{ "at home", 1, NONE, 0, "198.51.100.77", "al", 0, -1, 1 }, /* 30 days */
{ "at home", 0, NONE, 0, "198.51.100.77", "", 0, -1, 1 },
{ "at home again", 0, GOOD, 1, A, "al+phone", 0, 0, 0 },
{ "at home again", 20 * DAY, GOOD, 1, B, "al", 0, 0, 0 },
{ "at home again", 20 * DAY, BAD, 40, "198.51.100.6", "", 0, -1, 1 },
{ "at home again", 0, NONE, 0, A, "al", 0, 0, 0 },
{ "an old telephone at home", 0, GOOD, 1, A, "al", 0, 0, 0 },
{ "an old telephone at home", 0, BAD, 6, A, "al+phone", 0, 0, 0 },
{ "an old telephone at home", 0, BAD, 1, A, "al", 0, 1000, 0 },
{ "an old telephone at home", 0, BAD, 26, A, "al", 0, 15000, 0 },
{ "an old telephone at home", 0, BAD, 1, A, "al", 0, 15000, 1 },
{ "home after all", 0, BAD, 40, "198.51.100.6", "", 0, -1, 1 },
{ "home after all", 0, NONE, 0, A, "al", 0, -1, 1 },
{ "home after all", 0, GOOD, 1, A, "al", 0, 0, 0 },
{ "nobody is at home", 0, GOOD, 1, A, "", 0, 0, 0 },
{ "nobody is at home", 0, BAD, 40, "198.51.100.6", "", 0, -1, 1 },
{ "nobody is at home", 0, NONE, 0, A, "", 0, -1, 1 },

{ "same guess", 0, BAD, 1, A, "al", 7, 0, 0 },
{ "same guess", 0, BAD, 1, A, "al", 7, 0, 0 },
{ "same guess", 0, BAD, 1, A, "al", 7, 0, 0 },
{ "same guess", 0, BAD, 1, A, "al", 8, 1000, 0 },
{ "same guess", 0, BAD, 1, A, "bo", 7, 2000, 0 },	/* spraying */
{ "same guess", 0, BAD, 1, B, "al", 7, 0, 0 },
{ "same guess", 0, BAD, 1, B, "al", 0, 1000, 0 },
{ "same guess", 0, BAD, 1, B, "al", 0, 2000, 0 },	/* 0: never the same */
{ "same guess, an hour", 0, BAD, 1, A, "al", 7, 0, 0 },
{ "same guess, an hour", 3590, BAD, 1, A, "al", 9, 0, 0 },
{ "same guess, an hour", 9, BAD, 1, A, "al", 7, 0, 0 },
{ "same guess, an hour", 1, BAD, 1, A, "al", 7, 1000, 0 },
{ "same guess, another network", 0, NOUSER, 1, A, "al", 7, 0, 0 },
{ "same guess, another network", 0, NOUSER, 1, C, "al", 7, 0, 0 },
{ "same guess, another network", 0, NOUSER, 1, C, "al", 6, 1000, 0 },
{ "same guess, wide", 0, BAD, 7, B, "", 0, -1, 0 },
{ "same guess, wide", 0, BAD, 1, "198.51.100.3", "al", 7, 1000, 0 },
{ "same guess, wide", 0, BAD, 1, "198.51.100.4", "al", 7, 1000, 0 },
{ "same guess, wide", 0, BAD, 1, "198.51.100.4", "al", 6, 2000, 0 },

{ "IPv6", 0, BAD, 2, V6, "", 0, 1000, 0 },
{ "IPv6", 0, NONE, 0, V6B, "", 0, 0, 0 },
{ "IPv6", 0, BAD, 38, V6, "", 0, -1, 1 },
{ "IPv6", 0, NONE, 0, V6B, "", 0, -1, 1 },
{ "IPv6", 0, NONE, 0, V6C, "", 0, 0, 0 },
{ "IPv6, at home", 0, GOOD, 1, V6, "al", 0, 0, 0 },
{ "IPv6, at home", 0, BAD, 40, V6, "", 0, -1, 1 },
{ "IPv6, at home", 0, NONE, 0, V6B, "al", 0, 0, 0 },
{ "IPv6, at home", 0, NONE, 0, V6B, "bo", 0, -1, 1 },
{ "mapped", 0, BAD, 2, MAPPED, "", 0, 1000, 0 },
{ "mapped", 0, NONE, 0, A, "", 0, 1000, 0 },
{ "mapped", 0, BAD, 8, A, "", 0, -1, 1 },
{ "mapped", 0, NONE, 0, MAPPED, "", 0, -1, 1 },
{ "mapped, at home", 0, GOOD, 1, MAPPED, "al", 0, 0, 0 },
{ "mapped, at home", 0, BAD, 40, B, "", 0, -1, 1 },
{ "mapped, at home", 0, NONE, 0, A, "al", 0, 0, 0 },
};
/* clang-format on */

static void
act(struct penalties *p, uint64_t now, const struct row *r)
{
	static const enum penalty kinds[] = { PENALTY_PASSWORD, PENALTY_UNKNOWN,
		PENALTY_GARBAGE, PENALTY_RECIPIENT, PENALTY_FLOOD,
		PENALTY_HANDSHAKE };
	struct addr a = addr(r->from);

	if (r->act == GOOD)
		penalty_good(p, now, &a, r->user);
	else if (r->act != NONE)
		penalty_add(p, now, &a, kinds[r->act], r->n, r->user, r->guess);
}

static void
all_rows(void)
{
	struct penalties *p = NULL;
	const struct row *r;
	struct addr a;
	uint64_t now = 0;
	int wait, refused;

	for (r = rows; r < rows + sizeof(rows) / sizeof(*rows); r++) {
		if (r == rows || strcmp(r->of, r[-1].of) != 0) {
			penalties_free(p);
			p = penalties_new(&usual, secret);
			now = 1000;
		}
		now += (uint64_t)r->after * MS;
		act(p, now, r);
		a = addr(r->from);
		wait = (int)penalty_wait(p, now, &a, r->user);
		refused = penalty_refused(p, now, &a, r->user);
		if (!ok((wait == r->wait || r->wait == -1) &&
			    refused == r->refused,
			"%s: row %d", r->of, (int)(r - rows)))
			printf("# wait %d, refused %d\n", wait, refused);
	}
	penalties_free(p);
}

/* --- one user from many networks ----------------------------------- */

static void
hunted(void)
{
	struct penalties *p = penalties_new(&usual, secret);
	struct addr home = addr(A), other = addr(C);
	uint64_t now = 1000;
	int i;

	penalty_good(p, now, &home, "al");
	for (i = 0; i < 30; i++)
		fail_from(p, now += 60 * MS, i, "al", 5);
	ok(penalty_wait(p, now, &other, "al") == 0, "30 failures on one user");
	fail_from(p, now, 29, "al", 5);
	ok(penalty_wait(p, now, &other, "al") == 0, "the same one again");
	fail_from(p, now, 30, "al+phone", 5);
	ok(penalty_wait(p, now, &other, "al") == 15000, "31: strangers wait");
	ok(penalty_wait(p, now, &other, "al+work") == 15000, "with labels too");
	ok(penalty_wait(p, now, &other, "bo") == 0, "for another user not");
	ok(penalty_wait(p, now, &home, "al") == 0, "he never");
	ok(penalty_refused(p, now, &other, "al") == 0, "nobody is locked out");
	ok(penalty_wait(p, now + 20 * 60 * MS, &other, "al") == 15000,
	    "still within the hour");
	ok(penalty_wait(p, now + 3600 * MS, &other, "al") == 0,
	    "an hour later it is over");
	for (i = 0; i < 40; i++)
		penalty_add(p, now, &home, PENALTY_PASSWORD, 1, "bo", 0);
	now += DAY * MS;
	penalty_good(p, now, &home, "al");
	for (i = 0; i < 40; i++) {
		now += 60 * MS;
		penalty_add(p, now, &home, PENALTY_PASSWORD, 1, "al", 0);
	}
	ok(penalty_wait(p, now, &other, "al") == 0,
	    "failures at home do not count");
	for (i = 0; i < 40; i++)
		fail_from(p, now, i, "zz", 0);
	ok(penalty_wait(p, now, &other, "zz") == 15000,
	    "nobody learns whether there is such a user");
	penalties_free(p);
}

/* --- what relays are told ------------------------------------------ */

static const char *
told(const struct slow *s)
{
	static char line[80];
	char ip[INET6_ADDRSTRLEN];

	inet_ntop(s->net.family, s->net.ip, ip, sizeof(ip));
	snprintf(line, sizeof(line), "%s/%u %u%s", ip, s->bits, s->ms,
	    s->net.port != 0 || s->net.scope != 0 ? " more" : "");
	return line;
}

static void
hears(struct penalties *p, uint64_t now, const char *want, const char *what)
{
	struct slow s;
	const char *got = "";

	if (penalty_change(p, now, &s))
		got = told(&s);
	if (!ok(strcmp(got, want) == 0, "told: %s", what))
		printf("# %s\n", got);
}

static size_t
forgive(struct penalties *p, uint64_t now, const char *text, uint32_t bits)
{
	struct forgive f = { .bits = bits };

	if (text == NULL)
		f.all = 1;
	else
		f.net = addr(text);
	return penalty_forgive(p, now, &f);
}

static void
changes(void)
{
	struct penalties *p = penalties_new(&usual, secret);
	struct guard_conf none = usual;
	struct addr a = addr(A), b = addr(B), v6 = addr(V6);
	uint64_t now = 5000;

	penalty_add(p, now, &a, PENALTY_PASSWORD, 9, "", 0);
	hears(p, now, "", "nothing yet");
	penalty_add(p, now, &a, PENALTY_PASSWORD, 1, "", 0);
	penalty_add(p, now, &a, PENALTY_PASSWORD, 1, "", 0);
	hears(p, now + 500, "198.51.100.1/32 3599500", "an address is refused");
	hears(p, now, "", "once");
	penalty_add(p, now, &b, PENALTY_PASSWORD, 29, "", 0);
	hears(p, now, "198.51.100.0/24 3600000", "a network");
	hears(p, now, "198.51.100.2/32 3600000", "and the other address");
	ok(refusals(p, now) == 3, "a new relay hears all of them");
	penalty_good(p, now, &a, "al");
	hears(p, now, "198.51.100.0/24 0", "somebody is at home there");
	ok(refusals(p, now) == 2, "a new relay does not hear of it");
	penalty_good(p, now, &b, "al");
	hears(p, now, "198.51.100.0/24 0", "told again, no harm");
	ok(forgive(p, now, A, 32) == 2, "one is forgiven");
	hears(p, now, "198.51.100.0/24 0", "its network is welcome");
	hears(p, now, "198.51.100.1/32 0", "it is");
	ok(refusals(p, now + 3600 * MS) == 0, "they lapse");
	penalty_add(p, now, &v6, PENALTY_PASSWORD, 10, "", 0);
	hears(p, now, "2001:db8:0:1::1/128 3600000", "IPv6");
	penalty_add(p, now, &v6, PENALTY_PASSWORD, 30, "", 0);
	hears(p, now, "2001:db8:0:1::/64 3600000", "IPv6, a network");
	none.refuse = 0;
	penalties_configure(p, &none);
	ok(refusals(p, now) == 0 && !penalty_refused(p, now, &v6, ""),
	    "refuse: 0, nobody is refused any more");
	while (penalty_change(p, now, &(struct slow){ 0 }))
		;
	penalty_add(p, now, &v6, PENALTY_PASSWORD, 100, "", 0);
	hears(p, now, "", "nor will be");
	ok(penalty_wait(p, now, &v6, "") == 15000, "they wait");
	none.slow = 0;
	penalties_configure(p, &none);
	ok(penalty_wait(p, now, &v6, "") == 0, "slow: 0, nobody waits");
	penalties_free(p);
}

static void
forgiving(void)
{
	static const struct {
		const char *net;
		uint32_t bits;
		size_t n; /* of A, B, their /24, V6, its /64 and C, its /24 */
	} t[] = {
		{ A, 32, 2 },
		{ A, 24, 3 },
		{ "198.51.100.77", 24, 3 },
		{ "198.51.100.0", 30, 2 },
		{ "198.51.100.0", 31, 1 },
		{ "198.51.100.4", 30, 0 },
		{ "198.51.0.0", 16, 3 },
		{ "192.0.0.0", 4, 5 },
		{ "0.0.0.0", 0, 5 },
		{ V6, 128, 2 },
		{ V6, 64, 2 },
		{ V6B, 65, 0 },
		{ "2001:db8::", 32, 2 },
		{ "2001:db8:0:1::", 63, 2 },
		{ "::", 0, 2 },
		{ "c633:6401::", 32, 0 },
		{ MAPPED, 128, 2 },
		{ MAPPED, 120, 3 },
		{ NULL, 0, 7 },
	};
	struct addr a = addr(A), b = addr(B), c = addr(C), v6 = addr(V6);
	struct penalties *p;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		p = penalties_new(&usual, secret);
		penalty_add(p, 0, &a, PENALTY_PASSWORD, 2, "", 0);
		penalty_add(p, 0, &b, PENALTY_PASSWORD, 1, "", 0);
		penalty_add(p, 0, &c, PENALTY_PASSWORD, 1, "", 0);
		penalty_add(p, 0, &v6, PENALTY_PASSWORD, 1, "", 0);
		ok(forgive(p, 0, t[i].net, t[i].bits) == t[i].n,
		    "forgive %s/%u", t[i].net != NULL ? t[i].net : "all",
		    t[i].bits);
		penalties_free(p);
	}
	p = penalties_new(&usual, secret);
	for (i = 0; i < 40; i++)
		fail_from(p, 0, (int)i, "al", 0);
	forgive(p, 0, NULL, 0);
	ok(penalty_wait(p, 0, &a, "al") == 0, "all: the hunted users, too");
	penalties_free(p);
}

static void
nowhere(void)
{
	struct penalties *p = penalties_new(&usual, secret);
	struct addr a = { .family = AF_UNIX };
	struct forgive f = { .net = a };
	struct slow s;

	penalty_add(p, 0, &a, PENALTY_PASSWORD, 100, "al", 0);
	penalty_good(p, 0, &a, "al");
	ok(penalty_wait(p, 0, &a, "al") == 0 &&
		penalty_refused(p, 0, &a, "al") == 0 &&
		penalty_change(p, 0, &s) == 0 && penalty_forgive(p, 0, &f) == 0,
	    "an address of no network");
	penalties_free(p);
}

static void
lines(void)
{
	static const char *const want[] = {
		"networks=4 delayed=2 refused=2 homes=1 users=1",
		"198.51.100.1/32 score=400 delay=15.0s refused=3600s",
		"198.51.100.0/24 score=400 delay=15.0s refused=3600s home=yes",
		"user=al?? failures=40"
	};
	struct penalties *p = penalties_new(&usual, secret);
	struct addr a = addr(A), c = addr(C);
	char line[TOLD];
	unsigned int seen = 0, n = 0, i;
	size_t at = 0;

	for (i = 0; i < 40; i++)
		penalty_add(p, 0, &a, PENALTY_PASSWORD, 1, "al\n=", 0);
	penalty_add(p, 0, &c, PENALTY_PASSWORD, 1, "", 0);
	penalty_good(p, 0, &a, "bo");
	for (; penalty_line(p, 0, &at, line, sizeof(line)) && n < 10; n++)
		for (i = 0; i < 4; i++)
			seen |= (strcmp(line, want[i]) == 0) << i;
	ok(n == 4 && seen == 15, "lines for people");
	penalties_free(p);
}

/* --- bounds -------------------------------------------------------- */

static struct addr
nth(uint32_t i)
{
	struct addr a = { .family = AF_INET };

	i = htonl(i);
	memcpy(a.ip, &i, sizeof(i));
	return a;
}

/* more than there is room for, each in a /24 of its own */
static void
full(void)
{
	enum { MORE = 1000 };
	struct penalties *p = penalties_new(&usual, secret);
	struct addr a, wanted = addr(A), low = addr("192.0.2.1");
	uint64_t now = 0;
	uint32_t i;
	char line[TOLD];
	size_t at = 0;
	unsigned int lost = 0;

	for (i = 1; i <= 16; i *= 2, now += i / 2 * H * MS)
		penalty_add(p, now, &wanted, PENALTY_PASSWORD, 10, "", 0);
	now -= 2 * H * MS; /* of 16 h that it is refused, 14 are gone */
	penalty_add(p, now, &low, PENALTY_HANDSHAKE, 19, "", 0);
	for (i = 0; i < PREFIXES_MAX / 2 + MORE; i++) {
		a = nth(0x0a000000 + i * 256);
		penalty_add(p, now + i, &a, PENALTY_PASSWORD, 2, "", 0);
		lost += penalty_wait(p, now + i, &a, "") != 1000;
	}
	now += i;
	ok(lost == 0, "who is new is remembered, however full it is");
	ok(penalty_line(p, now, &at, line, sizeof(line)) &&
		strncmp(line, "networks=65536 ", 15) == 0,
	    "%d networks, no more: %s", PREFIXES_MAX, line);
	ok(penalty_refused(p, now, &wanted, ""), "who is refused stays");
	penalty_add(p, now, &low, PENALTY_HANDSHAKE, 1, "", 0);
	ok(penalty_wait(p, now, &low, "") == 0, "the lowest was forgotten");
	a = nth(0x0a000000);
	ok(penalty_wait(p, now, &a, "") == 0, "then the oldest of equals");
	a = nth(0x0a000000 + (PREFIXES_MAX / 2 + MORE - 2) * 256);
	ok(penalty_wait(p, now, &a, "") == 1000, "not the newest");
	now += 3 * DAY * MS;
	for (i = 0; i < 5000; i++) {
		a = nth(0x0b000000 + i % 8);
		penalty_add(p, now, &a, PENALTY_HANDSHAKE, 1, "", 0);
	}
	at = 0;
	ok(penalty_line(p, now, &at, line, sizeof(line)) &&
		strncmp(line, "networks=9 ", 11) == 0,
	    "what is cold is swept away: %s", line);
	penalties_free(p);
}

/* of many scores, some of which go out of turn, the lowest go first */
static void
order(void)
{
	enum { HALF = PREFIXES_MAX / 2, NEW = 14000, LOW = 20 };
	struct penalties *p = penalties_new(&usual, secret);
	struct forgive f = { .bits = 24 };
	struct addr a;
	uint32_t i;
	unsigned int lost = 0;

	for (i = 0; i < HALF; i++) {
		a = nth(0x0a000000 + i * 256);
		penalty_add(p, 0, &a, PENALTY_HANDSHAKE, 1 + i * 7919 % 97, "",
		    0);
	}
	for (i = 0; i < HALF; i += 3) {
		f.net = nth(0x0a000000 + i * 256);
		penalty_forgive(p, 0, &f);
	}
	for (i = 0; i < NEW; i++) {
		a = nth(0x14000000 + i * 256);
		penalty_add(p, 0, &a, PENALTY_HANDSHAKE, 98, "", 0);
	}
	for (i = 0; i < HALF; i++) {
		a = nth(0x0a000000 + i * 256);
		lost += i % 3 != 0 && 1 + i * 7919 % 97 >= LOW &&
		    penalty_wait(p, 0, &a, "") == 0;
	}
	ok(lost == 0, "none above %d points went: %u", LOW, lost);
	penalties_free(p);
}

/* all refused, and still somebody new: an evicted one is told */
static void
full_of_refused(void)
{
	struct penalties *p = penalties_new(&usual, secret);
	struct addr a;
	struct slow s;
	uint32_t i;
	int n = 0, welcome = 0;

	for (i = 0; i < PREFIXES_MAX / 2 + 10; i++) {
		a = nth(0x0a000000 + i * 256);
		penalty_add(p, i, &a, PENALTY_PASSWORD, 40, "", 0);
		while (penalty_change(p, i, &s)) {
			n++;
			welcome += s.ms == 0;
		}
	}
	ok(n == PREFIXES_MAX + 40 && welcome == 20,
	    "evicted ones are welcome: %d changes, %d of them", n, welcome);
	penalties_free(p);
}

static void
homes(void)
{
	struct penalties *p = penalties_new(&usual, secret);
	struct addr a, stranger = addr(C);
	char line[TOLD], user[16];
	size_t at = 0;
	uint32_t i;

	for (i = 0; i < KNOWN_MAX + 100; i++) {
		a = nth(0x0a000000 + i * 256);
		penalty_good(p, i, &a, "al");
	}
	for (i = 0; i < 31; i++)
		fail_from(p, 0, 1, "once", 0);
	for (i = 0; i < TRIED_MAX + 100; i++) {
		if (i % 100 == 0)
			fail_from(p, i, 1, "often", 0);
		snprintf(user, sizeof(user), "u%u", i);
		fail_from(p, i, 1, user, 0);
	}
	ok(penalty_line(p, i, &at, line, sizeof(line)) &&
		strstr(line, " homes=16384 users=4096") != NULL,
	    "homes and users are bounded: %s", line);
	ok(penalty_wait(p, i, &stranger, "often") == 15000 &&
		penalty_wait(p, i, &stranger, "once") == 0,
	    "the longest untouched user goes");
	a = nth(0x0a000000);
	penalty_add(p, i, &a, PENALTY_PASSWORD, 40, "", 0);
	a = nth(0x0a000001);
	ok(penalty_refused(p, i, &a, "al"), "the longest unused home goes");
	a = nth(0x0a000000 + 1000 * 256);
	penalty_add(p, i, &a, PENALTY_PASSWORD, 40, "", 0);
	a = nth(0x0a000001 + 1000 * 256);
	ok(!penalty_refused(p, i, &a, "al"), "the others stay");
	penalties_free(p);
}

int
main(void)
{
	all_rows();
	hunted();
	changes();
	forgiving();
	nowhere();
	lines();
	full();
	order();
	full_of_refused();
	homes();
	return done();
}

/* mxlist: rows of MX sets and what is asked in which order */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "mxlist.h"
#include "tap.h"

#define US "mx.us.example"

static size_t
message(uint8_t *out, uint32_t verdict, const char *set)
{
	struct addresses a = { .verdict = verdict };
	struct target t;
	int n = 0, preference;
	size_t len = sizeof(a);

	for (; sscanf(set, "%d:%255[^ ]%n", &preference, t.name, &n) == 2;
	     set += n) {
		memset(&t, 0, sizeof(t));
		sscanf(set, "%d:%255[^ ]", &preference, t.name);
		t.preference = (uint16_t)preference;
		memcpy(out + len, &t, sizeof(t));
		len += sizeof(t);
		a.n++;
	}
	memcpy(out, &a, sizeof(a));
	return len;
}

/* clang-format off */
static const struct {
	const char *name, *set;
	enum mx_state state;
	const char *order; /* random bytes are all the same: as it came */
} sets[] = {
{ "one", "10:a", MX_HOSTS, "a " },
{ "in order", "10:a 20:b 30:c", MX_HOSTS, "a b c " },
{ "whatever order", "30:c 10:a 65535:d 20:b", MX_HOSTS, "a b c d " },
{ "equal ones stay", "10:a 10:b 5:c", MX_HOSTS, "c a b " },
{ "we are the second", "10:a 20:" US " 20:b 30:c", MX_HOSTS, "a " },
{ "we are, in any case", "10:a 20:MX.us.EXAMPLE. 30:c", MX_HOSTS, "a " },
{ "we are twice", "10:a 20:b 30:" US " 20:" US, MX_HOSTS, "a " },
{ "we are the best", "10:" US " 20:b", MX_LOOP, "" },
{ "we share the best", "10:b 10:" US, MX_LOOP, "" },
{ "we are alone", "0:" US, MX_LOOP, "" },
{ "localhost alone", "0:localhost", MX_NOMAIL, "" },
{ "localhost with a dot", "0:LocalHost.", MX_NOMAIL, "" },
{ "null MX", "0:.", MX_NOMAIL, "" },
{ "localhost, too", "0:localhost 10:a", MX_HOSTS, "a " },
{ "a null MX among others", "0:. 10:a", MX_HOSTS, "a " },
{ "localhost and we", "0:localhost 10:" US, MX_LOOP, "" },
{ "seven: five are asked", "1:a 2:b 3:c 4:d 5:e 6:f 7:g", MX_HOSTS,
  "a b c d e " },
};
/* clang-format on */

static void
walk(struct mxlist *l, char *out, size_t size)
{
	const struct mxhost *h;
	enum family_order f;
	size_t n = 0;

	*out = '\0';
	while ((h = mxlist_host(l, &f)) != NULL && n < size) {
		n += (size_t)snprintf(out + n, size - n, "%s ", h->name);
		mxlist_went(l, MX_FAILED, 0, 1);
	}
}

static void
rows(void)
{
	static const uint8_t random[TARGETS_MAX];
	uint8_t msg[ADDRESSES_MAX];
	char order[256];
	struct mxlist l;
	size_t i;

	for (i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
		mxlist_make(&l, msg, message(msg, VERDICT_SECURE, sets[i].set),
		    US, random, MX_4_FIRST);
		walk(&l, order, sizeof(order));
		if (!ok(l.state == sets[i].state &&
			    l.verdict == VERDICT_SECURE &&
			    strcmp(order, sets[i].order) == 0,
			"%s", sets[i].name))
			printf("# %d %s\n", l.state, order);
	}
}

/* each of four equal ones is the first about as often */
static void
fair(void)
{
	uint8_t msg[ADDRESSES_MAX], random[TARGETS_MAX];
	size_t len = message(msg, 0, "5:a 5:b 5:c 5:d 9:e"), k;
	int i, first[5] = { 0 }, last = 0;
	uint32_t x = 4711;
	struct mxlist l;

	for (i = 0; i < 4000; i++) {
		for (k = 0; k < sizeof(random); k++) {
			x = x * 1664525 + 1013904223;
			random[k] = (uint8_t)(x >> 24);
		}
		mxlist_make(&l, msg, len, US, random, MX_4_FIRST);
		first[l.host[0].name[0] - 'a']++;
		last += l.host[4].name[0] == 'e';
	}
	ok(first[0] > 800 && first[1] > 800 && first[2] > 800 && first[3] > 800,
	    "shuffled: %d %d %d %d", first[0], first[1], first[2], first[3]);
	ok(last == 4000, "among equals only");
}

static void
crimes(void)
{
	static const uint8_t random[TARGETS_MAX];
	uint8_t msg[ADDRESSES_MAX + sizeof(struct target)] = { 0 };
	struct addresses a = { 0, 0 };
	struct mxlist l;
	size_t len = message(msg, 0, "5:a 5:b");

	ok(mxlist_make(&l, msg, len - 1, US, random, 0) == -1, "cut");
	ok(mxlist_make(&l, msg, len + 1, US, random, 0) == -1, "too long");
	ok(mxlist_make(&l, msg, 7, US, random, 0) == -1, "no head");
	memset(msg + len - DIAL_NAME, 'x', DIAL_NAME);
	ok(mxlist_make(&l, msg, len, US, random, 0) == -1, "no NUL");
	memcpy(msg, &a, sizeof(a));
	ok(mxlist_make(&l, msg, sizeof(a), US, random, 0) == -1, "none");
	a.n = TARGETS_MAX + 1;
	memcpy(msg, &a, sizeof(a));
	ok(mxlist_make(&l, msg, sizeof(msg), US, random, 0) == -1, "too many");
	len = message(msg, VERDICT_BOGUS, "5:a");
	ok(mxlist_make(&l, msg, len, US, random, 0) == -1, "bogus and there");
}

static void
without(void)
{
	static const struct {
		uint32_t why;
		const char *domain;
		enum mx_state state;
		size_t n;
	} t[] = {
		{ UNREACHED_NULL, "d", MX_NOMAIL, 0 },
		{ UNREACHED_NONE, "d", MX_HOSTS, 1 },
		{ UNREACHED_NXDOMAIN, "d", MX_HOSTS, 1 },
		{ UNREACHED_NONE, US, MX_LOOP, 0 },
		{ UNREACHED_NONE, "localhost", MX_NOMAIL, 1 },
		{ UNREACHED_TEMPORARY, "d", MX_TEMPORARY, 0 },
		{ UNREACHED_DEADLINE, "d", MX_TEMPORARY, 0 },
		{ UNREACHED_BOGUS, "d", MX_BOGUS, 0 },
		{ UNREACHED_MALFORMED, "d", MX_NODOMAIN, 0 },
		{ 99, "d", MX_TEMPORARY, 0 },
	};
	struct unreached u = { .verdict = VERDICT_SECURE };
	enum family_order f;
	struct mxlist l;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		u.why = t[i].why;
		mxlist_without(&l, &u, t[i].domain, US, MX_4_FIRST);
		ok(l.state == t[i].state && l.n == t[i].n &&
			(mxlist_host(&l, &f) != NULL) == (l.state == MX_HOSTS),
		    "no MX: %u, %s", t[i].why, t[i].domain);
	}
	u.why = UNREACHED_NONE;
	mxlist_without(&l, &u, "d", US, MX_4_FIRST);
	ok(l.verdict == VERDICT_SECURE, "that there is none is proven");
	mxlist_unreached(&l, &u);
	ok(l.state == MX_NODOMAIN, "no address either: no such domain");
	u.verdict = VERDICT_INSECURE;
	mxlist_without(&l, &u, "d", US, MX_4_FIRST);
	u.why = UNREACHED_CONNECT;
	mxlist_unreached(&l, &u);
	ok(l.verdict == VERDICT_INSECURE && l.state == MX_HOSTS &&
		mxlist_host(&l, &f) == NULL,
	    "its address does not answer");
	mxlist_route(&l, "relay.example", MX_6);
	ok(mxlist_host(&l, &f) != NULL && f == FAMILY_6_ONLY, "a route");
}

/* what came of each connection, and the host and family that follow:
 * o ours, c unreached, n no address, g greeting, f failed, r refused; 6: over
 * IPv6 */
static const struct {
	const char *name;
	enum mx_family family;
	const char *fates, *asked;
	enum mx_state state;
} trips[] = {
	{ "failed", MX_4_FIRST, "f f f", "a4 b4 c4 -", MX_HOSTS },
	{ "greeting over IPv4", MX_4_FIRST, "g g6 f", "a4 aVI b4 c4",
	    MX_HOSTS },
	{ "greeting over IPv6", MX_6_FIRST, "g6 g f", "a6 aIV b6 c6",
	    MX_HOSTS },
	{ "greeting, no other family", MX_4_FIRST, "g c f", "a4 aVI b4 c4",
	    MX_HOSTS },
	{ "greeting, IPv4 only", MX_4, "g g g", "aIV bIV cIV -", MX_HOSTS },
	{ "refused over IPv4", MX_4_FIRST, "r", "a4 -", MX_HOSTS },
	{ "refused over IPv6", MX_6_FIRST, "r6 r", "a6 aIV -", MX_HOSTS },
	{ "refused over IPv6, no IPv4", MX_6_FIRST, "r6 c", "a6 aIV -",
	    MX_HOSTS },
	{ "refused over IPv6, then a greeting", MX_6_FIRST, "r6 g", "a6 aIV -",
	    MX_HOSTS },
	{ "refused, IPv6 only", MX_6, "r6", "aVI -", MX_HOSTS },
	{ "refused after a greeting", MX_4_FIRST, "g r6", "a4 aVI -",
	    MX_HOSTS },
	{ "ours", MX_4_FIRST, "o", "a4 -", MX_LOOP },
	{ "the third is ours", MX_4_FIRST, "f f o", "a4 b4 c4 -", MX_HOSTS },
	{ "unreached", MX_4_FIRST, "c c c", "a4 b4 c4 -", MX_HOSTS },
	{ "no such host", MX_4_FIRST, "n n n", "a4 b4 c4 -", MX_HOSTS },
};

static void
trip(size_t i)
{
	static const uint8_t random[TARGETS_MAX];
	static const char *const names[] = { [FAMILY_ANY] = "6",
		[FAMILY_4_FIRST] = "4",
		[FAMILY_4_ONLY] = "IV",
		[FAMILY_6_ONLY] = "VI" };
	struct unreached u = { .why = UNREACHED_CONNECT, .tried = 1 };
	uint8_t msg[ADDRESSES_MAX];
	const struct mxhost *h;
	enum family_order f = FAMILY_ANY;
	struct mxlist l;
	char asked[128];
	const char *p = trips[i].fates;
	size_t n = 0;

	mxlist_make(&l, msg, message(msg, 0, "1:a 2:b 3:c"), US, random,
	    trips[i].family);
	for (;;) {
		h = mxlist_host(&l, &f);
		n += (size_t)snprintf(asked + n, sizeof(asked) - n, "%s%s%s",
		    n > 0 ? " " : "", h != NULL ? h->name : "-",
		    h != NULL ? names[f] : "");
		if (h == NULL || *p == '\0')
			break;
		u.why = *p == 'o' ? UNREACHED_RULE :
		    *p == 'n'	  ? UNREACHED_NXDOMAIN :
				    UNREACHED_CONNECT;
		if (strchr("ocn", *p) != NULL)
			mxlist_unreached(&l, &u);
		else
			mxlist_went(&l,
			    *p == 'g'	  ? MX_GREETING :
				*p == 'r' ? MX_REFUSED :
					    MX_FAILED,
			    p[1] == '6', 1);
		p += strcspn(p, " ");
		p += *p == ' ';
	}
	if (!ok(strcmp(asked, trips[i].asked) == 0 && l.state == trips[i].state,
		"%s", trips[i].name))
		printf("# %s, %d\n", asked, l.state);
}

int
main(void)
{
	size_t i;

	rows();
	fair();
	crimes();
	without();
	for (i = 0; i < sizeof(trips) / sizeof(*trips); i++)
		trip(i);
	return done();
}

/* prefix: what is one network, and that none is kept that counts nothing */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "prefix.h"
#include "tap.h"

enum { MANY = 20000 };

static struct addr
addr(const char *text)
{
	struct addr a = { 0 };

	a.family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(a.family, text, a.ip) != 1)
		abort();
	return a;
}

static struct prefix *
get(const char *text)
{
	struct addr a = addr(text);

	return prefix_get(&a);
}

/* clang-format off */
static const struct { const char *a, *b; int same; } t[] = {
{ "192.0.2.1",           "192.0.2.1",            1 },
{ "192.0.2.1",           "192.0.2.2",            0 },
{ "192.0.2.1",           "1.2.0.192",            0 },
{ "0.0.0.0",             "255.255.255.255",      0 },
{ "2001:db8::1",         "2001:db8::1",          1 },
{ "2001:db8::1",         "2001:db8::ffff:0:0:2", 1 },
{ "2001:db8:0:1::1",     "2001:db8:0:2::1",      0 },
{ "2001:db8:0:1::1",     "2001:db8:1:1::1",      0 },
{ "::",                  "::1",                  1 },
{ "::",                  "0.0.0.0",              0 },
{ "c000:201::",          "192.0.2.1",            0 },
{ "::ffff:192.0.2.1",    "192.0.2.1",            0 },
};
/* clang-format on */

static void
rows(void)
{
	struct prefix *a, *b;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		a = get(t[i].a);
		a->conns++;
		b = get(t[i].b);
		b->conns++;
		ok((a == b) == t[i].same, "%s and %s are %s", t[i].a, t[i].b,
		    t[i].same ? "one" : "two");
		a->conns--;
		b->conns--;
		prefix_put(a);
		if (b != a)
			prefix_put(b);
	}
}

static void
counts(void)
{
	struct prefix *p = get("192.0.2.1");

	ok(p->conns == 0 && p->handshakes == 0, "a new one counts nothing");
	p->conns = 2;
	p->handshakes = 1;
	prefix_put(p);
	ok(get("192.0.2.1") == p && p->conns == 2, "it stays while it counts");
	p->conns = 0;
	prefix_put(p);
	ok(get("192.0.2.1") == p && p->handshakes == 1, "either of them");
	p->handshakes = 0;
	prefix_put(p);
	p = get("192.0.2.1");
	ok(p->conns == 0 && p->handshakes == 0, "then it is forgotten");
	prefix_put(p);
}

/* more than there are buckets, forgotten in another order */
static void
many(void)
{
	static struct prefix *all[MANY];
	struct addr a = { .family = AF_INET };
	unsigned int i, j, wrong = 0;

	for (i = 0; i < MANY; i++) {
		memcpy(a.ip, &i, sizeof(i));
		all[i] = prefix_get(&a);
		wrong += all[i]->conns != 0;
		all[i]->conns = i + 1;
	}
	for (i = 0; i < MANY; i++) {
		memcpy(a.ip, &i, sizeof(i));
		wrong += prefix_get(&a) != all[i] || all[i]->conns != i + 1;
	}
	ok(wrong == 0, "%d of them are kept apart", MANY);
	for (i = 0; i < MANY; i++) {
		j = i * 7919 % MANY; /* a prime: each one once */
		all[j]->conns = 0;
		prefix_put(all[j]);
		all[j] = NULL;
		memcpy(a.ip, &i, sizeof(i));
		wrong += all[i] != NULL && prefix_get(&a) != all[i];
	}
	ok(wrong == 0, "and forgotten one by one");
}

int
main(void)
{
	rows();
	counts();
	many();
	return done();
}

/* shun: who is refused, for how long; failed handshakes of a minute */
#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "shun.h"
#include "tap.h"

static struct addr
addr(const char *text)
{
	struct addr a = { .port = 4711 };

	a.family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(a.family, text, a.ip) != 1)
		abort();
	return a;
}

static void
set(uint64_t now, const char *net, uint32_t bits, uint32_t ms)
{
	const struct slow s = { addr(net), bits, ms };

	shun_set(now, &s);
}

static int
is(uint64_t now, const char *text)
{
	const struct addr a = addr(text);

	return shun_is(now, &a);
}

/* clang-format off */
static const struct {
	const char *net;
	uint32_t bits;
	const char *address;
	int shunned;
} t[] = {
{ "192.0.2.1",    32,  "192.0.2.1",       1 },
{ "192.0.2.1",    32,  "192.0.2.2",       0 },
{ "192.0.2.0",    24,  "192.0.2.255",     1 },
{ "192.0.2.0",    24,  "192.0.3.0",       0 },
{ "192.0.2.0",    24,  "c000:200::",      0 },
{ "2001:db8::1",  128, "2001:db8::1",     1 },
{ "2001:db8::1",  128, "2001:db8::2",     0 },
{ "2001:db8::",   64,  "2001:db8::2:3:4", 1 },
{ "2001:db8::",   64,  "2001:db8:0:1::",  0 },
};
/* clang-format on */

static void
rows(void)
{
	uint64_t now = 1000;
	size_t i;

	ok(!is(now, "192.0.2.1"), "nobody at first");
	for (i = 0; i < sizeof(t) / sizeof(*t); i++, now += 1000) {
		set(now, t[i].net, t[i].bits, 500);
		ok(is(now, t[i].address) == t[i].shunned, "%s/%u: %s", t[i].net,
		    t[i].bits, t[i].address);
		ok(is(now + 499, t[i].address) == t[i].shunned &&
			!is(now + 500, t[i].address),
		    "until its time is over");
	}
}

static void
changes(void)
{
	shun_forget();
	set(0, "192.0.2.7", 32, 1000);
	set(0, "192.0.2.7", 32, 5000);
	ok(is(4999, "192.0.2.7"), "a longer time takes the place");
	set(0, "192.0.2.7", 32, 0);
	ok(!is(0, "192.0.2.7"), "welcome again");
	set(0, "192.0.2.8", 32, 0);
	ok(!is(0, "192.0.2.8"), "welcome that never was refused");
	set(0, "192.0.2.9", 32, 1000);
	shun_forget();
	ok(!is(0, "192.0.2.9"), "all is forgotten");
}

/* more than there is room for: the table stays, the newest are in it */
static void
many(void)
{
	struct slow s = { addr("10.0.0.0"), 32, 1000 };
	int i, n = 0;

	for (i = 0; i < 100000; i++) {
		s.net.ip[1] = (uint8_t)(i >> 16);
		s.net.ip[2] = (uint8_t)(i >> 8);
		s.net.ip[3] = (uint8_t)i;
		s.ms = (uint32_t)(1000 + i);
		shun_set(0, &s);
		n += shun_is(0, &s.net);
	}
	ok(n == i, "each is there when it was told");
	shun_forget();
}

static void
failed(void)
{
	const struct addr a = addr("192.0.2.1"), b = addr("2001:db8::1"),
			  c = addr("2001:db8::2");
	int i, n = 0, at = 0;

	for (i = 1; i <= 100; i++)
		if (shun_failed(1000, &a)) {
			n++;
			at = i;
		}
	ok(n == 1 && at == SHUN_FAILED, "told once, at %d", at);
	for (i = n = 0; i < SHUN_FAILED; i++)
		n += shun_failed(61000, &a);
	ok(n == 1, "and in the next minute again");
	for (i = n = 0; i < SHUN_FAILED; i++)
		n += shun_failed(1000 + (uint64_t)i, i % 2 ? &b : &c);
	ok(n == 1, "a /64 is one");
}

int
main(void)
{
	rows();
	changes();
	many();
	failed();
	return done();
}

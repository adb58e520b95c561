/* address: which are public, which are permitted, in what order they come */
#include <sys/socket.h>
#include <string.h>

#include "address.h"
#include "tap.h"

/* clang-format off */
static const struct { const char *text; int public; } t[] = {
{ "1.1.1.1",         1 }, { "192.0.1.1",       1 }, { "223.255.255.255", 1 },
{ "9.255.255.255",   1 }, { "11.0.0.0",        1 }, { "100.63.255.255",  1 },
{ "100.128.0.0",     1 }, { "172.15.255.255",  1 }, { "172.32.0.0",      1 },
{ "192.167.255.255", 1 }, { "192.169.0.0",     1 }, { "198.17.255.255",  1 },
{ "198.20.0.0",      1 }, { "169.253.0.1",     1 }, { "126.255.255.255", 1 },
{ "128.0.0.1",       1 }, { "192.88.98.1",     1 }, { "203.0.112.1",     1 },
{ "0.0.0.0",         0 }, { "0.1.2.3",         0 }, { "10.0.0.0",        0 },
{ "10.255.255.255",  0 }, { "100.64.0.0",      0 }, { "100.127.255.255", 0 },
{ "127.0.0.1",       0 }, { "127.255.255.255", 0 }, { "169.254.169.254", 0 },
{ "172.16.0.0",      0 }, { "172.31.255.255",  0 }, { "192.0.0.8",       0 },
{ "192.0.2.1",       0 }, { "192.88.99.1",     0 }, { "192.168.0.0",     0 },
{ "192.168.255.255", 0 }, { "198.18.0.0",      0 }, { "198.19.255.255",  0 },
{ "198.51.100.1",    0 }, { "203.0.113.255",   0 }, { "224.0.0.1",       0 },
{ "239.255.255.255", 0 }, { "240.0.0.1",       0 }, { "255.255.255.255", 0 },

{ "2001:200::1",     1 }, { "2606:4700::1111", 1 }, { "3ffe::1",         1 },
{ "2a00::1",         1 }, { "2001:db9::1",     1 }, { "3fff:1000::1",    1 },
{ "::",              0 }, { "::1",             0 }, { "::2",             0 },
{ "::1.1.1.1",       0 }, { "100::1",          0 }, { "fc00::1",         0 },
{ "fdff::1",         0 }, { "fe80::1",         0 }, { "fec0::1",         0 },
{ "ff02::1",         0 }, { "ff0e::1",         0 }, { "2001:db8::1",     0 },
{ "2001::1",         0 }, { "2001:1ff::1",     0 }, { "3fff:fff::1",     0 },
{ "5f00::1",         0 }, { "4000::1",         0 }, { "1fff::1",         0 },
{ "64:ff9b:1::1",    0 },

{ "::ffff:1.1.1.1",  0 }, { "::ffff:127.0.0.1",      0 },
{ "::ffff:10.0.0.1", 0 }, { "::ffff:0.0.0.0",        0 },
{ "64:ff9b::1.1.1.1", 1 }, { "64:ff9b::192.168.0.1", 0 },
{ "2002:101:101::1", 1 }, { "2002:7f00:1::1",        0 },
{ "2002:a00:1::1",   0 }, { "2002:c0a8:1::1",        0 },
};
/* clang-format on */

static struct addr
addr(const char *text, uint16_t port)
{
	struct addr a;

	ok(address_parse(&a, text) == 0, "%s is an address", text);
	a.port = port;
	return a;
}

static void
orders(void)
{
	struct addr four[9] = { 0 }, six[9] = { 0 }, out[ADDRESS_TRIES];
	char s[ADDRESS_TRIES + 1];
	size_t i, j, n;
	static const struct {
		enum family_order order;
		size_t n4, n6;
		const char *want;
	} o[] = {
		{ FAMILY_ANY, 9, 9, "64646" },
		{ FAMILY_4_FIRST, 9, 9, "46464" },
		{ FAMILY_ANY, 9, 1, "64444" },
		{ FAMILY_4_FIRST, 1, 9, "46666" },
		{ FAMILY_4_ONLY, 2, 9, "44" },
		{ FAMILY_6_ONLY, 9, 3, "666" },
		{ FAMILY_6_ONLY, 9, 0, "" },
		{ FAMILY_ANY, 2, 0, "44" },
		{ FAMILY_ANY, 0, 0, "" },
	};

	for (i = 0; i < 9; i++) {
		four[i].family = AF_INET;
		six[i].family = AF_INET6;
		four[i].ip[0] = six[i].ip[0] = (uint8_t)i;
	}
	for (i = 0; i < sizeof(o) / sizeof(*o); i++) {
		n = address_order(out, o[i].order, four, o[i].n4, six, o[i].n6);
		for (j = 0; j < n; j++)
			s[j] = out[j].family == AF_INET ? '4' : '6';
		s[n] = '\0';
		ok(strcmp(s, o[i].want) == 0, "%zu and %zu: %s", o[i].n4,
		    o[i].n6, o[i].want);
	}
	ok(address_order(out, FAMILY_4_ONLY, four, 3, six, 0) == 3 &&
		out[0].ip[0] == 0 && out[2].ip[0] == 2,
	    "as they came");
}

int
main(void)
{
	static const char *const none[] = { "", "1.2.3", "1.2.3.4.5", "a",
		"01.2.3.4", "1.2.3.256", ":::", "::1%lo", "1.2.3.4 ",
		"::ffff:1.2.3" };
	struct addr list[2], a;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		a = addr(t[i].text, 25);
		ok(address_is_public(&a) == t[i].public, "%s is %spublic",
		    t[i].text, t[i].public ? "" : "not ");
	}
	for (i = 0; i < sizeof(none) / sizeof(*none); i++)
		ok(address_parse(&a, none[i]) == -1, "no address: %s", none[i]);
	list[0] = addr("127.0.0.1", 25);
	list[1] = addr("::1", 0);
	a = addr("127.0.0.1", 25);
	ok(address_is_in(list, 2, &a), "permitted, exactly");
	a.port = 26;
	ok(!address_is_in(list, 2, &a), "not another port");
	a = addr("127.0.0.2", 25);
	ok(!address_is_in(list, 2, &a), "not another address");
	a = addr("::1", 99);
	ok(address_is_in(list, 2, &a), "port 0: any port");
	a = addr("::ffff:127.0.0.1", 25);
	ok(!address_is_in(list, 2, &a), "not in another form");
	a = addr("fe80::1", 25);
	list[0] = a;
	list[0].scope = 3;
	ok(!address_same(list, &a), "nor of another interface");
	orders();
	return done();
}

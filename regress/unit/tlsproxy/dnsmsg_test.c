/* dnsmsg: names, and answers as servers and attackers make them */
#include <sys/socket.h>
#include <stdlib.h>
#include <string.h>

#include "dnsmsg.h"
#include "tap.h"
#include "tlsa.h"

enum { CNAME = 5, DNAME = 39 };

static struct {
	uint8_t p[65535];
	size_t len;
} msg;
static struct dnsmsg m;

static void
put(const void *p, size_t n)
{
	if (sizeof(msg.p) - msg.len < n)
		abort();
	memcpy(msg.p + msg.len, p, n);
	msg.len += n;
}

static void
put16(unsigned int v)
{
	const uint8_t b[2] = { (uint8_t)(v >> 8), (uint8_t)v };

	put(b, 2);
}

/* labels of text; a star in front: a pointer to what is said in hex */
static void
put_name(const char *s)
{
	size_t n;
	uint8_t len;

	if (*s == '*') {
		put16(0xc000 | (unsigned int)strtoul(s + 1, NULL, 16));
		return;
	}
	for (; *s != '\0'; s += n + (s[n] == '.')) {
		len = (uint8_t)(n = strcspn(s, "."));
		put(&len, 1);
		put(s, n);
	}
	put("", 1);
}

static void
begin(const char *name, unsigned int type, unsigned int rcode)
{
	msg.len = 0;
	put16(7);
	put16(0x8180 | rcode);
	put16(1);
	put16(0);
	put16(0);
	put16(0);
	put_name(name);
	put16(type);
	put16(1);
}

/* its data follows; where its length stands */
static size_t
record(const char *owner, unsigned int type, unsigned int class)
{
	msg.p[7]++;
	msg.p[6] += msg.p[7] == 0;
	put_name(owner);
	put16(type);
	put16(class);
	put16(0);
	put16(60);
	put16(0);
	return msg.len;
}

static void
end(size_t at)
{
	msg.p[at - 2] = (uint8_t)((msg.len - at) >> 8);
	msg.p[at - 1] = (uint8_t)(msg.len - at);
}

static void
add(const char *owner, unsigned int type, const void *p, size_t n)
{
	size_t at = record(owner, type, 1);

	put(p, n);
	end(at);
}

static void
add_name(const char *owner, unsigned int type, const char *target)
{
	size_t at = record(owner, type, 1);

	put_name(target);
	end(at);
}

static void
add_mx(const char *owner, unsigned int preference, const char *target)
{
	size_t at = record(owner, DNS_MX, 1);

	put16(preference);
	put_name(target);
	end(at);
}

static void
add_srv(unsigned int priority, unsigned int weight, unsigned int port,
    const char *target)
{
	size_t at = record("*c", DNS_SRV, 1);

	put16(priority);
	put16(weight);
	put16(port);
	put_name(target);
	end(at);
}

static enum dns_result
parse(const char *name, int type)
{
	uint8_t *p = malloc(msg.len + 1); /* no byte more: ASan looks */

	if (p == NULL)
		abort();
	memcpy(p, msg.p, msg.len);
	dns_parse(&m, p, msg.len, name, type);
	free(p);
	return m.result;
}

#define L63 "lllllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll"
#define L61 "lllllllllllllllllllllllllllllllllllllllllllllllllllllllllllll"

/* clang-format off */
static const struct { const char *in, *out; } names[] = {
{ "a.example",       "a.example" },
{ "A.EXAMPLE.",      "a.example" },
{ "_25._tcp.a-b.c",  "_25._tcp.a-b.c" },
{ "1.2.3.4",         "1.2.3.4" },
{ L63 ".a",          L63 ".a" },
{ L63 "l.a",         NULL },
{ L63 "." L63 "." L63 "." L61, L63 "." L63 "." L63 "." L61 },
{ L63 "." L63 "." L63 "." L61 ".", L63 "." L63 "." L63 "." L61 },
{ L63 "." L63 "." L63 "." L61 "l", NULL },
{ "",                NULL },
{ ".",               NULL },
{ "..",              NULL },
{ "a..b",            NULL },
{ ".a",              NULL },
{ "a..",             NULL },
{ "a b",             NULL },
{ "a\\.b",           NULL },
{ "a/b",             NULL },
{ "\xc3\xa4.example", NULL },
{ "a@b",             NULL },
};
/* clang-format on */

static void
test_names(void)
{
	char out[DIAL_NAME];
	size_t i;
	int r;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		r = dns_name(out, names[i].in);
		ok(names[i].out == NULL ?
			r == -1 :
			r == 0 && strcmp(out, names[i].out) == 0,
		    "name %.20s", names[i].in);
	}
	ok(dns_join(out, "_25._tcp", "a.b") == 0 &&
		strcmp(out, "_25._tcp.a.b") == 0,
	    "two names");
	ok(dns_join(out, "a", L63 "." L63 "." L63 "." L61) == -1,
	    "too long together");
}

static void
test_addresses(void)
{
	static const uint8_t six[16] = { 0x20, 1, 0xd, 0xb8, [15] = 1 };
	int i;

	begin("A.Example", DNS_A, 0);
	add("*c", DNS_A, "\xc0\0\2\1", 4);
	add("*c", 46, "signature", 9);
	add("a.EXAMPLE", DNS_A, "\xc0\0\2\2", 4);
	add("b.example", DNS_A, "\xc0\0\2\3", 4);
	end(record("*c", DNS_A, 3)); /* another class: it may be empty */
	ok(parse("a.example", DNS_A) == DNS_GOOD && m.n == 2 &&
		m.addr[1].family == AF_INET &&
		memcmp(m.addr[1].ip, "\xc0\0\2\2", 4) == 0 && m.aliases == 0 &&
		strcmp(m.canonical, "a.example") == 0,
	    "two addresses of that name");
	ok(parse("b.example", DNS_AAAA) == DNS_NONE && m.n == 0, "none");
	begin("a", DNS_AAAA, 0);
	add("*c", DNS_AAAA, six, 16);
	ok(parse("a", DNS_AAAA) == DNS_GOOD && m.addr[0].family == AF_INET6 &&
		memcmp(m.addr[0].ip, six, 16) == 0,
	    "IPv6");
	begin("a", DNS_AAAA, 0);
	add("*c", DNS_AAAA, six, 15);
	ok(parse("a", DNS_AAAA) == DNS_FAILED, "an address of 15 bytes");
	begin("a", DNS_A, 0);
	for (i = 0; i < 4000; i++)
		add("*c", DNS_A, "\1\2\3\4", 4);
	ok(parse("a", DNS_A) == DNS_GOOD && m.n == DNS_ADDRESSES,
	    "4000 addresses in %zu bytes", msg.len);
	begin("a", DNS_A, 3);
	ok(parse("a", DNS_A) == DNS_NXDOMAIN, "no such name");
	begin("a", DNS_A, 2);
	ok(parse("a", DNS_A) == DNS_FAILED, "SERVFAIL");
	begin("a", DNS_A, 5);
	add("*c", DNS_A, "\1\2\3\4", 4);
	ok(parse("a", DNS_A) == DNS_FAILED, "refused, whatever follows");
	begin("a", DNS_A, 0);
	msg.p[2] |= 2;
	ok(parse("a", DNS_A) == DNS_FAILED, "cut");
	begin("a", DNS_A, 0);
	msg.p[2] = 0;
	ok(parse("a", DNS_A) == DNS_FAILED, "a question");
}

static void
test_aliases(void)
{
	char from[16] = "", to[16] = "";
	int i;

	begin("a.example", DNS_A, 0);
	add("d.example", DNS_A, "\1\2\3\4", 4); /* in any order */
	add_name("b.example", CNAME, "c.Example");
	add_name("a.example", CNAME, "b.example");
	add_name("example", DNAME, "elsewhere");
	add_name("c.example", CNAME, "d.example");
	ok(parse("a.example", DNS_A) == DNS_GOOD && m.n == 1 &&
		m.aliases == 3 && strcmp(m.canonical, "d.example") == 0,
	    "a chain");
	ok(parse("c.example", DNS_AAAA) == DNS_NONE && m.aliases == 1,
	    "a chain to nothing");
	begin("a", DNS_A, 3);
	add_name("*c", CNAME, "b");
	ok(parse("a", DNS_A) == DNS_NXDOMAIN, "a chain to no name");
	begin("a", DNS_A, 0);
	add_name("*c", CNAME, "b");
	add_name("b", CNAME, "a");
	ok(parse("a", DNS_A) == DNS_FAILED && m.canonical[0] == '\0',
	    "a circle");
	begin("a", DNS_A, 0);
	add_name("a", CNAME, "a");
	ok(parse("a", DNS_A) == DNS_FAILED, "an alias of itself");
	for (i = 0, begin("n0", DNS_A, 0); i <= DNS_ALIASES; i++) {
		snprintf(from, sizeof(from), "n%d", i);
		snprintf(to, sizeof(to), "n%d", i + 1);
		add_name(from, CNAME, to);
	}
	add("n16", DNS_A, "\1\2\3\4", 4);
	ok(parse("n1", DNS_A) == DNS_NONE && m.aliases == DNS_ALIASES,
	    "%d aliases", DNS_ALIASES);
	ok(parse("n0", DNS_A) == DNS_FAILED, "one more");
	begin("a", DNS_A, 0);
	add_name("*c", CNAME, "not a host");
	add("not a host", DNS_A, "\1\2\3\4", 4);
	ok(parse("a", DNS_A) == DNS_GOOD && m.canonical[0] == '\0',
	    "an alias of what is no host");
	begin("a", DNS_A, 0);
	add("*c", DNS_A, "\1\2\3\4", 4);
	add_name("*c", CNAME, "b");
	ok(parse("a", DNS_A) == DNS_NONE && m.n == 0,
	    "an alias has no address of its own");
}

static void
test_targets(void)
{
	char name[16];
	int i, good;

	begin("example", DNS_MX, 0);
	add_mx("*c", 20, "B.example");
	add_mx("*c", 10, "*c");
	add_mx("*c", 20, "c_c.example");
	ok(parse("example", DNS_MX) == DNS_GOOD && m.n == 3 &&
		strcmp(m.target[0].name, "example") == 0 &&
		strcmp(m.target[1].name, "b.example") == 0 &&
		strcmp(m.target[2].name, "c_c.example") == 0 &&
		m.target[1].preference == 20 && m.target[1].port == 0,
	    "MX: sorted, those that are as good as they came");
	begin("a", DNS_MX, 0);
	for (i = 0; i < 100; i++) {
		snprintf(name, sizeof(name), "m%d", i * 37 % 100);
		add_mx("*c", (unsigned int)(i * 37 % 100), name);
	}
	good = parse("a", DNS_MX) == DNS_GOOD && m.n == TARGETS_MAX;
	for (i = 0; i < TARGETS_MAX && good; i++)
		good = m.target[i].preference == i;
	ok(good, "of 100 the best %d", TARGETS_MAX);
	begin("a", DNS_MX, 0);
	add_mx("*c", 0, "");
	ok(parse("a", DNS_MX) == DNS_NULL, "null MX");
	add_mx("*c", 9, "b");
	ok(parse("a", DNS_MX) == DNS_GOOD && m.n == 1, "but there is another");
	begin("a", DNS_MX, 0);
	add_mx("*c", 0, "no host");
	ok(parse("a", DNS_MX) == DNS_BROKEN, "no name of a host");
	begin("a", DNS_MX, 0);
	add("*c", DNS_MX, "\0", 1);
	ok(parse("a", DNS_MX) == DNS_FAILED, "one byte");
	begin("a", DNS_MX, 0);
	add("*c", DNS_MX, "\0\1\1b\0x", 6);
	ok(parse("a", DNS_MX) == DNS_FAILED, "a byte behind the name");
	begin("_x._tcp.a", DNS_SRV, 0);
	add_srv(2, 0, 5269, "a");
	add_srv(1, 5, 5270, "b");
	add_srv(1, 9, 5271, "c");
	ok(parse("_x._tcp.a", DNS_SRV) == DNS_GOOD && m.n == 3 &&
		m.target[0].port == 5271 && m.target[1].weight == 5 &&
		m.target[2].preference == 2,
	    "SRV: by priority, then weight");
	begin("_x._tcp.a", DNS_SRV, 0);
	add_srv(0, 0, 0, "");
	ok(parse("_x._tcp.a", DNS_SRV) == DNS_NULL, "SRV: not here");
}

static void
test_tlsa(void)
{
	static uint8_t data[TLSA_BYTES + 3] = { 3, 1, 1, 0xab };
	struct tlsa t;
	size_t at = 0;
	int i;

	begin("_25._tcp.a", DNS_TLSA, 0);
	for (i = 0; i < 20; i++)
		add("*c", DNS_TLSA, data, 35);
	ok(parse("_25._tcp.a", DNS_TLSA) == DNS_GOOD && m.n == TLSA_MAX &&
		m.left == 4,
	    "TLSA: 16 of 20");
	i = 0;
	while (tlsa_next(m.tlsa, m.tlsalen, &at, &t) == 1)
		i += t.usage == 3 && t.selector == 1 && t.mtype == 1 &&
		    t.len == 32 && t.data[0] == 0xab;
	ok(i == TLSA_MAX, "as they were");
	begin("a", DNS_TLSA, 0);
	add("*c", DNS_TLSA, data, 2);
	ok(parse("a", DNS_TLSA) == DNS_FAILED, "two bytes");
	begin("a", DNS_TLSA, 0);
	add("*c", DNS_TLSA, data, sizeof(data));
	ok(parse("a", DNS_TLSA) == DNS_BROKEN && m.left == 1,
	    "too large: not as if there were none");
}

/* wherever an answer ends, and wherever a pointer leads */
static void
test_hostile(void)
{
	size_t len, i, good = 0;

	begin("a.example", DNS_MX, 0);
	add_mx("*c", 20, "b.example");
	add_name("*e", CNAME, "*c");
	len = msg.len;
	for (msg.len = 0; msg.len < len; msg.len++)
		good += parse("a.example", DNS_MX) != DNS_FAILED;
	ok(good == 0, "cut anywhere");
	for (i = 0; i < 0x4000; i++) {
		begin("a", DNS_A, 0);
		msg.p[7] = 1;
		put16(0xc000 | (unsigned int)i);
		put("\0\1\0\1\0\0\0\0\0\4\1\2\3\4", 14);
		good += parse("a", DNS_A) == DNS_GOOD;
	}
	ok(good == 1, "a pointer to anywhere");
	begin("a", DNS_A, 0);
	put("\300\27", 2); /* a pair that point at each other */
	put("\300\25", 2);
	msg.p[7] = 1;
	ok(parse("a", DNS_A) == DNS_FAILED, "pointers in a circle");
	begin("a", DNS_A, 0);
	for (i = 0; i < 5; i++)
		put("\77" L63, 64);
	put("", 1);
	msg.p[7] = 1;
	put("\0\1\0\1\0\0\0\0\0\4\1\2\3\4", 14);
	ok(parse("a", DNS_A) == DNS_FAILED, "a name of 320 bytes");
	begin("a", DNS_A, 0);
	msg.p[5] = 255;
	ok(parse("a", DNS_A) == DNS_FAILED, "questions that are not there");
}

int
main(void)
{
	test_names();
	test_addresses();
	test_aliases();
	test_targets();
	test_tlsa();
	test_hostile();
	return done();
}

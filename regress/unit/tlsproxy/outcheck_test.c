/* outcheck: what is a crime, what is malformed, what is sound */
#include <stdlib.h>
#include <string.h>

#include "outcheck.h"
#include "tap.h"
#include "tlsa.h"

#define HASH "0123456789abcdefABCDEF0123456789abcdefABCDEF0123456789abcdefABCD"

static struct tls_out
request(uint32_t policy, const char *name)
{
	struct tls_out t = { .policy = policy, .deadline = 1000 };

	memcpy(t.name, name, strlen(name));
	return t;
}

static void
crimes(void)
{
	static const struct {
		const char *what;
		size_t at, len;
		int with;
	} t[] = {
		{ "policy", offsetof(struct tls_out, policy), 1, 4 },
		{ "policy, large", offsetof(struct tls_out, policy), 4, 255 },
		{ "deadline", offsetof(struct tls_out, deadline), 4, 0 },
		{ "deadline, late", offsetof(struct tls_out, deadline), 3,
		    255 },
		{ "records", offsetof(struct tls_out, ntlsa), 1, 17 },
		{ "client", offsetof(struct tls_out, client), 1, 2 },
		{ "name", offsetof(struct tls_out, name), DIAL_NAME, 'a' },
		{ "behind a name", offsetof(struct tls_out, also) - 1, 1, 1 },
		{ "also", offsetof(struct tls_out, also), DIAL_NAME, 'a' },
		{ "alpn", offsetof(struct tls_out, alpn), 16, 'a' },
		{ "pin", offsetof(struct tls_out, pin), 72, 'a' },
		{ "behind a pin", sizeof(struct tls_out) - 1, 1, 'a' },
	};
	struct tls_out good = request(POLICY_PKIX, "a.example"), bad;
	size_t i;

	ok(outcheck_crime(&good) == NULL, "none");
	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		bad = good;
		memset((char *)&bad + t[i].at, t[i].with, t[i].len);
		ok(outcheck_crime(&bad) != NULL, "%s", t[i].what);
	}
}

static void
names(void)
{
	static const struct {
		uint32_t policy;
		const char *name;
		int good;
	} t[] = {
		{ POLICY_PKIX, "a.example", 1 },
		{ POLICY_PKIX, "_25._tcp.A-1.example", 1 },
		{ POLICY_PKIX, "192.0.2.1", 1 },
		{ POLICY_PKIX, "2001:db8::1", 1 },
		{ POLICY_PKIX, "", 0 },
		{ POLICY_PKIX, "a.example.", 0 },
		{ POLICY_PKIX, ".a.example", 0 },
		{ POLICY_PKIX, "a..example", 0 },
		{ POLICY_PKIX, "a example", 0 },
		{ POLICY_PKIX, "a\n.example", 0 },
		{ POLICY_PKIX, "*.example", 0 },
		{ POLICY_PKIX, "m\303\274ller.example", 0 },
		{ POLICY_OPPORTUNISTIC, "", 1 },
		{ POLICY_OPPORTUNISTIC, "a/b", 0 },
		{ POLICY_OPPORTUNISTIC, "192.0.2.1", 1 },
	};
	struct tls_out r;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		r = request(t[i].policy, t[i].name);
		ok((outcheck_text(&r, NULL, 0) == NULL) == t[i].good,
		    "name %zu is %s", i, t[i].good ? "good" : "bad");
	}
}

static void
records(void)
{
	static const uint8_t data[32];
	const struct tlsa rr = { 3, 1, 1, sizeof(data), data };
	struct tls_out r = request(POLICY_DANE, "a.example");
	uint8_t b[128];
	size_t n = 0, cut;

	r.ntlsa = 2;
	tlsa_pack(b, sizeof(b), &n, &rr);
	tlsa_pack(b, sizeof(b), &n, &rr);
	ok(outcheck_text(&r, b, n) == NULL, "two records");
	memcpy(r.also, "b.example", 9);
	ok(outcheck_text(&r, b, n) == NULL, "another name");
	memcpy(r.also, "192.0.2.1", 9);
	ok(outcheck_text(&r, b, n) != NULL, "not another address");
	memset(r.also, 0, sizeof(r.also));
	for (cut = 0; cut < n; cut++)
		if (outcheck_text(&r, b, cut) == NULL)
			break;
	ok(cut == n, "nowhere cut");
	r.ntlsa = 1;
	ok(outcheck_text(&r, b, n) != NULL, "one too many");
	ok(outcheck_text(&r, b, n / 2) == NULL, "one record");
	r.ntlsa = 0;
	ok(outcheck_text(&r, b, 0) != NULL, "none");
	r = request(POLICY_DANE, "192.0.2.1");
	r.ntlsa = 2;
	ok(outcheck_text(&r, b, n) != NULL, "not of an address");
	r = request(POLICY_PKIX, "a.example");
	r.ntlsa = 2;
	ok(outcheck_text(&r, b, n) != NULL, "not with another policy");
	r.ntlsa = 0;
	ok(outcheck_text(&r, b, n) != NULL, "nor unsaid");
	memcpy(r.also, "b.example", 9);
	ok(outcheck_text(&r, b, 0) != NULL, "another name, not DANE");
}

static void
pins(void)
{
	struct tls_out r = request(POLICY_PIN, "");
	uint8_t h[32];

	ok(outcheck_text(&r, NULL, 0) != NULL, "no pin");
	memcpy(r.pin, "SHA256:" HASH, 71);
	ok(outcheck_text(&r, NULL, 0) == NULL, "a pin");
	ok(outcheck_pin(r.pin, h) == 0 && h[0] == 0x01 && h[10] == 0xEF &&
		h[31] == 0xCD,
	    "its bytes");
	r.policy = POLICY_OPPORTUNISTIC;
	ok(outcheck_text(&r, NULL, 0) != NULL, "without its policy");
	ok(outcheck_pin("SHA256:" HASH "0", h) == -1, "too long");
	ok(outcheck_pin("SHA256:", h) == -1, "too short");
	ok(outcheck_pin("SHA512:" HASH, h) == -1, "another digest");
	ok(outcheck_pin(HASH, h) == -1, "no digest");
	r.pin[70] = 'g';
	ok(outcheck_pin(r.pin, h) == -1, "no hex");
}

int
main(void)
{
	crimes();
	names();
	records();
	pins();
	return done();
}

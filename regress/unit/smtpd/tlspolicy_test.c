/* tlspolicy: the whole table, and what never may come out of it */
#include <string.h>

#include "tap.h"
#include "tlspolicy.h"

#define SEC VERDICT_SECURE
#define INS VERDICT_INSECURE
#define BOG VERDICT_BOGUS
#define OPP POLICY_OPPORTUNISTIC

/* clang-format off */
static const struct {
	const char *name;
	struct tls_facts f; /* route, outbound, password, plain, mx, addresses,
			     * tlsa, ntlsa, memory */
	int usable;
	enum tls_need need;
	enum tls_policy policy;
	enum host_tls least;
	int dane;
} plans[] = {
{ "nothing is known", { 0, 0, 0, 0, INS, INS, INS, 0, 0 },
  1, TLS_MAY, OPP, HOST_PLAIN, 0 },
{ "TLS has failed", { 0, 0, 0, 1, INS, INS, INS, 0, 0 },
  1, TLS_NEVER, OPP, HOST_PLAIN, 0 },
{ "it had TLS", { 0, 0, 0, 1, INS, INS, INS, 0, HOST_ENCRYPTED },
  1, TLS_MUST, OPP, HOST_ENCRYPTED, 0 },
{ "it was verified", { 0, 0, 0, 1, INS, INS, INS, 0, HOST_VERIFIED },
  1, TLS_MUST, POLICY_PKIX, HOST_VERIFIED, 0 },
{ "required", { 0, OUTBOUND_REQUIRE, 0, 1, INS, INS, INS, 0, 0 },
  1, TLS_MUST, OPP, HOST_ENCRYPTED, 0 },
{ "required, verified before",
  { 0, OUTBOUND_REQUIRE, 0, 0, INS, INS, INS, 0, HOST_VERIFIED },
  1, TLS_MUST, POLICY_PKIX, HOST_VERIFIED, 0 },
{ "DANE", { 0, 0, 0, 1, SEC, SEC, SEC, 2, 0 },
  1, TLS_MUST, POLICY_DANE, HOST_ENCRYPTED, 0 },
{ "DANE, verified before", { 0, 0, 0, 0, SEC, SEC, SEC, 2, HOST_VERIFIED },
  1, TLS_MUST, POLICY_DANE, HOST_VERIFIED, 0 },
{ "DANE, MX not secure", { 0, 0, 0, 0, INS, SEC, SEC, 2, 0 },
  1, TLS_MAY, OPP, HOST_PLAIN, 0 },
{ "DANE, addresses not secure", { 0, 0, 0, 0, SEC, INS, SEC, 2, 0 },
  1, TLS_MAY, OPP, HOST_PLAIN, 0 },
{ "DANE, no records", { 0, 0, 0, 0, SEC, SEC, INS, 0, 0 },
  1, TLS_MAY, OPP, HOST_PLAIN, 0 },
{ "DANE, forged", { 0, 0, 0, 0, SEC, SEC, BOG, 0, 0 }, 0, 0, 0, 0, 0 },
{ "DANE, forged, MX not secure", { 0, 0, 0, 0, INS, INS, BOG, 0, 0 },
  0, 0, 0, 0, 0 },
{ "DANE alone", { 0, OUTBOUND_DANE, 0, 0, SEC, SEC, SEC, 1, 0 },
  1, TLS_MUST, POLICY_DANE, HOST_ENCRYPTED, 1 },
{ "DANE alone, none", { 0, OUTBOUND_DANE, 0, 0, SEC, SEC, INS, 0, 0 },
  0, 0, 0, 0, 0 },
{ "route: DANE", { ROUTE_DANE, 0, 1, 0, SEC, SEC, SEC, 1, 0 },
  1, TLS_MUST, POLICY_DANE, HOST_ENCRYPTED, 1 },
{ "route: DANE, none", { ROUTE_DANE, 0, 0, 0, SEC, INS, INS, 0, 0 },
  0, 0, 0, 0, 0 },
{ "route: verify", { ROUTE_VERIFY, 0, 0, 1, SEC, SEC, BOG, 0, 0 },
  1, TLS_MUST, POLICY_PKIX, HOST_VERIFIED, 0 },
{ "route: require", { ROUTE_REQUIRE, 0, 0, 1, SEC, SEC, SEC, 1, 0 },
  1, TLS_MUST, OPP, HOST_ENCRYPTED, 0 },
{ "route: opportunistic",
  { ROUTE_OPPORTUNISTIC, OUTBOUND_DANE, 0, 0, SEC, SEC, BOG, 1,
    HOST_VERIFIED }, 1, TLS_MAY, OPP, HOST_PLAIN, 0 },
{ "route: opportunistic, failed",
  { ROUTE_OPPORTUNISTIC, 0, 0, 1, SEC, SEC, INS, 0, 0 },
  1, TLS_NEVER, OPP, HOST_PLAIN, 0 },
{ "route: plain", { ROUTE_PLAIN, OUTBOUND_REQUIRE, 0, 0, SEC, SEC, SEC, 1,
    HOST_VERIFIED }, 1, TLS_NEVER, OPP, HOST_PLAIN, 0 },
{ "password, no word of TLS", { 0, 0, 1, 1, SEC, INS, INS, 0, 0 },
  1, TLS_MUST, POLICY_PKIX, HOST_VERIFIED, 0 },
{ "password, route: require", { ROUTE_REQUIRE, 0, 1, 0, SEC, INS, INS, 0, 0 },
  1, TLS_MUST, POLICY_PKIX, HOST_VERIFIED, 0 },
{ "password, route: plain", { ROUTE_PLAIN, 0, 1, 0, SEC, INS, INS, 0, 0 },
  0, 0, 0, 0, 0 },
};
/* clang-format on */

static void
table(void)
{
	struct tls_plan p;
	size_t i;

	for (i = 0; i < sizeof(plans) / sizeof(*plans); i++) {
		p = tls_plan(&plans[i].f);
		ok(p.usable == plans[i].usable && p.need == plans[i].need &&
			p.policy == plans[i].policy &&
			p.least == plans[i].least && p.dane == plans[i].dane &&
			(p.usable || (p.status != NULL && p.text != NULL)),
		    "%s", plans[i].name);
	}
}

/* all facts there can be */
static void
never(void)
{
	struct tls_facts f = { 0 };
	struct tls_plan p;
	int weaker = 0, naked = 0, redial = 0, mute = 0;
	uint32_t i;

	for (i = 0; i < 6 * 3 * 2 * 2 * 3 * 3 * 3 * 2 * 3; i++) {
		uint32_t k = i;

		f.route = (enum route_tls)(k % 6);
		f.outbound = (enum outbound_tls)((k /= 6) % 3);
		f.credentials = (k /= 3) % 2;
		f.plain = (k /= 2) % 2;
		f.mx = (k /= 2) % 3;
		f.addresses = (k /= 3) % 3;
		f.tlsa = (k /= 3) % 3;
		f.ntlsa = (k /= 3) % 2;
		f.memory = (enum host_tls)((k / 2) % 3);
		p = tls_plan(&f);
		weaker += f.route == ROUTE_DEFAULT && p.usable &&
		    (p.least < f.memory && !p.dane);
		naked += f.credentials && p.usable && p.need != TLS_MUST;
		redial += p.usable && p.need == TLS_MUST &&
		    (tls_refused(&p, REFUSED_HANDSHAKE) != TLS_HOST ||
			tls_missing(&p) != TLS_HOST);
		mute += (!p.usable || p.need == TLS_MUST) &&
		    (p.status == NULL || p.text == NULL);
	}
	ok(weaker == 0, "no domain gets less than it had");
	ok(naked == 0, "no password goes without TLS");
	ok(redial == 0, "what must be encrypted is not sent in plaintext");
	ok(mute == 0, "each failure has words");
}

static void
answers(void)
{
	static const struct tls_facts any = { 0 },
				      had = { .memory = HOST_ENCRYPTED },
				      ca = { .memory = HOST_VERIFIED },
				      dane = { 0, 0, 0, 0, SEC, SEC, SEC, 1,
					      0 },
				      only = { ROUTE_DANE, 0, 0, 0, SEC, SEC,
					      SEC, 1, 0 };
	/* clang-format off */
	static const struct {
		const char *name;
		const struct tls_facts *f;
		uint16_t version;
		uint8_t chain;
		uint32_t named, matches;
		enum tls_next next;
		enum host_tls reached;
	} t[] = {
	{ "anybody", &any, 0x303, 1, 0, 0, TLS_GO, HOST_ENCRYPTED },
	{ "a good certificate", &any, 0x304, 2, 1, 0, TLS_GO, HOST_VERIFIED },
	{ "a good one, of others", &any, 0x304, 2, 0, 0, TLS_GO, HOST_ENCRYPTED },
	{ "no TLS at all", &had, 0, 0, 0, 0, TLS_HOST, HOST_ENCRYPTED },
	{ "as before", &had, 0x304, 1, 0, 0, TLS_GO, HOST_ENCRYPTED },
	{ "verified as before", &ca, 0x304, 2, 1, 0, TLS_GO, HOST_VERIFIED },
	{ "not verified any more", &ca, 0x304, 1, 1, 0, TLS_HOST, HOST_ENCRYPTED },
	{ "DANE matches", &dane, 0x304, 2, 1, 1, TLS_GO, HOST_ENCRYPTED },
	{ "DANE, none usable", &dane, 0x304, 1, 0, 2, TLS_GO, HOST_ENCRYPTED },
	{ "DANE alone matches", &only, 0x304, 2, 0, 1, TLS_GO, HOST_ENCRYPTED },
	{ "DANE alone, none usable", &only, 0x304, 2, 1, 2, TLS_HOST,
	  HOST_ENCRYPTED },
	};
	/* clang-format on */
	struct tls_verdict v;
	struct tls_plan p;
	enum host_tls reached;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		memset(&v, 0, sizeof(v));
		v.tls.version = t[i].version;
		v.tls.peer_chain = t[i].chain;
		v.named = t[i].named;
		v.dane = t[i].matches;
		p = tls_plan(t[i].f);
		ok(tls_reached(&p, &v, &reached) == t[i].next &&
			reached == t[i].reached,
		    "%s", t[i].name);
	}
	p = tls_plan(&any);
	ok(tls_refused(&p, REFUSED_HANDSHAKE) == TLS_REDIAL &&
		tls_refused(&p, REFUSED_DEADLINE) == TLS_REDIAL,
	    "refused: once more, in plaintext");
	ok(tls_refused(&p, REFUSED_OVERLOAD) == TLS_DEFER &&
		tls_refused(&p, REFUSED_MALFORMED) == TLS_DEFER,
	    "our own fault: later");
	ok(tls_missing(&p) == TLS_GO, "not offered: in plaintext");
}

int
main(void)
{
	table();
	never();
	answers();
	return done();
}

/* tlspolicy: see tlspolicy.h; believes relayout and dial */
#include "tlspolicy.h"

static struct tls_plan
must(enum tls_policy policy, enum host_tls least, const char *text)
{
	struct tls_plan p = { .usable = 1,
		.need = TLS_MUST,
		.policy = policy,
		.least = least,
		.status = least == HOST_VERIFIED ? "4.7.5" : "4.7.4",
		.text = text };

	return p;
}

static struct tls_plan
unusable(const char *text)
{
	struct tls_plan p = { .status = "4.7.5", .text = text };

	return p;
}

static int
has_dane(const struct tls_facts *f)
{
	return f->mx == VERDICT_SECURE && f->addresses == VERDICT_SECURE &&
	    f->tlsa == VERDICT_SECURE && f->ntlsa > 0;
}

static struct tls_plan
by_dane(const struct tls_facts *f, int only)
{
	struct tls_plan p;

	/* what cannot be believed is not what is not there: RFC 7672 2.1 */
	if (f->tlsa != VERDICT_SECURE && f->tlsa != VERDICT_INSECURE)
		return unusable("its TLSA records are forged");
	if (!has_dane(f))
		return unusable("it has no TLSA records");
	/* records none of which is usable: what it had is still due */
	p = must(POLICY_DANE, only ? HOST_ENCRYPTED : f->memory,
	    "its TLSA records want it");
	if (p.least == HOST_PLAIN)
		p.least = HOST_ENCRYPTED;
	p.dane = only;
	p.status = "4.7.5";
	return p;
}

/* nobody but we wants it, or what the domain had before */
static struct tls_plan
by_habit(const struct tls_facts *f)
{
	struct tls_plan may = { .usable = 1, .need = TLS_MAY };

	if (f->memory == HOST_VERIFIED)
		return must(POLICY_PKIX, HOST_VERIFIED,
		    "it had a verified certificate before");
	if (f->memory == HOST_ENCRYPTED)
		return must(POLICY_OPPORTUNISTIC, HOST_ENCRYPTED,
		    "it had TLS before");
	if (f->outbound == OUTBOUND_REQUIRE)
		return must(POLICY_OPPORTUNISTIC, HOST_ENCRYPTED,
		    "TLS is required");
	if (f->plain)
		may.need = TLS_NEVER;
	return may;
}

struct tls_plan
tls_plan(const struct tls_facts *f)
{
	struct tls_plan p = { .usable = 1, .need = TLS_NEVER };

	if (f->route == ROUTE_DANE)
		return by_dane(f, 1);
	if (f->route == ROUTE_PLAIN && f->credentials)
		return unusable("a password is not sent in plaintext");
	if (f->route == ROUTE_VERIFY || f->credentials)
		return must(POLICY_PKIX, HOST_VERIFIED,
		    "its route wants a verified certificate");
	if (f->route == ROUTE_REQUIRE)
		return must(POLICY_OPPORTUNISTIC, HOST_ENCRYPTED,
		    "its route wants TLS");
	if (f->route == ROUTE_PLAIN)
		return p;
	if (f->route == ROUTE_OPPORTUNISTIC) {
		p.need = f->plain ? TLS_NEVER : TLS_MAY;
		return p;
	}
	if (f->outbound == OUTBOUND_DANE)
		return by_dane(f, 1);
	if (has_dane(f) ||
	    (f->tlsa != VERDICT_SECURE && f->tlsa != VERDICT_INSECURE))
		return by_dane(f, 0);
	return by_habit(f);
}

enum tls_next
tls_missing(const struct tls_plan *p)
{
	return p->need == TLS_MUST ? TLS_HOST : TLS_GO;
}

enum tls_next
tls_refused(const struct tls_plan *p, uint32_t why)
{
	if (why == REFUSED_OVERLOAD || why == REFUSED_MALFORMED)
		return TLS_DEFER;
	return p->need == TLS_MUST ? TLS_HOST : TLS_REDIAL;
}

enum tls_next
tls_reached(const struct tls_plan *p, const struct tls_verdict *v,
    enum host_tls *reached)
{
	int pkix = v->tls.peer_chain == 2 && v->named && v->error == 0;

	/* a match of DANE is proven anew each time: it binds nobody to a CA */
	*reached =
	    p->policy != POLICY_DANE && pkix ? HOST_VERIFIED : HOST_ENCRYPTED;
	if (v->tls.version == 0)
		return TLS_HOST;
	if (p->policy == POLICY_DANE && v->dane == 1)
		return TLS_GO;
	if (p->dane || (p->least == HOST_VERIFIED && !pkix))
		return TLS_HOST;
	return TLS_GO;
}

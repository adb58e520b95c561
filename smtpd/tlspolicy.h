/*
 * tlspolicy: TLS to another host: what is asked of it, and what follows when
 * it cannot. Routes rule first, then DANE, then what was once reached. Pure.
 * RFC 3207, 7672.
 */
#ifndef TLSPOLICY_H
#define TLSPOLICY_H

#include "hosts.h"
#include "outmsg.h"
#include "route.h"

enum outbound_tls { OUTBOUND_OPPORTUNISTIC, OUTBOUND_REQUIRE, OUTBOUND_DANE };
enum tls_need { TLS_NEVER, TLS_MAY, TLS_MUST };

struct tls_facts {
	enum route_tls route;
	enum outbound_tls outbound;
	int credentials; /* a password goes there */
	int plain;	 /* opportunistic TLS has just failed on this host */
	uint32_t mx;	 /* verdict of the MX set; of a route's host: secure */
	uint32_t addresses, tlsa, ntlsa; /* as CONNECTED has them */
	enum host_tls memory;
};
struct tls_plan {
	int usable; /* 0: not this host: status, text */
	enum tls_need need;
	enum tls_policy policy;	   /* for relayout, unless need is TLS_NEVER */
	enum host_tls least;	   /* what the verdict has to reach */
	int dane;		   /* it must match a record */
	const char *status, *text; /* if it fails; static */
};
struct tls_plan tls_plan(const struct tls_facts *);

enum tls_next {
	TLS_GO,	    /* on with this connection */
	TLS_REDIAL, /* the same host anew, in plaintext: facts.plain */
	TLS_HOST,   /* the next host; after the last one: status, text */
	TLS_DEFER,  /* our own fault: nothing is said against the host */
};
/* it does not offer STARTTLS, or has answered it with 4xx or 5xx */
enum tls_next tls_missing(const struct tls_plan *);
/* TLS_REFUSED; why: enum refused_why */
enum tls_next tls_refused(const struct tls_plan *, uint32_t why);
/* TLS_VERDICT: *reached is to be remembered if it goes on */
enum tls_next tls_reached(const struct tls_plan *, const struct tls_verdict *,
    enum host_tls *reached);
#endif

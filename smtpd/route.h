/*
 * route: over which host a mail leaves; the list of smtpd.conf(5), of which
 * the first entry that fits counts. Pure. Envelopes hold no route: it is
 * looked up at each attempt.
 */
#ifndef ROUTE_H
#define ROUTE_H

#include <stdint.h>

#include "address.h"

enum route_tls {
	ROUTE_DEFAULT, /* nothing is said: outbound.tls counts */
	ROUTE_PLAIN,
	ROUTE_OPPORTUNISTIC,
	ROUTE_REQUIRE, /* whoever it is */
	ROUTE_VERIFY,  /* and it is the host, by a trusted CA */
	ROUTE_DANE,
};

struct route {
	const char *to;	  /* NULL: any; "*", a domain, "*.domain", address */
	const char *from; /* NULL: any; the same, "<>", or a user's name */
	const char *host; /* NULL: the domain's own */
	uint16_t port;	  /* 0: 25 */
	enum route_tls tls;
	const char *auth; /* NULL: none; an entry of credentials */
	int discard;
};

/* NULL: a route that can be; else what is wrong and was meant */
const char *route_check(const struct route *);
/* user: who has submitted it, or NULL. NULL: no entry fits, the domain's MX */
const struct route *route_find(const struct route *, size_t n,
    const struct mailbox *from, const char *user, const struct mailbox *to);
/* the word of smtpd.conf; -1: there is no such */
int route_tls_parse(const char *, enum route_tls *);
#endif

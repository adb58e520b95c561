/*
 * mxlist: to which hosts a domain's mail goes, in which order, and what is
 * left of them when one fails. Answers of dial and random bytes come in.
 * Pure. RFC 5321 5.1, 7505.
 */
#ifndef MXLIST_H
#define MXLIST_H

#include <stddef.h>
#include <stdint.h>

#include "dialmsg.h"

enum { MX_TRIES = 5 }; /* addresses of one attempt */

enum mx_state {
	MX_HOSTS,     /* there are some */
	MX_NOMAIL,    /* null MX, or "localhost": 556 5.1.10 */
	MX_NODOMAIN,  /* there is no such domain: 5.1.2 */
	MX_LOOP,      /* the best one is this host: 5.4.6 */
	MX_TEMPORARY, /* DNS does not answer: 4.4.3 */
	MX_BOGUS,     /* DNSSEC: the answer is forged: 4.7.0 */
};

enum mx_family { MX_4_FIRST, MX_6_FIRST, MX_4, MX_6 }; /* outbound.family */

enum mx_fate {
	MX_OURS,     /* it is this host: it is cut off here */
	MX_GREETING, /* 4xx or 5xx as banner or to EHLO */
	MX_FAILED,   /* anything else that speaks against the host */
	MX_REFUSED,  /* 5xx at MAIL or RCPT */
};

struct mxhost {
	uint16_t preference;
	char name[DIAL_NAME];
};

struct mxlist {
	enum mx_state state;
	uint32_t verdict; /* of the MX set; VERDICT_SECURE: DANE may rule */
	size_t n;
	struct mxhost host[TARGETS_MAX];
	/* mxlist.c's own */
	enum mx_family family;
	size_t at;
	uint32_t tries;
	enum family_order ask;
	int implicit, over;
	int again; /* the host is asked for its other family */
	int last;  /* and no other one will be */
};

/*
 * From ADDRESSES, len bytes. self: our own name; it and all that is not
 * better are cut off. Equal preferences are in random order. -1: EINVAL, no
 * such message.
 */
int mxlist_make(struct mxlist *, const void *, size_t len, const char *self,
    const uint8_t random[TARGETS_MAX], enum mx_family);
/* from UNREACHED for DIAL_MX; without MX the domain is its own host */
void mxlist_without(struct mxlist *, const struct unreached *,
    const char *domain, const char *self, enum mx_family);
/* one host, of a route: DIAL_HOST, no MX */
void mxlist_route(struct mxlist *, const char *host, enum mx_family);

/* the host to be dialled now, and how; NULL: this attempt is over, and with
 * state MX_LOOP the mail is, too */
const struct mxhost *mxlist_host(const struct mxlist *, enum family_order *);
/* what came of a connection to it; v6: the peer was; tried: so many
 * addresses. The other family of a host has a turn after MX_GREETING, and
 * IPv4 after MX_REFUSED over IPv6 */
void mxlist_went(struct mxlist *, enum mx_fate, int v6, uint32_t tried);
/* dial could not reach it */
void mxlist_unreached(struct mxlist *, const struct unreached *);
#endif

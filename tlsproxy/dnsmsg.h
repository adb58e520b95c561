/*
 * dnsmsg: names as text, and what an answer of the DNS says to a question.
 * Pure; believes no byte of either. RFC 1035, 2782, 6698, 7505.
 */
#ifndef DNSMSG_H
#define DNSMSG_H

#include <stddef.h>
#include <stdint.h>

#include "dialmsg.h"

enum {
	DNS_A = 1,
	DNS_MX = 15,
	DNS_AAAA = 28,
	DNS_SRV = 33,
	DNS_DNSKEY = 48,
	DNS_TLSA = 52,
};

enum {
	DNS_ADDRESSES = 16, /* that are kept of one answer */
	DNS_ALIASES = 16,   /* the longest chain that is followed */
};

enum dns_result {
	DNS_GOOD,
	DNS_NONE,     /* the name has no such record */
	DNS_NXDOMAIN, /* no such name */
	DNS_NULL,     /* the one record says: not here */
	DNS_FAILED,   /* a server's fault, or no answer at all */
	DNS_BROKEN,   /* records, but none that can be used */
};

struct dnsmsg {
	enum dns_result result;
	unsigned int aliases;	   /* how many led to canonical */
	char canonical[DIAL_NAME]; /* empty: it is no name of a host */
	size_t n;		   /* of what follows, of the type asked for */
	size_t left;		   /* TLSA: records that were left out */
	struct addr addr[DNS_ADDRESSES];   /* port 0 */
	struct target target[TARGETS_MAX]; /* best first */
	uint8_t tlsa[TLSA_BYTES];	   /* packed */
	size_t tlsalen;
};

/*
 * A name of letters, digits, hyphens and underscores, labels of 1 to 63 and
 * 253 bytes in all: in small letters, without the dot at its end. -1: it is
 * none.
 */
int dns_name(char out[DIAL_NAME], const char *);
/* two names with a dot between them; -1: too long together */
int dns_join(char out[DIAL_NAME], const char *, const char *);

/* the answer, len bytes, to the question for that name, as dns_name() gives
 * it, and that type */
void dns_parse(struct dnsmsg *, const uint8_t *, size_t len, const char *name,
    int type);
#endif

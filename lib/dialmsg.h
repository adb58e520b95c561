/*
 * dialmsg: payloads of connections to others: names in, descriptors out.
 * The id in the head is the caller's reference. Fixed width, no padding,
 * strings as elsewhere; TLSA records are packed as tlsa.h says.
 */
#ifndef DIALMSG_H
#define DIALMSG_H

#include "conninfo.h"

enum {
	DIAL_NAME = 256,   /* bytes of a name with NUL; no dot at its end */
	DIALS_MAX = 64,	   /* of one caller under way */
	TARGETS_MAX = 32,  /* of an MX or SRV set */
	TLSA_MAX = 16,	   /* records */
	TLSA_BYTES = 8192, /* of them packed */
};

enum dial_kind {
	DIAL_MX,      /* name: a domain -> ADDRESSES */
	DIAL_SRV,     /* name: a domain, with service -> ADDRESSES */
	DIAL_HOST,    /* name: a host, with port -> CONNECTED */
	DIAL_LITERAL, /* name: an address in text, with port -> CONNECTED */
};
enum family_order { FAMILY_ANY, FAMILY_4_FIRST, FAMILY_4_ONLY, FAMILY_6_ONLY };

struct dial {
	uint32_t kind;
	uint32_t deadline; /* ms for all of it; 1 to 600,000 */
	uint16_t port;
	uint8_t tlsa;	/* host: ask for _port._tcp.name, too */
	uint8_t family; /* enum family_order */
	uint32_t zero;
	char service[32]; /* "_xmpp-server._tcp" */
	char name[DIAL_NAME];
};

enum verdict { VERDICT_INSECURE, VERDICT_SECURE, VERDICT_BOGUS };

struct target {
	uint16_t preference, weight, port, zero; /* MX: weight, port are 0 */
	char name[DIAL_NAME];
};
struct addresses {	  /* n targets follow, in the order of preference */
	uint32_t verdict; /* secure or insecure */
	uint32_t n;
};
enum { ADDRESSES_MAX = 8 + TARGETS_MAX * (8 + DIAL_NAME) };

struct connected { /* with the descriptor; packed TLSA records follow */
	struct addr peer, local;
	uint32_t verdict; /* of the addresses; of those in literals: insecure */
	uint32_t tlsa;	  /* verdict of the TLSA set; insecure: none was sought,
			* or there is provably none */
	uint32_t ntlsa;	  /* records; 0 but for a secure set */
	uint32_t zero;
	char base[DIAL_NAME]; /* TLSA base domain: the name, or what it is an
			       * alias of. RFC 7671 7 */
};

enum unreached_why {
	UNREACHED_NONE,	     /* the name has no such record */
	UNREACHED_NXDOMAIN,  /* no such name */
	UNREACHED_NULL,	     /* null MX, or a SRV of "." */
	UNREACHED_TEMPORARY, /* no answer, servers at fault */
	UNREACHED_BOGUS,     /* DNSSEC says it was tampered with */
	UNREACHED_RULE,	     /* all addresses are refused by rule */
	UNREACHED_CONNECT,   /* error: errno of the last connect(2) */
	UNREACHED_DEADLINE,
	UNREACHED_MALFORMED, /* no name, no address; an impossible request */
};

struct unreached {
	uint32_t why;
	uint32_t verdict; /* of NONE and NXDOMAIN: is it proven? */
	int32_t error;
	uint32_t tried; /* addresses */
};

_Static_assert(sizeof(struct dial) == 304 && sizeof(struct target) == 264 &&
	sizeof(struct addresses) == 8 && sizeof(struct connected) == 320 &&
	sizeof(struct unreached) == 16,
    "no padding");
#endif

/*
 * certmsg: payloads about keys and certificates, between the parent, the
 * signer and the inspector. Fixed width, no padding.
 */
#ifndef CERTMSG_H
#define CERTMSG_H

#include "certfacts.h"

struct key { /* with the descriptor of a private key */
	uint64_t generation;
	uint32_t index;
	uint32_t client; /* may sign as a TLS client, too */
};

struct key_is {
	uint64_t generation;
	uint32_t index;
	uint32_t good; /* 0: why says what is wrong with it */
	uint8_t id[KEYID_LEN];
	char why[64];
};

struct inspect { /* with a sealed memfd: chain, then staple */
	uint64_t generation;
	uint32_t index;
	uint32_t chain, ocsp; /* bytes */
	uint32_t zero;
};

struct facts {
	uint64_t generation;
	uint32_t index;
	uint32_t good;	      /* 0: why says what is wrong with the chain */
	int64_t staple_until; /* 0: not usable, and why may say why */
	struct cert_facts is;
	char why[104];
};

_Static_assert(sizeof(struct key) == 16 && sizeof(struct key_is) == 112 &&
	sizeof(struct inspect) == 24 && sizeof(struct facts) == 176,
    "no padding");
#endif

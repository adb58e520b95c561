/*
 * certfacts: what must be known of a certificate to serve it, apart from the
 * certificate. Pure: for the parent, which parses no certificate itself.
 */
#ifndef CERTFACTS_H
#define CERTFACTS_H

#include <stdint.h>
#include <time.h>

#include "signtext.h"

#define CERT_PEM_MAX 262144 /* bytes of a chain file */
#define CERT_OCSP_MAX 65536 /* bytes of an OCSP response */

struct cert_facts {
	uint8_t id[KEYID_LEN];	       /* SHA-256 of the leaf's public key */
	int64_t not_before, not_after; /* of the whole chain, seconds UTC */
};

/* lower case LDH (and "_"), at most 253 bytes; "*." may stand in front */
int cert_is_name(const char *);

/* does it fit this key, at this time? CERT_OK or what comes first */
enum cert_verdict { CERT_OK, CERT_OTHER_KEY, CERT_NOT_YET, CERT_EXPIRED };
enum cert_verdict facts_check(const struct cert_facts *,
    const uint8_t id[KEYID_LEN], time_t now);
const char *cert_verdict_text(enum cert_verdict); /* static */

/* whole days from now until it ends; negative: expired */
int facts_days(const struct cert_facts *, time_t now);
#endif

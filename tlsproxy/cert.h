/*
 * cert: reads certificate chains and OCSP responses from memory, says what
 * is wrong with them, makes a self-signed one. For the gate's parent and
 * tlsctl. No I/O; time comes in, seconds UTC. RFC 5280, RFC 6960, RFC 6698.
 */
#ifndef CERT_H
#define CERT_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include "certfacts.h"

#define CERT_CHAIN_MAX 10   /* certificates */
#define CERT_NAMES_MAX 1024 /* DNS names of a leaf */
#define CERT_TLSA_LEN 71    /* "3 1 1 " + 64 hex digits + NUL */

struct x509_st;

struct cert {
	size_t count; /* certificates, the leaf first */
	size_t nnames;
	char **names;		      /* DNS names of the leaf, lower case */
	uint8_t id[KEYID_LEN];	      /* SHA-256 of the leaf's public key */
	time_t not_before, not_after; /* when the whole chain is valid */
	int selfsigned;		      /* the leaf is its own issuer */
	struct x509_st *x[CERT_CHAIN_MAX];
};

/*
 * PEM text; other blocks and text between are skipped. NULL and *why
 * (static text): no certificate, not readable, too many, wrong order (each
 * must be issued by the next one), a leaf without names or with a CA's bit.
 */
struct cert *cert_parse(const void *pem, size_t len, const char **why);
void cert_free(struct cert *);

struct cert_facts cert_facts(const struct cert *);
/* does it fit this key, at this time? CERT_OK or what comes first */
enum cert_verdict cert_check(const struct cert *, const uint8_t id[KEYID_LEN],
    time_t now);

/* does the leaf cover this name (lower case)? "*." is one label, leftmost */
int cert_covers(const struct cert *, const char *name);

/* whole days from now until it ends; negative: expired */
int cert_days(const struct cert *, time_t now);

/*
 * One line without newline: names, issuer, key, dates. The length it would
 * have, as snprintf(). Control and 8-bit characters of strangers become '?'.
 */
int cert_summary(const struct cert *, char *, size_t);

/* "3 1 1 hex", as it stands in a zone */
void cert_tlsa(const uint8_t id[KEYID_LEN], char[CERT_TLSA_LEN]);

/*
 * Is this DER response one to staple to that chain now? NULL and *next, its
 * nextUpdate; or why not, static text.
 */
const char *cert_ocsp(const struct cert *, const void *der, size_t len,
    time_t now, time_t *next);

/* PEM, with NUL; len without it */
struct cert_text {
	char *p;
	size_t len;
};

/*
 * A P-256 key and a certificate for these names (lower case; "*." may stand
 * in front), valid from an hour before now for days (at most 3,650). The
 * caller frees both with cert_text_free(), which wipes. 0, or -1: EINVAL (a
 * name is none), ENOMEM.
 */
int cert_selfsigned(const char *const *names, size_t n, time_t now, int days,
    struct cert_text *key, struct cert_text *cert);
void cert_text_free(struct cert_text *);
#endif

/*
 * outmsg: payloads of TLS to others, on a descriptor that dial has connected.
 * The id in the head is the caller's reference. Fixed width, no padding,
 * strings as elsewhere.
 */
#ifndef OUTMSG_H
#define OUTMSG_H

#include "dialmsg.h"

enum tls_policy {
	POLICY_OPPORTUNISTIC, /* encrypted, nobody is authenticated */
	POLICY_PKIX,	      /* a trusted CA and the name */
	POLICY_DANE,	      /* TLSA records; all unusable: opportunistic */
	POLICY_PIN,	      /* exactly this certificate */
};

enum { OUT_DEADLINE_MAX = 600000 }; /* ms */

struct tls_out { /* with the connected descriptor; TLSA records follow */
	uint32_t policy;
	uint32_t deadline; /* ms for the handshake, at least 1 */
	uint32_t ntlsa;
	uint32_t client;      /* 1: show our certificate when asked */
	char name[DIAL_NAME]; /* SNI and reference name; DANE: base domain */
	char also[DIAL_NAME]; /* DANE-TA: the next-hop domain will do, too */
	char alpn[16];
	char pin[72]; /* "SHA256:" and hex digits of the leaf's DER */
};

struct tls_verdict {	    /* with the pair's end; names follow as in CONN */
	struct tlsinfo tls; /* peer_chain: 2 trusted by CA or DANE */
	uint32_t named;	    /* 1: the certificate is for this name */
	uint32_t dane;	    /* 1: a TLSA record matches; 2: none was usable */
	int32_t error;	    /* of the chain, X509_V_ERR_*; 0: trusted */
	uint32_t zero;
};
enum { VERDICT_MAX = 16 + TLSINFO_MAX };

enum refused_why {
	REFUSED_HANDSHAKE, /* they do not speak TLS as we do */
	REFUSED_DEADLINE,
	REFUSED_CHAIN, /* no trusted CA, expired, ... */
	REFUSED_NAME,
	REFUSED_DANE, /* no record matches */
	REFUSED_PIN,
	REFUSED_OVERLOAD,
	REFUSED_MALFORMED, /* the request itself */
};

struct tls_refused {
	uint32_t why;
	int32_t error;	/* X509_V_ERR_*, or 0 */
	char text[120]; /* for the log */
};

_Static_assert(sizeof(struct tls_out) == 616 &&
	sizeof(struct tls_verdict) == 408 && sizeof(struct tls_refused) == 128,
    "no padding");
#endif

/*
 * tlsxpeer: certificates of the other side: trusted CAs, names, chains, whom
 * an outgoing connection accepts, DANE. A part of tlsx.
 */
#ifndef TLSXPEER_H
#define TLSXPEER_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct ssl_st; /* SSL: lives as long as its struct tls */
struct x509_st;

#define TLSX_NAMES 16

/* the trusted CAs in PEM replace those before; how many. NULL: none is trusted
 * any more. -1: ENOMEM, EINVAL: none in it; then the old ones stay */
int tlsx_ca(const void *pem, size_t len);

enum tlsx_chain { TLSX_NONE, TLSX_UNTRUSTED, TLSX_TRUSTED };
enum tlsx_nametype { TLSX_DNS, TLSX_SRV, TLSX_XMPP }; /* RFC 6125, 4985, 6120 */

struct tlsx_peer {
	enum tlsx_chain chain; /* TLSX_NONE: it sent no certificate */
	int error;	       /* X509_V_ERR_*; 0: chain is TLSX_TRUSTED */
	uint8_t hash[32];      /* SHA-256 of the leaf's DER */
	unsigned int nnames;   /* of the leaf's names, the first TLSX_NAMES */
	struct tlsx_name {
		enum tlsx_nametype type;
		char name[256]; /* as it stands there, without NUL inside */
	} names[TLSX_NAMES];
};

/*
 * The other side's certificate after a handshake. Checked against the CAs
 * at this time of the real clock (UTC), as client's or server's (XMPP
 * servers show either). Names are not compared. 0, or -1: ENOMEM.
 */
int tlsx_peer(struct ssl_st *, time_t now, struct tlsx_peer *);

/* adds the certificate's names to those that are there; any certificate */
void tlsx_names(struct x509_st *, struct tlsx_peer *);

/* --- outgoing: between tls_connect_socket() and tls_handshake(), of a
 * configuration without any verification of libtls' own --- */

enum tlsx_check {
	TLSX_ANYBODY, /* the outcome is reported */
	TLSX_NAMED,   /* a trusted CA says that it has this name */
	TLSX_DANE,    /* a record matches; after tlsx_dane() */
	TLSX_PINNED,  /* this certificate and no other */
};

struct tlsx_demand { /* lives as long as the connection */
	enum tlsx_check check;
	uint8_t pin[32]; /* SHA-256 of the leaf's DER */
};

/*
 * Who is accepted, judged before anything of ours is shown; the handshake
 * fails with who is not, or sends more than a few certificates. 0, or -1.
 */
int tlsx_demand(struct ssl_st *, const struct tlsx_demand *, const char *name);
/* X509_V_ERR_* of the chain, also after a failure; 0: trusted, or unknown */
int tlsx_outcome(const struct ssl_st *);
/* as tlsx_peer(), with that outcome; -1: ENOMEM, or it has none */
int tlsx_server(struct ssl_st *, struct tlsx_peer *);
/* 1: its certificate is for that host or address */
int tlsx_named(struct ssl_st *, const char *name);
/* 1: an IPv4 or IPv6 address in text */
int tlsx_is_address(const char *);
/* offers one protocol of at most 255 bytes; -1: ENOMEM, or none */
int tlsx_alpn(struct ssl_st *, const char *protocol);

/*
 * DANE; base: the TLSA base domain; also: another name that will do for
 * DANE-TA, or "". RFC 7671, 7672.
 * add: 1: taken, 0: unusable record, -1: failed. Handshake fails without a
 * match once one was taken.
 */
int tlsx_dane(struct ssl_st *, const char *base, const char *also);
int tlsx_dane_add(struct ssl_st *, uint8_t usage, uint8_t selector,
    uint8_t mtype, const uint8_t *data, size_t len);
#endif

/*
 * tlsx: what libtls does not offer, through documented doors of OpenSSL:
 * session tickets, channel bindings, RELEASE_BUFFERS, client certificates,
 * DANE. One process, one thread, one state.
 */
#ifndef TLSX_H
#define TLSX_H

#include <stddef.h>
#include <stdint.h>
#include <time.h>

struct tls;
struct tls_config;
struct ssl_st; /* SSL: lives as long as its struct tls */

#define TLSX_TICKET_LEN 80    /* name 16, AES-256 32, HMAC-SHA-256 32 */
#define TLSX_LIFETIME_S 28800 /* of a ticket */
#define TLSX_EXPORTER_LEN 32
#define TLSX_ENDPOINT_MAX 64
#define TLSX_NAMES 16

/* the first call that touches libtls or libcrypto. -1: ENOTSUP, ENOMEM */
int tlsx_init(void);

/* protocols, ciphers, curves of ours; -1: see tls_config_error() */
int tlsx_config(struct tls_config *);

/*
 * tls_configure() of a server, then tickets, lifetime, no cache, no
 * renegotiation for all contexts it made. tickets 0: none for this service
 * (it asks for certificates: a ticket would not bring back their chain).
 * -1: see tls_error(). Needs a ticket key only at the first handshake.
 */
int tlsx_configure(struct tls *, struct tls_config *, int tickets);

/*
 * tls_free() of a server, once its last connection is freed: libtls' SNI
 * callback reads it until a handshake is over. NULL is fine.
 */
void tlsx_free(struct tls *);

/* now: this; before: the last one. Of all servers, old and new contexts */
void tlsx_ticket_key(const uint8_t[TLSX_TICKET_LEN]);

/* of the latest tls_accept_*() or tls_connect_*(); NULL when it is gone */
struct ssl_st *tlsx_last(void);

/* after tls_read(): are there bytes that poll(2) will not tell about? */
int tlsx_pending(const struct ssl_st *);

/* after a failed tls_read(): did TCP end without close_notify? */
int tlsx_cut(void);

/* RFC 9266; -1: not TLS 1.3, or no handshake yet */
int tlsx_exporter(struct ssl_st *, uint8_t[TLSX_EXPORTER_LEN]);

/*
 * RFC 5929 tls-server-end-point of the certificate served on it; the bytes
 * used of TLSX_ENDPOINT_MAX, -1: undefined for this certificate.
 */
int tlsx_endpoint(const struct ssl_st *, uint8_t[TLSX_ENDPOINT_MAX]);

/* the trusted CAs in PEM replace those before; how many. -1: ENOMEM, EINVAL:
 * none in it; then the old ones stay */
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

/*
 * DANE for an outgoing connection, between tls_connect_socket() and
 * tls_handshake(); base: the TLSA base domain. RFC 7671, 7672.
 * add: 1: taken, 0: unusable record, -1: failed. Handshake fails without a
 * match once one was taken; matched: 1 after a handshake with a match.
 */
int tlsx_dane(struct ssl_st *, const char *base);
int tlsx_dane_add(struct ssl_st *, uint8_t usage, uint8_t selector,
    uint8_t mtype, const uint8_t *data, size_t len);
int tlsx_dane_matched(struct ssl_st *);
#endif

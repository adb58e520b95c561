/*
 * tlsx: what libtls does not offer, through documented doors of OpenSSL:
 * session tickets, channel bindings, RELEASE_BUFFERS; certificates of others
 * in tlsxpeer.h. One process, one thread, one state.
 */
#ifndef TLSX_H
#define TLSX_H

#include <stddef.h>
#include <stdint.h>

#include "tlsxpeer.h"

struct tls;
struct tls_config;

#define TLSX_TICKET_LEN 80    /* name 16, AES-256 32, HMAC-SHA-256 32 */
#define TLSX_LIFETIME_S 28800 /* of a ticket */
#define TLSX_EXPORTER_LEN 32
#define TLSX_ENDPOINT_MAX 64

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

#endif

/*
 * service: the TLS server context of one service, as libtls wants it, with
 * the keys left in the signer. Needs tlsx_init() and keyprov_init() before.
 */
#ifndef SERVICE_H
#define SERVICE_H

#include <stddef.h>
#include <stdint.h>

#define SERVICE_ID_MAX 32 /* bytes of a session id */

struct tls;

struct service_pair {
	const uint8_t *chain; /* PEM, the leaf first */
	size_t chainlen;
	const uint8_t *ocsp; /* DER, already checked; or NULL */
	size_t ocsplen;
};

struct service_conf {
	const struct service_pair *pairs; /* the first: unknown or no name */
	size_t npairs;			  /* at least one */
	const char *alpn;		  /* "h2,http/1.1"; NULL: none */
	const char *session_id; /* same in all relays, another per service */
	int ask;		/* for a client certificate, optional */
};

/*
 * A server for tls_accept_socket(). Copies all it needs. NULL and text in
 * why, at most 255 bytes.
 */
struct tls *service_new(const struct service_conf *, char *why, size_t size);

/*
 * No more tls_accept_socket() with it; connections live on, those in their
 * handshake, too. Never tls_free() it: see tlsx_free(). NULL is fine.
 */
void service_free(struct tls *);
#endif

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
 * A server for tls_accept_socket(); the caller tls_free()s it (also while
 * connections of it live on). Copies all it needs. No text of an error is
 * longer than 255 bytes. NULL and text in why.
 */
struct tls *service_new(const struct service_conf *, char *why, size_t size);
#endif

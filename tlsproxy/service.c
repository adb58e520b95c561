/*
 * service: builds the libtls server context of one service. Touches memory
 * only; trusts what the parent sent (chains and staples it has checked).
 * The key half of each pair is keyprov's: it signs through the signer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>

#include "keyprov.h"
#include "service.h"
#include "tlsx.h"

/* the first pair is set, the others are added: libtls' own distinction */
static int
add_pair(struct tls_config *cfg, const struct service_pair *p, int first)
{
	size_t keylen;
	char *key;
	int r;

	if ((key = keyprov_pem(p->chain, p->chainlen, &keylen)) == NULL)
		return -1;
	if (first)
		r = tls_config_set_keypair_ocsp_mem(cfg, p->chain, p->chainlen,
		    (uint8_t *)key, keylen, p->ocsp, p->ocsplen);
	else
		r = tls_config_add_keypair_ocsp_mem(cfg, p->chain, p->chainlen,
		    (uint8_t *)key, keylen, p->ocsp, p->ocsplen);
	free(key);
	return r;
}

static int
configure(struct tls *t, struct tls_config *cfg, const struct service_conf *c,
    char *why, size_t size)
{
	size_t i, len = strlen(c->session_id);
	const char *e;

	if (c->npairs == 0 || len == 0 || len > SERVICE_ID_MAX) {
		snprintf(why, size, "no certificate, or a bad session id");
		return -1;
	}
	for (i = 0; i < c->npairs; i++)
		if (add_pair(cfg, &c->pairs[i], i == 0) == -1) {
			e = tls_config_error(cfg);
			snprintf(why, size, "pair %zu: %s", i + 1,
			    e != NULL ? e : "no certificate in it");
			return -1;
		}
	if (c->ask) {
		/* wanted, never demanded; tlsx_peer() judges it */
		tls_config_insecure_noverifycert(cfg);
		tls_config_verify_client_optional(cfg);
	}
	if (tlsx_config(cfg) == -1 ||
	    (c->alpn != NULL && tls_config_set_alpn(cfg, c->alpn) == -1) ||
	    tls_config_set_session_id(cfg, (const uint8_t *)c->session_id,
		len) == -1) {
		e = tls_config_error(cfg);
		snprintf(why, size, "%s", e != NULL ? e : "out of memory");
		return -1;
	}
	if (tlsx_configure(t, cfg, !c->ask) == -1) {
		e = tls_error(t);
		snprintf(why, size, "%s", e != NULL ? e : "out of memory");
		return -1;
	}
	return 0;
}

struct tls *
service_new(const struct service_conf *c, char *why, size_t size)
{
	struct tls_config *cfg = tls_config_new();
	struct tls *t = tls_server();
	int r = -1;

	if (cfg == NULL || t == NULL)
		snprintf(why, size, "out of memory");
	else
		r = configure(t, cfg, c, why, size);
	tls_config_free(cfg);
	if (r == 0)
		return t;
	tls_free(t);
	return NULL;
}

void
service_free(struct tls *t)
{
	tlsx_free(t);
}

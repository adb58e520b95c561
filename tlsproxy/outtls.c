/*
 * outtls: see outtls.h. libtls makes a fresh SSL_CTX for each connection, so
 * no policy shares a context, a session or a store with another; what it
 * would verify is verified by tlsxpeer. The key of our own certificate is
 * the signer's. The library wakes, and CAs are read, when the first
 * connection wants it: who sends nothing pays nothing. RFC 7672 2.2, 3.1.3;
 * RFC 6066 3.
 */
#include <sys/mman.h>
#include <openssl/x509_vfy.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "cert.h"
#include "keyprov.h"
#include "outcheck.h"
#include "outtls.h"
#include "said.h"
#include "sealed.h"
#include "tlsa.h"
#include "tlsx.h"
#include "wire.h"

_Static_assert(offsetof(struct outsaid, names) == sizeof(struct tls_verdict) &&
	offsetof(struct tls_verdict, tls) == 0,
    "names follow at once");

struct told {		/* by the parent, and not read yet */
	const void *ca; /* mapped; or NULL */
	size_t calen;
	uint8_t *chain; /* of our certificate, PEM; or NULL */
	size_t chainlen;
};

static struct {
	int (*sign)(const struct sign_req *, const uint8_t *, uint8_t *,
	    size_t *);
	int awake;			   /* the library is */
	int shows;			   /* there is a certificate of ours */
	struct tls_config *bare, *showing; /* showing: with it; or NULL */
	struct told told;
} self;

static struct told next;

static void
forget(struct told *t)
{
	if (t->ca != NULL)
		munmap((void *)t->ca, t->calen);
	free(t->chain);
	memset(t, 0, sizeof(*t));
}

void
outtls_prepare(int (*sign)(const struct sign_req *, const uint8_t *, uint8_t *,
    size_t *))
{
	self.sign = sign;
}

void
outtls_begin(void)
{
	forget(&next);
}

int
outtls_ca(int fd)
{
	if (next.ca == NULL)
		next.ca = sealed_map(fd, CA_MAX, &next.calen);
	close(fd);
	return next.ca == NULL ? -1 : 0;
}

int
outtls_cert(const struct relay_cert *c, int fd)
{
	if (next.chain == NULL && c->chain > 0 && c->chain <= CERT_PEM_MAX)
		next.chain = sealed_read(fd, c->chain);
	next.chainlen = c->chain;
	close(fd);
	return next.chain == NULL ? -1 : 0;
}

static int
show(struct tls_config *cfg, const uint8_t *chain, size_t len)
{
	size_t keylen;
	char *key = keyprov_pem(chain, len, &keylen);
	int r;

	if (key == NULL)
		return -1;
	r = tls_config_set_keypair_mem(cfg, chain, len, (uint8_t *)key, keylen);
	free(key);
	return r;
}

/* tlsx_demand() verifies */
static struct tls_config *
config(const uint8_t *chain, size_t len)
{
	struct tls_config *cfg = tls_config_new();
	const char *e;

	if (cfg == NULL)
		return NULL;
	tls_config_insecure_noverifycert(cfg);
	tls_config_insecure_noverifyname(cfg);
	if (tlsx_config(cfg) == 0 &&
	    (chain == NULL || show(cfg, chain, len) == 0))
		return cfg;
	e = tls_config_error(cfg);
	log_warn("event=apply error=\"%s\"", e != NULL ? e : "out of memory");
	tls_config_free(cfg);
	return NULL;
}

void
outtls_apply(void)
{
	tls_config_free(self.bare);
	tls_config_free(self.showing);
	self.bare = self.showing = NULL;
	forget(&self.told);
	self.told = next;
	self.shows = next.chain != NULL;
	memset(&next, 0, sizeof(next));
}

/* the library, and what was told since it was asked last; -1: said why */
static int
wake(void)
{
	if (!self.awake &&
	    (tlsx_init() == -1 || keyprov_init(self.sign) == -1 ||
		tls_init() == -1))
		return -1;
	self.awake = 1;
	if (self.bare != NULL)
		return 0;
	if ((self.bare = config(NULL, 0)) == NULL)
		return -1;
	/* without CAs nobody is trusted, nor by those of before */
	if (tlsx_ca(self.told.ca, self.told.calen) == -1) {
		log_warn("event=ca error=\"none of the CAs is usable\"");
		tlsx_ca(NULL, 0);
	}
	if (self.told.chain != NULL)
		self.showing = config(self.told.chain, self.told.chainlen);
	forget(&self.told);
	proc_worked();
	return 0;
}

/* which records do; -1: failed */
static int
add_records(struct stream *s, struct outwish *w, const uint8_t *p, size_t len)
{
	struct tlsa rr;
	size_t at = 0;
	int r;

	if (tlsx_dane(s->ssl, w->is.name, w->is.also) == -1)
		return -1;
	w->dane = 2;
	while (tlsa_next(p, len, &at, &rr) == 1) {
		r = tlsx_dane_add(s->ssl, rr.usage, rr.selector, rr.mtype,
		    rr.data, rr.len);
		if (r == -1)
			return -1;
		if (r == 1)
			w->dane = 1;
	}
	return 0;
}

static int
demand(struct stream *s, struct outwish *w, const uint8_t *tlsa, size_t len)
{
	static const enum tlsx_check check[] = {
		[POLICY_OPPORTUNISTIC] = TLSX_ANYBODY,
		[POLICY_PKIX] = TLSX_NAMED,
		[POLICY_DANE] = TLSX_DANE,
		[POLICY_PIN] = TLSX_PINNED,
	};

	w->demand->check = check[w->is.policy];
	if (w->is.policy == POLICY_DANE && add_records(s, w, tlsa, len) == -1)
		return -1;
	if (w->dane == 2)
		w->demand->check = TLSX_ANYBODY;
	if (w->is.policy == POLICY_PIN &&
	    outcheck_pin(w->is.pin, w->demand->pin) == -1)
		return -1;
	if (w->is.alpn[0] != '\0' && tlsx_alpn(s->ssl, w->is.alpn) == -1)
		return -1;
	return tlsx_demand(s->ssl, w->demand, w->is.name);
}

int
outtls_make(struct stream *s, int fd, struct outwish *w, const uint8_t *tlsa,
    size_t len, const char **why)
{
	const char *name = w->is.name[0] != '\0' ? w->is.name : NULL;

	*why =
	    w->is.client ? "there is no certificate to show" : "out of memory";
	if ((w->is.client && !self.shows) || wake() == -1 ||
	    (w->is.client && self.showing == NULL))
		return -1;
	*why = "out of memory";
	if ((s->tls = tls_client()) == NULL ||
	    tls_configure(s->tls, w->is.client ? self.showing : self.bare) ==
		-1 ||
	    tls_connect_socket(s->tls, fd, name) == -1 ||
	    (s->ssl = tlsx_last()) == NULL || wire_use(s->ssl, fd) == -1)
		return -1;
	return demand(s, w, tlsa, len);
}

/* no record matches: none at all, or none of those that it sent */
static int
is_no_match(int error)
{
	return error == X509_V_ERR_DANE_NO_MATCH ||
	    error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
	    error == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
	    error == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
	    error == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
	    error == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN;
}

static enum refused_why
why_refused(enum tlsx_check check, int error)
{
	if (error == X509_V_ERR_CERT_CHAIN_TOO_LONG)
		return REFUSED_CHAIN;
	if (check == TLSX_PINNED)
		return error == X509_V_ERR_APPLICATION_VERIFICATION ?
		    REFUSED_PIN :
		    REFUSED_HANDSHAKE;
	if (check == TLSX_ANYBODY || error == X509_V_OK)
		return REFUSED_HANDSHAKE;
	if (error == X509_V_ERR_HOSTNAME_MISMATCH ||
	    error == X509_V_ERR_IP_ADDRESS_MISMATCH)
		return REFUSED_NAME;
	return check == TLSX_DANE && is_no_match(error) ? REFUSED_DANE :
							  REFUSED_CHAIN;
}

void
outtls_refusal(const struct stream *s, const struct outwish *w,
    struct tls_refused *r)
{
	const char *text = tls_error(s->tls);
	int error = tlsx_outcome(s->ssl);

	memset(r, 0, sizeof(*r));
	r->why = why_refused(w->demand->check, error);
	if (r->why == REFUSED_PIN)
		text = "another certificate";
	else if (r->why != REFUSED_HANDSHAKE)
		text = X509_verify_cert_error_string(error);
	if (r->why != REFUSED_HANDSHAKE)
		r->error = error;
	snprintf(r->text, sizeof(r->text), "%s",
	    text != NULL ? text : "it failed");
}

size_t
outtls_verdict(const struct stream *s, const struct outwish *w,
    struct outsaid *said)
{
	static struct tlsx_peer peer; /* large */
	struct tls_verdict *v = &said->verdict;

	memset(v, 0, sizeof(*v));
	if (tlsx_server(s->ssl, &peer) == -1)
		return 0;
	said_session(&v->tls, s->tls);
	said_peer(&v->tls, said->names, &peer);
	memset(v->tls.sni, 0, sizeof(v->tls.sni));
	if (!tlsx_is_address(w->is.name))
		memcpy(v->tls.sni, w->is.name, sizeof(v->tls.sni));
	v->named = (uint32_t)(tlsx_named(s->ssl, w->is.name) ||
	    tlsx_named(s->ssl, w->is.also));
	v->dane = w->dane;
	v->error = peer.error;
	return sizeof(*v) + v->tls.nnames * sizeof(said->names[0]);
}

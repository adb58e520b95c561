/*
 * tlsx: what libtls does not offer, by a documented OpenSSL door: the
 * ex_data constructor is called with every new SSL_CTX and SSL object as
 * parent. Touches nothing outside of libssl's objects; tlsxpeer.c judges
 * strangers' certificates. RFC 5077 and 8446 tickets, RFC 5929 and 9266
 * channel bindings.
 */
#include <sys/queue.h>
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>

#include "tlsx.h"

#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20" /* TLS 1.2 */
#define CURVES "X25519,P-256,P-384"
#define OPTIONS (SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION)
#define UNUSED __attribute__((unused))

#define NAME_LEN 16 /* parts of a ticket key */
#define AES_LEN 32
#define HMAC_LEN 32

struct server { /* hangs in each of its connections' SSL */
	LIST_ENTRY(server) entry;
	struct tls *tls;
	unsigned int contexts, connections;
	int retired; /* tls_free() it with the last connection */
};

struct context {		   /* hangs in each SSL_CTX */
	LIST_ENTRY(context) entry; /* of self.fresh */
	SSL_CTX *ctx;		   /* NULL: not in the list any more */
	struct server *server;	   /* NULL: a client's */
};

static struct {
	SSL *last;
	LIST_HEAD(, server) servers;
	LIST_HEAD(, context) fresh; /* made since tlsx_configure() began */
	int missed;		    /* one could not be noted */
	int index;
	uint8_t ticket[2][TLSX_TICKET_LEN]; /* now and before */
} self = { .index = -1 };

static void
new_ctx(void *parent, UNUSED void *ptr, CRYPTO_EX_DATA *ad, int idx,
    UNUSED long argl, UNUSED void *argp)
{
	struct context *c;

	SSL_CTX_set_mode(parent, SSL_MODE_RELEASE_BUFFERS);
	SSL_CTX_set_read_ahead(parent, 1);
	SSL_CTX_set_options(parent, OPTIONS);
	if ((c = calloc(1, sizeof(*c))) == NULL ||
	    CRYPTO_set_ex_data(ad, idx, c) != 1) {
		free(c);
		self.missed = 1;
		return;
	}
	c->ctx = parent;
	LIST_INSERT_HEAD(&self.fresh, c, entry);
}

/* libtls makes and drops contexts while it configures */
static void
free_ctx(UNUSED void *parent, void *ptr, UNUSED CRYPTO_EX_DATA *ad,
    UNUSED int idx, UNUSED long argl, UNUSED void *argp)
{
	struct context *c = ptr;

	if (c == NULL)
		return;
	if (c->ctx != NULL)
		LIST_REMOVE(c, entry);
	if (c->server != NULL && --c->server->contexts == 0) {
		LIST_REMOVE(c->server, entry);
		free(c->server);
	}
	free(c);
}

static void
new_ssl(void *parent, UNUSED void *ptr, CRYPTO_EX_DATA *ad, int idx,
    UNUSED long argl, UNUSED void *argp)
{
	const struct context *c;

	self.last = parent;
	c = SSL_CTX_get_ex_data(SSL_get_SSL_CTX(parent), self.index);
	if (c == NULL || c->server == NULL)
		return;
	/* should this fail, it counts for ever: that server stays */
	c->server->connections++;
	CRYPTO_set_ex_data(ad, idx, c->server);
}

static void
free_ssl(void *parent, void *ptr, UNUSED CRYPTO_EX_DATA *ad, UNUSED int idx,
    UNUSED long argl, UNUSED void *argp)
{
	struct server *s = ptr;

	if (self.last == parent)
		self.last = NULL;
	if (s != NULL && --s->connections == 0 && s->retired)
		tls_free(s->tls); /* and s with its last context */
}

int
tlsx_init(void)
{
	errno = ENOTSUP;
	/* before libtls does it: no openssl.cnf, no foreign modules */
	if (self.index != -1 ||
	    OPENSSL_init_ssl(OPENSSL_INIT_NO_LOAD_CONFIG, NULL) != 1)
		return -1;
	/* a key that nobody else has, until tlsx_ticket_key(): zeroes would
	 * be one that everybody knows */
	if (RAND_bytes(self.ticket[0], sizeof(self.ticket)) != 1)
		return -1;
	self.index = SSL_CTX_get_ex_new_index(0, NULL, new_ctx, NULL, free_ctx);
	if (self.index == -1 ||
	    SSL_get_ex_new_index(0, NULL, new_ssl, NULL, free_ssl) == -1)
		return -1;
	return tls_init();
}

int
tlsx_config(struct tls_config *cfg)
{
	if (tls_config_set_protocols(cfg,
		TLS_PROTOCOL_TLSv1_2 | TLS_PROTOCOL_TLSv1_3) == -1 ||
	    tls_config_set_ciphers(cfg, CIPHERS) == -1 ||
	    tls_config_set_ecdhecurves(cfg, CURVES) == -1)
		return -1;
	return 0;
}

/* --- tickets ------------------------------------------------------- */

static int
ticket_cb(SSL *s, uint8_t *name, uint8_t *iv, EVP_CIPHER_CTX *c, EVP_MAC_CTX *m,
    int enc)
{
	uint8_t *k = self.ticket[0];
	OSSL_PARAM p[3];

	/* in 1.2 this key would open recorded sessions: none made, none read */
	if (SSL_version(s) != TLS1_3_VERSION)
		return 0;
	if (enc) {
		memcpy(name, k, NAME_LEN);
		if (RAND_bytes(iv, EVP_MAX_IV_LENGTH) != 1)
			return -1;
	} else if (memcmp(name, k, NAME_LEN) != 0) {
		k = self.ticket[1];
		if (memcmp(name, k, NAME_LEN) != 0)
			return 0;
	}
	p[0] = OSSL_PARAM_construct_octet_string(OSSL_MAC_PARAM_KEY,
	    k + NAME_LEN + AES_LEN, HMAC_LEN);
	p[1] = OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST,
	    (char *)"SHA256", 0);
	p[2] = OSSL_PARAM_construct_end();
	if (EVP_CipherInit_ex(c, EVP_aes_256_cbc(), NULL, k + NAME_LEN, iv,
		enc) != 1 ||
	    EVP_MAC_CTX_set_params(m, p) != 1)
		return -1;
	return enc ? 1 : 2; /* 2: and a new ticket, they are used but once */
}

void
tlsx_ticket_key(const uint8_t key[TLSX_TICKET_LEN])
{
	memcpy(self.ticket[1], self.ticket[0], TLSX_TICKET_LEN);
	memcpy(self.ticket[0], key, TLSX_TICKET_LEN);
}

static int
context_serve(SSL_CTX *ctx, int tickets)
{
	SSL_CTX_set_options(ctx, OPTIONS);
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_timeout(ctx, TLSX_LIFETIME_S);
	if (!tickets) {
		SSL_CTX_set_options(ctx, SSL_OP_NO_TICKET);
		return SSL_CTX_set_num_tickets(ctx, 0) == 1 ? 0 : -1;
	}
	SSL_CTX_clear_options(ctx, SSL_OP_NO_TICKET);
	if (SSL_CTX_set_num_tickets(ctx, 1) != 1 ||
	    SSL_CTX_set_tlsext_ticket_key_evp_cb(ctx, ticket_cb) != 1)
		return -1;
	return 0;
}

/* empties the list; r 0: they are this server's. -1: one failed */
static int
settle(struct server *s, int tickets, int r)
{
	struct context *c;

	while ((c = LIST_FIRST(&self.fresh)) != NULL) {
		if (r == 0 && (r = context_serve(c->ctx, tickets)) == 0) {
			c->server = s;
			s->contexts++;
		}
		LIST_REMOVE(c, entry);
		c->ctx = NULL;
	}
	return r;
}

int
tlsx_configure(struct tls *t, struct tls_config *cfg, int tickets)
{
	struct server *s;
	int r;

	if ((s = calloc(1, sizeof(*s))) == NULL)
		return -1;
	settle(NULL, 0, -1);
	self.missed = 0;
	r = tls_configure(t, cfg);
	if (r == 0 && (self.missed || LIST_EMPTY(&self.fresh)))
		r = -1;
	s->tls = t;
	r = settle(s, tickets, r);
	if (s->contexts == 0)
		free(s);
	else
		LIST_INSERT_HEAD(&self.servers, s, entry);
	return r;
}

void
tlsx_free(struct tls *t)
{
	struct server *s;

	LIST_FOREACH(s, &self.servers, entry)
		if (s->tls == t && s->connections > 0) {
			s->retired = 1;
			return;
		}
	tls_free(t);
}

/* --- connections --------------------------------------------------- */

SSL *
tlsx_last(void)
{
	return self.last;
}

int
tlsx_pending(const SSL *s)
{
	return SSL_has_pending(s);
}

int
tlsx_cut(void)
{
	return ERR_GET_REASON(ERR_peek_error()) ==
	    SSL_R_UNEXPECTED_EOF_WHILE_READING;
}

int
tlsx_exporter(SSL *s, uint8_t out[TLSX_EXPORTER_LEN])
{
	static const char label[] = "EXPORTER-Channel-Binding";

	if (SSL_version(s) != TLS1_3_VERSION || !SSL_is_init_finished(s))
		return -1;
	return SSL_export_keying_material(s, out, TLSX_EXPORTER_LEN, label,
		   sizeof(label) - 1, (const uint8_t *)"", 0, 1) == 1 ?
	    0 :
	    -1;
}

int
tlsx_endpoint(const SSL *s, uint8_t out[TLSX_ENDPOINT_MAX])
{
	X509 *x = SSL_get_certificate(s);
	const EVP_MD *md;
	unsigned int len;
	int nid;

	if (x == NULL ||
	    X509_get_signature_info(x, &nid, NULL, NULL, NULL) != 1)
		return -1;
	if (nid == NID_md5 || nid == NID_sha1)
		nid = NID_sha256; /* RFC 5929 4.1 */
	if ((md = EVP_get_digestbynid(nid)) == NULL ||
	    EVP_MD_get_size(md) > TLSX_ENDPOINT_MAX ||
	    X509_digest(x, md, out, &len) != 1)
		return -1;
	return (int)len;
}

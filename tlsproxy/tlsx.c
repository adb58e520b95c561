/*
 * tlsx: what libtls does not offer, by a documented OpenSSL door: the
 * ex_data constructor is called with every new SSL_CTX and SSL object as
 * parent. Touches nothing outside of libssl's objects; judges strangers'
 * certificates. RFC 5077 and 8446 tickets, RFC 5929 and 9266 channel
 * bindings, RFC 5280 chains, RFC 6125, 4985, 6120 names, RFC 7671 DANE.
 */
#include <sys/queue.h>
#include <errno.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>

#include "tlsx.h"

#define CIPHERS "ECDHE+AESGCM:ECDHE+CHACHA20" /* TLS 1.2 */
#define CURVES "X25519,P-256,P-384"
#define OPTIONS (SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_COMPRESSION)
#define CA_PEM_MAX (1 << 22) /* bytes */
#define DEPTH 8		     /* of a client's chain */
#define LEVEL 1		     /* 80 bits; no SHA-1, no MD5 */
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
	X509_STORE *ca;
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

/* --- the other side's certificate ---------------------------------- */

int
tlsx_ca(const void *pem, size_t len)
{
	X509_STORE *store;
	BIO *b = NULL;
	X509 *x;
	int n = 0;

	if ((store = X509_STORE_new()) == NULL || len > CA_PEM_MAX ||
	    (b = BIO_new_mem_buf(pem, (int)len)) == NULL) {
		X509_STORE_free(store);
		errno = len > CA_PEM_MAX ? EINVAL : ENOMEM;
		return -1;
	}
	ERR_set_mark();
	/* "": the password, or it would ask for one at the terminal */
	while ((x = PEM_read_bio_X509(b, NULL, NULL, (void *)"")) != NULL) {
		n += X509_STORE_add_cert(store, x);
		X509_free(x);
	}
	ERR_pop_to_mark();
	BIO_free(b);
	if (n == 0) {
		X509_STORE_free(store);
		errno = EINVAL;
		return -1;
	}
	X509_STORE_free(self.ca);
	self.ca = store;
	return n;
}

static void
add_name(struct tlsx_peer *p, enum tlsx_nametype type, const ASN1_STRING *s)
{
	const uint8_t *d = ASN1_STRING_get0_data(s);
	int len = ASN1_STRING_length(s);
	struct tlsx_name *n;

	if (len <= 0 || (size_t)len >= sizeof(n->name) ||
	    memchr(d, '\0', (size_t)len) != NULL || p->nnames == TLSX_NAMES)
		return;
	n = &p->names[p->nnames++];
	n->type = type;
	memcpy(n->name, d, (size_t)len);
	n->name[len] = '\0';
}

static void
add_other(struct tlsx_peer *p, const OTHERNAME *o)
{
	int nid = OBJ_obj2nid(o->type_id);

	if (nid == NID_XmppAddr && o->value->type == V_ASN1_UTF8STRING)
		add_name(p, TLSX_XMPP, o->value->value.utf8string);
	else if (nid == NID_SRVName && o->value->type == V_ASN1_IA5STRING)
		add_name(p, TLSX_SRV, o->value->value.ia5string);
}

static void
find_names(X509 *x, struct tlsx_peer *p)
{
	GENERAL_NAMES *all;
	GENERAL_NAME *g;
	int i;

	all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	for (i = 0; i < sk_GENERAL_NAME_num(all); i++) {
		g = sk_GENERAL_NAME_value(all, i);
		if (g->type == GEN_DNS)
			add_name(p, TLSX_DNS, g->d.dNSName);
		else if (g->type == GEN_OTHERNAME)
			add_other(p, g->d.otherName);
	}
	GENERAL_NAMES_free(all);
}

/* X509_V_OK, what is wrong with it, or -1 */
static int
verify(X509 *leaf, STACK_OF(X509) * chain, int purpose, time_t now)
{
	X509_VERIFY_PARAM *param;
	X509_STORE_CTX *c;
	int r = -1;

	if ((c = X509_STORE_CTX_new()) == NULL ||
	    X509_STORE_CTX_init(c, self.ca, leaf, chain) != 1 ||
	    X509_STORE_CTX_set_purpose(c, purpose) != 1)
		goto done;
	param = X509_STORE_CTX_get0_param(c);
	X509_VERIFY_PARAM_set_time(param, now);
	X509_VERIFY_PARAM_set_depth(param, DEPTH);
	X509_VERIFY_PARAM_set_auth_level(param, LEVEL);
	if (X509_verify_cert(c) == 1)
		r = X509_V_OK;
	else if ((r = X509_STORE_CTX_get_error(c)) == X509_V_OK)
		r = X509_V_ERR_UNSPECIFIED;
done:
	X509_STORE_CTX_free(c);
	return r == X509_V_ERR_OUT_OF_MEM ? -1 : r;
}

int
tlsx_peer(SSL *s, time_t now, struct tlsx_peer *p)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(s);
	X509 *leaf = SSL_get0_peer_certificate(s);

	memset(p, 0, sizeof(*p));
	if (leaf == NULL)
		return 0;
	ERR_set_mark();
	p->chain = TLSX_UNTRUSTED;
	p->error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
	if (X509_digest(leaf, EVP_sha256(), p->hash, NULL) != 1)
		p->error = -1;
	else if (self.ca != NULL) {
		p->error = verify(leaf, chain, X509_PURPOSE_SSL_CLIENT, now);
		/* many CAs give servers nothing else */
		if (p->error == X509_V_ERR_INVALID_PURPOSE)
			p->error =
			    verify(leaf, chain, X509_PURPOSE_SSL_SERVER, now);
	}
	if (p->error == X509_V_OK)
		p->chain = TLSX_TRUSTED;
	find_names(leaf, p);
	ERR_pop_to_mark();
	if (p->error == -1) {
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

/* --- DANE ---------------------------------------------------------- */

int
tlsx_dane(SSL *s, const char *base)
{
	if (SSL_CTX_dane_enable(SSL_get_SSL_CTX(s)) != 1 ||
	    SSL_dane_enable(s, base) != 1)
		return -1;
	SSL_dane_set_flags(s, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	return 0;
}

int
tlsx_dane_add(SSL *s, uint8_t usage, uint8_t selector, uint8_t mtype,
    const uint8_t *data, size_t len)
{
	int r;

	if (usage != 2 && usage != 3) /* DANE-TA, DANE-EE: RFC 7672 3.1.3 */
		return 0;
	ERR_set_mark();
	r = SSL_dane_tlsa_add(s, usage, selector, mtype, data, len);
	ERR_pop_to_mark();
	return r < 0 ? -1 : r;
}

int
tlsx_dane_matched(SSL *s)
{
	return SSL_get0_dane_authority(s, NULL, NULL) >= 0 &&
	    SSL_get_verify_result(s) == X509_V_OK;
}

/*
 * tlsxpeer: see tlsxpeer.h. What strangers call their certificates is parsed
 * here, by libcrypto, and believed only as far as the chain or DANE goes.
 * RFC 5280 chains, RFC 6125, 4985, 6120 names, RFC 7671 and 7672 DANE.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "tlsxpeer.h"

#define CA_PEM_MAX (1 << 22) /* bytes */
#define DEPTH 8		     /* of a chain that is believed */
#define SENT 16		     /* certificates that a server may send */
#define SENT_BYTES 32768
#define LEVEL 1 /* 80 bits; no SHA-1, no MD5 */
#define HOSTFLAGS X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS

static struct {
	X509_STORE *ca;
} self;

int
tlsx_ca(const void *pem, size_t len)
{
	X509_STORE *store;
	BIO *b = NULL;
	X509 *x;
	int n = 0;

	if (pem == NULL) {
		X509_STORE_free(self.ca);
		self.ca = NULL;
		return 0;
	}
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

void
tlsx_names(X509 *x, struct tlsx_peer *p)
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

/* of the leaf, if there is one; 1: there is, -1: failed */
static int
facts(SSL *s, struct tlsx_peer *p)
{
	X509 *leaf = SSL_get0_peer_certificate(s);

	memset(p, 0, sizeof(*p));
	if (leaf == NULL)
		return 0;
	p->chain = TLSX_UNTRUSTED;
	p->error = X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY;
	if (X509_digest(leaf, EVP_sha256(), p->hash, NULL) != 1) {
		errno = ENOMEM;
		return -1;
	}
	tlsx_names(leaf, p);
	return 1;
}

int
tlsx_peer(SSL *s, time_t now, struct tlsx_peer *p)
{
	STACK_OF(X509) *chain = SSL_get_peer_cert_chain(s);
	X509 *leaf = SSL_get0_peer_certificate(s);
	int r;

	ERR_set_mark();
	r = facts(s, p);
	if (r == 1 && self.ca != NULL) {
		p->error = verify(leaf, chain, X509_PURPOSE_SSL_CLIENT, now);
		/* many CAs give servers nothing else */
		if (p->error == X509_V_ERR_INVALID_PURPOSE)
			p->error =
			    verify(leaf, chain, X509_PURPOSE_SSL_SERVER, now);
		if (p->error == X509_V_OK)
			p->chain = TLSX_TRUSTED;
	}
	ERR_pop_to_mark();
	if (r == -1 || p->error == -1) {
		errno = ENOMEM;
		return -1;
	}
	return 0;
}

/* --- servers ------------------------------------------------------- */

static int
is_pinned(const X509 *leaf, const struct tlsx_demand *d)
{
	uint8_t hash[sizeof(d->pin)];

	return leaf != NULL &&
	    X509_digest(leaf, EVP_sha256(), hash, NULL) == 1 &&
	    memcmp(hash, d->pin, sizeof(hash)) == 0;
}

/*
 * In the middle of a handshake: 1, and it goes on; what is said of the chain
 * stays with the connection. Nobody may send many certificates.
 */
static int
judge(X509_STORE_CTX *c, void *arg)
{
	X509_VERIFY_PARAM *param = X509_STORE_CTX_get0_param(c);
	const struct tlsx_demand *d = arg;
	int good;

	if (sk_X509_num(X509_STORE_CTX_get0_untrusted(c)) > SENT) {
		X509_STORE_CTX_set_error(c, X509_V_ERR_CERT_CHAIN_TOO_LONG);
		return 0;
	}
	if (d->check == TLSX_PINNED &&
	    !is_pinned(X509_STORE_CTX_get0_cert(c), d)) {
		X509_STORE_CTX_set_error(c,
		    X509_V_ERR_APPLICATION_VERIFICATION);
		return 0;
	}
	X509_VERIFY_PARAM_set_depth(param, DEPTH);
	X509_VERIFY_PARAM_set_auth_level(param, LEVEL);
	ERR_set_mark();
	good = X509_verify_cert(c) == 1;
	ERR_pop_to_mark();
	if (!good && X509_STORE_CTX_get_error(c) == X509_V_OK)
		X509_STORE_CTX_set_error(c, X509_V_ERR_UNSPECIFIED);
	return good || d->check == TLSX_ANYBODY || d->check == TLSX_PINNED;
}

static int
expect_name(SSL *s, const char *name)
{
	SSL_set_hostflags(s, HOSTFLAGS);
	if (tlsx_is_address(name))
		return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(s), name);
	return SSL_set1_host(s, name);
}

int
tlsx_is_address(const char *name)
{
	uint8_t a[sizeof(struct in6_addr)];

	return inet_pton(AF_INET, name, a) == 1 ||
	    inet_pton(AF_INET6, name, a) == 1;
}

int
tlsx_demand(SSL *s, const struct tlsx_demand *d, const char *name)
{
	int good = 1;

	if (d->check == TLSX_NAMED)
		good = expect_name(s, name);
	else if (d->check != TLSX_DANE) /* none, even if DANE was tried */
		good = SSL_set1_host(s, NULL);
	if (good == 1 && self.ca != NULL)
		good = SSL_set1_verify_cert_store(s, self.ca);
	SSL_set_max_cert_list(s, SENT_BYTES);
	SSL_set_verify(s, SSL_VERIFY_PEER, NULL);
	SSL_CTX_set_cert_verify_callback(SSL_get_SSL_CTX(s), judge, (void *)d);
	return good == 1 ? 0 : -1;
}

int
tlsx_outcome(const SSL *s)
{
	return (int)SSL_get_verify_result(s);
}

int
tlsx_server(SSL *s, struct tlsx_peer *p)
{
	int r;

	ERR_set_mark();
	r = facts(s, p);
	ERR_pop_to_mark();
	if (r == 1 && (p->error = tlsx_outcome(s)) == X509_V_OK)
		p->chain = TLSX_TRUSTED;
	return r == 1 ? 0 : -1;
}

int
tlsx_named(SSL *s, const char *name)
{
	X509 *leaf = SSL_get0_peer_certificate(s);
	int r;

	if (leaf == NULL || *name == '\0')
		return 0;
	ERR_set_mark();
	r = tlsx_is_address(name) ?
	    X509_check_ip_asc(leaf, name, 0) :
	    X509_check_host(leaf, name, 0, HOSTFLAGS, NULL);
	ERR_pop_to_mark();
	return r == 1;
}

int
tlsx_alpn(SSL *s, const char *protocol)
{
	size_t len = strlen(protocol);
	uint8_t wire[256];

	if (len == 0 || len >= sizeof(wire))
		return -1;
	wire[0] = (uint8_t)len;
	memcpy(wire + 1, protocol, len);
	/* of all its functions this one returns 0 when it has worked */
	return SSL_set_alpn_protos(s, wire, (unsigned int)len + 1) == 0 ? 0 :
									  -1;
}

/* --- DANE ---------------------------------------------------------- */

int
tlsx_dane(SSL *s, const char *base, const char *also)
{
	if (SSL_CTX_dane_enable(SSL_get_SSL_CTX(s)) != 1 ||
	    SSL_dane_enable(s, base) != 1 ||
	    (*also != '\0' && SSL_add1_host(s, also) != 1))
		return -1;
	SSL_set_hostflags(s, HOSTFLAGS);
	SSL_dane_set_flags(s, DANE_FLAG_NO_DANE_EE_NAMECHECKS);
	return 0;
}

int
tlsx_dane_add(SSL *s, uint8_t usage, uint8_t selector, uint8_t mtype,
    const uint8_t *data, size_t len)
{
	int r;

	/* DANE-TA, DANE-EE: RFC 7672 3.1.3. No data is no failure of ours */
	if ((usage != 2 && usage != 3) || len == 0)
		return 0;
	ERR_set_mark();
	r = SSL_dane_tlsa_add(s, usage, selector, mtype, data, len);
	ERR_pop_to_mark();
	return r < 0 ? -1 : r;
}

/*
 * What a stranger writes into his certificate reaches daemons as names: from
 * a good one with each kind of name, with altered bytes. Whatever parses
 * gives at most so many names, each of them ended, without NUL inside.
 */
#include <openssl/err.h>
#include <openssl/x509v3.h>

#include "edits.h"
#include "tlsxpeer.h"

#define NAMES                                                     \
	"DNS:a.example,DNS:*.b.example,IP:192.0.2.1,"             \
	"otherName:1.3.6.1.5.5.7.8.5;UTF8:a.example,"             \
	"otherName:1.3.6.1.5.5.7.8.7;IA5:_xmpp-server.a.example," \
	"email:a@a.example,URI:xmpp:a.example"

static uint8_t *good;
static int goodlen;

static void
make(void)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	X509_EXTENSION *e;

	e = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, NAMES);
	if (k == NULL || x == NULL || e == NULL ||
	    X509_set_version(x, X509_VERSION_3) != 1 ||
	    X509_time_adj_ex(X509_getm_notBefore(x), 0, 0, NULL) == NULL ||
	    X509_time_adj_ex(X509_getm_notAfter(x), 1, 0, NULL) == NULL ||
	    X509_set_pubkey(x, k) != 1 || X509_add_ext(x, e, -1) != 1 ||
	    X509_sign(x, k, EVP_sha256()) <= 0 ||
	    (goodlen = i2d_X509(x, &good)) <= 0)
		abort();
	X509_EXTENSION_free(e);
	X509_free(x);
	EVP_PKEY_free(k);
}

static const ASN1_STRING *
text_of(const GENERAL_NAME *g)
{
	const ASN1_TYPE *t;

	if (g->type == GEN_DNS)
		return g->d.dNSName;
	t = g->type == GEN_OTHERNAME ? g->d.otherName->value : NULL;
	if (t == NULL ||
	    (t->type != V_ASN1_UTF8STRING && t->type != V_ASN1_IA5STRING))
		return NULL;
	return t->value.asn1_string;
}

/* one of the certificate's, in its whole length: no NUL has cut it */
static int
is_whole(X509 *x, const char *name)
{
	GENERAL_NAMES *all;
	const ASN1_STRING *t;
	int i, found = 0;

	all = X509_get_ext_d2i(x, NID_subject_alt_name, NULL, NULL);
	for (i = 0; i < sk_GENERAL_NAME_num(all) && !found; i++) {
		t = text_of(sk_GENERAL_NAME_value(all, i));
		found = t != NULL &&
		    (size_t)ASN1_STRING_length(t) == strlen(name) &&
		    memcmp(ASN1_STRING_get0_data(t), name, strlen(name)) == 0;
	}
	GENERAL_NAMES_free(all);
	return found;
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t size)
{
	struct tlsx_peer peer;
	const uint8_t *d;
	unsigned int i;
	uint8_t *der;
	size_t n;
	X509 *x;

	if (good == NULL)
		make();
	der = edited(good, (size_t)goodlen, p, size, &n);
	d = der;
	memset(&peer, 0, sizeof(peer));
	if ((x = d2i_X509(NULL, &d, (long)n)) != NULL)
		tlsx_names(x, &peer);
	if (peer.nnames > TLSX_NAMES || (size == 0 && peer.nnames != 4))
		abort();
	for (i = 0; i < peer.nnames; i++) {
		n = strnlen(peer.names[i].name, sizeof(peer.names[i].name));
		if (n == 0 || n == sizeof(peer.names[i].name) ||
		    peer.names[i].type > TLSX_XMPP ||
		    !is_whole(x, peer.names[i].name))
			abort();
	}
	X509_free(x);
	ERR_clear_error();
	free(der);
	return 0;
}

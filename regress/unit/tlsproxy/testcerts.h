/* testcerts: certificates made while a test runs; what fails ends it. */
#ifndef TESTCERTS_H
#define TESTCERTS_H

#include <openssl/x509v3.h>

#include "testkeys.h"

static inline struct text
x509_text(X509 *const *x, size_t n)
{
	BIO *b = BIO_new(BIO_s_mem());
	size_t i;

	for (i = 0; i < n; i++)
		MUST(PEM_write_bio_X509(b, x[i]) == 1);
	return bio_take(b);
}

static inline void
x509_ext(X509 *x, int nid, const char *value)
{
	X509_EXTENSION *e = X509V3_EXT_conf_nid(NULL, NULL, nid, value);

	MUST(e != NULL && X509_add_ext(x, e, -1) == 1);
	X509_EXTENSION_free(e);
}

/* issuer NULL: self-signed. san: "DNS:a.example,..." or NULL: a CA */
static inline X509 *
x509_make(const char *cn, EVP_PKEY *k, X509 *issuer, EVP_PKEY *issuer_key,
    const char *san, long from, long to)
{
	static long serial = 1000;
	X509 *x = X509_new();
	X509_NAME *n;

	MUST(x != NULL && X509_set_version(x, X509_VERSION_3) == 1);
	ASN1_INTEGER_set(X509_get_serialNumber(x), ++serial);
	n = X509_get_subject_name(x);
	MUST(X509_NAME_add_entry_by_txt(n, "CN", MBSTRING_ASC,
		 (const uint8_t *)cn, -1, -1, 0) == 1);
	MUST(X509_set_issuer_name(x,
		 issuer != NULL ? X509_get_subject_name(issuer) : n) == 1);
	X509_time_adj_ex(X509_getm_notBefore(x), 0, from, NULL);
	X509_time_adj_ex(X509_getm_notAfter(x), 0, to, NULL);
	MUST(X509_set_pubkey(x, k) == 1);
	x509_ext(x, NID_basic_constraints,
	    san == NULL ? "critical,CA:TRUE" : "critical,CA:FALSE");
	if (san != NULL)
		x509_ext(x, NID_subject_alt_name, san);
	MUST(X509_sign(x, issuer_key != NULL ? issuer_key : k, EVP_sha256()) >
	    0);
	return x;
}

/* its only name has a NUL inside: CVE-2009-2408 and its kin */
static inline void
x509_nul_name(X509 *x, EVP_PKEY *issuer_key)
{
	GENERAL_NAMES *all = GENERAL_NAMES_new();
	GENERAL_NAME *g = GENERAL_NAME_new();
	ASN1_IA5STRING *s = ASN1_IA5STRING_new();

	ASN1_STRING_set(s, "bank.example\0.b.example", 23);
	GENERAL_NAME_set0_value(g, GEN_DNS, s);
	sk_GENERAL_NAME_push(all, g);
	MUST(X509_add1_ext_i2d(x, NID_subject_alt_name, all, 0,
		 X509V3_ADD_REPLACE) == 1);
	MUST(X509_sign(x, issuer_key, EVP_sha256()) > 0);
	GENERAL_NAMES_free(all);
}

/* a self-signed leaf for san, valid now */
static inline struct text
cert_text_make(EVP_PKEY *k, const char *san)
{
	X509 *x = x509_make("test", k, NULL, NULL, san, -3600, 86400);
	struct text t = x509_text(&x, 1);

	X509_free(x);
	return t;
}
#endif

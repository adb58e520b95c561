/*
 * certmake: a self-signed certificate with a new P-256 key, for a first
 * start ("tlsctl init"). Touches memory only; wipes its copies of the key.
 * RFC 5280.
 */
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <string.h>

#include "cert.h"

#define DAY 86400
#define DAYS_MAX 3650
#define CN_MAX 64 /* RFC 5280, ub-common-name */

static int
set_names(X509 *x, const char *const *names, size_t n)
{
	GENERAL_NAMES *all = GENERAL_NAMES_new();
	ASN1_IA5STRING *s;
	GENERAL_NAME *g;
	size_t i;
	int good = all != NULL;

	for (i = 0; i < n && good; i++) {
		g = GENERAL_NAME_new();
		s = ASN1_IA5STRING_new();
		good = g != NULL && s != NULL &&
		    ASN1_STRING_set(s, names[i], (int)strlen(names[i])) == 1;
		if (good) {
			GENERAL_NAME_set0_value(g, GEN_DNS, s);
			s = NULL;
			good = sk_GENERAL_NAME_push(all, g) > 0;
		}
		if (!good) {
			ASN1_IA5STRING_free(s);
			GENERAL_NAME_free(g);
		}
	}
	good =
	    good && X509_add1_ext_i2d(x, NID_subject_alt_name, all, 0, 0) == 1;
	GENERAL_NAMES_free(all);
	return good;
}

static int
set_serial(X509 *x)
{
	BIGNUM *n = BN_new();
	int good;

	good = n != NULL && BN_rand(n, 127, BN_RAND_TOP_ONE, 0) == 1 &&
	    BN_to_ASN1_INTEGER(n, X509_get_serialNumber(x)) != NULL;
	BN_free(n);
	return good;
}

static int
set_end_entity(X509 *x)
{
	BASIC_CONSTRAINTS *b = BASIC_CONSTRAINTS_new();
	int good;

	good = b != NULL &&
	    X509_add1_ext_i2d(x, NID_basic_constraints, b, 1, 0) == 1;
	BASIC_CONSTRAINTS_free(b);
	return good;
}

static int
fill(X509 *x, EVP_PKEY *k, const char *const *names, size_t n, time_t now,
    int days)
{
	X509_NAME *subject = X509_get_subject_name(x);
	size_t len = strlen(names[0]);

	return X509_set_version(x, X509_VERSION_3) == 1 && set_serial(x) &&
	    X509_NAME_add_entry_by_NID(subject, NID_commonName, MBSTRING_ASC,
		(const uint8_t *)(len > CN_MAX ? "self-signed" : names[0]), -1,
		-1, 0) == 1 &&
	    X509_set_issuer_name(x, subject) == 1 &&
	    ASN1_TIME_set(X509_getm_notBefore(x), now - 3600) != NULL &&
	    ASN1_TIME_set(X509_getm_notAfter(x), now + (time_t)days * DAY) !=
	    NULL &&
	    X509_set_pubkey(x, k) == 1 && set_end_entity(x) &&
	    set_names(x, names, n) && X509_sign(x, k, EVP_sha256()) > 0;
}

/* takes what was written to the BIO */
static int
text_of(BIO *b, struct cert_text *t)
{
	char *p;
	long n = BIO_get_mem_data(b, &p);

	if (n <= 0 || (t->p = malloc((size_t)n + 1)) == NULL)
		return 0;
	memcpy(t->p, p, (size_t)n);
	t->p[n] = '\0';
	t->len = (size_t)n;
	return 1;
}

static int
to_text(EVP_PKEY *k, X509 *x, struct cert_text *key, struct cert_text *cert)
{
	BIO *a = BIO_new(BIO_s_mem()), *b = BIO_new(BIO_s_mem());
	int good;

	good = a != NULL && b != NULL &&
	    PEM_write_bio_PrivateKey(a, k, NULL, NULL, 0, NULL, NULL) == 1 &&
	    PEM_write_bio_X509(b, x) == 1 && text_of(a, key) &&
	    text_of(b, cert);
	BIO_free(a); /* it wipes */
	BIO_free(b);
	return good;
}

int
cert_selfsigned(const char *const *names, size_t n, time_t now, int days,
    struct cert_text *key, struct cert_text *cert)
{
	EVP_PKEY *k = NULL;
	X509 *x = NULL;
	size_t i;
	int good;

	memset(key, 0, sizeof(*key));
	memset(cert, 0, sizeof(*cert));
	errno = EINVAL;
	if (n == 0 || n > CERT_NAMES_MAX || days < 1 || days > DAYS_MAX)
		return -1;
	for (i = 0; i < n; i++)
		if (!cert_is_name(names[i]))
			return -1;
	ERR_set_mark();
	good = (k = EVP_EC_gen("P-256")) != NULL && (x = X509_new()) != NULL &&
	    fill(x, k, names, n, now, days) && to_text(k, x, key, cert);
	ERR_pop_to_mark();
	X509_free(x);
	EVP_PKEY_free(k);
	if (good)
		return 0;
	cert_text_free(key);
	cert_text_free(cert);
	errno = ENOMEM;
	return -1;
}

void
cert_text_free(struct cert_text *t)
{
	if (t->p != NULL)
		explicit_bzero(t->p, t->len);
	free(t->p);
	memset(t, 0, sizeof(*t));
}

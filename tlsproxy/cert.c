/*
 * cert: certificate chains and OCSP responses from memory. Touches no file.
 * The files are the administrator's, what is in them comes from a CA: all of
 * it is checked before it is believed or printed. RFC 5280 chains, RFC 6960
 * OCSP, RFC 6698 TLSA, RFC 6125 names.
 */
#include <ctype.h>
#include <errno.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ocsp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cert.h"

#define SKEW 300 /* seconds that a responder's clock may be ahead */

static int
time_of(const ASN1_TIME *a, time_t *t)
{
	struct tm tm;

	if (a == NULL || ASN1_TIME_to_tm(a, &tm) != 1)
		return -1;
	*t = timegm(&tm);
	return 0;
}

static int
add_name(struct cert *c, const ASN1_STRING *s)
{
	const char *d = (const char *)ASN1_STRING_get0_data(s);
	size_t len = (size_t)ASN1_STRING_length(s);
	char *name, *p;

	if (len == 0 || memchr(d, '\0', len) != NULL)
		return 0; /* serves nobody */
	if ((name = strndup(d, len)) == NULL)
		return -1;
	for (p = name; *p != '\0'; p++)
		*p = (char)tolower((unsigned char)*p);
	if (cert_is_name(name))
		c->names[c->nnames++] = name;
	else
		free(name);
	return 0;
}

static const char *
read_names(struct cert *c)
{
	GENERAL_NAMES *all;
	GENERAL_NAME *g;
	int i, n, r = 0;

	all = X509_get_ext_d2i(c->x[0], NID_subject_alt_name, NULL, NULL);
	n = sk_GENERAL_NAME_num(all);
	if (n > CERT_NAMES_MAX)
		n = CERT_NAMES_MAX;
	if (n > 0 && (c->names = calloc((size_t)n, sizeof(char *))) == NULL)
		r = -1;
	for (i = 0; i < n && r == 0; i++) {
		g = sk_GENERAL_NAME_value(all, i);
		if (g->type == GEN_DNS)
			r = add_name(c, g->d.dNSName);
	}
	GENERAL_NAMES_free(all);
	return r == -1	   ? "out of memory" :
	    c->nnames == 0 ? "the certificate names no host" :
			     NULL;
}

static const char *
read_leaf(struct cert *c)
{
	uint8_t *der = NULL;
	int n, good;

	n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(c->x[0]), &der);
	good = n > 0 && X509_get0_pubkey(c->x[0]) != NULL &&
	    EVP_Digest(der, (size_t)n, c->id, NULL, EVP_sha256(), NULL) == 1;
	OPENSSL_free(der);
	if (!good)
		return "its public key is not readable";
	c->selfsigned = X509_self_signed(c->x[0], 0) == 1;
	if (!c->selfsigned && X509_check_ca(c->x[0]) != 0)
		return "the first certificate is a CA's";
	return read_names(c);
}

static const char *
read_dates(struct cert *c)
{
	time_t from, to;
	size_t i;

	for (i = 0; i < c->count; i++) {
		if (time_of(X509_get0_notBefore(c->x[i]), &from) == -1 ||
		    time_of(X509_get0_notAfter(c->x[i]), &to) == -1)
			return "a date is not readable";
		if (i == 0 || from > c->not_before)
			c->not_before = from;
		if (i == 0 || to < c->not_after)
			c->not_after = to;
	}
	return NULL;
}

static const char *
check_order(const struct cert *c)
{
	EVP_PKEY *k;
	size_t i;

	for (i = 0; i + 1 < c->count; i++) {
		k = X509_get0_pubkey(c->x[i + 1]);
		if (k == NULL ||
		    X509_check_issued(c->x[i + 1], c->x[i]) != X509_V_OK ||
		    X509_verify(c->x[i], k) != 1)
			return "wrong order: each certificate must be issued "
			       "by the next one";
	}
	return NULL;
}

static const char *
read_chain(struct cert *c, const void *pem, size_t len)
{
	X509 *x;
	BIO *b;

	if (len > CERT_PEM_MAX)
		return "larger than 256 KiB";
	if ((b = BIO_new_mem_buf(pem, (int)len)) == NULL)
		return "out of memory";
	/* "": the password, or it would ask for one at the terminal */
	while ((x = PEM_read_bio_X509(b, NULL, NULL, (void *)"")) != NULL) {
		if (c->count == CERT_CHAIN_MAX) {
			X509_free(x);
			BIO_free(b);
			return "more than 10 certificates";
		}
		c->x[c->count++] = x;
	}
	BIO_free(b);
	if (ERR_GET_REASON(ERR_peek_last_error()) != PEM_R_NO_START_LINE)
		return "a certificate is not readable";
	return c->count == 0 ? "no certificate in PEM" : NULL;
}

struct cert *
cert_parse(const void *pem, size_t len, const char **why)
{
	struct cert *c;

	if ((c = calloc(1, sizeof(*c))) == NULL) {
		*why = "out of memory";
		return NULL;
	}
	ERR_set_mark();
	if ((*why = read_chain(c, pem, len)) == NULL &&
	    (*why = read_leaf(c)) == NULL && (*why = read_dates(c)) == NULL)
		*why = check_order(c);
	ERR_pop_to_mark();
	if (*why == NULL)
		return c;
	cert_free(c);
	return NULL;
}

void
cert_free(struct cert *c)
{
	size_t i;

	if (c == NULL)
		return;
	for (i = 0; i < c->count; i++)
		X509_free(c->x[i]);
	for (i = 0; i < c->nnames; i++)
		free(c->names[i]);
	free(c->names);
	free(c);
}

struct cert_facts
cert_facts(const struct cert *c)
{
	struct cert_facts f = { { 0 }, c->not_before, c->not_after };

	memcpy(f.id, c->id, sizeof(f.id));
	return f;
}

enum cert_verdict
cert_check(const struct cert *c, const uint8_t id[KEYID_LEN], time_t now)
{
	const struct cert_facts f = cert_facts(c);

	return facts_check(&f, id, now);
}

int
cert_days(const struct cert *c, time_t now)
{
	const struct cert_facts f = cert_facts(c);

	return facts_days(&f, now);
}

/* --- judging ------------------------------------------------------- */

int
cert_covers(const struct cert *c, const char *name)
{
	const char *rest = strchr(name, '.');
	size_t i;

	for (i = 0; i < c->nnames; i++)
		if (strcmp(c->names[i], name) == 0 ||
		    (rest != NULL && rest != name && *c->names[i] == '*' &&
			strcmp(c->names[i] + 1, rest) == 0))
			return 1;
	return 0;
}

static void
date_of(time_t t, char out[16])
{
	struct tm tm;

	if (gmtime_r(&t, &tm) == NULL ||
	    strftime(out, 16, "%Y-%m-%d", &tm) == 0)
		snprintf(out, 16, "?");
}

int
cert_summary(const struct cert *c, char *out, size_t size)
{
	const X509_NAME *issuer = X509_get_issuer_name(c->x[0]);
	const EVP_PKEY *k = X509_get0_pubkey(c->x[0]);
	const char *type = EVP_PKEY_get0_type_name(k);
	char who[128] = "?", from[16], to[16];
	int len;
	char *p;

	if (X509_NAME_get_text_by_NID((X509_NAME *)issuer, NID_commonName, who,
		sizeof(who)) == -1)
		X509_NAME_get_text_by_NID((X509_NAME *)issuer,
		    NID_organizationName, who, sizeof(who));
	for (p = who; *p != '\0'; p++)
		if (!isprint((unsigned char)*p) || (unsigned char)*p > 126)
			*p = '?';
	date_of(c->not_before, from);
	date_of(c->not_after, to);
	len = snprintf(out, size, "%s%s, %s, %s %d, %s to %s, %zu in chain",
	    c->names[0], c->nnames > 1 ? " and more" : "",
	    c->selfsigned ? "self-signed" : who, type != NULL ? type : "?",
	    EVP_PKEY_get_bits(k), from, to, c->count);
	return len;
}

/* --- OCSP ---------------------------------------------------------- */

/* the answer about this certificate; the id may use any digest */
static OCSP_SINGLERESP *
ocsp_find(OCSP_BASICRESP *basic, X509 *leaf, X509 *issuer)
{
	OCSP_SINGLERESP *one = NULL;
	OCSP_CERTID *theirs, *ours;
	ASN1_OBJECT *md;
	int i, same = 0;

	for (i = 0; i < OCSP_resp_count(basic) && !same; i++) {
		one = OCSP_resp_get0(basic, i);
		theirs = (OCSP_CERTID *)OCSP_SINGLERESP_get0_id(one);
		if (OCSP_id_get0_info(NULL, &md, NULL, NULL, theirs) != 1 ||
		    EVP_get_digestbyobj(md) == NULL)
			continue;
		ours = OCSP_cert_to_id(EVP_get_digestbyobj(md), leaf, issuer);
		same = ours != NULL && OCSP_id_cmp(ours, theirs) == 0;
		OCSP_CERTID_free(ours);
	}
	return same ? one : NULL;
}

/* signed by the issuer, or by whom it certified for that */
static int
ocsp_genuine(OCSP_BASICRESP *basic, X509 *issuer, time_t now)
{
	STACK_OF(X509) *certs = sk_X509_new_null();
	X509_STORE *store = X509_STORE_new();
	X509_VERIFY_PARAM *param;
	int good = 0;

	if (certs != NULL && store != NULL && sk_X509_push(certs, issuer) > 0 &&
	    X509_STORE_add_cert(store, issuer) == 1) {
		param = X509_STORE_get0_param(store);
		X509_VERIFY_PARAM_set_time(param, now);
		X509_VERIFY_PARAM_set_flags(param, X509_V_FLAG_PARTIAL_CHAIN);
		good = OCSP_basic_verify(basic, certs, store, 0) == 1;
	}
	sk_X509_free(certs);
	X509_STORE_free(store);
	return good;
}

static const char *
ocsp_judge(const struct cert *c, OCSP_BASICRESP *basic, time_t now,
    time_t *next)
{
	ASN1_GENERALIZEDTIME *this_update, *next_update;
	OCSP_SINGLERESP *one;
	time_t since;
	int status;

	if ((one = ocsp_find(basic, c->x[0], c->x[1])) == NULL)
		return "it is about another certificate";
	if (!ocsp_genuine(basic, c->x[1], now))
		return "it is not signed by the issuer";
	status = OCSP_single_get0_status(one, NULL, NULL, &this_update,
	    &next_update);
	if (next_update == NULL)
		return "it has no nextUpdate";
	if (time_of(this_update, &since) == -1 ||
	    time_of(next_update, next) == -1)
		return "a date is not readable";
	if (since > now + SKEW)
		return "it is from the future";
	if (*next <= now)
		return "it is past its nextUpdate";
	if (status == V_OCSP_CERTSTATUS_REVOKED)
		return "it says that the certificate is REVOKED";
	return status == V_OCSP_CERTSTATUS_GOOD ? NULL : "it does not say good";
}

const char *
cert_ocsp(const struct cert *c, const void *der, size_t len, time_t now,
    time_t *next)
{
	const uint8_t *p = der;
	OCSP_BASICRESP *basic = NULL;
	OCSP_RESPONSE *r = NULL;
	const char *why;

	if (c->count < 2)
		return "the chain lacks the issuer";
	ERR_set_mark();
	if (len > CERT_OCSP_MAX ||
	    (r = d2i_OCSP_RESPONSE(NULL, &p, (long)len)) == NULL ||
	    p != (const uint8_t *)der + len)
		why = "it is not an OCSP response in DER";
	else if (OCSP_response_status(r) != OCSP_RESPONSE_STATUS_SUCCESSFUL)
		why = "the responder failed";
	else if ((basic = OCSP_response_get1_basic(r)) == NULL)
		why = "it is of an unknown kind";
	else
		why = ocsp_judge(c, basic, now, next);
	ERR_pop_to_mark();
	OCSP_BASICRESP_free(basic);
	OCSP_RESPONSE_free(r);
	return why;
}

void
cert_tlsa(const uint8_t id[KEYID_LEN], char out[CERT_TLSA_LEN])
{
	size_t i, n = 6;

	memcpy(out, "3 1 1 ", n);
	for (i = 0; i < KEYID_LEN; i++, n += 2)
		snprintf(out + n, CERT_TLSA_LEN - n, "%02x", id[i]);
}

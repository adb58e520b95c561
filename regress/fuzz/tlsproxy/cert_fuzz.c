/*
 * cert: chains and OCSP responses. The first byte says what the rest is: 0
 * a PEM file, 1 changes to a good chain, 2 a response, 3 changes to a good
 * one. What is printed of a stranger's chain is one line of plain text.
 */
#include <openssl/ocsp.h>

#include "cert.h"
#include "tlsproxy/testcerts.h"

#include "edits.h"

#define NOW 1800000000 /* 2027 */

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct cert *good;
static uint8_t *part[2]; /* leaf and issuer in DER */
static size_t partlen[2];
static uint8_t *answer;
static size_t answerlen;

static void
begin(void)
{
	EVP_PKEY *ca_key = key_make("P-256"), *key = key_make("P-256");
	OCSP_BASICRESP *b = OCSP_BASICRESP_new();
	time_t now = NOW;
	ASN1_TIME *from = X509_time_adj_ex(NULL, 0, -9, &now);
	ASN1_TIME *to = X509_time_adj_ex(NULL, 9, 0, &now);
	OCSP_CERTID *id;
	X509 *x[2];
	OCSP_RESPONSE *r;
	struct text t;
	const char *why;
	int i, n;

	x[1] = x509_make("ca", ca_key, NULL, NULL, NULL, -86400, 864000000);
	x[0] = x509_make("a", key, x[1], ca_key,
	    "DNS:a.example,DNS:*.b.example,email:a@b.example", -86400,
	    864000000);
	t = x509_text(x, 2);
	MUST((good = cert_parse(t.p, t.len, &why)) != NULL);
	for (i = 0; i < 2; i++) {
		MUST((n = i2d_X509(x[i], &part[i])) > 0);
		partlen[i] = (size_t)n;
	}
	MUST((id = OCSP_cert_to_id(NULL, x[0], x[1])) != NULL);
	OCSP_basic_add1_status(b, id, 0, 0, NULL, from, to);
	OCSP_basic_sign(b, x[1], ca_key, EVP_sha256(), NULL, 0);
	r = OCSP_response_create(0, b);
	MUST((n = i2d_OCSP_RESPONSE(r, &answer)) > 0);
	answerlen = (size_t)n;
	free(t.p);
	OCSP_RESPONSE_free(r);
	OCSP_BASICRESP_free(b);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	X509_free(x[0]);
	X509_free(x[1]);
	EVP_PKEY_free(ca_key);
	EVP_PKEY_free(key);
}

static void
look(struct cert *c)
{
	char line[512], tlsa[CERT_TLSA_LEN], *p;
	size_t i;

	MUST(c->count > 0 && c->nnames > 0);
	for (i = 0; i < c->nnames; i++) {
		MUST(cert_is_name(c->names[i]));
		MUST(cert_covers(c, c->names[i]));
	}
	MUST(cert_summary(c, line, sizeof(line)) > 0);
	for (p = line; *p != '\0'; p++)
		MUST(*p >= ' ' && *p < 127);
	cert_tlsa(c->id, tlsa);
	(void)cert_check(c, c->id, NOW);
	(void)cert_days(c, NOW);
}

static void
chain(const void *pem, size_t len)
{
	const char *why = NULL;
	struct cert *c = cert_parse(pem, len, &why);
	time_t next;

	MUST((c == NULL) == (why != NULL));
	if (c == NULL)
		return;
	look(c);
	(void)cert_ocsp(c, answer, answerlen, NOW, &next);
	cert_free(c);
}

static void
chain_edited(const uint8_t *p, size_t len)
{
	BIO *b = BIO_new(BIO_s_mem());
	size_t half = len > 0 ? p[0] * (len - 1) / 255 : 0, n;
	struct text t;
	uint8_t *d;

	if (len == 0 || b == NULL) {
		BIO_free(b);
		return;
	}
	d = edited(part[0], partlen[0], p + 1, half, &n);
	PEM_write_bio(b, "CERTIFICATE", "", d, (long)n);
	free(d);
	d = edited(part[1], partlen[1], p + 1 + half, len - 1 - half, &n);
	PEM_write_bio(b, "CERTIFICATE", "", d, (long)n);
	free(d);
	t = bio_take(b);
	chain(t.p, t.len);
	free(t.p);
}

static void
staple(const uint8_t *p, size_t len)
{
	time_t next = 0;

	if (cert_ocsp(good, p, len, NOW, &next) == NULL)
		MUST(next > NOW);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	uint8_t *d;
	size_t n;

	if (good == NULL)
		begin();
	if (len == 0)
		return 0;
	switch (data[0]) {
	case 0:
		chain(data + 1, len - 1);
		break;
	case 1:
		chain_edited(data + 1, len - 1);
		break;
	case 2:
		staple(data + 1, len - 1);
		break;
	default:
		d = edited(answer, answerlen, data + 1, len - 1, &n);
		staple(d, n);
		free(d);
		break;
	}
	return 0;
}

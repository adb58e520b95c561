/*
 * cert: chains good and bad, verdicts, names, TLSA, staples, and the
 * self-signed certificate. now is the clock of the test.
 */
#include <openssl/ocsp.h>

#include "cert.h"
#include "tap.h"
#include "testcerts.h"

#define DAY 86400L

static EVP_PKEY *root_key, *inter_key, *leaf_key, *other_key;
static X509 *root, *inter, *leaf, *sibling, *other_root;
static time_t now;
static const char *why;

static struct cert *
parse(X509 *const *x, size_t n)
{
	struct text t = x509_text(x, n);
	struct cert *c = cert_parse(t.p, t.len, &why);

	free(t.p);
	return c;
}

static void
wrong(X509 *a, X509 *b, X509 *c, const char *want, const char *what)
{
	X509 *x[3] = { a, b, c };
	struct cert *p;

	p = parse(x, c != NULL ? 3 : b != NULL ? 2 : 1);
	ok(p == NULL && why != NULL && strstr(why, want) != NULL, "%s: %s",
	    what, why != NULL ? why : "taken");
	cert_free(p);
}

static void
id_of(EVP_PKEY *k, uint8_t id[KEYID_LEN])
{
	uint8_t *der = NULL;
	int n = i2d_PUBKEY(k, &der);

	EVP_Digest(der, (size_t)n, id, NULL, EVP_sha256(), NULL);
	OPENSSL_free(der);
}

static void
good(void)
{
	X509 *x[3] = { leaf, inter, root };
	uint8_t id[KEYID_LEN], not [KEYID_LEN];
	struct cert *c = parse(x, 3);
	char line[256], small[8], tlsa[CERT_TLSA_LEN];
	int n;

	ok(c != NULL && c->count == 3 && !c->selfsigned, "a chain of three");
	if (c == NULL)
		return;
	ok(c->nnames == 2 && strcmp(c->names[0], "a.example") == 0 &&
		strcmp(c->names[1], "*.b.example") == 0,
	    "its names, lower case; no address, no mailbox");
	id_of(leaf_key, id);
	id_of(other_key, not );
	ok(cert_check(c, id, now) == CERT_OK, "it fits its key");
	ok(cert_check(c, not, now) == CERT_OTHER_KEY, "not another's");
	ok(cert_check(c, id, now - 30 * DAY) == CERT_NOT_YET, "not valid yet");
	ok(cert_check(c, id, now + 99 * DAY) == CERT_EXPIRED, "expired");
	ok(strstr(cert_verdict_text(CERT_OTHER_KEY), "match") != NULL &&
		strcmp(cert_verdict_text(CERT_EXPIRED), "expired") == 0,
	    "verdicts have texts");
	ok(cert_days(c, now) == 60 &&
		cert_days(c, now + 60 * DAY + 300) == -1 &&
		cert_days(c, now + 59 * DAY + 300) == 0,
	    "days left: the shortest of the chain");
	ok(cert_covers(c, "a.example") && cert_covers(c, "x.b.example") &&
		!cert_covers(c, "b.example") &&
		!cert_covers(c, "y.x.b.example") &&
		!cert_covers(c, "example") && !cert_covers(c, ".b.example") &&
		!cert_covers(c, ""),
	    "what it covers");
	n = cert_summary(c, line, sizeof(line));
	printf("# %s\n", line);
	ok(n == (int)strlen(line) && strstr(line, "a.example") != NULL &&
		strstr(line, "in?er") != NULL && strchr(line, '\n') == NULL,
	    "a summary in one line, an issuer's control characters masked");
	ok(cert_summary(c, small, sizeof(small)) == n && strlen(small) == 7,
	    "a summary cut short");
	cert_tlsa(c->id, tlsa);
	ok(strlen(tlsa) == CERT_TLSA_LEN - 1 &&
		strncmp(tlsa, "3 1 1 ", 6) == 0 &&
		strspn(tlsa + 6, "0123456789abcdef") == 64,
	    "TLSA");
	cert_free(c);
}

static void
bad(void)
{
	X509 *noname = x509_make("n", leaf_key, inter, inter_key,
	    "email:a@b.example", -9, DAY);
	X509 *eleven[11];
	struct text t;
	struct cert *c;
	int i;

	wrong(leaf, root, NULL, "order", "a gap");
	wrong(leaf, root, inter, "order", "two changed places");
	wrong(leaf, other_root, NULL, "order", "same name, other key");
	wrong(leaf, leaf, NULL, "order", "the leaf twice");
	wrong(inter, root, NULL, "CA", "a CA's first");
	wrong(noname, inter, NULL, "names no host", "no name");
	x509_nul_name(noname, inter_key);
	wrong(noname, inter, NULL, "names no host", "a NUL inside the name");
	for (i = 0; i < 11; i++)
		eleven[i] = leaf;
	c = parse(eleven, 11);
	ok(c == NULL && strstr(why, "more than 10") != NULL, "eleven");
	c = cert_parse("", 0, &why);
	ok(c == NULL && strstr(why, "no cert") != NULL, "nothing: %s", why);
	t = x509_text(&leaf, 1);
	c = cert_parse(t.p, t.len / 2, &why);
	ok(c == NULL, "half of one: %s", why);
	memcpy(strchr(t.p, '\n') + 20, "!!!!", 4);
	c = cert_parse(t.p, t.len, &why);
	ok(c == NULL && strstr(why, "readable") != NULL, "spoilt: %s", why);
	free(t.p);
	MUST((t.p = calloc(1, CERT_PEM_MAX + 1)) != NULL);
	c = cert_parse(t.p, CERT_PEM_MAX + 1, &why);
	ok(c == NULL && strstr(why, "256") != NULL, "too large: %s", why);
	free(t.p);
	X509_free(noname);
	cert_free(NULL);
}

/* clang-format off */
static const struct { const char *name; int good; } names[] = {
{ "a", 1 }, { "a.example", 1 }, { "xn--bcher-kva.example", 1 },
{ "*.example", 1 }, { "*.a.example", 1 }, { "_dmarc.a", 1 }, { "1.2", 1 },
{ "", 0 }, { "*", 0 }, { "*.", 0 }, { ".", 0 }, { ".a", 0 }, { "a.", 0 },
{ "a..b", 0 }, { "-a.b", 0 }, { "a-.b", 0 }, { "a.b-", 0 }, { "A.b", 0 },
{ "a.*.b", 0 }, { "**.b", 0 }, { "a b", 0 }, { "a,DNS:b", 0 }, { "a\n", 0 },
{ "b\xc3\xbc.example", 0 }, { "a/b", 0 },
{ "a23456789012345678901234567890123456789012345678901234567890123", 1 },
{ "a234567890123456789012345678901234567890123456789012345678901234", 0 },
};
/* clang-format on */

static void
name_forms(void)
{
	size_t i, n = 0;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (cert_is_name(names[i].name) != names[i].good) {
			printf("# %s\n", names[i].name);
			n++;
		}
	ok(n == 0, "names and what is none");
}

struct answer { /* zero: a good one */
	X509 *about;
	int status, sha256, no_next, failed;
	long from, to;
	EVP_PKEY *signer_key;
	X509 *signer;
};

static struct text
answer_make(const struct answer *a)
{
	ASN1_TIME *from = X509_time_adj_ex(NULL, 0, a->from, &now);
	ASN1_TIME *to = X509_time_adj_ex(NULL, 0, a->to ? a->to : DAY, &now);
	OCSP_BASICRESP *b = OCSP_BASICRESP_new();
	OCSP_RESPONSE *r;
	OCSP_CERTID *id;
	struct text t = { NULL, 0 };
	uint8_t *der = NULL;

	id = OCSP_cert_to_id(a->sha256 ? EVP_sha256() : EVP_sha1(),
	    a->about ? a->about : leaf, inter);
	MUST(OCSP_basic_add1_status(b, id, a->status,
		 OCSP_REVOKED_STATUS_NOSTATUS,
		 a->status == V_OCSP_CERTSTATUS_REVOKED ? from : NULL, from,
		 a->no_next ? NULL : to) != NULL);
	MUST(OCSP_basic_sign(b, a->signer ? a->signer : inter,
		 a->signer_key ? a->signer_key : inter_key, EVP_sha256(), NULL,
		 a->signer ? 0 : OCSP_NOCERTS) == 1);
	r = OCSP_response_create(a->failed ? OCSP_RESPONSE_STATUS_TRYLATER :
					     OCSP_RESPONSE_STATUS_SUCCESSFUL,
	    a->failed ? NULL : b);
	t.len = (size_t)i2d_OCSP_RESPONSE(r, &der);
	MUST((t.p = malloc(t.len + 1)) != NULL);
	memcpy(t.p, der, t.len);
	OPENSSL_free(der);
	OCSP_RESPONSE_free(r);
	OCSP_BASICRESP_free(b);
	OCSP_CERTID_free(id);
	ASN1_TIME_free(from);
	ASN1_TIME_free(to);
	return t;
}

static void
answer_is(const struct cert *c, struct answer a, const char *want,
    const char *what)
{
	struct text t = answer_make(&a);
	time_t next = 0;
	const char *r = cert_ocsp(c, t.p, t.len, now, &next);

	ok(want == NULL ? r == NULL && next == now + (a.to ? a.to : DAY) :
			  r != NULL && strstr(r, want) != NULL,
	    "staple, %s: %s", what, r != NULL ? r : "usable");
	free(t.p);
}

static void
staples(void)
{
	X509 *x[3] = { leaf, inter, root }, *helper, *plain;
	struct cert *c = parse(x, 3), *alone = parse(x, 1);
	struct text t;
	time_t next;

	MUST(c != NULL && alone != NULL);
	helper = x509_make("helper", other_key, inter, inter_key,
	    "DNS:h.example", -9, DAY);
	plain = X509_dup(helper);
	x509_ext(helper, NID_ext_key_usage, "OCSPSigning");
	MUST(X509_sign(helper, inter_key, EVP_sha256()) > 0);
	answer_is(c, (struct answer){ 0 }, NULL, "good");
	answer_is(c, (struct answer){ .sha256 = 1 }, NULL, "SHA-256 id");
	answer_is(c,
	    (struct answer){ .signer = helper, .signer_key = other_key }, NULL,
	    "by a certified responder");
	answer_is(c,
	    (struct answer){ .signer = plain, .signer_key = other_key },
	    "signed", "by some certificate of the issuer");
	answer_is(c,
	    (struct answer){ .signer = other_root, .signer_key = other_key },
	    "signed", "by a stranger");
	answer_is(c, (struct answer){ .about = sibling }, "another",
	    "for another certificate");
	answer_is(c, (struct answer){ .status = V_OCSP_CERTSTATUS_REVOKED },
	    "REVOKED", "revoked");
	answer_is(c, (struct answer){ .status = V_OCSP_CERTSTATUS_UNKNOWN },
	    "not say good", "unknown");
	answer_is(c, (struct answer){ .from = -9 * DAY, .to = -1 }, "past",
	    "old");
	answer_is(c, (struct answer){ .from = 3600 }, "future", "early");
	answer_is(c, (struct answer){ .no_next = 1 }, "no nextUpdate",
	    "without an end");
	answer_is(c, (struct answer){ .failed = 1 }, "failed", "a failure");
	answer_is(alone, (struct answer){ 0 }, "lacks", "no issuer");
	t = answer_make(&(struct answer){ 0 });
	ok(cert_ocsp(c, t.p, t.len - 1, now, &next) != NULL,
	    "staple, cut short");
	t.p[t.len] = 0;
	ok(cert_ocsp(c, t.p, t.len + 1, now, &next) != NULL,
	    "staple, and a byte");
	t.p[t.len - 1] ^= 1;
	ok(cert_ocsp(c, t.p, t.len, now, &next) != NULL, "staple, spoilt");
	ok(cert_ocsp(c, "", 0, now, &next) != NULL, "staple, empty");
	free(t.p);
	cert_free(c);
	cert_free(alone);
	X509_free(helper);
	X509_free(plain);
}

static void
selfsigned(void)
{
	static const char *const two[] = { "mail.a.example", "*.a.example" };
	static const char *const evil[] = { "a.example,DNS:bank.example" };
	struct cert_text key, cert;
	uint8_t id[KEYID_LEN];
	struct cert *c;
	EVP_PKEY *k;
	BIO *b;

	MUST(cert_selfsigned(two, 2, now, 90, &key, &cert) == 0);
	c = cert_parse(cert.p, cert.len, &why);
	ok(c != NULL && c->selfsigned && c->count == 1 && c->nnames == 2 &&
		strcmp(c->names[1], two[1]) == 0,
	    "self-signed: parses");
	MUST(c != NULL);
	b = BIO_new_mem_buf(key.p, (int)key.len);
	MUST((k = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL)) != NULL);
	id_of(k, id);
	ok(cert_check(c, id, now) == CERT_OK && cert_days(c, now) == 90,
	    "its key fits, 90 days");
	ok(X509_verify(c->x[0], k) == 1 && EVP_PKEY_get_bits(k) == 256 &&
		strlen(key.p) == key.len && strlen(cert.p) == cert.len,
	    "its signature, too");
	cert_free(c);
	BIO_free(b);
	EVP_PKEY_free(k);
	cert_text_free(&key);
	cert_text_free(&cert);
	ok(cert_selfsigned(evil, 1, now, 90, &key, &cert) == -1 &&
		cert_selfsigned(two, 0, now, 90, &key, &cert) == -1 &&
		cert_selfsigned(two, 1, now, 0, &key, &cert) == -1 &&
		cert_selfsigned(two, 1, now, 9999, &key, &cert) == -1,
	    "not for a bad name, no name, no day, too many");
	ok(key.p == NULL && cert.p == NULL, "then nothing is made");
}

int
main(void)
{
	now = time(NULL);
	root_key = key_make("P-256");
	inter_key = key_make("P-256");
	leaf_key = key_make("RSA:2048");
	other_key = key_make("P-256");
	root = x509_make("root", root_key, NULL, NULL, NULL, -DAY, 999 * DAY);
	inter = x509_make("in\ter", inter_key, root, root_key, NULL, -DAY,
	    60 * DAY + 59);
	other_root =
	    x509_make("in\ter", other_key, NULL, NULL, NULL, -DAY, 999 * DAY);
	leaf = x509_make("a", leaf_key, inter, inter_key,
	    "DNS:A.Example,DNS:*.b.example,IP:192.0.2.1,email:a@b.example",
	    -DAY, 90 * DAY);
	sibling = x509_make("a", leaf_key, inter, inter_key, "DNS:s.example",
	    -DAY, 90 * DAY);
	good();
	bad();
	name_forms();
	staples();
	selfsigned();
	X509_free(root);
	X509_free(inter);
	X509_free(leaf);
	X509_free(sibling);
	X509_free(other_root);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(inter_key);
	EVP_PKEY_free(leaf_key);
	EVP_PKEY_free(other_key);
	return done();
}

/*
 * keystore: sign requests of a hostile relay, and key files. The first byte
 * says which: 0 a file, 1 a good file with changes, else a request whose
 * head is built from the next bytes. Every signature given is of a text that
 * may be signed, and verifies.
 */
#include "keystore.h"
#include "tlsproxy/testkeys.h"

#include "edits.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct keystore *keys;
static EVP_PKEY *key[2];
static uint8_t id[2][KEYID_LEN];
static uint8_t *der[2];
static size_t derlen[2];

static void
begin(void)
{
	const char *why;
	struct text t;
	int i, n;

	MUST((keys = keystore_new()) != NULL);
	for (i = 0; i < 2; i++) {
		key[i] = key_make(i == 0 ? "P-256" : "RSA:2048");
		t = key_text(key[i]);
		MUST(keystore_load_mem(keys, t.p, t.len, i == 0, id[i], &why) ==
		    0);
		free(t.p);
		MUST((n = i2d_PrivateKey(key[i], &der[i])) > 0);
		derlen[i] = (size_t)n;
	}
}

static void
load(const void *pem, size_t len)
{
	struct keystore *s = keystore_new();
	uint8_t got[KEYID_LEN];
	const char *why = NULL;
	int r;

	MUST(s != NULL);
	r = keystore_load_mem(s, pem, len, 0, got, &why);
	MUST(keystore_count(s) == (r == 0));
	MUST(r == 0 || why != NULL);
	keystore_free(s);
}

static void
load_edited(const uint8_t *p, size_t len)
{
	int ec = len > 0 && p[0] & 1, pkcs8 = len > 0 && p[0] & 2;
	BIO *b = BIO_new(BIO_s_mem());
	size_t n;
	uint8_t *d;
	struct text t;

	if (len == 0 || b == NULL) {
		BIO_free(b);
		return;
	}
	d = edited(der[!ec], derlen[!ec], p + 1, len - 1, &n);
	PEM_write_bio(b,
	    pkcs8  ? "PRIVATE KEY" :
		ec ? "EC PRIVATE KEY" :
		     "RSA PRIVATE KEY",
	    "", d, (long)n);
	t = bio_take(b);
	load(t.p, t.len);
	free(t.p);
	free(d);
}

static void
verify(const struct sign_req *r, const uint8_t *text, enum sign_role role,
    const struct sign_resp *resp)
{
	int rsa = memcmp(r->id, id[1], KEYID_LEN) == 0;
	const EVP_MD *md = r->md == 256 ? EVP_sha256() :
	    r->md == 384		? EVP_sha384() :
					  EVP_sha512();
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pc;

	MUST(signtext_permitted(signtext_kind(text, r->len), role, !rsa));
	MUST(EVP_DigestVerifyInit(m, &pc, md, NULL, key[rsa]) == 1);
	if (r->pad == PAD_PSS)
		MUST(EVP_PKEY_CTX_set_rsa_padding(pc, 6) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, -1) == 1);
	MUST(EVP_DigestVerify(m, resp->sig, resp->len, text, r->len) == 1);
	EVP_MD_CTX_free(m);
}

/* how, padding, digest, length's error, text */
static void
sign(const uint8_t *p, size_t len)
{
	static const uint32_t mds[] = { 256, 384, 512, 160 };
	struct sign_req r = { 0 };
	struct sign_resp resp;
	enum sign_role role;
	enum sign_result result;
	uint8_t *msg;

	if (len < 4)
		return;
	role = p[0] & 1 ? SIGN_AS_CLIENT : SIGN_AS_SERVER;
	if (p[0] & 4)
		memcpy(r.id, id[p[0] >> 1 & 1], KEYID_LEN);
	r.pad = p[1];
	r.md = p[2] < 4 ? mds[p[2]] : p[2];
	r.len = (uint32_t)(len - 4 + p[3]);
	MUST((msg = malloc(sizeof(r) + len - 4)) != NULL);
	memcpy(msg, &r, sizeof(r));
	memcpy(msg + sizeof(r), p + 4, len - 4);
	result = keystore_sign(keys, role, msg, sizeof(r) + len - 4, 0, &resp);
	MUST(result == resp.result && (result == SIGN_OK) == (resp.len > 0));
	MUST(result != SIGN_FAILED && resp.len <= SIG_MAX);
	if (result == SIGN_OK)
		verify(&r, p + 4, role, &resp);
	/* the bytes as they come, too */
	MUST(keystore_sign(keys, role, p, len, 0, &resp) != SIGN_OK);
	free(msg);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	if (keys == NULL)
		begin();
	if (len == 0)
		return 0;
	if (data[0] == 0)
		load(data + 1, len - 1);
	else if (data[0] == 1)
		load_edited(data + 1, len - 1);
	else
		sign(data + 1, len - 1);
	return 0;
}

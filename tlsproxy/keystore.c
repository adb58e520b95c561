/*
 * keystore: the signer's private keys and what is done with them. Touches
 * only descriptors it is given; trusts the parent that gives them, and
 * nobody who asks for a signature: text, digest and padding are judged here.
 * Salt length and MGF1 digest are chosen here. There is no decryption.
 * RFC 8446 4.2.3, RFC 8017.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "keystore.h"

#define RSA_BITS_MIN 2048
#define RSA_BITS_MAX (SIG_MAX * 8)

enum state { FRESH, LIVE, OLD }; /* not committed, in use, lingering */

struct key {
	EVP_PKEY *pkey;
	uint8_t id[KEYID_LEN];
	enum state state;
	int client; /* may sign as a client */
	int again;  /* a LIVE key that was loaded again, with: */
	int again_client;
	uint64_t until; /* ms, of an OLD one */
};

struct keystore {
	size_t n;
	struct key *key[KEYSTORE_MAX];
};

struct keystore *
keystore_new(void)
{
	return calloc(1, sizeof(struct keystore));
}

/* the last one takes its place */
static void
key_drop(struct keystore *s, size_t i)
{
	EVP_PKEY_free(s->key[i]->pkey);
	free(s->key[i]);
	s->key[i] = s->key[--s->n];
}

void
keystore_free(struct keystore *s)
{
	if (s == NULL)
		return;
	while (s->n > 0)
		key_drop(s, s->n - 1);
	free(s);
}

static struct key *
key_find(const struct keystore *s, const uint8_t *id)
{
	size_t i;

	for (i = 0; i < s->n; i++)
		if (memcmp(s->key[i]->id, id, KEYID_LEN) == 0)
			return s->key[i];
	return NULL;
}

/* OpenSSL would ask at the terminal */
static int
no_password(char *buf, int size, int rw, void *arg)
{
	(void)rw;
	if (size > 0)
		*buf = '\0';
	*(int *)arg = 1;
	return -1;
}

static const char *
key_unfit(EVP_PKEY *k)
{
	char group[32];
	size_t n;
	int bits = EVP_PKEY_get_bits(k);

	if (EVP_PKEY_is_a(k, "RSA")) {
		if (bits < RSA_BITS_MIN)
			return "RSA key of less than 2048 bits";
		if (bits > RSA_BITS_MAX)
			return "RSA key of more than 8192 bits";
		return NULL;
	}
	if (!EVP_PKEY_is_a(k, "EC"))
		return "neither an RSA nor an EC key";
	if (EVP_PKEY_get_utf8_string_param(k, OSSL_PKEY_PARAM_GROUP_NAME, group,
		sizeof(group), &n) != 1 ||
	    (strcmp(group, "prime256v1") != 0 &&
		strcmp(group, "secp384r1") != 0 &&
		strcmp(group, "secp521r1") != 0))
		return "EC key of another curve than P-256, P-384, P-521";
	return NULL;
}

static const EVP_MD *
md_of(uint32_t bits)
{
	switch (bits) {
	case 256:
		return EVP_sha256();
	case 384:
		return EVP_sha384();
	case 512:
		return EVP_sha512();
	}
	return NULL;
}

/* a signature in sig, of at most SIG_MAX bytes; its length or 0 */
static size_t
key_sign(EVP_PKEY *k, uint32_t pad, uint32_t md, const uint8_t *text,
    size_t textlen, uint8_t *sig)
{
	EVP_MD_CTX *m;
	EVP_PKEY_CTX *pc;
	size_t len = SIG_MAX;
	int good;

	if ((m = EVP_MD_CTX_new()) == NULL)
		return 0;
	good = EVP_DigestSignInit(m, &pc, md_of(md), NULL, k) == 1;
	if (good && pad == PAD_PSS)
		good = EVP_PKEY_CTX_set_rsa_padding(pc,
			   RSA_PKCS1_PSS_PADDING) == 1 &&
		    EVP_PKEY_CTX_set_rsa_mgf1_md(pc, md_of(md)) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(pc,
			RSA_PSS_SALTLEN_DIGEST) == 1;
	good = good && EVP_DigestSign(m, sig, &len, text, textlen) == 1;
	EVP_MD_CTX_free(m);
	/* out of memory, OpenSSL 3.0 succeeds with a length of UINT_MAX */
	return good && len <= SIG_MAX ? len : 0;
}

/* do its two halves belong together? The public one names the key */
static int
key_works(EVP_PKEY *k)
{
	static const uint8_t text[] = "gatelodge: a key is tried";
	uint8_t sig[SIG_MAX];
	EVP_MD_CTX *m;
	size_t len;
	int good;

	len = key_sign(k, EVP_PKEY_is_a(k, "EC") ? PAD_ECDSA : PAD_PKCS1, 256,
	    text, sizeof(text), sig);
	if (len == 0 || (m = EVP_MD_CTX_new()) == NULL)
		return 0;
	good = EVP_DigestVerifyInit(m, NULL, EVP_sha256(), NULL, k) == 1 &&
	    EVP_DigestVerify(m, sig, len, text, sizeof(text)) == 1;
	EVP_MD_CTX_free(m);
	explicit_bzero(sig, sizeof(sig));
	return good;
}

static EVP_PKEY *
key_read(const void *pem, size_t len, const char **why)
{
	EVP_PKEY *k = NULL;
	int asked = 0;
	BIO *b;

	*why = "no private key in PEM";
	if (len > KEYSTORE_FILE_MAX ||
	    (b = BIO_new_mem_buf(pem, (int)len)) == NULL)
		return NULL;
	k = PEM_read_bio_PrivateKey(b, NULL, no_password, &asked);
	BIO_free(b);
	if (asked)
		*why = "the key is encrypted: store it without a password";
	if (k == NULL)
		return NULL;
	if (asked || (*why = key_unfit(k)) != NULL ||
	    (key_works(k) == 0 && (*why = "its two halves do not match"))) {
		EVP_PKEY_free(k);
		return NULL;
	}
	return k;
}

static int
key_id(EVP_PKEY *k, uint8_t id[KEYID_LEN])
{
	uint8_t *der = NULL;
	int n, good;

	if ((n = i2d_PUBKEY(k, &der)) <= 0)
		return -1;
	good = EVP_Digest(der, n, id, NULL, EVP_sha256(), NULL) == 1;
	OPENSSL_free(der);
	return good ? 0 : -1;
}

/* takes the key */
static int
key_add(struct keystore *s, EVP_PKEY *pkey, const uint8_t *id, int client)
{
	struct key *k;

	if ((k = key_find(s, id)) != NULL) {
		EVP_PKEY_free(pkey);
		if (k->state == FRESH) {
			k->client |= client;
			return 0;
		}
		k->again_client = client || (k->again && k->again_client);
		k->again = 1;
		return 0;
	}
	if (s->n == KEYSTORE_MAX || (k = calloc(1, sizeof(*k))) == NULL) {
		errno = s->n == KEYSTORE_MAX ? ENOSPC : ENOMEM;
		EVP_PKEY_free(pkey);
		return -1;
	}
	k->pkey = pkey;
	k->client = client;
	memcpy(k->id, id, KEYID_LEN);
	s->key[s->n++] = k;
	return 0;
}

int
keystore_load_mem(struct keystore *s, const void *pem, size_t len, int client,
    uint8_t id[KEYID_LEN], const char **why)
{
	EVP_PKEY *k;
	int failed;

	ERR_set_mark();
	k = key_read(pem, len, why);
	failed = k == NULL || key_id(k, id) == -1;
	ERR_pop_to_mark();
	if (failed) {
		EVP_PKEY_free(k);
		errno = EINVAL;
		return -1;
	}
	if (key_add(s, k, id, client != 0) == -1) {
		*why = errno == ENOSPC ? "too many keys" : "out of memory";
		return -1;
	}
	return 0;
}

/* the whole file, at most size bytes; -1: errno */
static ssize_t
read_all(int fd, uint8_t *buf, size_t size)
{
	size_t len = 0;
	ssize_t n;

	while (len < size) {
		n = read(fd, buf + len, size - len);
		if (n == 0)
			break;
		if (n == -1 && errno != EINTR)
			return -1;
		if (n > 0)
			len += (size_t)n;
	}
	return (ssize_t)len;
}

int
keystore_load(struct keystore *s, int fd, int client, uint8_t id[KEYID_LEN],
    const char **why)
{
	const size_t size = KEYSTORE_FILE_MAX + 1;
	int r = -1, error;
	uint8_t *buf;
	ssize_t n;

	*why = "out of memory";
	if ((buf = malloc(size)) == NULL)
		return -1;
	if ((n = read_all(fd, buf, size)) == -1)
		*why = "cannot read the file";
	else if (n > KEYSTORE_FILE_MAX) {
		*why = "the file is larger than 64 KiB";
		errno = EFBIG;
	} else
		r = keystore_load_mem(s, buf, (size_t)n, client, id, why);
	error = errno;
	explicit_bzero(buf, size);
	free(buf);
	errno = error;
	return r;
}

void
keystore_commit(struct keystore *s, uint64_t now)
{
	struct key *k;
	size_t i;

	for (i = 0; i < s->n; i++) {
		k = s->key[i];
		if (k->state == FRESH)
			k->state = LIVE;
		else if (k->again) {
			k->state = LIVE;
			k->client = k->again_client;
		} else if (k->state == LIVE) {
			k->state = OLD;
			k->until = now + KEYSTORE_LINGER_MS;
		}
		k->again = 0;
	}
}

void
keystore_abort(struct keystore *s)
{
	size_t i = 0;

	while (i < s->n) {
		s->key[i]->again = 0;
		if (s->key[i]->state == FRESH)
			key_drop(s, i);
		else
			i++;
	}
}

int
keystore_expire(struct keystore *s, uint64_t now)
{
	int wait = -1;
	const struct key *k;
	size_t i = 0;

	while (i < s->n) {
		k = s->key[i];
		if (k->state == OLD && !k->again && k->until <= now) {
			key_drop(s, i);
			continue;
		}
		if (k->state == OLD && !k->again &&
		    (wait == -1 || k->until - now < (uint64_t)wait))
			wait = (int)(k->until - now);
		i++;
	}
	return wait;
}

size_t
keystore_count(const struct keystore *s)
{
	return s->n;
}

/* the signature schemes of TLS 1.2 and 1.3 that our keys have */
static int
algorithm_fits(const struct key *k, const struct sign_req *r,
    enum signtext kind)
{
	int v13 = kind == SIGNTEXT_SERVER13 || kind == SIGNTEXT_CLIENT13;
	int bits = EVP_PKEY_get_bits(k->pkey);

	if (md_of(r->md) == NULL)
		return 0;
	if (EVP_PKEY_is_a(k->pkey, "EC"))
		return r->pad == PAD_ECDSA &&
		    (!v13 || r->md == (bits == 521 ? 512U : (unsigned)bits));
	return r->pad == PAD_PSS || (r->pad == PAD_PKCS1 && !v13);
}

enum sign_result
keystore_sign(struct keystore *s, enum sign_role role, const uint8_t *msg,
    size_t len, uint64_t now, struct sign_resp *resp)
{
	struct sign_req r;
	enum signtext kind;
	const uint8_t *text;
	struct key *k;

	memset(resp, 0, sizeof(*resp));
	if (len < sizeof(r) || len - sizeof(r) > SIGN_TEXT_MAX)
		return resp->result = SIGN_SHORT;
	memcpy(&r, msg, sizeof(r));
	if (r.len != len - sizeof(r))
		return resp->result = SIGN_SHORT;
	if ((k = key_find(s, r.id)) == NULL ||
	    (k->state == OLD && !k->again && k->until <= now))
		return resp->result = SIGN_NOKEY;
	text = msg + sizeof(r);
	kind = signtext_kind(text, r.len);
	if (!signtext_permitted(kind, role, k->client))
		return resp->result = SIGN_TEXT;
	if (!algorithm_fits(k, &r, kind))
		return resp->result = SIGN_ALGORITHM;
	ERR_set_mark();
	resp->len =
	    (uint32_t)key_sign(k->pkey, r.pad, r.md, text, r.len, resp->sig);
	ERR_pop_to_mark();
	if (resp->len == 0) {
		memset(resp->sig, 0, sizeof(resp->sig));
		resp->result = SIGN_FAILED;
	}
	return (enum sign_result)resp->result;
}

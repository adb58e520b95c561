/*
 * keystore: what loads and what does not, what it signs and what not, how
 * long old keys live. Each signature is verified with the public half.
 */
#include <sys/mman.h>
#include <errno.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>
#include <string.h>
#include <unistd.h>

#include "keystore.h"
#include "tap.h"
#include "testkeys.h"

static const char *why;
static uint8_t msg[sizeof(struct sign_req) + SIGN_TEXT_MAX + 8];
static struct sign_resp resp;

static int
file(const void *p, size_t len)
{
	int fd = memfd_create("key", 0);

	MUST(fd != -1 && write(fd, p, len) == (ssize_t)len &&
	    lseek(fd, 0, SEEK_SET) == 0);
	return fd;
}

static int
load(struct keystore *s, EVP_PKEY *k, int client, uint8_t id[KEYID_LEN])
{
	struct text t = key_text(k);
	int fd = file(t.p, t.len), r;

	r = keystore_load(s, fd, client, id, &why);
	close(fd);
	free(t.p);
	return r;
}

static size_t
verify13(uint8_t *p, const char *who, size_t hash)
{
	size_t n = strlen(who) + 1;

	memset(p, ' ', 64);
	memcpy(p + 64, who, n);
	memset(p + 64 + n, 7, hash);
	return 64 + n + hash;
}

static size_t
server13(uint8_t *p)
{
	return verify13(p, "TLS 1.3, server CertificateVerify", 32);
}

static size_t
client13(uint8_t *p)
{
	return verify13(p, "TLS 1.3, client CertificateVerify", 32);
}

static size_t
server12(uint8_t *p)
{
	memset(p, 9, 64 + 4 + 32);
	memcpy(p + 64, "\3\0\35\40", 4);
	return 64 + 4 + 32;
}

static size_t
jose(uint8_t *p)
{
	memcpy(p, "eyJhbGciOiJFUzI1NiJ9.e30", 24);
	return 24;
}

static enum sign_result
ask(struct keystore *s, enum sign_role role, const uint8_t *id, uint32_t pad,
    uint32_t md, size_t (*text)(uint8_t *), uint64_t now)
{
	struct sign_req r = { .pad = pad, .md = md };

	r.len = (uint32_t)text(msg + sizeof(r));
	memcpy(r.id, id, KEYID_LEN);
	memcpy(msg, &r, sizeof(r));
	memset(&resp, 0xee, sizeof(resp));
	return keystore_sign(s, role, msg, sizeof(r) + r.len, now, &resp);
}

/* of the text in msg; PSS with exactly our salt */
static int
verified(EVP_PKEY *k, uint32_t pad, const EVP_MD *md)
{
	EVP_MD_CTX *m = EVP_MD_CTX_new();
	struct sign_req r;
	EVP_PKEY_CTX *pc;
	int good;

	memcpy(&r, msg, sizeof(r));
	good = EVP_DigestVerifyInit(m, &pc, md, NULL, k) == 1;
	if (pad == PAD_PSS)
		good = good &&
		    EVP_PKEY_CTX_set_rsa_padding(pc, RSA_PKCS1_PSS_PADDING) ==
			1 &&
		    EVP_PKEY_CTX_set_rsa_mgf1_md(pc, md) == 1 &&
		    EVP_PKEY_CTX_set_rsa_pss_saltlen(pc, EVP_MD_get_size(md)) ==
			1;
	good = good &&
	    EVP_DigestVerify(m, resp.sig, resp.len, msg + sizeof(r), r.len) ==
		1;
	EVP_MD_CTX_free(m);
	return good;
}

static void
signs(const char *kind, uint32_t pad, uint32_t md, size_t (*text)(uint8_t *),
    EVP_PKEY *k)
{
	const EVP_MD *m = md == 256 ? EVP_sha256() :
	    md == 384		    ? EVP_sha384() :
				      EVP_sha512();
	struct keystore *s = keystore_new();
	uint8_t id[KEYID_LEN];

	MUST(load(s, k, 0, id) == 0);
	ok(ask(s, SIGN_AS_SERVER, id, pad, md, text, 0) == SIGN_OK &&
		verified(k, pad, m),
	    "%s pad %u SHA-%u: signed, %u bytes", kind, pad, md, resp.len);
	keystore_free(s);
}

static void
genuine(void)
{
	EVP_PKEY *rsa = key_make("RSA:2048"), *big = key_make("RSA:4096");
	EVP_PKEY *p256 = key_make("P-256"), *p384 = key_make("P-384");
	EVP_PKEY *p521 = key_make("P-521");
	uint32_t md;

	for (md = 256; md <= 512; md += 128) {
		signs("RSA 1.3", PAD_PSS, md, server13, rsa);
		signs("RSA 1.2", PAD_PSS, md, server12, rsa);
		signs("RSA 1.2", PAD_PKCS1, md, server12, rsa);
		signs("P-256 1.2", PAD_ECDSA, md, server12, p256);
	}
	signs("RSA 4096 1.3", PAD_PSS, 256, server13, big);
	signs("P-256 1.3", PAD_ECDSA, 256, server13, p256);
	signs("P-384 1.3", PAD_ECDSA, 384, server13, p384);
	signs("P-521 1.3", PAD_ECDSA, 512, server13, p521);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(big);
	EVP_PKEY_free(p256);
	EVP_PKEY_free(p384);
	EVP_PKEY_free(p521);
}

static int
clean(void)
{
	size_t i;

	for (i = 0; i < sizeof(resp.sig); i++)
		if (resp.sig[i] != 0)
			return 0;
	return resp.len == 0;
}

/* clang-format off */
static const struct {
	int ec;
	enum sign_role role;
	uint32_t pad, md;
	size_t (*text)(uint8_t *);
	enum sign_result want;
	const char *what;
} refusals[] = {
{ 0, SIGN_AS_SERVER, PAD_PKCS1, 256, server13, SIGN_ALGORITHM, "PKCS#1 in 1.3" },
{ 0, SIGN_AS_SERVER, PAD_ECDSA, 256, server13, SIGN_ALGORITHM, "ECDSA by RSA" },
{ 0, SIGN_AS_SERVER, 0,         256, server12, SIGN_ALGORITHM, "no padding" },
{ 0, SIGN_AS_SERVER, 4,         256, server12, SIGN_ALGORITHM, "unknown padding" },
{ 0, SIGN_AS_SERVER, PAD_PSS,   160, server13, SIGN_ALGORITHM, "SHA-1" },
{ 0, SIGN_AS_SERVER, PAD_PSS,   0,   server13, SIGN_ALGORITHM, "no digest" },
{ 0, SIGN_AS_SERVER, PAD_PSS,   224, server12, SIGN_ALGORITHM, "SHA-224" },
{ 1, SIGN_AS_SERVER, PAD_PSS,   256, server13, SIGN_ALGORITHM, "PSS by EC" },
{ 1, SIGN_AS_SERVER, PAD_PKCS1, 256, server12, SIGN_ALGORITHM, "PKCS#1 by EC" },
{ 1, SIGN_AS_SERVER, PAD_ECDSA, 384, server13, SIGN_ALGORITHM, "P-256 with SHA-384 in 1.3" },
{ 1, SIGN_AS_SERVER, PAD_ECDSA, 256, jose,     SIGN_TEXT,      "a JOSE header" },
{ 0, SIGN_AS_SERVER, PAD_PKCS1, 256, jose,     SIGN_TEXT,      "a JOSE header, RSA" },
{ 1, SIGN_AS_SERVER, PAD_ECDSA, 256, client13, SIGN_TEXT,      "as a client, for a relay" },
{ 1, SIGN_AS_CLIENT, PAD_ECDSA, 256, client13, SIGN_TEXT,      "as a client with a server's key" },
{ 1, SIGN_AS_CLIENT, PAD_ECDSA, 256, server13, SIGN_TEXT,      "as a server, for relayout" },
};
/* clang-format on */

static void
refused(void)
{
	EVP_PKEY *rsa = key_make("RSA:2048"), *ec = key_make("P-256");
	struct keystore *s = keystore_new();
	uint8_t id[2][KEYID_LEN], other[KEYID_LEN] = { 0 };
	enum sign_result r;
	size_t i;

	MUST(load(s, rsa, 0, id[0]) == 0 && load(s, ec, 0, id[1]) == 0);
	for (i = 0; i < sizeof(refusals) / sizeof(*refusals); i++) {
		r = ask(s, refusals[i].role, id[refusals[i].ec],
		    refusals[i].pad, refusals[i].md, refusals[i].text, 0);
		ok(r == refusals[i].want && resp.result == r && clean(),
		    "refused: %s", refusals[i].what);
	}
	r = ask(s, SIGN_AS_SERVER, other, PAD_PSS, 256, server13, 0);
	ok(r == SIGN_NOKEY && clean(), "refused: an unknown key");
	MUST(ask(s, SIGN_AS_SERVER, id[0], PAD_PSS, 256, server13, 0) == 0);
	ok(keystore_sign(s, SIGN_AS_SERVER, msg, 43, 0, &resp) == SIGN_SHORT &&
		keystore_sign(s, SIGN_AS_SERVER, msg, 0, 0, &resp) ==
		    SIGN_SHORT &&
		clean(),
	    "refused: a request cut short");
	ok(keystore_sign(s, SIGN_AS_SERVER, msg, 44 + 129, 0, &resp) ==
		    SIGN_SHORT &&
		keystore_sign(s, SIGN_AS_SERVER, msg, 44 + 131, 0, &resp) ==
		    SIGN_SHORT,
	    "refused: lengths that do not agree");
	ok(keystore_sign(s, SIGN_AS_SERVER, msg, sizeof(msg), 0, &resp) ==
		SIGN_SHORT,
	    "refused: longer than the longest");
	keystore_free(s);
	EVP_PKEY_free(rsa);
	EVP_PKEY_free(ec);
}

static void
client(void)
{
	EVP_PKEY *k = key_make("P-256");
	struct keystore *s = keystore_new();
	uint8_t id[KEYID_LEN];

	MUST(load(s, k, 1, id) == 0);
	ok(ask(s, SIGN_AS_CLIENT, id, PAD_ECDSA, 256, client13, 0) == SIGN_OK &&
		verified(k, PAD_ECDSA, EVP_sha256()),
	    "client: yes: signed for relayout");
	ok(ask(s, SIGN_AS_SERVER, id, PAD_ECDSA, 256, client13, 0) == SIGN_TEXT,
	    "client: yes: still not for a relay");
	ok(ask(s, SIGN_AS_SERVER, id, PAD_ECDSA, 256, server13, 0) == SIGN_OK,
	    "client: yes: serves, too");
	keystore_commit(s, 0);
	MUST(load(s, k, 0, id) == 0);
	ok(ask(s, SIGN_AS_CLIENT, id, PAD_ECDSA, 256, client13, 0) == SIGN_OK,
	    "loaded again with client: no: not yet");
	keystore_commit(s, 1);
	ok(ask(s, SIGN_AS_CLIENT, id, PAD_ECDSA, 256, client13, 1) == SIGN_TEXT,
	    "but once committed");
	ok(keystore_count(s) == 1, "it is one key");
	keystore_free(s);
	EVP_PKEY_free(k);
}

static int
lives(struct keystore *s, const uint8_t *id, uint64_t now)
{
	return ask(s, SIGN_AS_SERVER, id, PAD_ECDSA, 256, server13, now) ==
	    SIGN_OK;
}

static void
reload(void)
{
	EVP_PKEY *k[3] = { key_make("P-256"), key_make("P-256"),
		key_make("P-256") };
	struct keystore *s = keystore_new();
	uint8_t id[3][KEYID_LEN];

	MUST(load(s, k[0], 0, id[0]) == 0 && load(s, k[1], 0, id[1]) == 0);
	keystore_commit(s, 1000);
	ok(keystore_expire(s, 1000) == -1, "no old key, nothing to wait for");
	MUST(load(s, k[1], 0, id[1]) == 0 && load(s, k[2], 0, id[2]) == 0);
	ok(lives(s, id[2], 2000), "a new key signs before the commit");
	keystore_abort(s);
	ok(!lives(s, id[2], 2000) && lives(s, id[0], 2000) &&
		lives(s, id[1], 2000),
	    "abort: the new one is gone, the old ones stay");
	MUST(load(s, k[1], 0, id[1]) == 0 && load(s, k[2], 0, id[2]) == 0);
	keystore_commit(s, 5000);
	ok(lives(s, id[0], 14999) && lives(s, id[1], 14999) &&
		lives(s, id[2], 14999),
	    "commit: the old one lingers");
	ok(keystore_expire(s, 6000) == 9000, "for 10 s");
	ok(!lives(s, id[0], 15000) && lives(s, id[1], 15000),
	    "then signs no more");
	ok(keystore_count(s) == 3 && keystore_expire(s, 15000) == -1 &&
		keystore_count(s) == 2,
	    "and is freed");
	keystore_commit(s, 20000);
	MUST(load(s, k[1], 0, id[1]) == 0);
	keystore_commit(s, 25000);
	ok(keystore_expire(s, 30000) == -1 && lives(s, id[1], 40000) &&
		!lives(s, id[2], 40000),
	    "an old key that comes back stays");
	keystore_free(s);
	keystore_free(NULL);
	EVP_PKEY_free(k[0]);
	EVP_PKEY_free(k[1]);
	EVP_PKEY_free(k[2]);
}

static void
wont_load(const void *p, size_t len, int error, const char *what)
{
	struct keystore *s = keystore_new();
	uint8_t id[KEYID_LEN];
	int fd = file(p, len), r;

	why = NULL;
	errno = 0;
	r = keystore_load(s, fd, 0, id, &why);
	ok(r == -1 && errno == error && why != NULL && keystore_count(s) == 0,
	    "does not load: %s (%s)", what, why != NULL ? why : "no text");
	close(fd);
	keystore_free(s);
}

static void
wont_load_key(const char *kind)
{
	EVP_PKEY *k = key_make(kind);
	struct text t = key_text(k);

	wont_load(t.p, t.len, EINVAL, kind);
	free(t.p);
	EVP_PKEY_free(k);
}

static struct text
encrypted(EVP_PKEY *k, int old)
{
	BIO *b = BIO_new(BIO_s_mem());

	MUST((old ? PEM_write_bio_PrivateKey_traditional :
		    PEM_write_bio_PrivateKey)(b, k, EVP_aes_128_cbc(),
		 (const uint8_t *)"secret", 6, NULL, NULL) == 1);
	return bio_take(b);
}

static void
files(void)
{
	static char big[KEYSTORE_FILE_MAX + 1];
	EVP_PKEY *k = key_make("P-256");
	struct text t = encrypted(k, 0), o = encrypted(k, 1), half;
	struct keystore *s = keystore_new();
	uint8_t id[KEYID_LEN], again[KEYID_LEN];
	BIO *b = BIO_new(BIO_s_mem());
	int p[2];

	wont_load(t.p, t.len, EINVAL, "encrypted");
	ok(why != NULL && strstr(why, "encrypted") != NULL, "and it says so");
	wont_load(o.p, o.len, EINVAL, "encrypted, traditional form");
	ok(why != NULL && strstr(why, "encrypted") != NULL, "and it says so");
	wont_load("", 0, EINVAL, "an empty file");
	wont_load("hello\n", 6, EINVAL, "no PEM");
	memset(big, 'a', sizeof(big));
	wont_load(big, sizeof(big), EFBIG, "65,537 bytes");
	wont_load(big, sizeof(big) - 1, EINVAL, "65,536 bytes of nothing");
	wont_load_key("RSA:1024");
	wont_load_key("secp256k1");
	wont_load_key("P-224");
	wont_load_key("ED25519");
	MUST(PEM_write_bio_PUBKEY(b, k) == 1);
	half = bio_take(b);
	wont_load(half.p, half.len, EINVAL, "a public key");
	MUST(pipe(p) == 0);
	close(p[1]);
	close(p[0]);
	ok(keystore_load(s, p[0], 0, id, &why) == -1 && errno == EBADF,
	    "does not load: a closed descriptor");
	ok(load(s, k, 0, id) == 0 && load(s, k, 0, again) == 0 &&
		memcmp(id, again, KEYID_LEN) == 0 && keystore_count(s) == 1,
	    "the same key twice is one key");
	free(t.p);
	free(o.p);
	free(half.p);
	keystore_free(s);
	EVP_PKEY_free(k);
}

/* openssl ecparam -genkey writes the parameters in front */
static void
forms(void)
{
	static const char params[] = "-----BEGIN EC PARAMETERS-----\n"
				     "BggqhkjOPQMBBw==\n"
				     "-----END EC PARAMETERS-----\n";
	EVP_PKEY *ec = key_make("P-256"), *rsa = key_make("RSA:2048");
	EVP_PKEY *k[2] = { ec, rsa };
	struct keystore *s = keystore_new();
	uint8_t id[KEYID_LEN], want[KEYID_LEN], *der;
	struct text t;
	BIO *b;
	int i, n;

	for (i = 0; i < 2; i++) {
		b = BIO_new(BIO_s_mem());
		if (i == 0)
			BIO_puts(b, params);
		MUST(PEM_write_bio_PrivateKey_traditional(b, k[i], NULL, NULL,
			 0, NULL, NULL) == 1);
		t = bio_take(b);
		der = NULL;
		MUST((n = i2d_PUBKEY(k[i], &der)) > 0);
		EVP_Digest(der, (size_t)n, want, NULL, EVP_sha256(), NULL);
		ok(keystore_load_mem(s, t.p, t.len, 0, id, &why) == 0 &&
			memcmp(id, want, KEYID_LEN) == 0,
		    "traditional form loads; the id is the SPKI's SHA-256");
		OPENSSL_free(der);
		free(t.p);
	}
	keystore_free(s);
	EVP_PKEY_free(ec);
	EVP_PKEY_free(rsa);
}

int
main(void)
{
	genuine();
	refused();
	client();
	reload();
	files();
	forms();
	return done();
}

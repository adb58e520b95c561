/*
 * keyprov: an OpenSSL provider whose private keys live in another process.
 *
 * libtls gets a PEM block "GATELODGE KEY" that holds only the public key.
 * The decoder here turns it into a key object of this provider; a signature
 * with that object asks for the whole to-be-signed text, not for its digest,
 * and hands it to the callback. So the other side can see that it signs a
 * TLS handshake and nothing else. There is no export (OpenSSL would copy the
 * public half into a key of its own) and no decryption at all.
 * Trusts: nothing from the network passes here but the bytes libssl signs.
 * Uses public, not deprecated OpenSSL 3 interfaces only. provider(7).
 */
#include <errno.h>
#include <openssl/core_dispatch.h>
#include <openssl/core_names.h>
#include <openssl/core_object.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/rsa.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdlib.h>
#include <string.h>

#include "keyprov.h"

#define PEM_NAME "GATELODGE KEY"
#define DEFAULT "provider=default"
#define PROP "provider=gatelodge"
#define BLOCK_MAX 4096	    /* bytes of such a PEM block */
#define CHAIN_MAX (1 << 20) /* bytes of a certificate chain */
#define UNUSED __attribute__((unused))

struct gkey {
	EVP_PKEY *pub;
	uint8_t id[KEYID_LEN];
	int refs;
};

struct gsig {
	struct gkey *key;
	uint32_t pad;
	uint32_t md;
};

static struct {
	int (*sign)(const struct sign_req *, const uint8_t *, uint8_t *,
	    size_t *);
	OSSL_FUNC_BIO_read_ex_fn *read;
	OSSL_PROVIDER *usual, *ours; /* loaded for good */
} self;

/* clang-format off */
static const OSSL_PARAM import_types[] = {
	OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_N, NULL, 0),
	OSSL_PARAM_BN(OSSL_PKEY_PARAM_RSA_E, NULL, 0),
	OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
	OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
	OSSL_PARAM_END
};

static const OSSL_PARAM key_gettable[] = {
	OSSL_PARAM_int(OSSL_PKEY_PARAM_BITS, NULL),
	OSSL_PARAM_int(OSSL_PKEY_PARAM_SECURITY_BITS, NULL),
	OSSL_PARAM_int(OSSL_PKEY_PARAM_MAX_SIZE, NULL),
	OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, NULL, 0),
	OSSL_PARAM_utf8_string(OSSL_PKEY_PARAM_DEFAULT_DIGEST, NULL, 0),
	OSSL_PARAM_octet_string(OSSL_PKEY_PARAM_PUB_KEY, NULL, 0),
	OSSL_PARAM_END
};

static const OSSL_PARAM sig_params[] = {
	OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PAD_MODE, NULL, 0),
	OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_PSS_SALTLEN, NULL, 0),
	OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_MGF1_DIGEST, NULL, 0),
	OSSL_PARAM_utf8_string(OSSL_SIGNATURE_PARAM_DIGEST, NULL, 0),
	OSSL_PARAM_END
};
/* clang-format on */

static void *
gkey_new(UNUSED void *provctx)
{
	struct gkey *k;

	if ((k = calloc(1, sizeof(*k))) != NULL)
		k->refs = 1;
	return k;
}

static void
gkey_free(void *p)
{
	struct gkey *k = p;

	if (k == NULL || --k->refs > 0)
		return;
	EVP_PKEY_free(k->pub);
	free(k);
}

/* whoever asks: yes, the private half, too (elsewhere) */
static int
gkey_has(const void *p, UNUSED int selection)
{
	const struct gkey *k = p;

	return k != NULL && k->pub != NULL;
}

static int
gkey_match(const void *a, const void *b, UNUSED int selection)
{
	const struct gkey *x = a, *y = b;

	if (x == NULL || y == NULL || x->pub == NULL || y->pub == NULL)
		return 0;
	return EVP_PKEY_eq(x->pub, y->pub) == 1;
}

/* takes public halves only, whatever else is among the parameters */
static int
gkey_import_as(struct gkey *k, const char *type, const OSSL_PARAM params[])
{
	EVP_PKEY_CTX *ctx;
	int good;

	if (k == NULL || k->pub != NULL ||
	    (ctx = EVP_PKEY_CTX_new_from_name(NULL, type, DEFAULT)) == NULL)
		return 0;
	good = EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &k->pub, EVP_PKEY_PUBLIC_KEY,
		(OSSL_PARAM *)params) == 1;
	EVP_PKEY_CTX_free(ctx);
	return good;
}

/* needed to compare with the key of a certificate */
static int
gkey_import_rsa(void *p, UNUSED int selection, const OSSL_PARAM params[])
{
	return gkey_import_as(p, "RSA", params);
}

static int
gkey_import_ec(void *p, UNUSED int selection, const OSSL_PARAM params[])
{
	return gkey_import_as(p, "EC", params);
}

static const OSSL_PARAM *
gkey_import_types(UNUSED int selection)
{
	return import_types;
}

static int
gkey_get_params(void *p, OSSL_PARAM params[])
{
	struct gkey *k = p;

	return k != NULL && k->pub != NULL &&
	    EVP_PKEY_get_params(k->pub, params) == 1;
}

static const OSSL_PARAM *
gkey_gettable(UNUSED void *provctx)
{
	return key_gettable;
}

/* takes the object that dec_decode() offers: its pointer there becomes NULL */
static void *
gkey_load(const void *ref, size_t size)
{
	void *k = NULL;

	if (size != sizeof(k))
		return NULL;
	memcpy(&k, ref, sizeof(k));
	memset((void *)ref, 0, sizeof(k));
	return k;
}

static const char *
ec_operation(int op)
{
	return op == OSSL_OP_SIGNATURE ? "ECDSA" : NULL;
}

/* the kind of key that a decoder looks for is all its context */
static void *
dec_new_rsa(UNUSED void *provctx)
{
	return (void *)"RSA";
}

static void *
dec_new_ec(UNUSED void *provctx)
{
	return (void *)"EC";
}

static void
dec_free(UNUSED void *type)
{
}

static size_t
read_all(OSSL_CORE_BIO *in, uint8_t *buf, size_t size)
{
	size_t n, got = 0;

	while (got < size && self.read(in, buf + got, size - got, &n) == 1 &&
	    n > 0)
		got += n;
	return got;
}

static struct gkey *
gkey_from_der(const uint8_t *der, long len, const char *type)
{
	const uint8_t *p = der;
	struct gkey *k;

	if (len <= 0 || (k = gkey_new(NULL)) == NULL)
		return NULL;
	SHA256(der, (size_t)len, k->id);
	k->pub = d2i_PUBKEY_ex(NULL, &p, len, NULL, DEFAULT);
	if (k->pub == NULL || !EVP_PKEY_is_a(k->pub, type)) {
		gkey_free(k);
		return NULL;
	}
	return k;
}

static struct gkey *
gkey_from_pem(const uint8_t *buf, size_t len, const char *type)
{
	struct gkey *k = NULL;
	char *name = NULL, *head = NULL;
	uint8_t *der = NULL;
	long derlen = 0;
	BIO *b;

	if ((b = BIO_new_mem_buf(buf, (int)len)) == NULL)
		return NULL;
	ERR_set_mark();
	if (PEM_read_bio(b, &name, &head, &der, &derlen) == 1 &&
	    strcmp(name, PEM_NAME) == 0)
		k = gkey_from_der(der, derlen, type);
	ERR_pop_to_mark();
	OPENSSL_free(name);
	OPENSSL_free(head);
	OPENSSL_free(der);
	BIO_free(b);
	return k;
}

static int
dec_decode(void *type, OSSL_CORE_BIO *in, UNUSED int selection,
    OSSL_CALLBACK *cb, void *arg, UNUSED OSSL_PASSPHRASE_CALLBACK *pw,
    UNUSED void *pwarg)
{
	OSSL_PARAM pr[4];
	uint8_t buf[BLOCK_MAX];
	struct gkey *k;
	int otype = OSSL_OBJECT_PKEY, good;

	k = gkey_from_pem(buf, read_all(in, buf, sizeof(buf)), type);
	if (k == NULL)
		return 1; /* not ours: let others try */
	pr[0] = OSSL_PARAM_construct_int(OSSL_OBJECT_PARAM_TYPE, &otype);
	pr[1] = OSSL_PARAM_construct_utf8_string(OSSL_OBJECT_PARAM_DATA_TYPE,
	    type, 0);
	pr[2] = OSSL_PARAM_construct_octet_string(OSSL_OBJECT_PARAM_REFERENCE,
	    &k, sizeof(void *));
	pr[3] = OSSL_PARAM_construct_end();
	good = cb(pr, arg);
	gkey_free(k); /* NULL when gkey_load() took it */
	return good;
}

static void *
sig_new(UNUSED void *provctx, UNUSED const char *propq)
{
	return calloc(1, sizeof(struct gsig));
}

static void
sig_free(void *p)
{
	struct gsig *s = p;

	gkey_free(s->key);
	free(s);
}

static int
sig_set_pad(struct gsig *s, const OSSL_PARAM *p)
{
	int n = 0;

	if (p->data_type == OSSL_PARAM_UTF8_STRING && p->data != NULL) {
		if (strcmp(p->data, OSSL_PKEY_RSA_PAD_MODE_PSS) == 0)
			n = RSA_PKCS1_PSS_PADDING;
		else if (strcmp(p->data, OSSL_PKEY_RSA_PAD_MODE_PKCSV15) == 0)
			n = RSA_PKCS1_PADDING;
	} else if (OSSL_PARAM_get_int(p, &n) != 1)
		return 0;
	if (n != RSA_PKCS1_PSS_PADDING && n != RSA_PKCS1_PADDING)
		return 0;
	s->pad = n == RSA_PKCS1_PSS_PADDING ? PAD_PSS : PAD_PKCS1;
	return 1;
}

/* salt length and MGF1 digest are not chosen here but in the signer */
static int
sig_set_params(void *v, const OSSL_PARAM params[])
{
	const OSSL_PARAM *p;
	struct gsig *s = v;

	if (params == NULL || s->pad == PAD_ECDSA)
		return 1;
	p = OSSL_PARAM_locate_const(params, OSSL_SIGNATURE_PARAM_PAD_MODE);
	return p == NULL || sig_set_pad(s, p);
}

static const OSSL_PARAM *
sig_settable(UNUSED void *ctx, UNUSED void *provctx)
{
	return sig_params;
}

static uint32_t
md_bits(const char *name)
{
	EVP_MD *md;
	uint32_t bits = 0;

	if (name == NULL || (md = EVP_MD_fetch(NULL, name, DEFAULT)) == NULL)
		return 0;
	if (EVP_MD_is_a(md, "SHA2-256"))
		bits = 256;
	else if (EVP_MD_is_a(md, "SHA2-384"))
		bits = 384;
	else if (EVP_MD_is_a(md, "SHA2-512"))
		bits = 512;
	EVP_MD_free(md);
	return bits;
}

static int
sig_init(void *v, const char *md, void *key, const OSSL_PARAM params[])
{
	struct gsig *s = v;
	struct gkey *k = key;

	if (s == NULL || k == NULL || k->pub == NULL ||
	    (s->md = md_bits(md)) == 0)
		return 0;
	k->refs++;
	gkey_free(s->key);
	s->key = k;
	s->pad = EVP_PKEY_is_a(k->pub, "EC") ? PAD_ECDSA : PAD_PKCS1;
	return sig_set_params(s, params);
}

/* a whole text in one call, as libssl does it */
static int
sig_sign(void *v, uint8_t *sig, size_t *siglen, size_t size,
    const uint8_t *text, size_t len)
{
	uint8_t out[SIG_MAX];
	struct gsig *s = v;
	struct sign_req r;
	size_t n = 0;

	if (s->key == NULL || len > SIGN_TEXT_MAX)
		return 0;
	if (sig == NULL) {
		*siglen = (size_t)EVP_PKEY_get_size(s->key->pub);
		return 1;
	}
	memcpy(r.id, s->key->id, sizeof(r.id));
	r.pad = s->pad;
	r.md = s->md;
	r.len = (uint32_t)len;
	if (self.sign(&r, text, out, &n) == -1 || n == 0 || n > sizeof(out) ||
	    n > size)
		return 0;
	memcpy(sig, out, n);
	*siglen = n;
	return 1;
}

/* clang-format off */
#define FN(id, f) { id, (void (*)(void))(f) }
#define KEYMGMT \
	FN(OSSL_FUNC_KEYMGMT_NEW, gkey_new), \
	FN(OSSL_FUNC_KEYMGMT_FREE, gkey_free), \
	FN(OSSL_FUNC_KEYMGMT_HAS, gkey_has), \
	FN(OSSL_FUNC_KEYMGMT_MATCH, gkey_match), \
	FN(OSSL_FUNC_KEYMGMT_LOAD, gkey_load), \
	FN(OSSL_FUNC_KEYMGMT_GET_PARAMS, gkey_get_params), \
	FN(OSSL_FUNC_KEYMGMT_GETTABLE_PARAMS, gkey_gettable), \
	FN(OSSL_FUNC_KEYMGMT_IMPORT_TYPES, gkey_import_types)
#define DECODER \
	FN(OSSL_FUNC_DECODER_FREECTX, dec_free), \
	FN(OSSL_FUNC_DECODER_DECODE, dec_decode)

static const OSSL_DISPATCH keymgmt_rsa[] = {
	KEYMGMT,
	FN(OSSL_FUNC_KEYMGMT_IMPORT, gkey_import_rsa),
	{ 0, NULL }
};

static const OSSL_DISPATCH keymgmt_ec[] = {
	KEYMGMT,
	FN(OSSL_FUNC_KEYMGMT_IMPORT, gkey_import_ec),
	FN(OSSL_FUNC_KEYMGMT_QUERY_OPERATION_NAME, ec_operation),
	{ 0, NULL }
};

static const OSSL_DISPATCH decode_rsa[] = {
	DECODER, FN(OSSL_FUNC_DECODER_NEWCTX, dec_new_rsa), { 0, NULL }
};

static const OSSL_DISPATCH decode_ec[] = {
	DECODER, FN(OSSL_FUNC_DECODER_NEWCTX, dec_new_ec), { 0, NULL }
};

static const OSSL_DISPATCH signature[] = {
	FN(OSSL_FUNC_SIGNATURE_NEWCTX, sig_new),
	FN(OSSL_FUNC_SIGNATURE_FREECTX, sig_free),
	FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN_INIT, sig_init),
	FN(OSSL_FUNC_SIGNATURE_DIGEST_SIGN, sig_sign),
	FN(OSSL_FUNC_SIGNATURE_SET_CTX_PARAMS, sig_set_params),
	FN(OSSL_FUNC_SIGNATURE_SETTABLE_CTX_PARAMS, sig_settable),
	{ 0, NULL }
};

static const OSSL_ALGORITHM keymgmts[] = {
	{ "RSA:rsaEncryption", PROP, keymgmt_rsa, NULL },
	{ "EC:id-ecPublicKey", PROP, keymgmt_ec, NULL },
	{ NULL, NULL, NULL, NULL }
};

static const OSSL_ALGORITHM signatures[] = {
	{ "RSA:rsaEncryption", PROP, signature, NULL },
	{ "ECDSA", PROP, signature, NULL },
	{ NULL, NULL, NULL, NULL }
};

static const OSSL_ALGORITHM decoders[] = {
	{ "RSA:rsaEncryption", PROP ",input=pem", decode_rsa, NULL },
	{ "EC:id-ecPublicKey", PROP ",input=pem", decode_ec, NULL },
	{ NULL, NULL, NULL, NULL }
};
/* clang-format on */

static const OSSL_ALGORITHM *
query(UNUSED void *provctx, int op, int *no_cache)
{
	*no_cache = 0;
	switch (op) {
	case OSSL_OP_KEYMGMT:
		return keymgmts;
	case OSSL_OP_SIGNATURE:
		return signatures;
	case OSSL_OP_DECODER:
		return decoders;
	}
	return NULL;
}

static const OSSL_DISPATCH provider[] = {
	FN(OSSL_FUNC_PROVIDER_QUERY_OPERATION, query), { 0, NULL }
};

static int
provider_init(UNUSED const OSSL_CORE_HANDLE *core, const OSSL_DISPATCH *in,
    const OSSL_DISPATCH **out, void **provctx)
{
	for (; in->function_id != 0; in++)
		if (in->function_id == OSSL_FUNC_BIO_READ_EX)
			self.read = OSSL_FUNC_BIO_read_ex(in);
	*out = provider;
	*provctx = &self;
	return self.read != NULL;
}

int
keyprov_init(int (*sign)(const struct sign_req *, const uint8_t *, uint8_t *,
    size_t *))
{
	if (self.sign != NULL || sign == NULL) {
		errno = EINVAL;
		return -1;
	}
	self.sign = sign;
	/* everything but our own keys: the usual implementation */
	if ((self.usual = OSSL_PROVIDER_load(NULL, "default")) == NULL ||
	    OSSL_PROVIDER_add_builtin(NULL, "gatelodge", provider_init) != 1 ||
	    (self.ours = OSSL_PROVIDER_load(NULL, "gatelodge")) == NULL ||
	    EVP_set_default_properties(NULL, "?" DEFAULT) != 1) {
		errno = ENOTSUP;
		return -1;
	}
	return 0;
}

/* the first certificate's public key, DER; its length or -1 */
static int
spki_of(const void *chain, size_t len, uint8_t **der)
{
	X509 *x = NULL;
	BIO *in;
	int n = -1;

	if (len > CHAIN_MAX || (in = BIO_new_mem_buf(chain, (int)len)) == NULL)
		return -1;
	/* "": the password, or it would ask for one at the terminal */
	if ((x = PEM_read_bio_X509(in, NULL, NULL, (void *)"")) != NULL)
		n = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x), der);
	X509_free(x);
	BIO_free(in);
	return n;
}

char *
keyprov_pem(const void *chain, size_t chainlen, size_t *len)
{
	uint8_t *der = NULL;
	char *p = NULL, *mem;
	BIO *out = NULL;
	int derlen;
	long n;

	ERR_set_mark();
	errno = EINVAL;
	if ((derlen = spki_of(chain, chainlen, &der)) <= 0 ||
	    (out = BIO_new(BIO_s_mem())) == NULL ||
	    PEM_write_bio(out, PEM_NAME, "", der, derlen) <= 0 ||
	    (n = BIO_get_mem_data(out, &mem)) <= 0 || n > BLOCK_MAX ||
	    (p = malloc((size_t)n + 1)) == NULL)
		goto done;
	memcpy(p, mem, (size_t)n);
	p[n] = '\0';
	*len = (size_t)n;
done:
	ERR_pop_to_mark();
	OPENSSL_free(der);
	BIO_free(out);
	return p;
}

/*
 * scram: see scram.h. Touches nothing; both messages are a stranger's, the
 * verifier is ours. The messages are not kept: AuthMessage goes into the two
 * HMACs as it grows. Whatever the verifier, true or false, the same is done.
 */
#include <nettle/memops.h>
#include <nettle/nettle-meta.h>
#include <nettle/pbkdf2.h>
#include <nettle/sha1.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "saslprep.h"
#include "scram.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define TAKEN "aceimnprsv" /* no optional extension is called so */

union hash {
	struct sha1_ctx sha1;
	struct sha256_ctx sha256;
};

struct cursor {
	const char *p, *end;
};

struct value { /* in the message */
	const char *p;
	size_t n;
};

struct final {
	struct value binding, nonce, proof;
	size_t without; /* bytes in front of ",p=" */
};

static const struct {
	const struct nettle_mac *mac; /* its key is as long as the hash */
	const struct nettle_hash *hash;
	void (*pbkdf2)(size_t, const uint8_t *, unsigned, size_t,
	    const uint8_t *, size_t, uint8_t *);
} hashes[] = {
	[SECRET_SHA1] = { &nettle_hmac_sha1, &nettle_sha1, pbkdf2_hmac_sha1 },
	[SECRET_SHA256] = { &nettle_hmac_sha256, &nettle_sha256,
	    pbkdf2_hmac_sha256 },
};

static void
hmac(enum secret_hash h, const uint8_t *key, const char *text, uint8_t *out)
{
	const struct nettle_mac *m = hashes[h].mac;
	union scram_hmac c;

	m->set_key(&c, key);
	m->update(&c, strlen(text), (const uint8_t *)text);
	m->digest(&c, m->digest_size, out);
	explicit_bzero(&c, sizeof(c));
}

static void
hash(enum secret_hash h, const uint8_t *in, uint8_t *out)
{
	const struct nettle_hash *f = hashes[h].hash;
	union hash c;

	f->init(&c);
	f->update(&c, f->digest_size, in);
	f->digest(&c, f->digest_size, out);
	explicit_bzero(&c, sizeof(c));
}

void
scram_keys(enum secret_hash h, const char *password, size_t len,
    const uint8_t *salt, size_t saltlen, uint32_t iterations, uint8_t *stored,
    uint8_t *server)
{
	uint8_t salted[SECRET_KEY], key[SECRET_KEY];

	hashes[h].pbkdf2(len, (const uint8_t *)password, iterations, saltlen,
	    salt, hashes[h].hash->digest_size, salted);
	hmac(h, salted, "Client Key", key);
	hash(h, key, stored);
	hmac(h, salted, "Server Key", server);
	explicit_bzero(salted, sizeof(salted));
	explicit_bzero(key, sizeof(key));
}

/* AuthMessage grows */
static void
said(struct scram *s, const char *p, size_t len)
{
	const struct nettle_mac *m = hashes[s->hash].mac;

	m->update(&s->client, len, (const uint8_t *)p);
	m->update(&s->server, len, (const uint8_t *)p);
}

/* is this character next? then it is behind us */
static int
skip(struct cursor *c, char is)
{
	if (c->p == c->end || *c->p != is)
		return 0;
	c->p++;
	return 1;
}

/* up to a comma or the end; 0: nothing is there */
static int
read_value(struct cursor *c, struct value *v)
{
	v->p = c->p;
	while (c->p < c->end && *c->p != ',')
		c->p++;
	v->n = (size_t)(c->p - v->p);
	return v->n > 0;
}

static int
read_attribute(struct cursor *c, char name, struct value *v)
{
	return skip(c, name) && skip(c, '=') && read_value(c, v);
}

static int
is_printable(const struct value *v)
{
	size_t i;

	for (i = 0; i < v->n; i++)
		if (v->p[i] < '!' || v->p[i] > '~')
			return 0;
	return 1;
}

/* behind its comma: an extension that may be ignored */
static int
skip_extension(struct cursor *c)
{
	struct value v;

	if (c->p == c->end || strchr(LETTERS, *c->p) == NULL ||
	    strchr(TAKEN, *c->p) != NULL)
		return 0;
	return read_attribute(c, *c->p, &v);
}

/* 0: a name that can be; the two characters that cannot stand there are
 * written =2C and =3D */
static int
name_of(const struct value *v, char out[SCRAM_NAME])
{
	char raw[SCRAM_NAME];
	size_t i, n = 0;

	for (i = 0; i < v->n && n < sizeof(raw); i++) {
		raw[n++] = v->p[i];
		if (v->p[i] != '=')
			continue;
		if (v->n - i >= 3 && strncasecmp(v->p + i, "=2c", 3) == 0)
			raw[n - 1] = ',';
		else if (v->n - i < 3 || strncasecmp(v->p + i, "=3d", 3) != 0)
			return -1;
		i += 2;
	}
	return i < v->n ? -1 : saslprep(raw, n, out, SCRAM_NAME);
}

/* the binding of that name on this ground; NULL: there is none */
static const uint8_t *
find_binding(const struct sasl_ground *g, const struct value *name, size_t *len)
{
	static const char exporter[] = "tls-exporter";
	static const char endpoint[] = "tls-server-end-point";

	*len = g->endpointlen;
	if (name->n == strlen(endpoint) &&
	    memcmp(name->p, endpoint, name->n) == 0)
		return g->endpoint;
	*len = 32;
	if (name->n == strlen(exporter) &&
	    memcmp(name->p, exporter, name->n) == 0)
		return g->exporter;
	return NULL;
}

/* the flag that opens the header: is the channel bound, could it be? */
static enum sasl_fault
read_flag(struct scram *s, struct cursor *c, const uint8_t **binding,
    size_t *len)
{
	const struct sasl_ground *g = s->ground;
	struct value name;

	*binding = NULL;
	*len = 0;
	if (s->plus) {
		if (!read_attribute(c, 'p', &name) || !is_printable(&name))
			return SASL_GARBAGE;
		*binding = find_binding(g, &name, len);
		return *binding == NULL ? SASL_DOWNGRADE : SASL_NO_FAULT;
	}
	if (skip(c, 'n'))
		return SASL_NO_FAULT;
	if (!skip(c, 'y'))
		return SASL_GARBAGE;
	return g->exporter != NULL || g->endpoint != NULL ? SASL_DOWNGRADE :
							    SASL_NO_FAULT;
}

/* "n,a=bob," and the like */
static enum sasl_fault
read_header(struct scram *s, struct cursor *c, char authzid[SCRAM_NAME])
{
	const char *start = c->p;
	const uint8_t *binding;
	enum sasl_fault fault;
	struct value v;
	size_t n, len;

	if ((fault = read_flag(s, c, &binding, &len)) != SASL_NO_FAULT)
		return fault;
	if (!skip(c, ','))
		return SASL_GARBAGE;
	if (!skip(c, ',') &&
	    (!read_attribute(c, 'a', &v) || name_of(&v, authzid) == -1 ||
		!skip(c, ',')))
		return SASL_GARBAGE;
	n = (size_t)(c->p - start);
	if (n > SCRAM_HEADER)
		return SASL_GARBAGE;
	memcpy(s->bound, start, n);
	if (binding != NULL)
		memcpy(s->bound + n, binding, len);
	s->boundlen = n + len;
	return SASL_NO_FAULT;
}

enum sasl_fault
scram_first(struct scram *s, const void *p, size_t len, char login[SCRAM_NAME],
    char authzid[SCRAM_NAME])
{
	struct cursor c = { p, (const char *)p + len };
	struct value name, nonce;
	enum sasl_fault fault;

	if (!saslprep_is_utf8(p, len))
		return SASL_GARBAGE;
	if ((fault = read_header(s, &c, authzid)) != SASL_NO_FAULT)
		return fault;
	s->bare = c.p;
	s->barelen = (size_t)(c.end - c.p);
	if (!read_attribute(&c, 'n', &name) || !skip(&c, ',') ||
	    !read_attribute(&c, 'r', &nonce) || !is_printable(&nonce) ||
	    nonce.n > SCRAM_NONCE)
		return SASL_GARBAGE;
	while (skip(&c, ','))
		if (!skip_extension(&c))
			return SASL_GARBAGE;
	if (name_of(&name, login) == -1)
		return SASL_GARBAGE;
	memcpy(s->nonce, nonce.p, nonce.n);
	return SASL_NO_FAULT;
}

size_t
scram_challenge(struct scram *s, const struct verifier *v, const char *ours,
    char out[SCRAM_OUT])
{
	const struct nettle_mac *m = hashes[s->hash].mac;
	char salt[BASE64_SIZE(SECRET_SALT)];
	size_t n = strlen(s->nonce);
	int len;

	snprintf(s->nonce + n, sizeof(s->nonce) - n, "%s", ours);
	base64_encode(v->is.salt, v->is.saltlen, salt);
	len = snprintf(out, SCRAM_OUT, "r=%s,s=%s,i=%u", s->nonce, salt,
	    v->is.iterations);
	memcpy(s->stored, v->is.stored, m->digest_size);
	m->set_key(&s->client, v->is.stored);
	m->set_key(&s->server, v->is.server);
	said(s, s->bare, s->barelen);
	said(s, ",", 1);
	said(s, out, (size_t)len);
	said(s, ",", 1);
	s->bare = NULL;
	return (size_t)len;
}

/* "c=...,r=...,p=..."; extensions stand before the proof */
static int
read_final(const char *p, size_t len, struct final *f)
{
	struct cursor c = { p, p + len };

	if (!saslprep_is_utf8(p, len) ||
	    !read_attribute(&c, 'c', &f->binding) || !skip(&c, ',') ||
	    !read_attribute(&c, 'r', &f->nonce))
		return -1;
	for (;;) {
		f->without = (size_t)(c.p - p);
		if (!skip(&c, ','))
			return -1;
		if (c.p < c.end && *c.p == 'p')
			break;
		if (!skip_extension(&c))
			return -1;
	}
	return read_attribute(&c, 'p', &f->proof) && c.p == c.end ? 0 : -1;
}

/* is it the header of the first message, and this channel? */
static enum sasl_fault
check_binding(const struct scram *s, const struct value *v)
{
	uint8_t got[sizeof(s->bound)];
	ssize_t n = base64_decode(v->p, v->n, got, sizeof(got));

	if (n == -1)
		return SASL_GARBAGE;
	return (size_t)n == s->boundlen &&
		memeql_sec(got, s->bound, s->boundlen) ?
	    SASL_NO_FAULT :
	    SASL_DOWNGRADE;
}

/* both HMACs end here, whatever comes out */
static int
is_right(struct scram *s, const uint8_t *proof, uint8_t *signature)
{
	const struct nettle_mac *m = hashes[s->hash].mac;
	uint8_t key[SECRET_KEY], stored[SECRET_KEY];
	size_t i;
	int right;

	m->digest(&s->client, m->digest_size, key);
	m->digest(&s->server, m->digest_size, signature);
	for (i = 0; i < m->digest_size; i++)
		key[i] ^= proof[i];
	hash(s->hash, key, stored);
	right = memeql_sec(stored, s->stored, m->digest_size);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(stored, sizeof(stored));
	return right;
}

enum sasl_fault
scram_final(struct scram *s, const void *p, size_t len, char out[SCRAM_OUT],
    size_t *outlen)
{
	size_t size = hashes[s->hash].mac->digest_size;
	uint8_t proof[SECRET_KEY], signature[SECRET_KEY];
	enum sasl_fault fault;
	struct final f;

	*outlen = 0;
	if (read_final(p, len, &f) == -1)
		return SASL_GARBAGE;
	if ((fault = check_binding(s, &f.binding)) != SASL_NO_FAULT)
		return fault;
	if (f.nonce.n != strlen(s->nonce) ||
	    memcmp(f.nonce.p, s->nonce, f.nonce.n) != 0 ||
	    base64_decode(f.proof.p, f.proof.n, proof, size) != (ssize_t)size)
		return SASL_GARBAGE;
	said(s, p, f.without);
	if (is_right(s, proof, signature)) {
		out[0] = 'v';
		out[1] = '=';
		base64_encode(signature, size, out + 2);
		*outlen = strlen(out);
	} else
		fault = SASL_PASSWORD;
	explicit_bzero(proof, sizeof(proof));
	explicit_bzero(signature, sizeof(signature));
	return fault;
}

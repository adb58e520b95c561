/*
 * verifier: see verifier.h. Touches nothing; the lines come from the parent,
 * the logins that are looked for from strangers. What is derived (ids, salts
 * of names that are not there, places in the table) is HMAC-SHA-256 under the
 * salt secret, a letter in front for each use, so that no stranger can
 * compute or collide it, nor learn it from how long a search takes.
 */
#include <sys/queue.h>
#include <errno.h>
#include <nettle/hmac.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "verifier.h"

enum {
	BUCKETS = 256,
	KINDS = 32, /* further ones are not counted */
	ITERATIONS = 10000,
	SALT = 16,
};

struct node {
	struct verifier v;
	STAILQ_ENTRY(node) of_user; /* in the order they came */
	struct node *of_id;
};

struct kind { /* what lines look like to a client of SCRAM */
	enum secret_hash hash;
	uint32_t iterations;
	size_t saltlen;
	size_t n;
};

struct verifiers {
	struct hmac_sha256_ctx secret; /* with the key in it, no more */
	STAILQ_HEAD(, node) users[BUCKETS];
	struct node *ids[BUCKETS];
	size_t n, with[2]; /* all; by hash */
	struct kind kinds[KINDS];
	size_t nkinds;
};

struct login {
	char user[SECRET_USER + 1], label[SECRET_LABEL + 1];
};

static void
put(struct hmac_sha256_ctx *c, const void *p, size_t len)
{
	hmac_sha256_update(c, len, p);
}

/* so that no field can lend bytes to the next */
static void
put_sized(struct hmac_sha256_ctx *c, const void *p, size_t len)
{
	uint32_t n = (uint32_t)len;

	put(c, &n, sizeof(n));
	put(c, p, len);
}

static struct hmac_sha256_ctx
begin(const struct verifiers *s, char use)
{
	struct hmac_sha256_ctx c = s->secret;

	put(&c, &use, 1);
	return c;
}

static size_t
bucket(const struct verifiers *s, const char *user)
{
	struct hmac_sha256_ctx c = begin(s, 'u');
	uint8_t d;

	_Static_assert(BUCKETS == 256, "a byte chooses");
	put(&c, user, strlen(user));
	hmac_sha256_digest(&c, sizeof(d), &d);
	return d;
}

/* the line may have been written anew: what it says counts, not its text */
static uint64_t
id_of(const struct verifiers *s, const struct secret *is)
{
	struct hmac_sha256_ctx c = begin(s, 'i');
	uint8_t hash = (uint8_t)is->hash, d[8];
	uint64_t id;

	put(&c, &hash, sizeof(hash));
	put(&c, &is->iterations, sizeof(is->iterations));
	put_sized(&c, is->user, strlen(is->user));
	put_sized(&c, is->label, strlen(is->label));
	put_sized(&c, is->services, strlen(is->services));
	put_sized(&c, is->salt, is->saltlen);
	put_sized(&c, is->stored, is->keylen);
	put_sized(&c, is->server, is->keylen);
	hmac_sha256_digest(&c, sizeof(d), d);
	memcpy(&id, d, sizeof(id));
	explicit_bzero(&c, sizeof(c));
	return id;
}

static void
count(struct verifiers *s, const struct secret *is)
{
	struct kind *k;

	for (k = s->kinds; k < s->kinds + s->nkinds; k++)
		if (k->hash == is->hash && k->iterations == is->iterations &&
		    k->saltlen == is->saltlen) {
			k->n++;
			return;
		}
	if (s->nkinds == KINDS)
		return;
	s->nkinds++;
	k->hash = is->hash;
	k->iterations = is->iterations;
	k->saltlen = is->saltlen;
	k->n = 1;
}

/* -1: nobody can be called so */
static int
split(const char *login, struct login *l)
{
	size_t n = strcspn(login, "+"), m;

	memset(l, 0, sizeof(*l));
	if (n > SECRET_USER)
		return -1;
	memcpy(l->user, login, n);
	if (login[n] == '\0')
		return 0;
	m = strlen(login + n + 1);
	if (m == 0 || m > SECRET_LABEL)
		return -1;
	memcpy(l->label, login + n + 1, m);
	return 0;
}

struct verifiers *
verifiers_new(const uint8_t secret[32])
{
	struct verifiers *s = calloc(1, sizeof(*s));
	size_t i;

	if (s == NULL)
		return NULL;
	hmac_sha256_set_key(&s->secret, 32, secret);
	for (i = 0; i < BUCKETS; i++)
		STAILQ_INIT(&s->users[i]);
	return s;
}

void
verifiers_free(struct verifiers *s)
{
	struct node *n;
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < BUCKETS; i++)
		while ((n = s->ids[i]) != NULL) {
			s->ids[i] = n->of_id;
			explicit_bzero(n, sizeof(*n));
			free(n);
		}
	explicit_bzero(s, sizeof(*s));
	free(s);
}

int
verifiers_add(struct verifiers *s, const struct secret *is, uint32_t account)
{
	struct node *n, **first;

	if (s->n == VERIFIERS_MAX) { /* no file has so many lines */
		errno = ENOSPC;
		return -1;
	}
	if ((n = calloc(1, sizeof(*n))) == NULL)
		return -1;
	n->v.is = *is;
	n->v.account = account;
	n->v.id = id_of(s, is);
	first = &s->ids[n->v.id % BUCKETS];
	n->of_id = *first;
	*first = n;
	STAILQ_INSERT_TAIL(&s->users[bucket(s, is->user)], n, of_user);
	count(s, is);
	s->with[is->hash]++;
	s->n++;
	return 0;
}

const struct verifier *
verifiers_find(const struct verifiers *s, const char *login,
    enum secret_hash hash)
{
	struct login l;
	struct node *n;

	if (split(login, &l) == -1)
		return NULL;
	STAILQ_FOREACH(n, &s->users[bucket(s, l.user)], of_user)
		if (n->v.is.hash == hash && strcmp(n->v.is.user, l.user) == 0 &&
		    strcmp(n->v.is.label, l.label) == 0)
			return &n->v;
	return NULL;
}

size_t
verifiers_candidates(const struct verifiers *s, const char *login,
    const struct verifier *v[1 + VERIFIER_LABELS])
{
	size_t n = 0, most;
	struct login l;
	struct node *at;

	if ((v[0] = verifiers_find(s, login, SECRET_SHA256)) != NULL)
		n++;
	if (split(login, &l) == -1 || *l.label != '\0')
		return n;
	most = n + VERIFIER_LABELS;
	STAILQ_FOREACH(at, &s->users[bucket(s, l.user)], of_user)
		if (n < most && at->v.is.hash == SECRET_SHA256 &&
		    *at->v.is.label != '\0' &&
		    strcmp(at->v.is.user, l.user) == 0)
			v[n++] = &at->v;
	return n;
}

/* nothing in it is taken from another use of the secret */
static void
invent(const struct verifiers *s, const char *login, enum secret_hash hash,
    char what, uint8_t *out, size_t len)
{
	struct hmac_sha256_ctx c;
	uint8_t in[2] = { (uint8_t)hash, 0 };
	size_t n;

	for (; len > 0; out += n, len -= n, in[1]++) {
		n = len < SHA256_DIGEST_SIZE ? len : SHA256_DIGEST_SIZE;
		c = begin(s, what);
		put(&c, in, sizeof(in));
		put(&c, login, strlen(login));
		hmac_sha256_digest(&c, n, out);
	}
	explicit_bzero(&c, sizeof(c));
}

void
verifiers_false(const struct verifiers *s, const char *login,
    enum secret_hash hash, struct verifier *v)
{
	const struct kind *k, *best = NULL;

	for (k = s->kinds; k < s->kinds + s->nkinds; k++)
		if (k->hash == hash && (best == NULL || k->n > best->n))
			best = k;
	memset(v, 0, sizeof(*v));
	v->account = UINT32_MAX;
	v->is.hash = hash;
	v->is.iterations = best != NULL ? best->iterations : ITERATIONS;
	v->is.saltlen = best != NULL ? best->saltlen : SALT;
	v->is.keylen = hash == SECRET_SHA1 ? 20 : 32;
	invent(s, login, hash, 's', v->is.salt, v->is.saltlen);
	invent(s, login, hash, 'k', v->is.stored, v->is.keylen);
	invent(s, login, hash, 'v', v->is.server, v->is.keylen);
}

int
verifiers_has(const struct verifiers *s, uint64_t id)
{
	struct node *n;

	for (n = s->ids[id % BUCKETS]; n != NULL; n = n->of_id)
		if (n->v.id == id)
			return 1;
	return 0;
}

int
verifiers_any(const struct verifiers *s, enum secret_hash hash)
{
	return s->with[hash] > 0;
}

void
verifiers_lost(const struct verifiers *s, const struct verifiers *next,
    void (*f)(uint64_t, uint32_t, void *), void *arg)
{
	struct node *n;
	size_t i;

	for (i = 0; i < BUCKETS; i++)
		for (n = s->ids[i]; n != NULL; n = n->of_id)
			if (!verifiers_has(next, n->v.id))
				f(n->v.id, n->v.account, arg);
}

/* is one of the words so many bytes of this name? */
static int
lists(const char *words, const char *name, size_t len)
{
	size_t n;

	for (;; words += n + 1) {
		n = strcspn(words, ",");
		if (n == len && memcmp(words, name, n) == 0)
			return 1;
		if (words[n] == '\0')
			return 0;
	}
}

int
verifier_permits(const struct verifier *v, const char *service,
    const char *daemon)
{
	size_t n = strlen(daemon);

	if (*v->is.services == '\0')
		return 1;
	if (n > 0 && daemon[n - 1] == 'd')
		n--;
	return lists(v->is.services, service, strlen(service)) ||
	    lists(v->is.services, daemon, n);
}

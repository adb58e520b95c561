/*
 * sasl: see sasl.h. Touches nothing but getrandom(2), once; every message is
 * a stranger's, the verifiers and what is said of the connection are ours.
 * A name that is not there gets a false verifier and goes the same way to
 * the same end, so that only the fault, which no client sees, tells.
 * RFC 4422, 4616, draft-murchison-sasl-login; scram.c does the rest.
 */
#include <sys/random.h>
#include <errno.h>
#include <nettle/memops.h>
#include <stdlib.h>
#include <string.h>

#include "authmsg.h"
#include "base64.h"
#include "saslprep.h"
#include "scram.h"

enum state {
	START, /* the first message may be missing */
	FIRST,
	SECOND, /* password of LOGIN, proof of SCRAM */
	LAST,	/* an empty answer to the server's last message */
	CHECKING,
	END,
};

struct mech {
	const char *name;
	enum sasl_step (*step)(struct sasl *, const char *, size_t);
	enum secret_hash hash;
	int plus;
};

struct sasl {
	const struct sasl_ground *ground;
	const struct mech *mech;
	int final;
	char ours[BASE64_SIZE(18)]; /* nonce */
	enum state state;
	enum sasl_fault fault;
	char login[SCRAM_NAME], authzid[SCRAM_NAME];
	int known; /* the user is there, be it with another line */
	struct verifier decoy;
	const struct verifier *v;   /* under trial */
	const struct verifier *who; /* after OK */
	struct scram scram;
	char password[SASLPREP_MAX + 1];
	const struct verifier *tries[1 + VERIFIER_LABELS];
	size_t ntries, tried;
	int scope; /* right was only one that is for other services */
	uint64_t guess;
	char out[SCRAM_OUT];
	size_t outlen;
};

static enum sasl_step
fail(struct sasl *s, enum sasl_fault fault)
{
	s->state = END;
	s->fault = fault;
	s->who = NULL;
	s->outlen = 0;
	explicit_bzero(s->password, sizeof(s->password));
	return SASL_FAIL;
}

static enum sasl_step
succeed(struct sasl *s)
{
	s->state = END;
	s->who = s->v;
	explicit_bzero(s->password, sizeof(s->password));
	return SASL_OK;
}

static enum sasl_step
challenge(struct sasl *s, enum state next)
{
	s->state = next;
	return SASL_CHALLENGE;
}

static enum sasl_step
ask(struct sasl *s, const char *what, enum state next)
{
	s->outlen = strlen(what);
	memcpy(s->out, what, s->outlen);
	return challenge(s, next);
}

/* clients say alice@example.org, too; no name has an @ */
static void
cut_domain(char *name)
{
	char *at = strrchr(name, '@');

	if (at != NULL && at != name)
		*at = '\0';
}

/* the login was read. All is looked up for each, there or not */
static void
look_up(struct sasl *s)
{
	const struct verifiers *v = s->ground->verifiers;

	cut_domain(s->login);
	cut_domain(s->authzid);
	verifiers_false(v, s->login, s->mech->hash, &s->decoy);
	s->v = verifiers_find(v, s->login, s->mech->hash);
	s->ntries = verifiers_candidates(v, s->login, s->tries);
	s->known =
	    verifiers_find(v, s->login, SECRET_SHA1) != NULL || s->ntries > 0;
	if (s->v == NULL)
		s->v = &s->decoy;
	if (s->ntries == 0)
		s->tries[s->ntries++] = &s->decoy;
}

static enum sasl_fault
wrong(const struct sasl *s)
{
	return s->known ? SASL_PASSWORD : SASL_UNKNOWN;
}

/* the proof is right; is it enough? */
static enum sasl_fault
judge(const struct sasl *s)
{
	const struct sasl_ground *g = s->ground;

	if (s->v == &s->decoy)
		return wrong(s);
	if (*s->authzid != '\0' && strcmp(s->authzid, s->login) != 0)
		return SASL_AUTHZID;
	return verifier_permits(s->v, g->service, g->daemon) ? SASL_NO_FAULT :
							       SASL_SCOPE;
}

static enum sasl_step
scram_step(struct sasl *s, const char *p, size_t len)
{
	enum sasl_fault fault;

	if (s->state == LAST)
		return len == 0 ? succeed(s) : fail(s, SASL_GARBAGE);
	if (s->state == FIRST) {
		fault = scram_first(&s->scram, p, len, s->login, s->authzid);
		if (fault != SASL_NO_FAULT)
			return fail(s, fault);
		look_up(s);
		s->outlen = scram_challenge(&s->scram, s->v, s->ours, s->out);
		return challenge(s, SECOND);
	}
	fault = scram_final(&s->scram, p, len, s->out, &s->outlen);
	if (fault == SASL_PASSWORD)
		fault = wrong(s);
	else if (fault == SASL_NO_FAULT)
		fault = judge(s);
	if (fault != SASL_NO_FAULT)
		return fail(s, fault);
	return s->final ? succeed(s) : challenge(s, LAST);
}

/* login and password are there */
static enum sasl_step
check_later(struct sasl *s)
{
	look_up(s);
	s->state = CHECKING;
	return SASL_CHECK;
}

static enum sasl_step
plain_step(struct sasl *s, const char *p, size_t len)
{
	const char *end = p + len, *name, *password;

	if ((name = memchr(p, '\0', len)) == NULL ||
	    (password = memchr(name + 1, '\0', (size_t)(end - name) - 1)) ==
		NULL)
		return fail(s, SASL_GARBAGE);
	len = (size_t)(name++ - p);
	if ((len > 0 &&
		saslprep(p, len, s->authzid, sizeof(s->authzid)) == -1) ||
	    saslprep(name, (size_t)(password - name), s->login,
		sizeof(s->login)) == -1)
		return fail(s, SASL_GARBAGE);
	password++;
	if (saslprep(password, (size_t)(end - password), s->password,
		sizeof(s->password)) == -1)
		return fail(s, SASL_GARBAGE);
	return check_later(s);
}

static enum sasl_step
login_step(struct sasl *s, const char *p, size_t len)
{
	if (s->state == FIRST) {
		if (saslprep(p, len, s->login, sizeof(s->login)) == -1)
			return fail(s, SASL_GARBAGE);
		return ask(s, "Password:", SECOND);
	}
	if (saslprep(p, len, s->password, sizeof(s->password)) == -1)
		return fail(s, SASL_GARBAGE);
	return check_later(s);
}

/* best first */
static const struct mech mechs[] = {
	{ "SCRAM-SHA-256-PLUS", scram_step, SECRET_SHA256, 1 },
	{ "SCRAM-SHA-1-PLUS", scram_step, SECRET_SHA1, 1 },
	{ "SCRAM-SHA-256", scram_step, SECRET_SHA256, 0 },
	{ "SCRAM-SHA-1", scram_step, SECRET_SHA1, 0 },
	{ "PLAIN", plain_step, SECRET_SHA256, 0 },
	{ "LOGIN", login_step, SECRET_SHA256, 0 },
};

static int
is_offered(const struct sasl_ground *g, const struct mech *m)
{
	if (!g->tls || (m->step == login_step && !g->login))
		return 0;
	if (m->plus && g->exporter == NULL && g->endpoint == NULL)
		return 0;
	return m->hash != SECRET_SHA1 || verifiers_any(g->verifiers, m->hash);
}

static const struct mech *
find(const struct sasl_ground *g, const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(mechs) / sizeof(*mechs); i++)
		if (strcasecmp(mechs[i].name, name) == 0 &&
		    is_offered(g, &mechs[i]))
			return &mechs[i];
	return NULL;
}

struct sasl *
sasl_new(const struct sasl_ground *g, const char *name, int final,
    const uint8_t nonce[18])
{
	const struct mech *m = find(g, name);
	struct sasl *s;

	if (m == NULL || g->endpointlen > SCRAM_BINDING) {
		errno = g->tls ? EINVAL : EPERM;
		return NULL;
	}
	if ((s = calloc(1, sizeof(*s))) == NULL)
		return NULL;
	s->ground = g;
	s->mech = m;
	s->final = final;
	s->scram.ground = g;
	s->scram.hash = m->hash;
	s->scram.plus = m->plus;
	base64_encode(nonce, 18, s->ours);
	return s;
}

void
sasl_free(struct sasl *s)
{
	if (s == NULL)
		return;
	explicit_bzero(s, sizeof(*s));
	free(s);
}

enum sasl_step
sasl_step(struct sasl *s, const void *p, size_t len)
{
	s->outlen = 0;
	if (s->state == CHECKING || s->state == END || len > SASL_MAX)
		return fail(s, SASL_GARBAGE);
	if (s->state == START && p == NULL)
		return ask(s, s->mech->step == login_step ? "Username:" : "",
		    FIRST);
	if (s->state == START)
		s->state = FIRST;
	return s->mech->step(s, p == NULL ? "" : p, len);
}

/* never 0 */
static uint64_t
guess(const struct sasl *s)
{
	static struct {
		int known;
		uint8_t key[32];
	} self;
	struct hmac_sha256_ctx c;
	uint8_t d[8];
	uint64_t g;

	if (!self.known) {
		if (getrandom(self.key, sizeof(self.key), 0) !=
		    (ssize_t)sizeof(self.key))
			return 0;
		self.known = 1;
	}
	hmac_sha256_set_key(&c, sizeof(self.key), self.key);
	hmac_sha256_update(&c, strlen(s->login) + 1, (const uint8_t *)s->login);
	hmac_sha256_update(&c, strlen(s->password),
	    (const uint8_t *)s->password);
	hmac_sha256_digest(&c, sizeof(d), d);
	explicit_bzero(&c, sizeof(c));
	memcpy(&g, d, sizeof(g));
	return g != 0 ? g : 1;
}

static int
is_password(const struct sasl *s, const struct verifier *v)
{
	uint8_t stored[SECRET_KEY], server[SECRET_KEY];
	int right;

	scram_keys(v->is.hash, s->password, strlen(s->password), v->is.salt,
	    v->is.saltlen, v->is.iterations, stored, server);
	right = memeql_sec(stored, v->is.stored, v->is.keylen);
	explicit_bzero(stored, sizeof(stored));
	explicit_bzero(server, sizeof(server));
	return right;
}

enum sasl_step
sasl_check(struct sasl *s)
{
	enum sasl_fault fault;

	s->outlen = 0;
	if (s->state != CHECKING)
		return fail(s, SASL_GARBAGE);
	s->v = s->tries[s->tried++];
	fault = is_password(s, s->v) ? judge(s) : wrong(s);
	if (fault == SASL_NO_FAULT)
		return succeed(s);
	if (fault == SASL_AUTHZID)
		return fail(s, fault);
	s->scope |= fault == SASL_SCOPE;
	if (s->tried < s->ntries)
		return SASL_CHECK;
	if (s->scope)
		return fail(s, SASL_SCOPE);
	s->guess = guess(s);
	return fail(s, fault);
}

const uint8_t *
sasl_out(const struct sasl *s, size_t *len)
{
	*len = s->outlen;
	return s->outlen > 0 ? (const uint8_t *)s->out : NULL;
}

const struct verifier *
sasl_who(const struct sasl *s)
{
	return s->who;
}

enum sasl_fault
sasl_fault(const struct sasl *s)
{
	return s->fault;
}

const char *
sasl_login(const struct sasl *s)
{
	return s->login;
}

uint64_t
sasl_guess(const struct sasl *s)
{
	return s->guess;
}

void
sasl_mechs(const struct sasl_ground *g, char *out, size_t size)
{
	size_t i, n = 0, len;

	*out = '\0';
	for (i = 0; i < sizeof(mechs) / sizeof(*mechs); i++) {
		len = strlen(mechs[i].name);
		if (!is_offered(g, &mechs[i]) || n + 1 + len >= size)
			continue;
		if (n > 0)
			out[n++] = ' ';
		memcpy(out + n, mechs[i].name, len + 1);
		n += len;
	}
}

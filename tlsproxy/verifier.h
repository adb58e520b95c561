/*
 * verifier: the credentials of secrets as auth holds them, and false ones
 * for names that are not there, so that nobody learns which are. Pure.
 */
#ifndef VERIFIER_H
#define VERIFIER_H

#include "secrets.h"

enum {
	VERIFIER_LABELS = 8, /* app passwords that PLAIN tries besides */
	VERIFIER_LOGIN = SECRET_USER + 1 + SECRET_LABEL + 1, /* with NUL */
};

struct verifier {
	struct secret is;
	uint32_t account; /* index; UINT32_MAX: false, nobody's */
	uint64_t id; /* HMAC of its line under the salt secret, so it is the
		      * same after a restart: a changed password is another */
};

struct verifiers;

/* an empty set; NULL: ENOMEM. free wipes it, takes NULL */
struct verifiers *verifiers_new(const uint8_t secret[32]);
void verifiers_free(struct verifiers *);
/* copies; -1: ENOMEM, ENOSPC */
int verifiers_add(struct verifiers *, const struct secret *, uint32_t account);

/*
 * The one of this login, "alice" or "alice+phone"; NULL: none. It lives as
 * long as its set.
 */
const struct verifier *verifiers_find(const struct verifiers *,
    const char *login, enum secret_hash);
/*
 * Those that a PLAIN login may mean: itself, and for a name without label
 * its labels, VERIFIER_LABELS at most; how many of v. SHA-256 lines only.
 */
size_t verifiers_candidates(const struct verifiers *, const char *login,
    const struct verifier *v[1 + VERIFIER_LABELS]);
/*
 * A false one for this login: salt by HMAC under the secret; length of salt
 * and iterations as most lines of the set have them; keys nobody has.
 */
void verifiers_false(const struct verifiers *, const char *login,
    enum secret_hash, struct verifier *);
/* is there a credential with this id? */
int verifiers_has(const struct verifiers *, uint64_t id);
/* has any line this hash? (whether SCRAM-SHA-1 is offered) */
int verifiers_any(const struct verifiers *, enum secret_hash);
/* f(id, account) for each of these that the other set lacks */
void verifiers_lost(const struct verifiers *, const struct verifiers *next,
    void (*f)(uint64_t id, uint32_t account, void *), void *arg);
/*
 * May it be used for this service of that daemon? services= names either the
 * service ("submission") or the daemon without its d ("imap", "smtp").
 */
int verifier_permits(const struct verifier *, const char *service,
    const char *daemon);
#endif

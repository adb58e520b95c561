/*
 * auth: who somebody is. auth.c has what relays and logins say, client.c the
 * connections whose clients may log in, exchange.c what becomes of one SASL
 * exchange, grant.c who is told of success, credentials.c and guess.c what
 * all that stands on; sasl.c, scram.c, verifier.c and penalty.c judge and
 * know nothing of processes.
 */
#ifndef AUTH_H
#define AUTH_H

#include "msgs.h"
#include "penalty.h"
#include "sasl.h"
#include "wheel.h"

/* clang-format off */
#define AUTH_COUNTERS(C) \
	C(open) C(started) C(ok) C(failed) C(temporary) C(garbage) C(delayed) \
	C(refused) C(granted) C(revoked) C(abuse) C(credentials)
#define AUTH_NAME(n) #n,
#define AUTH_ENUM(n) AUTH_##n,
enum { AUTH_COUNTERS(AUTH_ENUM) };
/* clang-format on */

struct guarded { /* a service where clients log in */
	char name[16], daemon[16];
	int login;  /* row that carries SASL */
	int holder; /* row that hears of grants; PARENT: nobody does */
};

struct auth {
	struct guarded services[SERVICES];
	int nservices;
	struct verifiers *verifiers; /* NULL: not told yet */
	struct penalties *penalties;
	struct wheel wheel;
};
extern struct auth auth;

void auth_init(void), auth_link(int, int), auth_stop(void);
/* arms or disarms a deadline, ms from now */
void auth_deadline(struct deadline *, uint64_t ms);
/* tells relays which networks have changed their luck */
void auth_spread(void);

/* 1: there may be a line about who did not come in: strangers fill no more
 * than half of what the parent takes of a process, the rest is for logins */
int auth_tells(void);
void auth_to_relays(uint32_t type, const void *, size_t);

/* guess.c */
void guess_init(void), guess_refusals(int relay);
/* credentials.c: what is offered, to the row that carries it */
void credentials_announce(int peer);

struct client; /* client.h */

/* exchange.c: the client's steps */
void exchange_init(void);
void exchange_start(struct client *, int login, const struct sasl_start *,
    size_t len);
void exchange_response(struct client *, const void *, size_t len);
/* it is over without a word (the login knows, or is gone) */
void exchange_drop(struct client *);
/* it is over: nothing was judged */
void exchange_break(struct client *);

/* grant.c */
void grant_begin(struct client *);
void grant_end(struct client *); /* the connection, or its relay, is gone */
/* a holder was replaced: it hears of its grants again */
void grant_again(int holder);
/* the answer to a login; result: enum sasl_result */
void grant_done(struct client *, uint32_t result);
#endif

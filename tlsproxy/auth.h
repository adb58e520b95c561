/*
 * auth: who somebody is. auth.c has what relays and logins say, client.c the
 * connections whose clients may log in, exchange.c what becomes of one SASL
 * exchange, grant.c who is told of success, credentials.c and guess.c what
 * all that stands on; sasl.c, scram.c, verifier.c and penalty.c judge and
 * know nothing of processes.
 */
#ifndef AUTH_H
#define AUTH_H

#include <sys/queue.h>

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

enum client_state {
	CLIENT_OPEN,	 /* nothing is under way */
	CLIENT_HELD,	 /* a step is done; its answer waits: a penalty */
	CLIENT_ASKED,	 /* a challenge is out */
	CLIENT_CHECKING, /* in the queue of those that are dear */
	CLIENT_LEAVING,	 /* the result waits for its time */
	CLIENT_GRANTING, /* success is being told, one after the other */
	CLIENT_GRANTED,
};

struct client { /* a connection, as its relay told */
	LIST_ENTRY(client) by_id;
	TAILQ_ENTRY(client) check; /* CLIENT_CHECKING */
	uint64_t id;
	enum client_state state;
	int relay, login; /* peers; login -1: has not spoken yet */
	int exchanges;	  /* that were begun */
	int told;	  /* GRANTING: how many have been */
	int waited;	  /* the penalty of this exchange is over */
	uint32_t wait;	  /* ms of it */
	uint64_t since;	  /* begin of the exchange, of the check, of granting */
	enum sasl_step step; /* HELD: what came out of it */
	struct sasl *sasl;
	struct deadline deadline;
	struct guarded service; /* as it was when it came */
	struct sasl_ground ground;
	struct opened is;
	struct grant grant;
	char user[SECRET_USER + 1];
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

void auth_to_relays(uint32_t type, const void *, size_t);

/* guess.c */
void guess_init(void), guess_refusals(int relay);
/* credentials.c: what is offered, to the row that carries it */
void credentials_announce(int peer);

/* client.c; NULL: none */
struct client *client_find(uint64_t id);
/* what its relay says of it; -1: out of order, a crime */
int client_opened(uint64_t id, int relay, const struct opened *);
void client_free(struct client *);
void clients_each(void (*)(struct client *, void *), void *);

/* exchange.c: the client's steps */
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

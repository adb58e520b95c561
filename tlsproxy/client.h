/*
 * client: a connection whose client may log in, as its relay told auth, and
 * what has become of that so far.
 */
#ifndef CLIENT_H
#define CLIENT_H

#include <sys/queue.h>

#include "auth.h"
#include "checks.h"

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
	struct check check; /* CLIENT_CHECKING */
	uint64_t id;
	enum client_state state;
	int relay, login; /* peers; login -1: has not spoken yet */
	int exchanges;	  /* that were begun */
	int told;	  /* GRANTING: how many have been */
	int spent;	  /* its relay heard GRANTED: it will not again */
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

/* NULL: none */
struct client *client_find(uint64_t id);
/* what its relay says of it; -1: out of order, a crime */
int client_opened(uint64_t id, int relay, const struct opened *);
void client_free(struct client *);
/* of its peer, for the log; until the next call */
const char *client_address(const struct client *);
void clients_each(void (*)(struct client *, void *), void *);
#endif

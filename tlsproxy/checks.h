/*
 * checks: whose turn it is for something dear, when many want it. All
 * addresses (IPv4, IPv6 /64) have their turn in rounds, one each: who asks
 * often waits behind himself, nobody else does. Pure; bounded.
 */
#ifndef CHECKS_H
#define CHECKS_H

#include <sys/queue.h>
#include <stddef.h>
#include <stdint.h>

#include "conninfo.h"

struct check { /* the caller's, not to be moved while it is in the queue */
	TAILQ_ENTRY(check) entry;
	const struct addr *peer;
	uint64_t round; /* when it has its turn */
};

struct checks {
	TAILQ_HEAD(check_list, check) list; /* next one first */
	uint64_t round;			    /* of the last one taken */
	size_t n;
};

enum { CHECKS_MAX = 256 };

void checks_init(struct checks *);
/*
 * Puts it in. NULL, or the one that had to leave because it was full: the
 * last in turn, maybe this one.
 */
struct check *checks_put(struct checks *, struct check *, const struct addr *);
/* the next one, out of the queue; NULL: none */
struct check *checks_take(struct checks *);
/* it is in the queue, and no more */
void checks_del(struct checks *, struct check *);
#endif

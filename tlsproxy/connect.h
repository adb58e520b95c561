/*
 * connect: a TCP connection to the first of a few addresses that answers.
 * They are tried one after the other, never in parallel.
 */
#ifndef CONNECT_H
#define CONNECT_H

#include <event2/event_struct.h>

#include "address.h"

struct connect_rules {		      /* must outlive all that is under way */
	struct addr source4, source6; /* family 0: any */
	const struct addr *permit;    /* in spite of all rules */
	size_t npermit;
};

struct connect {
	struct addr list[ADDRESS_TRIES]; /* with ports, in order */
	size_t n, at;
	const struct connect_rules *rules;
	/* fd: connected, the taker's; -1: error says why, 0: refused by rule.
	 * Also from within connect_start() */
	void (*done)(struct connect *, int fd);
	void *arg; /* the caller's */
	int error;
	uint32_t tried;
	int fd;
	struct event event;
};

/* list, n, rules, done and arg are set; the rest is set here */
void connect_start(struct connect *);
/* no more of it; done is not called */
void connect_stop(struct connect *);
/* both ends of a connected descriptor; -1: errno */
int connect_ends(int fd, struct addr *peer, struct addr *local);
#endif

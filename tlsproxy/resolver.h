/*
 * resolver: questions to the DNS by libunbound, on our event loop, validated
 * here. RFC 4033 to 4035.
 */
#ifndef RESOLVER_H
#define RESOLVER_H

#include <sys/queue.h>
#include <event2/event_struct.h>

#include "dnsmsg.h"
#include "outconf.h"

enum { LOOKUPS_MAX = 1024 }; /* questions under way, forgotten ones too */

struct query;
struct lookup {
	TAILQ_ENTRY(lookup) entry;
	char name[DIAL_NAME];
	int type;
	/* from the loop, never from within lookup_start(); only now: */
	void (*done)(struct lookup *);
	void *arg;		     /* the caller's */
	enum verdict verdict;	     /* of the whole answer, its aliases too */
	const struct dnsmsg *answer; /* valid until done returns */
	/* resolver's */
	int busy;
	struct query *query; /* NULL: it waits for a server that is good */
	int server;	     /* the one that is asked */
	struct dnsmsg *found;
	struct event event;
};

/*
 * From now on: servers, and trust anchors, one a line; empty: none, then
 * everything is insecure. Takes text over. Questions under way are asked anew.
 */
void resolver_configure(const struct addr *servers, size_t n, char *anchors);

/* name as dns_name() gives it; name, type, done and arg are set */
void lookup_start(struct lookup *);
/* no more of it; takes one that never began, too */
void lookup_stop(struct lookup *);
#endif

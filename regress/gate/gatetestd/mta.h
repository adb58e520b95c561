/*
 * mta: connections to others, as tests ask for them by the control socket.
 * A request is a line of words; the answer is lines, then its end. The
 * plumbing is in mta.c, DIAL and bytes in mtadial.c, TLS_OUT in mtatls.c.
 */
#ifndef MTA_H
#define MTA_H

#include <sys/queue.h>
#include <event2/event_struct.h>

#include "buf.h"
#include "gatetestd.h"

enum { NO_ASK = ASKS };

struct out { /* a reference: a request to the gate, then a connection */
	LIST_ENTRY(out) entry;
	uint64_t ref;
	uint64_t ask; /* who waits for an answer; NO_ASK: nobody */
	int at;	      /* P_dial, P_relayout: its answer is awaited; else 0 */
	int waits;    /* as soon as fewer than DIALS_MAX are under way */
	int crowd;    /* one of many: it is counted and forgotten */
	int fd;	      /* -1: not yet, or given away */
	struct dial dial;
	struct connected is;
	uint8_t tlsa[TLSA_BYTES];
	size_t tlsalen;
	struct event rd; /* hear */
	struct buf in;
};

struct mta_command {
	const char *name;
	int min, max;					  /* words behind it */
	void (*run)(uint64_t ask, int argc, char **argv); /* argv[0]: it */
};
LIST_HEAD(outs, out);
extern struct outs outs;

/* end with one of all zeroes */
extern const struct mta_command dial_commands[], tls_commands[];

/* a line of the answer to that request; and the end of it */
void mta_say(uint64_t ask, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void mta_end(uint64_t ask);

struct out *out_new(uint64_t ask);
/* by reference, as a number or in words; NULL: there is none */
struct out *out_find(uint64_t ref);
struct out *out_named(const char *);
/* also closes */
void out_free(struct out *);
/* what it waits for has come, and is told: in full, if the line is the end */
void out_told(struct out *);

/* mtadial.c: the link to dial is there, or lost */
void dial_linked(int up);
#endif

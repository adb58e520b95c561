/*
 * relay: the process that speaks TLS with strangers. relay.c has its
 * messages, listen.c the way in, conn.c a connection, starttls.c a plain one
 * that becomes TLS, context.c services and certificates.
 */
#ifndef RELAY_H
#define RELAY_H

#include <sys/queue.h>
#include <event2/event_struct.h>

#include "msgs.h"
#include "tick.h"

/* clang-format off */
#define RELAY_COUNTERS(C) \
	C(accepted) C(refused) C(open) C(handshakes) C(resumed) C(failed) \
	C(expired) C(starttls) C(garbage) C(gone_clean) C(gone_truncated) \
	C(gone_reset) C(unsigned)
/* clang-format on */
#define C_NAME(n) #n,
#define C_ENUM(n) RELAY_##n,
enum { RELAY_COUNTERS(C_ENUM) };
#undef C_ENUM
#define COUNT(n) (proc_counters[RELAY_##n]++)

struct listener {
	struct event ev;
	int fd; /* -1: none */
	int on;
};

struct serving { /* a service of tlsproxy.conf */
	struct relay_service is;
	struct tls *tls; /* NULL: plain */
	struct listener listener[LISTENERS_MAX];
	int row;	/* foreign row that takes its connections */
	uint64_t away;	/* since when nobody takes them; 0: somebody does */
	int told;	/* that nobody does */
	int retired;	/* not in the configuration any more */
	uint32_t conns; /* that came by it */
};

struct relay {
	struct relay_conf conf;
	struct serving serving[SERVICES];
	uint32_t paused[ROWS][INSTS]; /* BIT(service) by row, inst */
	int tokens; /* full handshakes that are left of this second */
	int draining;
	uint32_t open; /* connections */
};
extern struct relay relay;

void relay_prepare(void), relay_init(void), relay_link(int, int);

/* a connection has ended: the last one of a draining relay ends it too */
void relay_ended(void);

/* listen.c: accept where accepting makes sense now, nowhere else */
void listen_consider(void);
void listen_ready(int, short, void *);
/* a full handshake was one of this second's */
void listen_spent(void);
/* the peer that takes the service's next connection; -1: nobody */
int listen_taker(const struct serving *);
void listen_close(struct serving *);

/* context.c: the next configuration is collected, then takes the place */
void context_begin(const struct relay_conf *);
int context_service(const struct relay_service *); /* -1: malformed */
int context_listen(uint32_t index, int fd);	   /* consumes fd; -1 */
int context_cert(const struct relay_cert *, int fd);
int context_ca(int fd);
/* -1: it does not work (why), the old one stays */
int context_apply(char *why, size_t size);
#endif

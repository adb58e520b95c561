/*
 * server: the process that speaks HTTP with strangers. server.c has its
 * messages, session.c a connection's life, serve.c its requests, out.c what
 * leaves, conn.c how it travels, files.c what the opener said.
 */
#ifndef SERVER_H
#define SERVER_H

#include "msgs.h"
#include "wheel.h"

/* clang-format off */
#define SERVER_COUNTERS(C)                                               \
	C(accepted) C(open) C(requests) C(refused) C(garbage) C(expired) \
	C(status_2xx) C(status_3xx) C(status_4xx) C(status_5xx)          \
	C(asked) C(bytes) C(log_lost)
/* clang-format on */
#define C_NAME(n) #n,
#define C_ENUM(n) SERVER_##n,
enum { SERVER_COUNTERS(C_ENUM) };
#undef C_ENUM
#define COUNT(n) (proc_counters[SERVER_##n]++)

struct serving { /* a configuration; who waits for a file keeps an old one */
	unsigned int refs;
	struct server_conf is;
	const char *index[HTTPD_INDEX_MAX + 1];
	struct site site;
};

struct server {
	struct serving *serving; /* in force; NULL: not yet */
	uint64_t now;		 /* ms, of this turn */
	time_t time;		 /* the same, UTC */
	size_t memory;		 /* bytes of all sessions */
	uint32_t open;		 /* sessions */
	int stopping;
};
extern struct server server;

void server_prepare(void), server_init(void), server_link(int, int);
void server_stop(void);

/* the clock, once per turn */
void server_turn(void);
/* sets a deadline in ms of the turn's clock */
void server_deadline(struct deadline *, uint64_t ms);
void server_no_deadline(struct deadline *);
/* one session more, one less */
void server_opened(void), server_closed(void);
struct serving *serving_take(void);
void serving_drop(struct serving *);
#endif

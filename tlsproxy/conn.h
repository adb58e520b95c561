/*
 * conn: one connection of a stranger in the relay: who it is, who takes it,
 * and, once there is TLS, its stream.
 */
#ifndef CONN_H
#define CONN_H

#include "prefix.h"
#include "relay.h"
#include "stream.h"

enum conn_state {
	CONN_PLAIN,	/* the daemon has the TCP descriptor */
	CONN_HANDSHAKE, /* no plaintext yet */
	CONN_OPEN,	/* bytes flow, to the end of its stream */
};

struct conn {
	LIST_ENTRY(conn) by_id;
	TAILQ_ENTRY(conn) young; /* while the handshake lasts */
	uint64_t id;
	struct stream stream; /* its TLS is made with the first bytes */
	enum conn_state state;
	int taker;	 /* peer that has it */
	int starttls;	 /* the daemon asked: it hears TLS_ON or TLS_FAILED */
	int done;	 /* the daemon said so: it hears no GONE */
	int opened;	 /* auth was told of it */
	int moved;	 /* it has left its taker for an adopter */
	uint32_t abused; /* what its taker has said of it, weight */
	int granted;	 /* to this account, by this credential */
	uint32_t account;
	uint64_t credential;
	uint32_t failed; /* enum failed: what TLS_FAILED will say */
	struct serving *serving;
	struct prefix *prefix;
	struct addr peer, local;
	uint64_t accepted_ns;
};

/* before the first of them; -1: ENOMEM */
int conn_init(void);
/* accepted there; consumes fd. -1: ENOMEM, or it was refused */
int conn_accepted(struct serving *, int fd, const struct addr *peer);
/* NULL: no such connection */
struct conn *conn_find(uint64_t id);
/* the daemon asks for TLS; consumes fd */
void conn_starttls(struct conn *, int fd);
/* the end; why: enum gone, told to the daemon unless it said DONE */
void conn_free(struct conn *, enum gone why);
/* its adopter has it, at the other end of this pair; -1: it has ended */
int conn_switch(struct conn *, int sp);
void conn_each(void (*)(struct conn *));
/* the daemon is done with it */
void conn_done(struct conn *);
/* all connections of that taker end: its channel did */
void conn_taker_lost(int peer);
/* the oldest unfinished handshake makes room */
void conn_drop_oldest(void);
int conn_handshakes(void);
/* 1: none is left */
int conn_none(void);
#endif

/*
 * conn: one connection of a stranger in the relay: TLS on one side, a socket
 * pair to the daemon on the other. One scratch buffer serves all; a
 * connection owns memory only while one side is slower than the other.
 */
#ifndef CONN_H
#define CONN_H

#include "prefix.h"
#include "relay.h"

struct ssl_st;
struct tls;

enum conn_state {
	CONN_PLAIN,	/* the daemon has the TCP descriptor */
	CONN_HANDSHAKE, /* no plaintext yet */
	CONN_OPEN,	/* bytes flow */
	CONN_CLOSING,	/* the daemon is done: flush, close_notify */
	CONN_LINGER,	/* waiting for the client's own end */
};

struct flow { /* bytes that the slower side has not taken yet */
	uint8_t *p;
	size_t len, off;
};

struct conn {
	LIST_ENTRY(conn) by_id;
	TAILQ_ENTRY(conn) young; /* while the handshake lasts */
	uint64_t id;
	struct tls *tls; /* made with the first bytes */
	struct ssl_st *ssl;
	int fd, sp; /* -1: none */
	enum conn_state state;
	int taker;	 /* peer that has it */
	int starttls;	 /* the daemon asked: it hears TLS_ON or TLS_FAILED */
	int done;	 /* the daemon said so: it hears no GONE */
	uint32_t failed; /* enum failed: what TLS_FAILED will say */
	int client_eof, deaf;	/* it says no more; the daemon hears no more */
	int left;		/* the daemon said its last */
	short fd_want, sp_want; /* EV_READ | EV_WRITE */
	short read_wants, write_wants; /* what TLS waits for, both ways */
	struct event fd_ev, sp_ev;
	struct deadline deadline;
	struct flow up, down; /* to the daemon, to the client */
	struct serving *serving;
	struct prefix *prefix;
	struct addr peer, local;
	uint64_t accepted_ns;
};

/* accepted there; consumes fd. -1: ENOMEM, or it was refused */
int conn_accepted(struct serving *, int fd, const struct addr *peer);
/* NULL: no such connection */
struct conn *conn_find(uint64_t id);
/* the daemon asks for TLS; consumes fd */
void conn_starttls(struct conn *, int fd);
/* the end; why: enum gone, told to the daemon unless it said DONE */
void conn_free(struct conn *, enum gone why);
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

/*
 * stream: TLS with a stranger on one side, a socket pair to a daemon on the
 * other, and bytes both ways. While one side is slower than the other, the
 * other is not read: that is the whole backpressure. One scratch buffer
 * serves all; a stream owns memory only for the rest of a short write.
 */
#ifndef STREAM_H
#define STREAM_H

#include <event2/event_struct.h>
#include <stddef.h>
#include <stdint.h>

#include "conninfo.h"
#include "tick.h"

struct ssl_st;
struct tls;

enum stream_state {
	STREAM_HANDSHAKE, /* no plaintext yet */
	STREAM_OPEN,	  /* bytes flow */
	STREAM_CLOSING,	  /* the daemon is done: flush, close_notify */
	STREAM_LINGER,	  /* waiting for the stranger's own end */
};

struct flow { /* bytes that the slower side has not taken yet */
	uint8_t *p;
	size_t len, off;
};

struct stream { /* tls, ssl: the owner's to make; the rest is ours */
	struct tls *tls;
	struct ssl_st *ssl;
	int fd, sp; /* -1: none */
	int old;    /* the pair before: its last words first; -1: none */
	enum stream_state state;
	int peer_eof, deaf;	/* it says no more; the daemon hears no more */
	int left;		/* the daemon said its last */
	short fd_want, sp_want; /* EV_READ | EV_WRITE */
	short read_wants, write_wants; /* what TLS waits for, both ways */
	struct event fd_ev, sp_ev;
	struct deadline deadline;
	struct flow up, down; /* to the daemon, to the stranger */
};

struct stream_owner { /* of all streams of this process */
	/* in STREAM_HANDSHAKE there are bytes, or there is room for them */
	void (*shake)(struct stream *);
	/* it did not come to its end in time */
	void (*expired)(struct stream *);
	/* after the handshake: the owner calls stream_end(), forgets it */
	void (*ended)(struct stream *, enum gone);
	const uint32_t *close_ms; /* for a slow side, for the last words */
};

/* before the first stream, once. -1: ENOMEM */
int stream_init(const struct stream_owner *);

/* zeroes it; no descriptor yet */
void stream_new(struct stream *);
/* that much time for the handshake on fd, now the stream's */
void stream_begin(struct stream *, int fd, uint32_t ms);
/* goes on with it: 1: over, 0: it waits, -1: it failed */
int stream_shake(struct stream *);
/* after it: this end of a pair, consumed, is the daemon. May call ended() */
void stream_open(struct stream *, int sp);
/*
 * Another daemon gets the stranger, on this end of another pair, consumed:
 * his bytes at once, also those that the first one has not taken. The first
 * one reads its end; its own last words go before all words of the other
 * one, and it has close_ms for them. In STREAM_OPEN and once, or the stream
 * ends. 0, or -1: ended() was called.
 */
int stream_switch(struct stream *, int sp);
/* closes and wipes everything; calls nobody */
void stream_end(struct stream *);
#endif

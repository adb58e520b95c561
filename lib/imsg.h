/*
 * imsg: checked messages over SOCK_SEQPACKET channels. One record is one
 * message and carries at most one descriptor. Both ends check each message
 * against its row; a message outside its row is the sender's crime.
 */
#ifndef IMSG_H
#define IMSG_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	MSG_MAX = 16384,	  /* payload bytes of one message */
	IMSG_QUEUE = 1024 * 1024, /* bytes that may wait for one peer */
};

struct imsg {
	uint32_t type;
	int from;    /* peer, known by its channel */
	uint64_t id; /* of the request or connection; 0: none */
	int fd;	     /* -1, or to be taken with imsg_get_fd() */
	size_t len;
	const void *data; /* aligned to 8; valid until the handler returns */
};

struct msg { /* a row of the message table: one type, one direction */
	const char *name;
	int from, to;		       /* row, role or ANY */
	uint32_t min, max;	       /* payload bytes */
	int fd;			       /* 1: carries exactly one descriptor */
	void (*handle)(struct imsg *); /* NULL: in another program */
};

struct imsg_head {
	uint32_t type;
	uint32_t zero;
	uint64_t id;
};
_Static_assert(sizeof(struct imsg_head) == 16, "no padding");

/*
 * Sends, or queues while the peer is slow. The descriptor is always consumed.
 * -1: EBADMSG not in our rows, ENOTCONN no channel, ENOBUFS queue at its cap
 * (stop reading your client).
 */
int imsg_send(int peer, uint32_t type, uint64_t id, const void *, size_t,
    int fd);
/* to m's sender with m's id; the sender is not read until it has left */
int imsg_reply(struct imsg *, uint32_t type, const void *, size_t, int fd);
/* as it came to another peer, whose full queue holds up the sender */
int imsg_pass(int peer, struct imsg *);
/*
 * Asks and waits at most ms for an answer of that type, which is handled by
 * nobody else: bytes of it, at most size, or -1 (ETIMEDOUT, ENOTCONN,
 * EBADMSG). Only for a peer that says nothing but answers.
 */
ssize_t imsg_call(int peer, uint32_t type, const void *, size_t,
    uint32_t answer, void *, size_t size, int ms);
/* the message's descriptor, now the caller's; -1: none */
int imsg_get_fd(struct imsg *);
/* a handler found it out of order: the sender's crime */
void imsg_crime(struct imsg *, const char *why);

void imsg_open(int peer, int fd);
void imsg_close(int peer);
int imsg_is_open(int peer);
/* handles what a peer that has ended left unread */
void imsg_drain(int peer);
/* bytes that wait for this peer */
size_t imsg_queued(int peer);
/* first open peer of a row or role, or -1 */
int imsg_find(int end);
/* after fork: the channels are not ours any more */
void imsg_forget(void);
/* this row is that row, or plays that role, or end is ANY */
int imsg_is(int row, int end);
/* the row that permits it, or NULL with EBADMSG */
const struct msg *imsg_row(uint32_t type, int from, int to, size_t, int fd);

/* the layer below: records on a socket */
int imsg_pair(int[2]);
int imsg_put(int s, const struct imsg_head *, const void *, size_t, int fd);
ssize_t imsg_get(int s, struct imsg_head *, void *, size_t, int *fd);

/* what parent and child do differently: set by parent.c or proc.c */
extern void (*imsg_on_lost)(int peer, int error);
extern void (*imsg_on_sys)(struct imsg *);
extern void (*imsg_on_pass)(struct imsg *, const struct msg *);

/* the library's own messages; sys.h has their payloads */
/* clang-format off */
enum {
	SYS_CONNECT = 0xff00, SYS_STOP, SYS_CRIME, SYS_READY, SYS_LOG,
	SYS_ROOT, SYS_PATH, SYS_VOICE, SYS_BEGIN, SYS_FORK, SYS_FORKED,
	SYS_STATS, SYS_COUNTERS, SYS_DEBUG, SYS_END
};
/* clang-format on */
#endif

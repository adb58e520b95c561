/*
 * conn: the daemon's side of a connection: bytes in, bytes and files out. All
 * that a session knows of how they travel; a client's TCP socket or the end
 * of a pair whose other end the relay has.
 */
#ifndef CONN_H
#define CONN_H

#include <event2/event_struct.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct conn {
	struct event ev;
	int fd;
	short want; /* EV_READ, EV_WRITE or 0: what the loop waits for */
	int pair;   /* the relay has the other end */
	int wide;   /* it is ready for a large file */
};

/* consumes fd; ready(fd, what, arg) when it is what conn_want() said */
void conn_open(struct conn *, int fd, int pair);
void conn_want(struct conn *, short, void (*ready)(int, short, void *), void *);
/* bytes, 0: its end, -1: errno; EAGAIN: none now. Fewer than n: all */
ssize_t conn_read(struct conn *, void *, size_t n);
/* more: something follows at once */
ssize_t conn_write(struct conn *, const void *, size_t n, int more);
/* bytes from there on; 0: the file has no more. EINVAL: copy it instead */
ssize_t conn_file(struct conn *, int fd, uint64_t at, size_t n);
/* much is to come, by conn_file() too: once before that */
void conn_widen(struct conn *);
/* no more from us; what the other side says can still be read */
void conn_end(struct conn *);
void conn_close(struct conn *);
#endif

/* session: a client's connection, from its arrival to its end. */
#ifndef SESSION_H
#define SESSION_H

#include "buf.h"
#include "conn.h"
#include "files.h"
#include "http1.h"
#include "server.h"

enum phase {
	PHASE_IDLE,  /* not one byte of a request is here */
	PHASE_HEAD,  /* some of it are */
	PHASE_BODY,  /* it is answered; the rest is read and thrown away */
	PHASE_LOOK,  /* the opener is asked */
	PHASE_WRITE, /* the client takes its time */
	PHASE_LINGER /* we are done: until the client has read it */
};

struct parked { /* a request that waits for its file */
	struct request request;
	struct serving *serving;
};

struct session {
	LIST_ENTRY(session) entry;
	struct conn conn;
	struct deadline deadline;
	struct http1 http;
	struct arrival from;
	struct addr peer;
	uint64_t id; /* of the connection, and who gave it to us */
	int relay;
	enum phase phase;
	enum done why;
	unsigned int served; /* requests */
	uint8_t eof;	     /* the client has ended its side */
	uint8_t closing;     /* nothing more is read, then it ends */
	uint8_t broken;	     /* it ends at once */
	uint8_t answered;    /* the request whose body is being read */
	uint8_t moved;	     /* bytes left since the deadline was set */
	uint8_t copies;	     /* sendfile() does not work with this file */
	uint8_t full;	     /* out_push() has said so in this turn */
	size_t progress;     /* bytes of a body, of those wanted in time */
	size_t counted;	     /* our part of server.memory */
	struct buf in, out;  /* not yet parsed, not yet sent */
	struct parked *parked;
	struct file_wait wait;
	struct file *file; /* being sent: left bytes from at on */
	uint64_t at, left;
	int status; /* of that answer, for its log line */
	uint64_t body;
	char sni[];
};

/* consumes fd; -1: no memory */
int session_new(int relay, uint64_t id, const struct conninfo *, int fd);
void session_stop_all(void);

/* serve.c: n bytes that came, as far as they can be served now */
void serve(struct session *, const uint8_t *, size_t n);
/* what came before and had to wait */
void serve_rest(struct session *);
/* the opener has answered */
void serve_found(struct session *, struct file *);
/* an error of ours: answers and closes */
void serve_refuse(struct session *, int status);
void serve_forget(struct session *); /* what it waits for */

/* out.c: room for an answer and a small file behind it */
void out_room(struct put *);
void out_add(size_t n);
/* those bytes of the file follow */
void out_file(struct session *, struct file *, uint64_t at, uint64_t n);
/* 1: must leave before more is said */
int out_due(const struct session *);
/* 1: all has left, 0: the client must read first, -1: it is gone */
int out_push(struct session *);
void out_forget(struct session *);
/* a line of the access log */
void out_log(struct session *, const struct head *, int status, uint64_t n);
#endif

/*
 * taker: connections of the gate in a process that plays a line daemon. Its
 * lines are commands (line.c), bytes move in flow.c, crimes are in evil.c.
 */
#ifndef TAKER_H
#define TAKER_H

#include <sys/queue.h>
#include <event2/event_struct.h>

#include "buf.h"
#include "gatetestd.h"

enum mode {
	LINES, /* each line is a command, or comes back */
	ECHO,  /* all bytes come back */
	SINK,  /* all bytes are compared with the pattern and counted */
	DEAF,  /* nothing is read until the timer is over */
};

struct client {
	LIST_ENTRY(client) entry;
	uint64_t id;
	int relay; /* peer */
	int fd;	   /* -1: the relay has it, for TLS */
	enum mode mode;
	int handing; /* STARTTLS as soon as the answer is out */
	enum { NOBODY, AUTH, CLIENT } turn; /* of SASL: who speaks next */
	int known;			    /* it has logged in */
	enum { STAY, CLOSE, HALF, GARBAGE } ending; /* once the answer is out */
	int halved, eof;
	struct buf in, out;
	uint64_t tosend, sent; /* of the pattern, behind out */
	uint64_t got, bad;     /* SINK */
	struct event rd, wr, timer;
	struct conninfo is;
	struct tlsname names[TLS_NAMES];
};

/* the byte of the pattern at this place */
#define PATTERN(at) ((uint8_t)((at)*31 + ((at) >> 8)))

LIST_HEAD(clients, client);
extern struct clients clients;

/* taker.c */
struct client *client_find(uint64_t);
void client_end(struct client *, enum done);
void client_hand_over(struct client *);
int relays_say(uint32_t type, const void *, size_t);

/* flow.c */
void flow_start(struct client *);
void flow_stop(struct client *);
/* does what can be done, arms events for the rest; may end the client */
void flow_go(struct client *);
void flow_deaf(struct client *, int ms);

/* line.c: a line without its end */
void line_do(struct client *, char *);

/* submit.c: "mech [base64|=]"; final: success may carry data */
void submit_start(struct client *, const char *, int final);
/* the client's answer to a challenge */
void submit_line(struct client *, const char *);
void submit_end(struct client *); /* it goes, maybe in the middle */
void submit_mechs(struct client *);
void submit_unlinked(void);

/* evil.c; -1: no such crime */
int evil_do(struct client *, const char *what, const char *arg);
#endif

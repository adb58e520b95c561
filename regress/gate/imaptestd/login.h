/*
 * login: connections before anybody logged in. login.c has what relays say
 * and a connection's life, line.c the commands, sasl.c what is carried to
 * auth, move.c the way of one that logged in to its user.
 */
#ifndef LOGIN_H
#define LOGIN_H

#include <sys/queue.h>
#include <event2/event_struct.h>

#include "buf.h"
#include "imaptestd.h"

enum state {
	LINES,	 /* each line is a command */
	HANDING, /* the go-ahead goes out, then the descriptor, for TLS */
	AWAY,	 /* the relay has it for that */
	ASKED,	 /* auth thinks: nothing is read */
	ANSWERS, /* the client's next line is for auth */
	LEAVING, /* it is logged in: all that came is read, then it moves */
	ENDING,	 /* when the last answer is out */
};

struct client {
	LIST_ENTRY(client) entry;
	uint64_t id;
	int relay; /* peer */
	int fd;	   /* -1: AWAY */
	enum state state;
	int lies; /* about who it is */
	struct buf in, out;
	struct event rd, wr;
	struct conninfo is;
	struct readahead ahead;
	uint8_t data[SASL_DATA_MAX];
};

LIST_HEAD(clients, client);
extern struct clients clients;

/* login.c */
struct client *client_find(uint64_t);
void client_end(struct client *, enum done);
/* does what can be done, arms events for the rest; may end the client */
void client_go(struct client *);

/* line.c: a line without its end */
void line_do(struct client *, char *);

/* sasl.c: "mech [base64|=]", or "user password"; final: data of success */
void sasl_begin(struct client *, const char *, int final);
void sasl_plain(struct client *, const char *);
void sasl_answer(struct client *, const char *);
void sasl_forget(struct client *);
void sasl_tell_mechs(struct client *);
void sasl_unlinked(void);

/* move.c: now, or as soon as all has come */
void move_go(struct client *);
#endif

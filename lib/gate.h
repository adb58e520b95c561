/*
 * gate: what crosses daemons. Ends are roles; a row plays those its table
 * says. gatelist.h has the messages.
 */
#ifndef GATE_H
#define GATE_H

#include "gatelist.h"
#include "gatemsg.h"

enum { R_first = ROWS - 1, GATE_ROLES(R_ENUM) };
enum { GATE_MSGS(M_ENUM) NGATE };
GATE_MSGS(M_DECL)

/* gate.c: the parents' side. The gate: where daemons' parents come */
void gate_open(const char *path);
/* another daemon: where the gate is; tries until it is there */
void house_open(const char *path);
/* the other daemon's parent is gone */
void gate_lost(int peer);
/* a channel of this parent's own to a row of another daemon is gone */
void gate_row_lost(int peer, int error);
/* the peer of another daemon was accused: its own parent judges */
void gate_accuse(int peer);
/* an end of a fresh pair, for the row of another daemon */
void gate_give(int to, int peer, int fd);
/* a child of ours was started: ask for its channels */
void house_say(int peer);
/* the channel to the gate is lost: look for it */
void house_lost(void);
/* rows and peers by the names of messages; 0 and -1: there is none */
int gate_row(const char *daemon, const char *name);
int gate_peer(const char *daemon, const struct end *);
struct end gate_end(int peer);
/* what the gate told this house; NULL: not connected */
const struct welcome *house_welcome(void);

/* the gate's services have changed: tells the houses that are there */
void gate_announce(void);

/* set by the daemon, may be NULL */
extern void (*gate_on_admit)(int house);    /* gate: say what it must know */
extern void (*gate_fill)(struct welcome *); /* gate: its services */
extern void (*house_on_welcome)(const struct welcome *);
extern void (*house_on_accounts)(void); /* account.h has the new list */
#endif

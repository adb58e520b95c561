/*
 * gate: what crosses daemons. Ends are roles; a row plays those its table
 * says. HELLO carries a hash of this list: both ends have it, or no channel.
 */
#ifndef GATE_H
#define GATE_H

#include "gatemsg.h"

/* gate: the parent of the gate. house: the parent of another daemon */
#define GATE_ROLES(R) R(gate) R(house) R(relay) R(taker)

/* clang-format off */
/* name, from, to, min, max, descriptor; <to>_from_<from>_<name> handles it */
#define GATE_MSGS(M)                                                          \
	M(hello,       house, gate,  sizeof(struct hello),   SAME, 0)         \
	M(welcome,     gate,  house, sizeof(struct welcome), SAME, 0)         \
	M(row,         house, gate,  sizeof(struct end),     SAME, 0)         \
	M(channel,     gate,  house, sizeof(struct channel), SAME, 1)         \
	M(house_crime, gate,  house, sizeof(struct end),     SAME, 0)         \
	M(gate_crime,  house, gate,  sizeof(struct end),     SAME, 0)         \
	M(account,     gate,  house, sizeof(struct account), SAME, 0)         \
	M(accounts,    gate,  house, sizeof(struct accounts), SAME, 0)        \
	M(conn,        relay, taker, sizeof(struct conninfo), CONN_MAX, 1)        \
	M(starttls,    taker, relay, 0,                      SAME, 1)         \
	M(tls_on,      relay, taker, sizeof(struct tlsinfo), TLSINFO_MAX, 1)  \
	M(tls_failed,  relay, taker, sizeof(struct reason),  SAME, 0)         \
	M(done,        taker, relay, sizeof(struct reason),  SAME, 0)         \
	M(gone,        relay, taker, sizeof(struct reason),  SAME, 0)         \
	M(pause,       taker, relay, sizeof(struct pause),   SAME, 0)         \
	M(resume,      taker, relay, sizeof(struct pause),   SAME, 0)

#define R_ENUM(r)			R_##r,
#define M_ENUM(n, f, t, lo, hi, fd)	MSG_##n,
#define M_DECL(n, f, t, lo, hi, fd)	void t##_from_##f##_##n(struct imsg *);
#define M_MAX(lo, hi)			((size_t)(hi) == SAME ? (lo) : (hi))
#define M_ROW(n, f, t, lo, hi, fd) \
	{ #n, P_##f, P_##t, lo, M_MAX(lo, hi), fd, IN(t, t##_from_##f##_##n) },
#define G_ROW(n, f, t, lo, hi, fd) \
	{ #n, R_##f, R_##t, lo, M_MAX(lo, hi), fd, IN(t, t##_from_##f##_##n) },
/* clang-format on */
enum { R_first = ROWS - 1, GATE_ROLES(R_ENUM) };
enum { GATE_MSGS(M_ENUM) NGATE };
GATE_MSGS(M_DECL)

/* gate.c: the parents' side. The gate: where daemons' parents come */
void gate_open(const char *path);
/* another daemon: where the gate is; tries until it is there */
void house_open(const char *path);
/* the other daemon's parent is gone */
void gate_lost(int peer);
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

/*
 * proc: a daemon is two tables, procs[] and msgs[]. The parent starts, links,
 * supervises and stops what they describe; -A prints them.
 */
#ifndef PROC_H
#define PROC_H

#include <stddef.h>
#include <stdint.h>
#include <sys/time.h>
#include <sys/types.h>

#include "imsg.h"
#include "log.h"

#define BIT(n) (1U << (n))

/* a peer is an instance of a row; instance 0 of a row is the row itself */
#define ROWS 32
#define INSTS 64
#define PEER(row, i) ((i) << 5 | (row))
#define ROW(peer) ((peer) & (ROWS - 1))
#define INST(peer) ((peer) >> 5)
#define PEERS PEER(0, INSTS)

/* row 0 of procs[] is the parent; the ends of a message are rows or roles */
enum { PARENT = 0, ANY = -1, PER_CORE = -1 };
#define ROLE(r) BIT(R_##r - ROWS)

struct proc {
	const char *name;
	const char *user;     /* NULL: the one parent_start() names, or ours */
	const char *root;     /* "empty", or a word of the daemon; NULL: / */
	const char *promises; /* of sandbox.c; NULL: no system call filter */
	const char *paths;    /* landlock: what the parent grants, in words */
	uint32_t peers;	      /* BIT(row); the parent is implied */
	const char *prog;     /* in libexec; NULL: the daemon's own program */
	int n;		      /* instances; 0: one */
	int nofile;	      /* descriptors; 0: 256 */
	int fork;	      /* row that forks this one: shares its pages */
	int zygote;	      /* row that forks one per job, n at most */
	int late;	      /* not started before parent_start() says so */
	int batch;	      /* SCHED_BATCH, instance i on core i */
	uint64_t caps;	      /* the parent's, besides those it needs */
	const char *daemon;   /* whose row it is; NULL: ours */
	uint32_t roles;	      /* ROLE(x): ends of gate messages */
	const char *const *counters; /* names, ends with NULL */
	void (*prepare)(void);	     /* before the sandbox */
	void (*init)(void);	     /* sandboxed, before the loop */
	void (*link)(int, int);	     /* peer, 1: connected 0: lost */
	void (*stop)(void);	     /* it shall end its loop; NULL: at once */
	void (*job)(struct imsg *);  /* what a zygote's child is for */
};

/*
 * IN(x, f): f in a program that holds row or role x (cc -DIN_x), else NULL.
 * So a program links its rows' code only, and no row lacks a handler.
 */
#define YES_1 NULL,
#define SECOND(a, b, ...) b
#define HELD__(x, f) SECOND(x f, NULL, )
#define HELD_(in, f) HELD__(YES_##in, f)
#define HELD(in, f) HELD_(in, f)
#define IN(x, f) HELD(IN_##x, f)

extern const struct proc procs[];
extern const int nprocs;
extern const struct msg msgs[]; /* the first ngate: shared, gate.h */
extern const int nmsgs, ngate;
extern int proc_self, proc_inst; /* my row, my instance */
extern struct event_base *proc_base;

#define COUNTERS 32
extern uint64_t proc_counters[COUNTERS];

/* a child's life; arg is what -x got from the parent */
void proc_child(const char *arg) __attribute__((noreturn));
/* the same of a fork: the zygote's child is now that peer of the parent */
void proc_forked(int peer, int chan) __attribute__((noreturn));
/* on its core, in batches, if its row says so; before the sandbox */
void proc_pin(void);
/* a fresh event loop: epoll, precise clock */
void proc_loop(void);
/* the start is over: what only that needed is given back in two seconds */
void proc_settle(void);
/* something that leaves free memory behind: after many, a rest gives it back */
void proc_worked(void);
/* of the first n messages and, when n is nmsgs, of the process table */
uint64_t proc_hash(int n);
/* milliseconds, monotonic; and as libevent wants them */
uint64_t proc_now(void);
struct timeval proc_tv(int64_t ms);
#endif

/* kids: the parent's children as a list; parent.c and manage.c share it */
#ifndef KIDS_H
#define KIDS_H

#include <event2/event_struct.h>

#include "parentimpl.h"
#include "sys.h"

enum {
	KIDS_MAX = 160,
	FREE = -1,	  /* a peer: nobody's place */
	FORKING = -1,	  /* a pid: the zygote has not answered yet */
	LINES_MAX = 1000, /* log lines of one child a minute */
	CRIMES_MAX = 5,	  /* accusations of one child a minute */
	RENEW_AFTER = 20, /* deaths by signal of a zygote's children */
};

struct child {
	int peer;
	char name[24];
	pid_t pid;   /* 0: not running */
	int ready;   /* sandboxed and in its loop */
	int accused; /* by a peer: its death is not its own doing */
	int retired; /* has a successor: its end is its end */
	int counted; /* its counters came since they were asked for */
	uid_t uid;
	gid_t gid;
	uint64_t since; /* ms */
	int64_t delay;	/* ms, of the next respawn */
	/* within the current minute; unready: deaths before it was ready */
	int deaths, unready, crimes, lines;
	int total;  /* deaths since the start */
	int fallen; /* by signal, of this zygote's children */
	uint64_t minute;
	uint64_t counters[COUNTERS];
	struct event respawn, log;
};

extern struct child kids[]; /* the first is the parent itself */
extern int nkids;	    /* places in use so far */

struct child *kid_add(int peer); /* NULL: too many */
void kid_forget(struct child *);
struct child *kid_of(int peer);	 /* NULL: none */
struct child *kid_of_pid(pid_t); /* NULL: none */
int kids_alive(void);
/* a child of this process, running or dead */
int kid_is_ours(pid_t);
/* one more of a minute's deaths, crimes or lines: how many it are */
int kid_count(struct child *, int *);
void kid_slay(struct child *);

/* spawn.c */
void kid_spawn(int, short, void *);
void kids_of_row(int row, const char *libexec);
void kid_later(struct child *, int64_t ms);
void kid_heard(int, short, void *); /* its log */

/* manage.c */
void kid_counted(struct child *, const void *);

/* who died before its zygote told its pid */
void stray_put(pid_t, int status);
int stray_take(pid_t, int *status);

/* parent.c */
const struct daemon *parent_daemon(void);
int parent_stopping(void);
int parent_empty(void);		 /* directory */
int parent_rundir(const char *); /* the same, at the start */

/* gives up what the start needed as root */
void parent_lower(void);
#endif

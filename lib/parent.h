/*
 * parent: what a daemon's parent adds to the library's. A daemon fills one
 * struct daemon; daemon_main() does the rest: options, configuration,
 * supervision, reload, control socket, admission at the gate.
 */
#ifndef PARENT_H
#define PARENT_H

#include "conf.h"
#include "control.h"
#include "proc.h"

struct parent_keys { /* first member of each daemon's configuration */
	char *rundir, *log;
	int64_t restart_delay, restart_ceiling, restart_limit;
	int64_t stop_grace;
};

/* clang-format off */
#define PARENT_AT(f) offsetof(struct parent_keys, f)
#define PARENT_KEYS(log_name)                                                \
{ "rundir", CONF_STRING, PARENT_AT(rundir), 1, 80, RUNDIR,                   \
    "Directory of the sockets and of the empty root directory.",                \
    .check = conf_absolute },                                                \
{ "log", CONF_STRING, PARENT_AT(log), 0, 255, LOGDIR "/" log_name ".log",    \
    "Log file; empty: syslog only.", .check = conf_absolute },               \
{ "restart.delay", CONF_TIME, PARENT_AT(restart_delay), 1, 60000, "100ms",   \
    "Wait before a dead process is replaced; each more death doubles it." }, \
{ "restart.ceiling", CONF_TIME, PARENT_AT(restart_ceiling), 1, 600000,       \
    "30s", "Longest such wait; a minute of health resets it." },             \
{ "restart.limit", CONF_INT, PARENT_AT(restart_limit), 1, 1000000, "5",      \
    "Deaths a minute of a process that never got ready: the daemon ends." }, \
{ "stop-grace", CONF_TIME, PARENT_AT(stop_grace), 0, 60000, "10s",           \
    "Time a process has to end when it is asked to." }
/* clang-format on */

struct daemon {
	const struct conf_key *keys;
	void *conf; /* the configuration in force; begins with parent_keys */
	size_t size;
	/* errors across keys, by conf_error(); may be NULL, as all below */
	void (*check)(struct conf_src *, void *conf);
	/* as root, before the children; -1: said why, the daemon ends */
	int (*start)(void);
	/* instances of a row that the table leaves open; 0: as the table */
	int (*instances)(int row);
	/* the directory of .root words but "empty": a descriptor, kept open */
	int (*root)(int row);
	/* parent_grant() what the row's .paths promise to this peer */
	void (*grant)(int peer);
	/* its part of the configuration, by message: at start and reload */
	void (*configure)(int peer);
	/* 0: take it; -1: said why, keep the old; 1: parent_reloaded() later */
	int (*reload)(void *conf);
	/* SIGUSR1: logs were rotated; its own is open already */
	void (*reopen)(void);
	/* a .late instance has ended; status of waitpid() */
	void (*ended)(int peer, int status);
	/* appended to the answer of status */
	void (*status)(struct ctl *);
	const struct ctl_command *ctl;
	int holds; /* 1: it is not up before it calls parent_up() */
	int gate;  /* 1: this is the gate; 0: a house, which looks for it */
	int alone; /* 1: neither */
};

int daemon_main(struct daemon *, int argc, char **argv);

/* from grant(): a path by O_PATH descriptor, consumed; letters of "rwcx" */
void parent_grant(int peer, int fd, const char *perm);
/* this one gets no successor, that one starts in its place; -1: cannot */
int parent_replace(int peer, int successor);
int parent_retired(int peer); /* it has a successor already */
/* starts a .late instance; -1: it runs already, or errno. OWN: its row's */
#define OWN ((uid_t)-1)
int parent_start(int peer, uid_t, gid_t);
/* asks a .late instance to end */
void parent_dismiss(int peer);
/* a daemon that .holds is up now, once its children are ready */
void parent_up(void);
/* a reload that reload() left open: take it now, answer later */
void parent_commit(void);
/* its end; takes it if parent_commit() has not. why: if not good */
void parent_reloaded(int good, const char *why);
/* f(peer) for each running child of ours */
void parent_each(void (*f)(int));
/* stops the daemon; status: its exit status */
void parent_stop(int status);
/* someone misbehaved; by: who says so */
void parent_crime(int peer, const char *by);
#endif

/*
 * control: what people and tools ask of a running daemon, in its parent. The
 * library answers status, stats, reload, stop and log; a daemon adds its own.
 */
#ifndef CONTROL_H
#define CONTROL_H

#include <sys/types.h>

struct ctl;	     /* one request on the control socket */
struct ctl_command { /* a table of them ends with one of all zeroes */
	const char *name;
	int user; /* 1: any local user may; 0: root and our own user */
	int args; /* how many words it takes at most */
	void (*run)(struct ctl *, int argc, char **argv); /* argv[0]: name */
};

/* answers to the control socket: text, then the end with an exit status */
void ctl_printf(struct ctl *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
void ctl_done(struct ctl *, int status);
uid_t ctl_uid(const struct ctl *);
/* still waiting? A request whose client left is freed by ctl_done() alone */
#endif

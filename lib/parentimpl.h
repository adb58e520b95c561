/* parentimpl: what the files of the parent share; nobody else includes it */
#ifndef PARENTIMPL_H
#define PARENTIMPL_H

#include <linux/capability.h>
#include <sys/types.h>

#include "parent.h"

struct event;

/* to start children, to jail them, to end them; a row may need more */
#define CAP(c) (1ULL << CAP_##c)
#define PARENT_CAPS \
	(CAP(SETUID) | CAP(SETGID) | CAP(SETPCAP) | CAP(SYS_CHROOT) | CAP(KILL))

/* exec.c: programs are opened once, at the start */
void exec_open(int row, const char *libexec, uid_t *, gid_t *);
void exec_user(int row, uid_t *, gid_t *); /* as exec_open() said */
pid_t exec_row(int peer, uid_t, gid_t, int chan, int log);

/* link.c: a fresh pair for every two peers that are there */
void link_all(int peer);
void link_foreign(int peer, int there);

/* arch.c: -A */
void arch_print(void);

/* control.c: listening sockets under a lock, and the control socket */
int control_listen(const char *, struct event *, void (*)(int, short, void *));
void control_open(const char *, const struct ctl_command *);
int control_open_requests(void);

/* parent.c */
int parent_main(struct daemon *, const char *libexec, void (*up)(void));
int parent_reload(struct ctl *);
void parent_status(struct ctl *);
void parent_stats(struct ctl *);
void parent_debug(int);
/* reads the configuration anew for parent_reload(); NULL: said why */
void *daemon_reread(void);
void daemon_commit(void *);
void daemon_discard(void *);
#endif

/*
 * sandbox: promises become a system call filter, granted paths Landlock
 * rules, and root goes for good. The order of becoming is house law:
 * no_new_privs, landlock, chroot, capabilities, ids, proof, limits, filter.
 */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <sys/types.h>

enum { GRANTS_MAX = 32 };

struct grant { /* a path that stays reachable, by descriptor */
	int fd;
	char perm[8]; /* letters of "rwcx": read, write, create, execute */
};

struct cage {
	uid_t uid;
	gid_t gid;
	int root; /* directory to chroot to; -1: none */
	int nofile;
	int paths; /* 0: no Landlock at all */
	int ngrants;
	struct grant grant[GRANTS_MAX];
	const char *promises; /* NULL: no filter */
};

/* becomes what the cage says; -1: errno, and the process must end */
int sandbox(struct cage *);
/* a narrower filter on top; -1: EINVAL unknown promise */
int sandbox_tighten(const char *promises);
/* 1: no way back is left of ids, groups, capabilities */
int sandbox_root_gone(uid_t, gid_t);
/* capabilities of the running process become exactly these; -1: errno */
int sandbox_keep_caps(unsigned long long);
#endif

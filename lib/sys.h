/* sys: payloads of the library's own messages; parent and child only */
#ifndef SYS_H
#define SYS_H

#include "proc.h"

struct sys_peer { /* CONNECT, CRIME, FORK; FORKED says the pid */
	uint32_t peer;
	int32_t pid;
};

struct sys_ready {
	uint64_t hash; /* of both tables: another build is refused */
};

struct sys_path {
	char perm[8]; /* letters of "rwcx" */
};

struct sys_begin {
	uint32_t debug;	 /* 1: log 'D' lines, trap instead of kill */
	uint32_t nofile; /* RLIMIT_NOFILE */
};

struct sys_counters {
	uint64_t v[COUNTERS];
};

_Static_assert(sizeof(struct sys_peer) == 8 && sizeof(struct sys_ready) == 8 &&
	sizeof(struct sys_path) == 8 && sizeof(struct sys_begin) == 8,
    "no padding");
#endif

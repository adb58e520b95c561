/* cage: what sandbox_test and cage_test share */
#ifndef CAGE_H
#define CAGE_H

#include <sys/wait.h>
#include <errno.h>
#include <unistd.h>

#include "proc.h"
#include "sandbox.h"

/* the sanitizers' own calls are allowed then */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#endif
#ifndef SANITIZED
#define SANITIZED 0
#endif

/* the daemon that both pretend to be */
const struct proc procs[1] = { { .name = "test" } };
const struct msg msgs[1];
const int nprocs = 1, nmsgs, ngate;

static inline struct cage
cage(const char *promises)
{
	struct cage c = { .root = -1, .nofile = 64, .promises = promises };

	c.uid = geteuid() == 0 ? 65534 : geteuid();
	c.gid = geteuid() == 0 ? 65534 : getegid();
	return c;
}

/* of a child: exit status, or minus its signal */
static inline int
end_of(pid_t pid)
{
	int st;

	while (waitpid(pid, &st, 0) == -1 && errno == EINTR)
		;
	return WIFSIGNALED(st) ? -WTERMSIG(st) : WEXITSTATUS(st);
}

#endif

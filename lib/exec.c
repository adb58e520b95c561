/*
 * exec: how a row becomes a process of its program. Programs are opened once,
 * at the parent's start: what an install changes meanwhile is not run, and
 * parent and children always have the same tables. The one place that asks
 * NSS for our own users.
 */
#include <sys/syscall.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "parentimpl.h"

static int progs[ROWS];
static uid_t uids[ROWS];
static gid_t gids[ROWS];

void
exec_open(int row, const char *libexec, uid_t *uid, gid_t *gid)
{
	const struct proc *p = &procs[row];
	struct passwd *pw;
	char path[512];

	if (p->prog == NULL)
		snprintf(path, sizeof(path), "/proc/self/exe");
	else
		snprintf(path, sizeof(path), "%s/%s", libexec, p->prog);
	if ((progs[row] = open(path, O_PATH | O_CLOEXEC)) == -1)
		fatal("%s: %s", path, strerror(errno));
	uids[row] = geteuid();
	gids[row] = getegid();
	if (p->user != NULL && uids[row] == 0) {
		if ((pw = getpwnam(p->user)) == NULL || pw->pw_uid == 0)
			fatal("no user %s", p->user);
		uids[row] = pw->pw_uid;
		gids[row] = pw->pw_gid;
	}
	exec_user(row, uid, gid);
}

void
exec_user(int row, uid_t *uid, gid_t *gid)
{
	*uid = uids[row];
	*gid = gids[row];
}

__attribute__((noreturn)) static void
become(int prog, char *arg, int chan, int log)
{
	char *av[] = { "child", "-x", arg, NULL };
	char *env[] = { "TZ=UTC0", NULL };
	int null;

	/* they may themselves be 0..4: move them out of the way */
	if ((chan = fcntl(chan, F_DUPFD, 10)) == -1 ||
	    (log = fcntl(log, F_DUPFD, 10)) == -1 ||
	    (prog = fcntl(prog, F_DUPFD, 10)) == -1 ||
	    (null = open("/dev/null", O_RDWR)) == -1 || dup2(null, 0) == -1 ||
	    dup2(null, 1) == -1 || dup2(log, 2) == -1 || dup2(chan, 3) == -1 ||
	    dup3(prog, 4, O_CLOEXEC) == -1 ||
	    syscall(SYS_close_range, 5, ~0U, 0) == -1)
		_exit(1);
	syscall(SYS_execveat, 4, "", av, env, AT_EMPTY_PATH);
	_exit(1);
}

pid_t
exec_row(int peer, uid_t uid, gid_t gid, int chan, int log)
{
	sigset_t all, old;
	char arg[64];
	pid_t pid;

	snprintf(arg, sizeof(arg), "%s.%d:%u:%u", procs[ROW(peer)].name,
	    INST(peer), uid, gid);
	/* between fork and exec a signal must not reach libevent's pipe */
	sigfillset(&all);
	sigprocmask(SIG_BLOCK, &all, &old);
	if ((pid = fork()) == 0)
		become(progs[ROW(peer)], arg, chan, log);
	sigprocmask(SIG_SETMASK, &old, NULL);
	return pid;
}

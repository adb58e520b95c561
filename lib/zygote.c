/*
 * zygote: forks itself, without exec. Children share its address layout and
 * stack canary: after DEATHS_MAX of them died by a signal it takes no more
 * jobs, ends when idle, or soon, and is respawned. A job's child has its
 * descriptor and one channel to us; it cannot fork. We put its job's id on
 * whatever it says and pass on what its rows permit: taken over, it speaks
 * for itself only.
 */
#include <sys/prctl.h>
#include <sys/queue.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sandbox.h"
#include "sys.h"
#include "zygote.h"

enum {
	WAIT_MAX = 256,	 /* jobs; each holds a descriptor */
	LINES_MAX = 50,	 /* log lines of one child */
	DEATHS_MAX = 20, /* by signal */
	RETIRE_S = 5,	 /* seconds its last jobs have to end */
};

struct job {
	TAILQ_ENTRY(job) next;
	struct imsg m;
	char data[];
};

static struct {
	struct {
		pid_t pid; /* 0: free */
		int row;
		uint64_t id;
		int from; /* peer that gave the job */
		int lines;
	} kids[INSTS];
	TAILQ_HEAD(, job) queue;
	int running, waiting;
	int deaths; /* by signal */
} self = { .queue = TAILQ_HEAD_INITIALIZER(self.queue) };

static void
say(const char *line, size_t n)
{
	imsg_send(procs[proc_self].zygote, SYS_LOG, 0, line, n - 1, -1);
}

/* closes all but 0 to from - 1 and these two */
static void
keep_two(unsigned int from, unsigned int a, unsigned int b)
{
	unsigned int lo = a < b ? a : b, hi = a < b ? b : a;

	if ((lo > from && syscall(SYS_close_range, from, lo - 1, 0) == -1) ||
	    (hi > lo + 1 && syscall(SYS_close_range, lo + 1, hi - 1, 0)) ||
	    syscall(SYS_close_range, hi + 1, ~0U, 0) == -1)
		_exit(1);
}

/* the parent's new child: a sibling of ours, which it supervises itself */
void
zygote_fork(struct imsg *m)
{
	struct sys_peer p;
	int chan = imsg_get_fd(m);
	long pid;

	memcpy(&p, m->data, sizeof(p));
	if (p.peer >= PEERS || procs[ROW(p.peer)].fork != proc_self)
		fatal("no zygote of peer %u", p.peer);
	pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, 0, 0, 0, 0);
	if (pid == 0) {
		if (dup3(chan, 3, O_CLOEXEC) == -1 && chan != 3)
			_exit(1);
		keep_two(3, 3, 3);
		proc_forked((int)p.peer, 3);
	}
	close(chan);
	p.pid = (int32_t)pid; /* -1: the parent tries again */
	imsg_send(PARENT, SYS_FORKED, 0, &p, sizeof(p), -1);
}

__attribute__((noreturn)) static void
become(int peer, struct imsg *m, int chan)
{
	const struct proc *p = &procs[ROW(peer)];

	if (dup2(STDOUT_FILENO, STDERR_FILENO) == -1) /* /dev/null */
		_exit(1);
	keep_two(3, (unsigned int)m->fd, (unsigned int)chan);
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prctl(PR_SET_NAME, p->name);
	imsg_forget();
	proc_self = ROW(peer);
	proc_inst = INST(peer);
	log_sink = say;
	proc_loop();
	imsg_open(p->zygote, chan);
	if (sandbox_tighten(p->promises) == -1)
		fatal("sandbox: %s", strerror(errno));
	p->job(m);
	event_base_dispatch(proc_base);
	_exit(0);
}

static int
start(int peer, struct imsg *m)
{
	pid_t pid;
	int s[2];

	if (imsg_pair(s) == -1)
		return -1;
	self.kids[INST(peer)].row = ROW(peer);
	self.kids[INST(peer)].id = m->id;
	self.kids[INST(peer)].from = m->from;
	self.kids[INST(peer)].lines = 0;
	if ((pid = fork()) == 0)
		become(peer, m, s[1]);
	close(s[1]);
	if (pid == -1) {
		close(s[0]);
		return -1;
	}
	self.kids[INST(peer)].pid = pid;
	self.running++;
	close(imsg_get_fd(m));
	imsg_open(peer, s[0]);
	return 0;
}

static int
wait_for_turn(struct imsg *m)
{
	struct job *j;

	if (self.waiting == WAIT_MAX ||
	    (j = malloc(sizeof(*j) + m->len)) == NULL)
		return -1;
	j->m = *m;
	j->m.data = memcpy(j->data, m->data, m->len);
	imsg_get_fd(m);
	TAILQ_INSERT_TAIL(&self.queue, j, next);
	return ++self.waiting;
}

int
zygote_job(int row, struct imsg *m)
{
	int i;

	if (self.deaths >= DEATHS_MAX)
		return -1;
	for (i = 0; i < procs[row].n; i++)
		if (self.kids[i].pid == 0)
			return start(PEER(row, i), m) == -1 ? -1 : self.waiting;
	return wait_for_turn(m);
}

int
zygote_waiting(void)
{
	return self.waiting;
}

uint64_t
zygote_id(int peer)
{
	return self.kids[INST(peer)].id;
}

int
zygote_giver(int peer)
{
	return self.kids[INST(peer)].from;
}

/* said in its name, and not so often that the parent mutes us all */
void
zygote_log(struct imsg *m)
{
	const char *line = m->data;

	if (procs[ROW(m->from)].zygote != proc_self ||
	    ++self.kids[INST(m->from)].lines > LINES_MAX)
		imsg_crime(m, "log");
	else
		log_put(*line, "%s id=%llx: %.*s", procs[ROW(m->from)].name,
		    (unsigned long long)zygote_id(m->from), (int)m->len - 1,
		    line + 1);
}

/* a message of a child, or to one; its row has been checked */
void
zygote_pass(struct imsg *m, const struct msg *row)
{
	int from = ROW(m->from), giver, to, i;

	if (procs[from].zygote == proc_self) {
		m->id = zygote_id(m->from);
		giver = self.kids[INST(m->from)].from;
		to = imsg_is(ROW(giver), row->to) ? giver : imsg_find(row->to);
		imsg_pass(to, m);
		return;
	}
	for (i = 0; i < INSTS; i++)
		if (self.kids[i].pid != 0 && self.kids[i].id == m->id) {
			imsg_send(PEER(self.kids[i].row, i), m->type, m->id,
			    m->data, m->len, imsg_get_fd(m));
			return;
		}
}

static void
next_job(int peer)
{
	struct job *j = TAILQ_FIRST(&self.queue);

	if (j == NULL)
		return;
	TAILQ_REMOVE(&self.queue, j, next);
	self.waiting--;
	if (start(peer, &j->m) == -1) {
		log_warn("event=fork error=\"%s\"", strerror(errno));
		close(j->m.fd);
	}
	explicit_bzero(j->data, j->m.len);
	free(j);
}

/* one quiet child must not keep all others out */
static void
retire(void)
{
	static const struct timeval most = { RETIRE_S, 0 };

	log_warn("event=renewal deaths=%d", self.deaths);
	event_base_loopexit(proc_base, &most);
}

/* its channel is at its end: so is it. Only we reap, so the pid is its own */
void
zygote_bury(int peer, int e)
{
	pid_t pid = self.kids[INST(peer)].pid;
	int st, crime = e == EBADMSG;

	kill(pid, SIGKILL);
	while (waitpid(pid, &st, 0) == -1 && errno == EINTR)
		;
	self.kids[INST(peer)].pid = 0;
	self.running--;
	/* our own SIGKILL says nothing unless it was a punishment */
	if (crime || (WIFSIGNALED(st) && WTERMSIG(st) != SIGKILL)) {
		log_warn("event=death process=%s id=%llx %s=%d%s",
		    procs[ROW(peer)].name, (unsigned long long)zygote_id(peer),
		    WIFSIGNALED(st) ? "signal" : "exit",
		    WIFSIGNALED(st) ? WTERMSIG(st) : WEXITSTATUS(st),
		    crime ? "(crime)" : "");
		if (++self.deaths == DEATHS_MAX)
			retire();
	}
	next_job(peer);
	if (self.deaths >= DEATHS_MAX && self.running == 0)
		event_base_loopexit(proc_base, NULL);
}

/*
 * proc: the life of a child. It inherits descriptor 2 (log) and 3 (channel to
 * the parent); all else arrives by message, at start-up and after a peer's
 * death alike. As root it reads the parent's first messages only, up to BEGIN.
 */
#include <sys/prctl.h>
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "sandbox.h"
#include "sys.h"
#include "trim.h"
#include "zygote.h"

enum { CHAN = 3, NOFILE = 256, BURST = 64 };

int proc_self, proc_inst;
struct event_base *proc_base;
uint64_t proc_counters[COUNTERS];

uint64_t
proc_now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static struct {
	struct event event;
	int worked; /* since the last one */
} rest;

static void
on_rest(int fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	rest.worked = 0;
	trim();
}

void
proc_settle(void)
{
	static const struct timeval tv = { 2, 0 };

	evtimer_add(&rest.event, &tv);
}

void
proc_worked(void)
{
	static const struct timeval tv = { 1, 0 };

	if (++rest.worked >= BURST)
		evtimer_add(&rest.event, &tv);
}

struct timeval
proc_tv(int64_t ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	return tv;
}

void
proc_loop(void)
{
	struct event_config *c;

	/* epoll only, clocks from vDSO, no thread support */
	if ((c = event_config_new()) == NULL ||
	    event_config_set_flag(c,
		EVENT_BASE_FLAG_NOLOCK | EVENT_BASE_FLAG_IGNORE_ENV |
		    EVENT_BASE_FLAG_NO_CACHE_TIME) == -1 ||
	    (proc_base = event_base_new_with_config(c)) == NULL)
		fatal("event loop");
	event_config_free(c);
	evtimer_assign(&rest.event, proc_base, on_rest, NULL);
}

/* FNV-1a: both ends were built from one list; nobody forges it */
static uint64_t
mix(uint64_t h, const void *data, size_t n)
{
	const unsigned char *p = data;

	while (n-- > 0)
		h = (h ^ *p++) * 0x100000001b3;
	return h;
}

uint64_t
proc_hash(int n)
{
	uint64_t h = 0xcbf29ce484222325;
	const struct proc *p;
	const struct msg *m;

	for (m = msgs; m < msgs + n; m++) {
		const uint32_t v[] = { m->from, m->to, m->min, m->max, m->fd };

		h = mix(h, m->name, strlen(m->name) + 1);
		h = mix(h, v, sizeof(v));
	}
	for (p = procs; n == nmsgs && p < procs + nprocs; p++) {
		h = mix(h, p->name, strlen(p->name) + 1);
		h = mix(h, &p->peers, sizeof(p->peers));
		h = mix(h, &p->roles, sizeof(p->roles));
		if (p->promises != NULL)
			h = mix(h, p->promises, strlen(p->promises) + 1);
	}
	return h;
}

static void
told(int peer, int up)
{
	if (procs[proc_self].link != NULL)
		procs[proc_self].link(peer, up);
}

static void
child_lost(int peer, int e)
{
	struct sys_peer p = { .peer = peer };

	if (!imsg_is_open(peer))
		return;
	imsg_close(peer);
	if (peer == procs[proc_self].zygote) { /* PARENT, for most of us */
		event_base_loopbreak(proc_base);
		return;
	}
	told(peer, 0);
	if (procs[ROW(peer)].zygote == proc_self && proc_self != PARENT)
		zygote_bury(peer, e);
	else if (e == EBADMSG)
		imsg_send(PARENT, SYS_CRIME, 0, &p, sizeof(p), -1);
}

static void
on_connect(struct imsg *m)
{
	struct sys_peer p;

	memcpy(&p, m->data, sizeof(p));
	if (p.peer >= PEERS || !(procs[proc_self].peers & BIT(ROW(p.peer))))
		fatal("parent connects a stranger, peer %u", p.peer);
	if (imsg_is_open((int)p.peer)) { /* its end was not read yet */
		imsg_close((int)p.peer);
		told((int)p.peer, 0);
	}
	imsg_open((int)p.peer, imsg_get_fd(m));
	told((int)p.peer, 1);
}

static void
child_sys(struct imsg *m)
{
	struct sys_begin b;

	switch (m->type) {
	case SYS_STOP:
		if (procs[proc_self].stop != NULL)
			procs[proc_self].stop();
		else
			event_base_loopexit(proc_base, NULL);
		break;
	case SYS_LOG:
		zygote_log(m);
		break;
	case SYS_CONNECT:
		on_connect(m);
		break;
	case SYS_FORK:
		zygote_fork(m);
		break;
	case SYS_STATS:
		imsg_send(PARENT, SYS_COUNTERS, 0, proc_counters,
		    sizeof(proc_counters), -1);
		break;
	case SYS_DEBUG:
		memcpy(&b, m->data, sizeof(b));
		log_debug = (int)b.debug;
		break;
	default:
		imsg_crime(m, "not to a child");
	}
}

/* this program has my row's code; the parent asks if it has its tables */
static void
check_tables(void)
{
	const struct msg *m;

	for (m = msgs; m < msgs + nmsgs; m++)
		if (imsg_is(proc_self, m->to) && m->handle == NULL)
			fatal("%s is not in this program", m->name);
}

static void
prepared(struct cage *c, uint32_t type, const void *data, int fd)
{
	struct sys_begin b;
	struct sys_path p;

	switch (type) {
	case SYS_ROOT:
		c->root = fd;
		break;
	case SYS_PATH:
		memcpy(&p, data, sizeof(p));
		if (c->ngrants == GRANTS_MAX)
			fatal("too many paths");
		c->grant[c->ngrants].fd = fd;
		memcpy(c->grant[c->ngrants].perm, p.perm, sizeof(p.perm));
		c->grant[c->ngrants++].perm[sizeof(p.perm) - 1] = '\0';
		break;
	case SYS_VOICE:
		if (dup2(fd, STDERR_FILENO) == -1)
			fatal("log: %s", strerror(errno));
		close(fd);
		break;
	case SYS_BEGIN:
		memcpy(&b, data, sizeof(b));
		log_debug = (int)b.debug;
		c->nofile = (int)b.nofile;
	}
}

/* what the parent says before the sandbox stands: up to BEGIN */
static void
prepare(struct cage *c, int chan)
{
	struct pollfd p = { chan, POLLIN, 0 };
	struct imsg_head head = { 0 };
	uint64_t data[2];
	ssize_t n;
	int fd;

	while (head.type != SYS_BEGIN) {
		if (poll(&p, 1, 10000) == 0)
			fatal("the parent is silent");
		if ((n = imsg_get(chan, &head, data, sizeof(data), &fd)) ==
		    -1) {
			if (errno != EAGAIN && errno != EINTR)
				exit(0); /* it is gone */
			head.type = 0;
			continue;
		}
		if (imsg_row(head.type, PARENT, proc_self, n, fd) == NULL)
			fatal("the parent says %u", head.type);
		prepared(c, head.type, data, fd);
	}
}

static void
become(int row, int inst)
{
	proc_self = row;
	proc_inst = inst;
	check_tables();
	prctl(PR_SET_NAME, procs[row].name);
	imsg_on_lost = child_lost;
	imsg_on_sys = child_sys;
	imsg_on_pass = zygote_pass;
}

__attribute__((noreturn)) static void
live(int chan)
{
	struct sys_ready r = { proc_hash(nmsgs) };

	imsg_open(PARENT, chan);
	if (procs[proc_self].init != NULL)
		procs[proc_self].init();
	imsg_send(PARENT, SYS_READY, 0, &r, sizeof(r), -1);
	proc_settle();
	event_base_dispatch(proc_base);
	exit(0);
}

/* the k-th core that we may use, counted round */
static int
core(const cpu_set_t *may, int k)
{
	int cpu;

	k %= CPU_COUNT(may);
	for (cpu = 0; !CPU_ISSET(cpu, may) || k-- > 0; cpu++)
		;
	return cpu;
}

void
proc_pin(void)
{
	const struct sched_param sp = { 0 };
	cpu_set_t may, mine;

	if (!procs[proc_self].batch)
		return;
	CPU_ZERO(&mine);
	if (sched_getaffinity(0, sizeof(may), &may) == 0 &&
	    CPU_COUNT(&may) > 1 && procs[proc_self].n == PER_CORE) {
		CPU_SET(core(&may, proc_inst), &mine);
		if (sched_setaffinity(0, sizeof(mine), &mine) == -1)
			log_info("event=pin error=\"%s\"", strerror(errno));
	}
	if (sched_setscheduler(0, SCHED_BATCH, &sp) == -1)
		log_info("event=batch error=\"%s\"", strerror(errno));
}

static int
parse(const char *arg, char *name, size_t size, unsigned long *inst,
    unsigned long *uid, unsigned long *gid)
{
	size_t n = strcspn(arg, ".");
	char *p;

	if (arg[n] == '\0' || n >= size)
		return -1;
	memcpy(name, arg, n);
	name[n] = '\0';
	*inst = strtoul(arg + n + 1, &p, 10);
	if (*p != ':')
		return -1;
	*uid = strtoul(p + 1, &p, 10);
	if (*p != ':')
		return -1;
	*gid = strtoul(p + 1, &p, 10);
	return *p == '\0' ? 0 : -1;
}

/* arg is "name.instance:uid:gid": the parent alone asks NSS, once */
void
proc_child(const char *arg)
{
	struct cage c = { .root = -1, .nofile = NOFILE };
	unsigned long inst, uid, gid;
	char name[32];
	socklen_t l = sizeof(int);
	sigset_t none;
	int t, row;

	if (getsockopt(CHAN, SOL_SOCKET, SO_TYPE, &t, &l) == -1 ||
	    t != SOCK_SEQPACKET || fcntl(CHAN, F_SETFD, FD_CLOEXEC) == -1 ||
	    parse(arg, name, sizeof(name), &inst, &uid, &gid) == -1)
		fatal("only the parent may use -x");
	for (row = nprocs - 1; row > 0; row--)
		if (procs[row].daemon == NULL &&
		    strcmp(procs[row].name, name) == 0)
			break;
	if (row == PARENT || inst >= INSTS)
		fatal("no process %s", name);
	become(row, (int)inst);
	signal(SIGPIPE, SIG_IGN);
	signal(SIGINT, SIG_IGN); /* ^C is for the parent */
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL); /* see exec_row() */
	tzset(); /* opens a file once; gmtime_r() would later */
	prepare(&c, CHAN);
	if (procs[row].root != NULL && c.root == -1 && geteuid() == 0)
		fatal("no root directory came");
	if (procs[row].prepare != NULL)
		procs[row].prepare();
	proc_loop();
	proc_pin();
	c.uid = (uid_t)uid;
	c.gid = (gid_t)gid;
	c.paths = procs[row].paths != NULL;
	c.promises = procs[row].promises;
	if (sandbox(&c) == -1)
		fatal("sandbox: %s", strerror(errno));
	live(CHAN);
}

void
proc_forked(int peer, int chan)
{
	struct cage c = { .root = -1, .nofile = NOFILE };

	imsg_forget();
	become(ROW(peer), INST(peer));
	memset(proc_counters, 0, sizeof(proc_counters));
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	prepare(&c, chan);
	proc_loop();
	proc_pin();
	if (sandbox_tighten(procs[proc_self].promises) == -1)
		fatal("sandbox: %s", strerror(errno));
	live(chan);
}

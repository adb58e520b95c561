/*
 * parent: starts, links, supervises and stops the children. Root, therefore
 * small: it reads its configuration, fixed-size messages and log lines
 * (which it only escapes), and nothing that came from the network.
 *
 * A start is a respawn: fork, exec, one socket pair to the child; then one
 * fresh pair for each pair of living peers, an end to each of the two.
 */
#include <sys/stat.h>
#include <sys/wait.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "gate.h"
#include "kids.h"

static struct {
	struct daemon *d;
	void (*up)(void); /* once, when all are ready */
	int stopping, status, empty;
	struct event sig[5], grace;
} self;

const struct daemon *
parent_daemon(void)
{
	return self.d;
}

int
parent_stopping(void)
{
	return self.stopping;
}

int
parent_empty(void)
{
	return self.empty;
}

void
parent_stop(int status)
{
	struct timeval tv;
	struct child *c;
	int64_t ms;

	if (!self.stopping) {
		ms = ((struct parent_keys *)self.d->conf)->stop_grace;
		tv = proc_tv(ms);
		evtimer_add(&self.grace, &tv);
	}
	self.stopping = 1;
	self.status |= status;
	for (c = kids + 1; c < kids + nkids; c++)
		if (c->pid != 0)
			imsg_send(c->peer, SYS_STOP, 0, NULL, 0, -1);
	if (!kids_alive())
		event_base_loopbreak(proc_base);
}

static void
on_grace(int fd, short what, void *arg)
{
	struct child *c;

	(void)fd, (void)what, (void)arg;
	for (c = kids + 1; c < kids + nkids; c++)
		if (c->pid != 0)
			kid_slay(c);
}

/* its channel, its log with the last words, its place */
static void
clear(struct child *c)
{
	int k;

	c->pid = 0;
	c->ready = 0;
	for (k = 0; k < 64 && event_pending(&c->log, EV_READ, NULL); k++)
		kid_heard(event_get_fd(&c->log), 0, c);
	if (event_pending(&c->log, EV_READ, NULL)) {
		event_del(&c->log);
		close(event_get_fd(&c->log));
	}
	imsg_close(c->peer);
}

/* its zygote is gone: who was being forked is not, or will read EOF */
static void
orphans(struct child *zygote)
{
	struct child *c;

	for (c = kids + 1; c < kids + nkids; c++)
		if (c->pid == FORKING &&
		    procs[ROW(c->peer)].fork == ROW(zygote->peer))
			clear(c);
}

/* many deaths by signal: someone tries addresses; a new layout for the next */
static void
renew(struct child *c, int st)
{
	struct child *z = kid_of(procs[ROW(c->peer)].fork);

	if (z->peer == PARENT || !WIFSIGNALED(st) || ++z->fallen < RENEW_AFTER)
		return;
	log_warn("event=renewal process=%s deaths=%d", z->name, z->fallen);
	z->fallen = 0;
	kid_slay(z);
}

static void
respawn(struct child *c, int st, uint64_t age)
{
	const struct parent_keys *k = self.d->conf;
	int n = kid_count(c, &c->deaths);

	log_warn("event=death process=%s %s=%d%s uptime=%llu deaths=%d",
	    c->name, WIFSIGNALED(st) ? "signal" : "exit",
	    WIFSIGNALED(st) ? WTERMSIG(st) : WEXITSTATUS(st),
	    WIFSIGNALED(st) && WTERMSIG(st) == SIGSYS ? "(sandbox)" : "",
	    (unsigned long long)age / 1000, n);
	c->total++;
	/*
	 * Never for deaths in service, nor for those that a peer asked for: six
	 * bad packets, or a taken-over peer, would end the daemon.
	 */
	if (c->unready >= k->restart_limit) {
		log_warn("event=giveup process=%s", c->name);
		parent_stop(1);
		return;
	}
	if (c->delay == 0 || age >= 60000)
		c->delay = k->restart_delay;
	kid_later(c, c->delay);
	c->delay = c->delay * 2 < k->restart_ceiling ? c->delay * 2 :
						       k->restart_ceiling;
	renew(c, st);
}

static void
buried(struct child *c, int st)
{
	uint64_t age = proc_now() - c->since;
	int peer = c->peer;

	c->pid = FORKING; /* not to be killed: it may be another's by now */
	imsg_drain(peer);
	if (!c->ready && !c->accused)
		kid_count(c, &c->unready);
	clear(c);
	orphans(c);
	if (self.stopping) {
		if (!kids_alive())
			event_base_loopbreak(proc_base);
	} else if (procs[ROW(peer)].late || c->retired) {
		kid_forget(c);
		if (procs[ROW(peer)].late && self.d->ended != NULL)
			self.d->ended(peer, st);
	} else
		respawn(c, st, age);
}

void
parent_crime(int who, const char *by)
{
	struct child *c = kid_of(who);

	log_warn("event=crime process=%s said_by=%s",
	    c != NULL	  ? c->name :
		who != -1 ? procs[ROW(who)].name :
			    "?",
	    by);
	if (c != NULL) {
		c->accused = 1;
		kid_slay(c);
	} else if (who != -1 && procs[ROW(who)].daemon != NULL)
		gate_accuse(who);
}

static void
parent_lost(int peer, int e)
{
	struct child *c = kid_of(peer);

	if (!imsg_is_open(peer))
		return;
	imsg_close(peer);
	if (e == EBADMSG)
		log_warn("event=crime process=%s said_by=parent",
		    procs[ROW(peer)].name);
	if (imsg_is(ROW(peer), R_gate) || imsg_is(ROW(peer), R_house))
		gate_lost(peer);
	else if (procs[ROW(peer)].daemon != NULL)
		gate_row_lost(peer, e);
	else if (!self.stopping && c != NULL)
		kid_slay(c); /* no channel, no life */
}

void
parent_up(void)
{
	struct child *k;

	self.d->holds = 0;
	for (k = kids + 1; k < kids + nkids; k++)
		if (k->peer != FREE && !k->ready)
			return; /* when it is, we come back */
	if (self.up != NULL)
		self.up();
	self.up = NULL;
}

static void
on_ready(struct child *c, const struct sys_ready *r)
{
	struct child *k;

	if (r->hash != proc_hash(nmsgs)) {
		log_warn("%s: its program has other tables", c->name);
		kid_slay(c);
		return;
	}
	c->ready = 1;
	for (k = kids + 1; k < kids + nkids; k++)
		if (k->peer != FREE &&
		    procs[ROW(k->peer)].fork == ROW(c->peer) &&
		    !evtimer_pending(&k->respawn, NULL))
			kid_spawn(-1, 0, k);
	proc_settle();
	if (!self.d->holds)
		parent_up();
}

/* the accuser pays too, or one taken-over child could stop all others */
static void
on_crime(struct child *c, const struct sys_peer *p)
{
	int bad = p->peer >= PEERS ||
	    !(procs[ROW(c->peer)].peers & BIT(ROW(p->peer)));

	parent_crime(bad ? -1 : (int)p->peer, c->name);
	if (bad || kid_count(c, &c->crimes) > CRIMES_MAX)
		kid_slay(c);
}

static void
on_forked(struct child *zygote, const struct sys_peer *p)
{
	struct child *c = p->peer < PEERS ? kid_of((int)p->peer) : NULL;
	int st;

	if (c == NULL || c->pid != FORKING ||
	    procs[ROW(c->peer)].fork != ROW(zygote->peer) ||
	    kid_of_pid(p->pid) != NULL ||
	    (p->pid > 0 && !kid_is_ours(p->pid))) {
		kid_slay(zygote);
		return;
	}
	if (p->pid > 0) {
		c->pid = p->pid;
		if (stray_take(p->pid, &st))
			buried(c, st);
		return;
	}
	log_warn("event=fork process=%s", c->name);
	clear(c);
	kid_later(c, 1000);
}

static void
parent_sys(struct imsg *m)
{
	struct child *c = kid_of(m->from);
	union {
		struct sys_ready ready;
		struct sys_peer peer;
	} u;

	if (c == NULL) {
		imsg_crime(m, "not between parents");
		return;
	}
	if (m->type != SYS_COUNTERS)
		memcpy(&u, m->data, m->len < sizeof(u) ? m->len : sizeof(u));
	if (m->type == SYS_READY && !c->ready)
		on_ready(c, &u.ready);
	else if (m->type == SYS_CRIME)
		on_crime(c, &u.peer);
	else if (m->type == SYS_FORKED)
		on_forked(c, &u.peer);
	else if (m->type == SYS_COUNTERS)
		kid_counted(c, m->data);
	else
		imsg_crime(m, "not to a parent");
}

static void
on_signal(int sig, short what, void *arg)
{
	const struct parent_keys *k = self.d->conf;
	struct child *c;
	pid_t pid;
	int st;

	(void)what, (void)arg;
	if (sig == SIGHUP)
		parent_reload(NULL);
	else if (sig == SIGUSR1) {
		if (log_open(procs[PARENT].name, k->log) == -1)
			log_warn("%s: %s", k->log, strerror(errno));
		if (self.d->reopen != NULL)
			self.d->reopen();
	} else if (sig != SIGCHLD)
		parent_stop(0);
	else
		while ((pid = waitpid(-1, &st, WNOHANG)) > 0)
			if ((c = kid_of_pid(pid)) != NULL)
				buried(c, st);
			else
				stray_put(pid, st);
}

static void
signals(void)
{
	static const int sigs[] = { SIGHUP, SIGTERM, SIGINT, SIGCHLD, SIGUSR1 };
	size_t i;

	signal(SIGPIPE, SIG_IGN);
	for (i = 0; i < sizeof(sigs) / sizeof(*sigs); i++) {
		evsignal_assign(&self.sig[i], proc_base, sigs[i], on_signal,
		    NULL);
		event_add(&self.sig[i], NULL);
	}
	evtimer_assign(&self.grace, proc_base, on_grace, NULL);
}

int
parent_main(struct daemon *d, const char *libexec, void (*up)(void))
{
	const struct parent_keys *k = d->conf;
	char ctl[128], gate[128];
	int i;

	self.d = d;
	self.up = up;
	imsg_on_lost = parent_lost;
	imsg_on_sys = parent_sys;
	proc_loop();
	kid_add(PARENT)->pid = getpid();
	kids[0].since = proc_now();
	kids[0].ready = 1;
	signals();
	self.empty = parent_rundir(k->rundir);
	snprintf(ctl, sizeof(ctl), "%s/%s.sock", k->rundir, procs[0].name);
	snprintf(gate, sizeof(gate), "%s/gate.sock", k->rundir);
	for (i = 1; i < nprocs; i++)
		kids_of_row(i, libexec);
	control_open(ctl, d->ctl);
	if (d->start != NULL && d->start() == -1)
		return 1;
	parent_lower();
	for (i = 1; i < nkids; i++)
		kid_spawn(-1, 0, &kids[i]);
	if (d->gate)
		gate_open(gate);
	else if (!d->alone)
		house_open(gate);
	event_base_dispatch(proc_base);
	unlink(ctl);
	if (d->gate)
		unlink(gate);
	return self.status;
}

/*
 * manage: what people ask of a running parent: status, statistics, reload,
 * verbosity; what the parent needs of its directory at the start, and what
 * it gives up once its sockets are bound.
 */
#include <sys/resource.h>
#include <sys/stat.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kids.h"
#include "sandbox.h"

enum {
	ANSWER_MS = 1000, /* who has not counted by then is left out */
	NOFILE_WANTED = 65536,
};

static struct {
	struct ctl *asks; /* for statistics; one at a time */
	struct event late;
	int reloading, committed;
	void *pending; /* configuration that waits for parent_commit() */
	struct ctl *reloads;
} self;

void
parent_each(void (*f)(int))
{
	struct child *c;

	for (c = kids + 1; c < kids + nkids; c++)
		if (c->pid != 0)
			f(c->peer);
}

void
parent_status(struct ctl *ctl)
{
	const struct daemon *d = parent_daemon();
	struct child *c;

	for (c = kids; c < kids + nkids; c++)
		if (c->peer != FREE)
			ctl_printf(ctl,
			    "%s pid=%d state=%s uptime=%llu deaths=%d\n",
			    c->name, c->pid > 0 ? c->pid : 0,
			    c->pid == 0	 ? "dead" :
				c->ready ? "ready" :
					   "starting",
			    c->pid == 0 ?
				0ULL :
				(unsigned long long)(proc_now() - c->since) /
				    1000,
			    c->total);
	if (d->status != NULL)
		d->status(ctl);
	else
		ctl_done(ctl, 0);
}

static void
counted(int fd, short what, void *arg)
{
	struct ctl *ctl = self.asks;
	const char *const *name;
	struct child *c;

	(void)fd, (void)what, (void)arg;
	if (ctl == NULL)
		return;
	self.asks = NULL;
	event_del(&self.late);
	for (c = kids + 1; c < kids + nkids; c++) {
		if (c->peer == FREE || !c->counted)
			continue;
		name = procs[ROW(c->peer)].counters;
		for (; name != NULL && *name != NULL; name++)
			ctl_printf(ctl, "%s.%s %llu\n", c->name, *name,
			    (unsigned long long)c->counters[name -
				procs[ROW(c->peer)].counters]);
	}
	ctl_done(ctl, 0);
}

void
kid_counted(struct child *c, const void *data)
{
	struct child *k;

	memcpy(c->counters, data, sizeof(c->counters));
	c->counted = 1;
	for (k = kids + 1; k < kids + nkids; k++)
		if (k->peer != FREE && k->ready && !k->counted)
			return;
	counted(-1, 0, NULL);
}

void
parent_stats(struct ctl *ctl)
{
	const struct timeval tv = proc_tv(ANSWER_MS);
	struct child *c;

	if (self.asks != NULL) {
		ctl_printf(ctl, "somebody else is asking; try again\n");
		ctl_done(ctl, 1);
		return;
	}
	self.asks = ctl;
	evtimer_assign(&self.late, proc_base, counted, NULL);
	evtimer_add(&self.late, &tv);
	for (c = kids + 1; c < kids + nkids; c++) {
		c->counted = 0;
		if (c->peer != FREE && c->ready)
			imsg_send(c->peer, SYS_STATS, 0, NULL, 0, -1);
	}
}

static void
debug_one(int peer)
{
	struct sys_begin b = { (uint32_t)log_debug, 0 };

	imsg_send(peer, SYS_DEBUG, 0, &b, sizeof(b), -1);
}

void
parent_debug(int on)
{
	log_debug = on;
	parent_each(debug_one);
}

void
parent_commit(void)
{
	const struct daemon *d = parent_daemon();

	if (self.pending == NULL)
		return;
	daemon_commit(self.pending);
	self.committed = 1;
	self.pending = NULL;
	if (d->configure != NULL)
		parent_each(d->configure);
}

void
parent_reloaded(int good, const char *why)
{
	struct ctl *ctl = self.reloads;
	const char *rest = self.committed ?
	    "the rest of the new configuration is in force" :
	    "the old configuration stays";

	self.reloads = NULL;
	self.reloading = 0;
	if (good) {
		parent_commit();
		log_info("event=reload result=ok");
	} else {
		if (self.pending != NULL)
			daemon_discard(self.pending);
		self.pending = NULL;
		log_warn("event=reload result=%s why=\"%s\"",
		    self.committed ? "partly" : "kept", why);
	}
	if (ctl == NULL)
		return;
	if (!good)
		ctl_printf(ctl, "%s; %s\n", why, rest);
	ctl_done(ctl, !good);
}

/* what is wrong is told to who asked, too */
static void
echo(const char *line, size_t n)
{
	if (self.reloads != NULL)
		ctl_printf(self.reloads, "%.*s", (int)n, line);
}

int
parent_reload(struct ctl *ctl)
{
	const struct daemon *d = parent_daemon();
	const char *why = "see the log";
	int r = 0;

	if (self.reloading) {
		if (ctl != NULL) {
			ctl_printf(ctl, "a reload is under way\n");
			ctl_done(ctl, 1);
		}
		return -1;
	}
	self.committed = 0;
	self.reloading = 1;
	self.reloads = ctl;
	log_echo = echo;
	if ((self.pending = daemon_reread()) == NULL) {
		why = "the configuration has errors";
		r = -1;
	} else if (d->reload != NULL)
		r = d->reload(self.pending);
	log_echo = NULL;
	if (r == -1)
		parent_reloaded(0, why);
	else if (r == 0)
		parent_reloaded(1, NULL);
	return r;
}

/* descriptors for all that children may need, then only what starts them */
void
parent_lower(void)
{
	struct rlimit r, more;

	if (getrlimit(RLIMIT_NOFILE, &r) == 0) {
		more.rlim_cur = more.rlim_max = NOFILE_WANTED;
		r.rlim_cur = r.rlim_max;
		if (r.rlim_max >= NOFILE_WANTED ||
		    setrlimit(RLIMIT_NOFILE, &more) == -1)
			setrlimit(RLIMIT_NOFILE, &r);
	}
	if (geteuid() == 0 &&
	    sandbox_keep_caps(PARENT_CAPS | procs[PARENT].caps) == -1)
		fatal("capabilities: %s", strerror(errno));
}

/* made if need be; in one that others can change, sockets can be replaced */
int
parent_rundir(const char *dir)
{
	char path[128];
	struct stat st;
	int empty;

	snprintf(path, sizeof(path), "%s/empty", dir);
	if ((mkdir(dir, 0755) == -1 && errno != EEXIST) ||
	    (mkdir(path, 0755) == -1 && errno != EEXIST) ||
	    stat(dir, &st) == -1 ||
	    (empty = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1)
		fatal("%s: %s", path, strerror(errno));
	if (st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		fatal("%s: mode %o, owner %u; nobody but user %u may write "
		      "there",
		    dir, st.st_mode & 07777, st.st_uid, geteuid());
	return empty;
}

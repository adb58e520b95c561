/*
 * spawn: how a child starts, the first and the fiftieth time alike: a channel
 * and a log, a process (by exec, or forked by its zygote), its jail, its part
 * of the configuration, its peers.
 */
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "gate.h"
#include "kids.h"

void
kid_heard(int fd, short what, void *arg)
{
	struct child *c = arg;

	(void)what;
	if (log_from(fd, c->name, kid_count(c, &c->lines) > LINES_MAX) == 0)
		return;
	event_del(&c->log);
	close(fd);
}

void
kid_later(struct child *c, int64_t ms)
{
	struct timeval tv = proc_tv(ms);

	evtimer_add(&c->respawn, &tv);
}

void
parent_grant(int peer, int fd, const char *perm)
{
	struct sys_path p = { "" };

	memcpy(p.perm, perm, strnlen(perm, sizeof(p.perm) - 1));
	imsg_send(peer, SYS_PATH, 0, &p, sizeof(p), fd);
}

/* what it needs before its sandbox stands, then what it needs to work */
static void
begin(struct child *c)
{
	const struct daemon *d = parent_daemon();
	const struct proc *p = &procs[ROW(c->peer)];
	struct sys_begin b = { (uint32_t)log_debug,
		(uint32_t)(p->nofile ? p->nofile : 256) };
	int dir;

	if (p->root != NULL && strcmp(p->root, "empty") != 0)
		dir = d->root(ROW(c->peer));
	else
		dir = parent_empty();
	if (p->root != NULL && !p->fork)
		imsg_send(c->peer, SYS_ROOT, 0, NULL, 0,
		    fcntl(dir, F_DUPFD_CLOEXEC, 0));
	if (d->grant != NULL && p->paths != NULL && *p->paths != '\0')
		d->grant(c->peer);
	imsg_send(c->peer, SYS_BEGIN, 0, &b, sizeof(b), -1);
	if (d->configure != NULL)
		d->configure(c->peer);
	link_all(c->peer);
	house_say(c->peer);
}

/* chan and log: the child's ends; -1: errno */
static int
give_life(struct child *c, int chan, int log)
{
	struct sys_peer p = { .peer = (uint32_t)c->peer };
	int zygote = procs[ROW(c->peer)].fork;
	pid_t pid = FORKING;

	if (zygote == PARENT) {
		if ((pid = exec_row(c->peer, c->uid, c->gid, chan, log)) == -1)
			return -1;
	} else if (imsg_send(c->peer, SYS_VOICE, 0, NULL, 0,
		       fcntl(log, F_DUPFD_CLOEXEC, 0)) == -1 ||
	    imsg_send(zygote, SYS_FORK, 0, &p, sizeof(p),
		fcntl(chan, F_DUPFD_CLOEXEC, 0)) == -1)
		return -1;
	c->pid = pid;
	return 0;
}

void
kid_spawn(int fd, short what, void *arg)
{
	struct child *c = arg, *z;
	int j, s[2] = { -1, -1 }, l[2] = { -1, -1 };

	(void)fd, (void)what;
	z = kid_of(procs[ROW(c->peer)].fork);
	if (parent_stopping() || c->pid != 0 ||
	    (z->peer != PARENT && !z->ready))
		return; /* a zygote that gets ready calls again */
	if (imsg_pair(s) == -1 || imsg_pair(l) == -1)
		goto fail;
	imsg_open(c->peer, s[0]);
	s[0] = -1;
	if (give_life(c, s[1], l[1]) == -1)
		goto fail;
	close(s[1]);
	close(l[1]);
	c->since = proc_now();
	c->ready = c->accused = 0;
	event_assign(&c->log, proc_base, l[0], EV_READ | EV_PERSIST, kid_heard,
	    c);
	event_add(&c->log, NULL);
	begin(c);
	return;
fail:
	log_warn("event=spawn process=%s error=\"%s\"", c->name,
	    strerror(errno));
	imsg_close(c->peer);
	for (j = 0; j < 2; j++) {
		close(s[j]);
		close(l[j]);
	}
	kid_later(c, 1000);
}

/* checks a row of the table and makes a place for each of its instances */
void
kids_of_row(int i, const char *libexec)
{
	const struct daemon *d = parent_daemon();
	const struct proc *p = &procs[i];
	int n = d->instances != NULL ? d->instances(i) : 0, j;
	struct child *c;
	uid_t uid;
	gid_t gid;

	for (j = 1; j < nprocs; j++)
		if (!(p->peers & BIT(j)) != !(procs[j].peers & BIT(i)))
			fatal("table: %s and %s disagree", p->name,
			    procs[j].name);
	if (p->daemon != NULL || p->zygote != PARENT)
		return;
	exec_open(i, libexec, &uid, &gid);
	if (n == 0)
		n = p->n == PER_CORE ? (int)sysconf(_SC_NPROCESSORS_ONLN) :
				       p->n;
	for (j = 0; !p->late && j < (n > 1 ? n < INSTS ? n : INSTS : 1); j++) {
		if ((c = kid_add(PEER(i, j))) == NULL)
			fatal("too many processes");
		c->uid = uid;
		c->gid = gid;
	}
}

int
parent_start(int peer, uid_t uid, gid_t gid)
{
	struct child *c;

	errno = EBUSY;
	if (!procs[ROW(peer)].late || kid_of(peer) != NULL ||
	    (c = kid_add(peer)) == NULL)
		return -1;
	c->uid = uid;
	c->gid = gid;
	if (uid == OWN)
		exec_user(ROW(peer), &c->uid, &c->gid);
	kid_spawn(-1, 0, c);
	return 0;
}

void
parent_dismiss(int peer)
{
	if (procs[ROW(peer)].late && imsg_is_open(peer))
		imsg_send(peer, SYS_STOP, 0, NULL, 0, -1);
}

int
parent_replace(int peer, int successor)
{
	struct child *c = kid_of(peer), *n;

	errno = EBUSY;
	if (c == NULL || c->retired || kid_of(successor) != NULL ||
	    (n = kid_add(successor)) == NULL)
		return -1;
	n->uid = c->uid;
	n->gid = c->gid;
	c->retired = 1;
	kid_spawn(-1, 0, n);
	return 0;
}

int
parent_retired(int peer)
{
	const struct child *c = kid_of(peer);

	return c != NULL && c->retired;
}

/*
 * kids: the parent's children as a list. A place is found by peer or by pid
 * and never moves, because events point to it.
 */
#include <sys/wait.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "kids.h"

enum { STRAYS = 64 };

struct child kids[KIDS_MAX];
int nkids;

static struct {
	pid_t pid;
	int status;
} strays[STRAYS];
static int nstrays;

struct child *
kid_of(int peer)
{
	struct child *c;

	for (c = kids; c < kids + nkids; c++)
		if (c->peer == peer && peer != FREE)
			return c;
	return NULL;
}

struct child *
kid_of_pid(pid_t pid)
{
	struct child *c;

	for (c = kids; c < kids + nkids; c++)
		if (c->pid == pid && pid > 0)
			return c;
	return NULL;
}

struct child *
kid_add(int peer)
{
	const struct proc *p = &procs[ROW(peer)];
	struct child *c = kids;

	while (c < kids + nkids && c->peer != FREE)
		c++;
	if (c == kids + KIDS_MAX)
		return NULL;
	if (c == kids + nkids)
		nkids++;
	memset(c, 0, sizeof(*c));
	c->peer = peer;
	snprintf(c->name, sizeof(c->name),
	    p->n > 1 || p->n == PER_CORE ? "%s.%d" : "%s", p->name, INST(peer));
	evtimer_assign(&c->respawn, proc_base, kid_spawn, c);
	return c;
}

void
kid_forget(struct child *c)
{
	event_del(&c->respawn);
	c->peer = FREE;
}

int
kids_alive(void)
{
	struct child *c;

	for (c = kids + 1; c < kids + nkids; c++)
		if (c->pid != 0)
			return 1;
	return 0;
}

int
kid_count(struct child *c, int *n)
{
	if (proc_now() - c->minute >= 60000) {
		if (c->lines > LINES_MAX)
			log_warn("%s: event=flood lost=%d", c->name,
			    c->lines - LINES_MAX);
		c->minute = proc_now();
		c->deaths = c->unready = c->crimes = c->lines = 0;
	}
	return ++*n;
}

void
kid_slay(struct child *c)
{
	if (c->pid > 0)
		kill(c->pid, SIGKILL);
	else
		imsg_close(c->peer); /* still being forked: it reads EOF */
}

void
stray_put(pid_t pid, int status)
{
	strays[nstrays % STRAYS].pid = pid;
	strays[nstrays++ % STRAYS].status = status;
}

/* or a taken-over zygote could have us kill whom it likes */
int
kid_is_ours(pid_t pid)
{
	siginfo_t si;
	int i;

	for (i = 0; i < STRAYS; i++)
		if (strays[i].pid == pid)
			return 1;
	return waitid(P_PID, (id_t)pid, &si, WEXITED | WNOHANG | WNOWAIT) == 0;
}

int
stray_take(pid_t pid, int *status)
{
	int i;

	for (i = 0; i < STRAYS; i++)
		if (strays[i].pid == pid) {
			strays[i].pid = 0;
			*status = strays[i].status;
			return 1;
		}
	return 0;
}

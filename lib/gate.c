/*
 * gate: how rows of two daemons come to share a channel. The gate's parent
 * admits the parents of the other daemons (the houses); a house says ROW for
 * each child it starts, and gets a CHANNEL per gate process to hand on.
 * Both sides are root and trusted; all the same, each checks what it reads.
 */
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <string.h>
#include <unistd.h>

#include "gate.h"
#include "parentimpl.h"

void (*gate_on_admit)(int);
void (*gate_fill)(struct welcome *);

static struct event admission;

/* the other daemon's parent is gone, and its rows' channels will follow */
void
gate_lost(int peer)
{
	const char *daemon = procs[ROW(peer)].daemon;
	int row, i;

	log_warn("event=lost daemon=%s", daemon);
	for (row = 1; row < nprocs; row++)
		for (i = 0; i < INSTS && procs[row].daemon != NULL &&
		     strcmp(procs[row].daemon, daemon) == 0;
		     i++)
			link_foreign(PEER(row, i), 0);
	if (imsg_is(ROW(peer), R_gate))
		house_lost();
}

void
gate_row_lost(int peer, int error)
{
	if (procs[PARENT].link != NULL)
		procs[PARENT].link(peer, 0);
	if (error == EBADMSG)
		gate_accuse(peer);
}

void
gate_accuse(int peer)
{
	struct end e = gate_end(peer);
	int boss = gate_row(procs[ROW(peer)].daemon, procs[ROW(peer)].daemon);

	imsg_send(boss,
	    imsg_is(boss, R_gate) ? MSG_gate_crime : MSG_house_crime, 0, &e,
	    sizeof(e), -1);
}

/* an end of a fresh pair for a row of another daemon */
void
gate_give(int to, int peer, int fd)
{
	struct channel c = { gate_end(to), gate_end(peer) };
	const char *daemon = procs[ROW(to)].daemon;

	imsg_send(gate_row(daemon, daemon), MSG_channel, 0, &c, sizeof(c), fd);
}

/* what is wrong with it, or NULL and its row */
static const char *
judge(const struct hello *h, uint64_t hash, int *row)
{
	if (memchr(h->daemon, '\0', sizeof(h->daemon)) == NULL ||
	    (*row = gate_row(h->daemon, h->daemon)) == PARENT)
		return "no such daemon";
	if (h->hash != hash)
		return "tables differ";
	if (imsg_is_open(*row))
		return "connected already";
	return NULL;
}

static void
on_hello(int s, short what, void *arg)
{
	struct welcome w = { .hash = proc_hash(ngate) };
	const struct imsg_head reply = { MSG_welcome, 0, 0 };
	struct imsg_head head;
	const char *why = "no greeting";
	struct hello h = { 0 };
	int row = PARENT, fd = -1;

	(void)arg;
	if (what != EV_TIMEOUT &&
	    imsg_get(s, &head, &h, sizeof(h), &fd) == sizeof(h) &&
	    head.type == MSG_hello && fd == -1)
		why = judge(&h, w.hash, &row);
	if (fd != -1)
		close(fd);
	w.ok = why == NULL;
	if (why == NULL && gate_fill != NULL)
		gate_fill(&w);
	imsg_put(s, &reply, &w, sizeof(w), -1);
	if (why == NULL) {
		log_info("event=admit daemon=%s", procs[row].name);
		imsg_open(row, s);
		if (gate_on_admit != NULL)
			gate_on_admit(row);
		return;
	}
	log_warn("event=refuse daemon=\"%s\" why=\"%s\"",
	    row != PARENT ? procs[row].name : "?", why);
	close(s);
}

static void
on_admit(int fd, short what, void *arg)
{
	static const struct timeval second = { 1, 0 };
	struct ucred cr;
	socklen_t l = sizeof(cr);
	int s;

	(void)what, (void)arg;
	if ((s = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) == -1)
		return;
	if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &cr, &l) == -1 ||
	    cr.uid != geteuid() ||
	    event_base_once(proc_base, s, EV_READ, on_hello, NULL, &second) ==
		-1)
		close(s);
}

void
gate_open(const char *path)
{
	control_listen(path, &admission, on_admit);
}

void
gate_announce(void)
{
	struct welcome w = { .hash = proc_hash(ngate), .ok = 1 };
	int row;

	if (gate_fill != NULL)
		gate_fill(&w);
	for (row = 1; row < nprocs; row++)
		if (procs[row].daemon != NULL && imsg_is(row, R_house) &&
		    imsg_is_open(row))
			imsg_send(row, MSG_welcome, 0, &w, sizeof(w), -1);
}

/* HELLO is said once, before there is a channel */
void
gate_from_house_hello(struct imsg *m)
{
	imsg_crime(m, "a second greeting");
}

void
gate_from_house_row(struct imsg *m)
{
	int peer = gate_peer(procs[ROW(m->from)].daemon, m->data);

	if (peer == -1)
		imsg_crime(m, "no such row");
	else
		link_foreign(peer, 1);
}

void
gate_from_house_gate_crime(struct imsg *m)
{
	parent_crime(gate_peer(NULL, m->data), procs[ROW(m->from)].name);
}

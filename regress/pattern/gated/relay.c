/* relay: accepts, gives each connection a number and a taker */
#include <sys/socket.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <unistd.h>

#include "gated.h"

static struct {
	struct event accept;
	int listening, taker, paused;
	uint64_t last;
} self;

static void
consider(void)
{
	if (self.listening && self.taker && !self.paused)
		event_add(&self.accept, NULL);
	else if (self.listening)
		event_del(&self.accept);
}

static void
on_accept(int fd, short what, void *arg)
{
	const struct conninfo c = { .service = "test" };
	int s;

	(void)what, (void)arg;
	if ((s = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK)) == -1)
		return;
	proc_counters[CONNS]++;
	imsg_send(P_demod_login, MSG_conn,
	    (uint64_t)proc_inst << 48 | ++self.last, &c, sizeof(c), s);
}

void
relay_from_parent_listen(struct imsg *m)
{
	if (self.listening)
		return;
	self.listening = 1;
	event_assign(&self.accept, proc_base, imsg_get_fd(m),
	    EV_READ | EV_PERSIST, on_accept, NULL);
	consider();
}

void
relay_link(int peer, int up)
{
	(void)peer;
	self.taker = up;
	self.paused = 0;
	consider();
}

void
relay_from_taker_done(struct imsg *m)
{
	const struct reason *r = m->data;

	proc_counters[r->why == DONE_OK ? DONES : REFUSED]++;
}

void
relay_from_taker_pause(struct imsg *m)
{
	(void)m;
	self.paused = 1;
	consider();
}

void
relay_from_taker_resume(struct imsg *m)
{
	(void)m;
	self.paused = 0;
	consider();
}

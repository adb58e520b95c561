/*
 * house: the other daemons' side of the gate: find it, greet it, ask for the
 * channels of each child, hand them on, keep the list of accounts. While the
 * gate is away it tries again, 0.1 s doubling to 5 s.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "gate.h"
#include "parentimpl.h"
#include "sys.h"

void (*house_on_welcome)(const struct welcome *);
void (*house_on_accounts)(void);

static struct {
	const char *path;
	struct event again;
	int delay; /* ms */
	int welcome;
	struct welcome last;
} self;

static int
the_gate(void)
{
	int i;

	for (i = nprocs - 1; i > 0 && !imsg_is(i, R_gate); i--)
		;
	return i;
}

static void
later(void)
{
	struct timeval tv = proc_tv(self.delay);

	self.delay = self.delay < 2500 ? 2 * self.delay : 5000;
	evtimer_add(&self.again, &tv);
}

void
house_lost(void)
{
	self.welcome = 0;
	later();
}

static void
on_retry(int fd, short what, void *arg)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	struct hello h = { .hash = proc_hash(ngate) };
	int s;

	(void)fd, (void)what, (void)arg;
	memcpy(h.daemon, procs[PARENT].name,
	    strnlen(procs[PARENT].name, sizeof(h.daemon) - 1));
	memcpy(sun.sun_path, self.path,
	    strnlen(self.path, sizeof(sun.sun_path) - 1));
	s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (s != -1 && connect(s, (struct sockaddr *)&sun, sizeof(sun)) == 0) {
		imsg_open(the_gate(), s);
		imsg_send(the_gate(), MSG_hello, 0, &h, sizeof(h), -1);
		return;
	}
	if (s != -1)
		close(s);
	later();
}

void
house_open(const char *path)
{
	static char copy[128];

	memcpy(copy, path, strnlen(path, sizeof(copy) - 1));
	self.path = copy;
	self.delay = 100;
	evtimer_assign(&self.again, proc_base, on_retry, NULL);
	on_retry(-1, 0, NULL);
}

const struct welcome *
house_welcome(void)
{
	return self.welcome ? &self.last : NULL;
}

void
house_say(int peer)
{
	struct end e = gate_end(peer);
	uint32_t them = 0;
	int i;

	for (i = 1; i < nprocs; i++)
		them |= procs[i].daemon != NULL ? BIT(i) : 0;
	if (self.welcome && procs[ROW(peer)].peers & them)
		imsg_send(the_gate(), MSG_row, 0, &e, sizeof(e), -1);
}

void
house_from_gate_welcome(struct imsg *m)
{
	int again = self.welcome; /* its services have changed */
	struct welcome w;

	memcpy(&w, m->data, sizeof(w));
	if (!w.ok) {
		log_warn("event=refused daemon=%s why=\"%s\"",
		    procs[ROW(m->from)].name,
		    w.hash != proc_hash(ngate) ? "tables differ" : "its log");
		return; /* it closes; we try again */
	}
	log_info("event=welcome daemon=%s", procs[ROW(m->from)].name);
	self.delay = 100;
	self.welcome = 1;
	self.last = w;
	if (house_on_welcome != NULL)
		house_on_welcome(&self.last);
	if (again)
		return;
	house_say(PARENT);
	parent_each(house_say);
}

/* this process is the end itself */
static void
take(int peer, int fd)
{
	void (*told)(int, int) = procs[PARENT].link;

	if (imsg_is_open(peer) && told != NULL)
		told(peer, 0);
	imsg_open(peer, fd);
	if (told != NULL)
		told(peer, 1);
}

void
house_from_gate_channel(struct imsg *m)
{
	const struct channel *c = m->data;
	int ours = strncmp(c->yours.row, procs[PARENT].name,
		       sizeof(c->yours.row)) == 0 &&
	    c->yours.inst == 0;
	int mine = ours ? PARENT : gate_peer(NULL, &c->yours);
	int other = gate_peer(procs[ROW(m->from)].daemon, &c->mine);
	struct sys_peer p = { .peer = (uint32_t)other };

	if (mine == -1 || other == -1 ||
	    !(procs[ROW(mine)].peers & BIT(ROW(other))))
		imsg_crime(m, "no such channel");
	else if (mine == PARENT)
		take(other, imsg_get_fd(m));
	else
		imsg_send(mine, SYS_CONNECT, 0, &p, sizeof(p), imsg_get_fd(m));
}

void
house_from_gate_house_crime(struct imsg *m)
{
	parent_crime(gate_peer(NULL, m->data), procs[ROW(m->from)].name);
}

void
house_from_gate_account(struct imsg *m)
{
	if (account_add(m->data) == -1)
		log_warn("event=account error=\"%s\"", strerror(errno));
}

void
house_from_gate_accounts(struct imsg *m)
{
	if (account_end(m->data) == -1)
		log_warn("event=accounts error=\"%s\"", strerror(errno));
	else if (house_on_accounts != NULL)
		house_on_accounts();
}

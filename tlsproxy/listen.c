/*
 * listen: the way in. Accepts where it makes sense now: somebody takes the
 * connections, his queue is short, full handshakes are left of this second,
 * room is left. Otherwise clients wait in the backlog, which is the
 * parent's socket and survives us. Who has too many connections is refused.
 */
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"
#include "said.h"
#include "shun.h"

enum {
	SECOND = 1000,
	RETRY = 100, /* ms, after a shortage of descriptors */
	FEW = 8, /* connections an address may have while we are nearly full */
};

static struct {
	struct deadline refill; /* each second while something is short */
	struct deadline retry;
	int short_of_files;
} self;

static int
takes(const struct serving *s, int peer)
{
	return imsg_is_open(peer) &&
	    !(relay.paused[ROW(peer)][INST(peer)] & BIT(s->is.index)) &&
	    imsg_queued(peer) < CONNS_QUEUED * sizeof(struct conninfo);
}

static int
is_there(const struct serving *s, int peer)
{
	(void)s;
	return imsg_is_open(peer);
}

/* relay i prefers process i modulo those that fit: the same core */
static int
choose(const struct serving *s, int (*fits)(const struct serving *, int))
{
	int i, n = 0, nth;

	for (i = 0; i < INSTS; i++)
		n += fits(s, PEER(s->row, i));
	if (n == 0)
		return -1;
	nth = proc_inst % RELAYS_MAX % n;
	for (i = 0; !fits(s, PEER(s->row, i)) || nth-- > 0; i++)
		;
	return PEER(s->row, i);
}

/* a pause is for those in the backlog; who is in already is not sent away */
int
listen_taker(const struct serving *s)
{
	int peer = choose(s, takes);

	return peer != -1 ? peer : choose(s, is_there);
}

/* since when nobody takes them, and whether it is time to say so */
static int
given_up(struct serving *s)
{
	if (choose(s, is_there) != -1) {
		s->away = 0;
		s->told = 0;
		return 0;
	}
	if (s->away == 0)
		s->away = proc_now();
	if (proc_now() - s->away < AWAY_MS)
		return 0;
	if (!s->told)
		log_warn("event=away service=%s daemon=%s row=%s", s->is.name,
		    s->is.daemon, s->is.row);
	s->told = 1;
	return 1;
}

static void
set(struct listener *l, int on)
{
	if (l->fd == -1 || l->on == on)
		return;
	l->on = on;
	if (on)
		event_add(&l->ev, NULL);
	else
		event_del(&l->ev);
}

/* those that were under way when none was left are paid for now */
static void
on_refill(struct deadline *d)
{
	(void)d;
	relay.tokens += (int)relay.conf.handshake_rate;
	if (relay.tokens > (int)relay.conf.handshake_rate)
		relay.tokens = (int)relay.conf.handshake_rate;
	listen_consider();
}

static void
arm(void)
{
	self.refill.fire = on_refill;
	if (self.refill.when == 0 && !relay.draining)
		tick_set(&self.refill, SECOND);
}

static void
on_retry(struct deadline *d)
{
	(void)d;
	self.short_of_files = 0;
	listen_consider();
}

static int
wanted(struct serving *s)
{
	if (relay.draining || self.short_of_files)
		return 0;
	if (given_up(s))
		return 1;
	if (choose(s, takes) == -1 || relay.open >= relay.conf.connections)
		return 0;
	return s->is.kind != KIND_TLS || (s->tls != NULL && relay.tokens > 0);
}

void
listen_consider(void)
{
	struct serving *s;
	int i, on, waits = 0;

	for (s = relay.serving; s < relay.serving + SERVICES; s++) {
		if (s->is.name[0] == '\0' || s->retired)
			continue;
		on = wanted(s);
		waits |= !on || s->told;
		for (i = 0; i < LISTENERS_MAX; i++)
			set(&s->listener[i], on);
	}
	if (waits)
		arm();
}

/* debts of STARTTLS, which does not wait, are of one second at most */
void
listen_spent(void)
{
	if (relay.tokens > -(int)relay.conf.handshake_rate)
		relay.tokens--;
	arm();
	if (relay.tokens <= 0)
		listen_consider();
}

void
listen_close(struct serving *s)
{
	struct listener *l;

	for (l = s->listener; l < s->listener + LISTENERS_MAX; l++) {
		set(l, 0);
		if (l->fd != -1)
			close(l->fd);
		l->fd = -1;
	}
}

/* why this client may not come in, or NULL */
static const char *
refuse(const struct serving *s, const struct prefix *p)
{
	const struct relay_conf *c = &relay.conf;

	if (p->conns >= c->per_address)
		return "too many of its address";
	if (relay.open >= c->connections - c->connections / 10 &&
	    p->conns >= FEW)
		return "nearly full";
	if (s->is.kind == KIND_TLS &&
	    p->handshakes >= c->handshakes_per_address)
		return "too many unfinished handshakes";
	return NULL;
}

static void
admit(struct serving *s, int fd, const struct addr *peer)
{
	struct prefix *p = prefix_get(peer);
	const char *why = p == NULL ? "memory" : refuse(s, p);

	if (s->told)
		why = "nobody takes it";
	else if (shun_is(proc_now(), peer))
		why = "a guesser";
	if (p != NULL)
		prefix_put(p);
	if (why != NULL) {
		COUNT(refused);
		log_put('D', "event=refused service=%s why=\"%s\"", s->is.name,
		    why);
		close(fd);
		return;
	}
	if (s->is.kind == KIND_TLS &&
	    conn_handshakes() >= (int)relay.conf.handshakes)
		conn_drop_oldest();
	COUNT(accepted);
	conn_accepted(s, fd, peer);
}

/* its events are those of one listener; arg: the service */
void
listen_ready(int s, short what, void *arg)
{
	struct serving *serving = arg;
	struct sockaddr_storage ss;
	struct addr peer;
	socklen_t len;
	int i, fd;

	(void)what;
	for (i = 0; i < ACCEPTS && wanted(serving); i++) {
		len = sizeof(ss);
		fd = accept4(s, (struct sockaddr *)&ss, &len,
		    SOCK_NONBLOCK | SOCK_CLOEXEC);
		if (fd == -1 &&
		    (errno == EMFILE || errno == ENFILE || errno == ENOBUFS ||
			errno == ENOMEM)) {
			self.short_of_files = 1;
			self.retry.fire = on_retry;
			tick_set(&self.retry, RETRY);
		}
		if (fd == -1)
			break;
		peer = said_addr(&ss);
		admit(serving, fd, &peer);
	}
	listen_consider();
}

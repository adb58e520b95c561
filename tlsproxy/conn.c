/*
 * conn: handshake, hand-over, the end. Touches the client's socket, which it
 * does not believe; stream.c moves the bytes.
 */
#include <sys/socket.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "conn.h"
#include "login.h"
#include "said.h"
#include "shun.h"
#include "tlsx.h"
#include "wire.h"

enum {
	BUCKETS = 1024,
	SCANNED = 5, /* weight of SHUN_FAILED handshakes: a scan is no guess */
};

static struct {
	LIST_HEAD(, conn) by_id[BUCKETS];
	TAILQ_HEAD(young, conn) young; /* oldest first */
	int nyoung;
	uint64_t last; /* counter of ids */
} self = { .young = TAILQ_HEAD_INITIALIZER(self.young) };

static struct conn *
of(struct stream *s)
{
	return (struct conn *)((char *)s - offsetof(struct conn, stream));
}

static void
young_end(struct conn *c)
{
	if (c->state != CONN_HANDSHAKE)
		return;
	TAILQ_REMOVE(&self.young, c, young);
	self.nyoung--;
	c->prefix->handshakes--;
}

/* what the daemon is told of the end */
static void
tell(struct conn *c, enum gone why)
{
	struct reason r = { why };

	if (c->state == CONN_PLAIN || c->done || c->taker == -1)
		return;
	if (c->state != CONN_HANDSHAKE) {
		imsg_send(c->taker, MSG_gone, c->id, &r, sizeof(r), -1);
	} else if (c->starttls) {
		r.why = c->failed;
		imsg_send(c->taker, MSG_tls_failed, c->id, &r, sizeof(r), -1);
	}
}

void
conn_free(struct conn *c, enum gone why)
{
	static const int counter[] = { [GONE_CLEAN] = RELAY_gone_clean,
		[GONE_TRUNCATED] = RELAY_gone_truncated,
		[GONE_RESET] = RELAY_gone_reset };

	tell(c, why);
	login_shut(c);
	if (c->state > CONN_HANDSHAKE)
		proc_counters[counter[why]]++;
	young_end(c);
	stream_end(&c->stream);
	LIST_REMOVE(c, by_id);
	c->prefix->conns--;
	prefix_put(c->prefix);
	c->serving->conns--;
	free(c);
	if (relay.open-- == relay.conf.connections)
		listen_consider();
	proc_counters[RELAY_open] = relay.open;
	relay_ended();
}

static void
on_ended(struct stream *s, enum gone why)
{
	conn_free(of(s), why);
}

static void
on_expired(struct stream *s)
{
	struct conn *c = of(s);

	COUNT(expired);
	c->failed = FAILED_TIMEOUT;
	conn_free(c, GONE_RESET);
}

/* an end of a pair whose other one the daemon has; -1: it has none */
static int
hand_over(struct conn *c)
{
	static const int small = 4096;
	struct said said;
	int s[2], r;
	size_t n;

	if (!c->starttls && (c->taker = listen_taker(c->serving)) == -1)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		s) == -1)
		return -1;
	/* what its login has not read when it ends is not much */
	if (login_adopts(c->serving))
		setsockopt(s[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	login_open(c, 1);
	n = said_tls(c, &said);
	if (c->starttls)
		r = imsg_send(c->taker, MSG_tls_on, c->id, &said.conn.tls,
		    n - offsetof(struct conninfo, tls), s[1]);
	else
		r = imsg_send(c->taker, MSG_conn, c->id, &said, n, s[1]);
	if (r == -1) {
		close(s[0]);
		return -1;
	}
	young_end(c);
	c->state = CONN_OPEN;
	return s[0];
}

static void
handshaken(struct conn *c)
{
	int sp = hand_over(c);

	if (sp == -1) {
		conn_free(c, GONE_RESET);
		return;
	}
	COUNT(handshakes);
	proc_worked();
	if (tls_conn_session_resumed(c->stream.tls))
		COUNT(resumed);
	else
		listen_spent();
	if (imsg_queued(c->taker) > 0)
		listen_consider();
	stream_open(&c->stream, sp);
}

/* the TLS object is made with the first bytes: who only connects is cheap */
static int
make_tls(struct conn *c)
{
	struct stream *s = &c->stream;

	if (s->tls != NULL)
		return 0;
	if (c->serving->tls == NULL ||
	    tls_accept_socket(c->serving->tls, &s->tls, s->fd) == -1)
		return -1;
	s->ssl = tlsx_last();
	return wire_use(s->ssl, s->fd);
}

static void
on_shake(struct stream *s)
{
	struct conn *c = of(s);
	int r;

	if (make_tls(c) == -1) {
		conn_free(c, GONE_RESET);
		return;
	}
	if ((r = stream_shake(s)) == 1)
		handshaken(c);
	else if (r == -1) {
		COUNT(failed);
		if (shun_failed(proc_now(), &c->peer))
			login_abuse(&c->peer, ABUSE_HANDSHAKE, SCANNED);
		log_put('D', "event=failed id=%llx service=%s why=\"%s\"",
		    (unsigned long long)c->id, c->serving->is.name,
		    tls_error(s->tls));
		conn_free(c, GONE_RESET);
	}
}

static const struct stream_owner owner = { on_shake, on_expired, on_ended,
	&relay.conf.close_ms };

int
conn_init(void)
{
	return stream_init(&owner);
}

static void
start(struct conn *c, int fd)
{
	c->state = CONN_HANDSHAKE;
	TAILQ_INSERT_TAIL(&self.young, c, young);
	self.nyoung++;
	c->prefix->handshakes++;
	stream_begin(&c->stream, fd, relay.conf.handshake_ms);
}

/* the daemon gets the TCP descriptor itself: no copy until STARTTLS */
static int
give_plain(struct conn *c, int fd)
{
	struct said said;
	size_t n = said_plain(c, &said);

	c->state = CONN_PLAIN;
	if ((c->taker = listen_taker(c->serving)) == -1) {
		close(fd);
		return -1;
	}
	login_open(c, 0);
	return imsg_send(c->taker, MSG_conn, c->id, &said, n, fd);
}

int
conn_accepted(struct serving *s, int fd, const struct addr *peer)
{
	struct conn *c = calloc(1, sizeof(*c));

	if (c == NULL || (c->prefix = prefix_get(peer)) == NULL) {
		close(fd);
		free(c);
		return -1;
	}
	c->prefix->conns++;
	relay.open++;
	proc_counters[RELAY_open] = relay.open;
	c->id = (uint64_t)proc_inst << 56 |
	    (relay.conf.incarnation & 0xffff) << 40 |
	    (++self.last & 0xffffffffff);
	LIST_INSERT_HEAD(&self.by_id[c->id % BUCKETS], c, by_id);
	stream_new(&c->stream);
	c->taker = -1;
	c->serving = s;
	s->conns++;
	c->peer = *peer;
	said_accepted(c, fd);
	if (s->is.kind == KIND_TLS)
		start(c, fd);
	else if (give_plain(c, fd) == -1)
		conn_free(c, GONE_RESET);
	return 0;
}

int
conn_switch(struct conn *c, int sp)
{
	c->done = c->moved = 1; /* its taker has nothing more to hear */
	return stream_switch(&c->stream, sp);
}

/* f may end the one it is given */
void
conn_each(void (*f)(struct conn *))
{
	struct conn *c, *next;
	int i;

	for (i = 0; i < BUCKETS; i++)
		for (c = LIST_FIRST(&self.by_id[i]); c != NULL; c = next) {
			next = LIST_NEXT(c, by_id);
			f(c);
		}
}

struct conn *
conn_find(uint64_t id)
{
	struct conn *c;

	LIST_FOREACH(c, &self.by_id[id % BUCKETS], by_id)
		if (c->id == id)
			return c;
	return NULL;
}

void
conn_starttls(struct conn *c, int fd)
{
	COUNT(starttls);
	c->starttls = 1;
	if (self.nyoung >= (int)relay.conf.handshakes)
		conn_drop_oldest();
	start(c, fd);
	if (c->prefix->handshakes <= relay.conf.handshakes_per_address)
		return;
	c->failed = FAILED_OVERLOAD;
	conn_free(c, GONE_RESET);
}

void
conn_done(struct conn *c)
{
	c->done = 1;
	if (c->state == CONN_PLAIN || c->state == CONN_HANDSHAKE)
		conn_free(c, GONE_CLEAN);
}

static int lost;

static void
lose(struct conn *c)
{
	if (c->taker != lost)
		return;
	c->done = 1; /* nobody hears GONE */
	c->taker = -1;
	if (c->state == CONN_PLAIN || c->state == CONN_HANDSHAKE)
		conn_free(c, GONE_RESET);
}

void
conn_taker_lost(int peer)
{
	lost = peer;
	conn_each(lose);
}

void
conn_drop_oldest(void)
{
	struct conn *c = TAILQ_FIRST(&self.young);

	if (c == NULL)
		return;
	COUNT(expired);
	c->failed = FAILED_OVERLOAD;
	conn_free(c, GONE_RESET);
}

int
conn_handshakes(void)
{
	return self.nyoung;
}

int
conn_none(void)
{
	return relay.open == 0;
}

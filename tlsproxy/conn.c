/*
 * conn: handshake, hand-over, bytes both ways, the end. Touches the client's
 * socket and the pair; believes neither. While one side is slower than the
 * other, the other is not read: that is the whole backpressure. One read per
 * event and direction keeps the relay fair.
 */
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "conn.h"
#include "said.h"
#include "tlsx.h"
#include "wire.h"

enum {
	BUCKETS = 1024,
	RECORD = 16384, /* bytes of plaintext in a TLS record */
};

static struct {
	LIST_HEAD(, conn) by_id[BUCKETS];
	TAILQ_HEAD(young, conn) young; /* oldest first */
	int nyoung;
	uint64_t last; /* counter of ids */
} self = { .young = TAILQ_HEAD_INITIALIZER(self.young) };

static void on_fd(int, short, void *);
static void on_sp(int, short, void *);

/* epoll is told only when the interest differs */
static void
want(struct event *ev, short *has, int fd, short what,
    void (*f)(int, short, void *), struct conn *c)
{
	if (*has == what)
		return;
	if (*has != 0)
		event_del(ev);
	*has = what;
	if (what == 0)
		return;
	event_assign(ev, proc_base, fd, what | EV_PERSIST, f, c);
	event_add(ev, NULL);
}

static void
want_fd(struct conn *c, short what)
{
	want(&c->fd_ev, &c->fd_want, c->fd, what, on_fd, c);
}

static void
want_sp(struct conn *c, short what)
{
	want(&c->sp_ev, &c->sp_want, c->sp, what, on_sp, c);
}

static void
young_end(struct conn *c)
{
	if (c->state != CONN_HANDSHAKE)
		return;
	TAILQ_REMOVE(&self.young, c, young);
	self.nyoung--;
	c->prefix->handshakes--;
	wheel_del(&relay.wheel, &c->deadline);
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

static void
close_sp(struct conn *c)
{
	if (c->sp == -1)
		return;
	want_sp(c, 0);
	close(c->sp);
	c->sp = -1;
}

static void
drop(struct flow *f)
{
	if (f->p != NULL)
		explicit_bzero(f->p, f->len);
	free(f->p);
	memset(f, 0, sizeof(*f));
}

void
conn_free(struct conn *c, enum gone why)
{
	static const int counter[] = { [GONE_CLEAN] = RELAY_gone_clean,
		[GONE_TRUNCATED] = RELAY_gone_truncated,
		[GONE_RESET] = RELAY_gone_reset };

	tell(c, why);
	if (c->state > CONN_HANDSHAKE)
		proc_counters[counter[why]]++;
	young_end(c);
	wheel_del(&relay.wheel, &c->deadline);
	close_sp(c);
	if (c->fd != -1)
		want_fd(c, 0);
	tls_free(c->tls);
	if (c->fd != -1)
		close(c->fd);
	drop(&c->up);
	drop(&c->down);
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

static void on_deadline(struct deadline *);

static void
arm(struct conn *c, uint32_t ms)
{
	c->deadline.fire = on_deadline;
	relay_deadline(&c->deadline, ms);
}

/*
 * Has the daemon left, or said its last? Its bytes may be there still. Epoll
 * could tell, but libevent takes an error on a pair for bytes only, and then
 * would go round in circles over it.
 */
static int
has_left(const struct conn *c)
{
	struct pollfd p = { c->sp, POLLRDHUP, 0 };

	return poll(&p, 1, 0) == 1;
}

static void
on_deadline(struct deadline *d)
{
	struct conn *c =
	    (struct conn *)((char *)d - offsetof(struct conn, deadline));

	if (c->state == CONN_OPEN && !c->left) { /* a client is slow */
		c->left = has_left(c);
		arm(c, relay.conf.close_ms);
		return;
	}
	if (c->state == CONN_HANDSHAKE)
		COUNT(expired);
	c->failed = FAILED_TIMEOUT;
	conn_free(c, c->state == CONN_LINGER ? GONE_CLEAN : GONE_RESET);
}

static int
keep(struct flow *f, const uint8_t *p, size_t len)
{
	if ((f->p = malloc(len)) == NULL)
		return -1;
	memcpy(f->p, p, len);
	f->len = len;
	f->off = 0;
	return 0;
}

static void
took(struct flow *f, size_t n)
{
	if ((f->off += n) == f->len)
		drop(f);
}

/* to the daemon: bytes taken. Who does not read any more gets no more */
static size_t
to_daemon(struct conn *c, const uint8_t *p, size_t len)
{
	ssize_t n = send(c->sp, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n == -1 && errno != EAGAIN && errno != EINTR) {
		c->deaf = 1;
		return len;
	}
	return n == -1 ? 0 : (size_t)n;
}

/* client -> daemon until one of them is empty or full; -1: freed */
static int
up(struct conn *c)
{
	ssize_t n;
	size_t w;

	c->read_wants = 0;
	if (c->up.len > 0)
		took(&c->up,
		    to_daemon(c, c->up.p + c->up.off, c->up.len - c->up.off));
	while (c->up.len == 0 && !c->client_eof && !c->deaf) {
		n = tls_read(c->tls, relay.scratch, SCRATCH);
		if (n == TLS_WANT_POLLIN || n == TLS_WANT_POLLOUT) {
			c->read_wants =
			    n == TLS_WANT_POLLIN ? EV_READ : EV_WRITE;
			return 0;
		}
		if (n < 0) {
			conn_free(c, tlsx_cut() ? GONE_TRUNCATED : GONE_RESET);
			return -1;
		}
		if (n == 0) {
			c->client_eof = 1;
			shutdown(c->sp, SHUT_WR);
			return 0;
		}
		w = to_daemon(c, relay.scratch, (size_t)n);
		if (w < (size_t)n &&
		    keep(&c->up, relay.scratch + w, (size_t)n - w) == -1) {
			conn_free(c, GONE_RESET);
			return -1;
		}
		if (!tlsx_pending(c->ssl))
			return 0;
	}
	return 0;
}

/* to the client: bytes taken, or -1: freed */
static ssize_t
to_client(struct conn *c, const uint8_t *p, size_t len)
{
	size_t done = 0;
	ssize_t n;

	c->write_wants = 0;
	while (done < len) {
		wire_more(len - done > RECORD); /* one record a call */
		n = tls_write(c->tls, p + done, len - done);
		wire_more(0);
		if (n == TLS_WANT_POLLIN || n == TLS_WANT_POLLOUT) {
			c->write_wants =
			    n == TLS_WANT_POLLIN ? EV_READ : EV_WRITE;
			break;
		}
		if (n <= 0) {
			conn_free(c, GONE_RESET);
			return -1;
		}
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* the daemon's last byte is out: close_notify, FIN, and the client's own */
static int
finish(struct conn *c)
{
	int r;

	if (c->state == CONN_CLOSING) {
		r = tls_close(c->tls);
		if (r == TLS_WANT_POLLIN || r == TLS_WANT_POLLOUT) {
			c->write_wants =
			    r == TLS_WANT_POLLIN ? EV_READ : EV_WRITE;
			return 0;
		}
		close_sp(c);
		drop(&c->up);
		shutdown(c->fd, SHUT_WR);
		c->state = CONN_LINGER;
	}
	if (c->client_eof) {
		conn_free(c, GONE_CLEAN);
		return -1;
	}
	return 0;
}

/* daemon -> client; -1: freed */
static int
down(struct conn *c)
{
	ssize_t n, w;

	if (c->down.len > 0) {
		w = to_client(c, c->down.p + c->down.off,
		    c->down.len - c->down.off);
		if (w == -1)
			return -1;
		took(&c->down, (size_t)w);
		if (w > 0)
			arm(c, relay.conf.close_ms);
		if (c->down.len > 0)
			return 0;
		if (c->state == CONN_OPEN)
			wheel_del(&relay.wheel, &c->deadline);
	}
	if (c->state != CONN_OPEN)
		return finish(c);
	n = recv(c->sp, relay.scratch, SCRATCH, MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0) {
		c->state = CONN_CLOSING;
		arm(c, relay.conf.close_ms);
		return finish(c);
	}
	if ((w = to_client(c, relay.scratch, (size_t)n)) == -1)
		return -1;
	if (w == n)
		return 0;
	if (keep(&c->down, relay.scratch + w, (size_t)(n - w)) == -1) {
		conn_free(c, GONE_RESET);
		return -1;
	}
	arm(c, relay.conf.close_ms);
	return 0;
}

static void
wants(struct conn *c)
{
	short fd = c->write_wants, sp = 0;

	if (c->state == CONN_LINGER)
		fd = EV_READ;
	if (c->state == CONN_OPEN) {
		if (c->up.len == 0 && !c->client_eof && !c->deaf)
			fd |= c->read_wants != 0 ? c->read_wants : EV_READ;
		sp = (c->down.len == 0 ? EV_READ : 0) |
		    (c->up.len > 0 ? EV_WRITE : 0);
	}
	want_fd(c, fd);
	if (c->sp != -1)
		want_sp(c, sp);
}

/* what the client still says after our FIN is of no interest */
static void
linger(struct conn *c)
{
	ssize_t n = recv(c->fd, relay.scratch, SCRATCH, MSG_DONTWAIT);

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		conn_free(c, GONE_CLEAN);
}

static int
hand_over(struct conn *c)
{
	struct said said;
	int s[2], r;
	size_t n;

	if (!c->starttls && (c->taker = listen_taker(c->serving)) == -1)
		return -1;
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		s) == -1)
		return -1;
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
	c->sp = s[0];
	c->state = CONN_OPEN;
	return 0;
}

static void
handshaken(struct conn *c)
{
	if (hand_over(c) == -1) {
		conn_free(c, GONE_RESET);
		return;
	}
	COUNT(handshakes);
	proc_worked();
	if (tls_conn_session_resumed(c->tls))
		COUNT(resumed);
	else
		listen_spent();
	if (imsg_queued(c->taker) > 0)
		listen_consider();
	if (up(c) == 0)
		wants(c);
}

/* the TLS object is made with the first bytes: who only connects is cheap */
static void
handshake(struct conn *c)
{
	int r;

	if (c->tls == NULL) {
		if (c->serving->tls == NULL ||
		    tls_accept_socket(c->serving->tls, &c->tls, c->fd) == -1) {
			conn_free(c, GONE_RESET);
			return;
		}
		c->ssl = tlsx_last();
		if (wire_use(c->ssl, c->fd) == -1) {
			conn_free(c, GONE_RESET);
			return;
		}
	}
	r = tls_handshake(c->tls);
	if (r == 0)
		handshaken(c);
	else if (r == TLS_WANT_POLLIN || r == TLS_WANT_POLLOUT)
		want_fd(c, r == TLS_WANT_POLLIN ? EV_READ : EV_WRITE);
	else {
		COUNT(failed);
		log_put('D', "event=failed id=%llx service=%s why=\"%s\"",
		    (unsigned long long)c->id, c->serving->is.name,
		    tls_error(c->tls));
		conn_free(c, GONE_RESET);
	}
}

static void
on_fd(int fd, short what, void *arg)
{
	struct conn *c = arg;

	(void)fd;
	if (c->state == CONN_HANDSHAKE) {
		handshake(c);
		return;
	}
	if (c->state == CONN_LINGER) {
		linger(c);
		return;
	}
	if ((c->write_wants & what) && down(c) == -1)
		return;
	if (c->state == CONN_OPEN && (what & (EV_READ | c->read_wants)) &&
	    up(c) == -1)
		return;
	wants(c);
}

static void
on_sp(int sp, short what, void *arg)
{
	struct conn *c = arg;

	(void)sp;
	if (((what & EV_WRITE) && up(c) == -1) ||
	    ((what & EV_READ) && down(c) == -1))
		return;
	wants(c);
}

static void
start(struct conn *c)
{
	c->state = CONN_HANDSHAKE;
	TAILQ_INSERT_TAIL(&self.young, c, young);
	self.nyoung++;
	c->prefix->handshakes++;
	arm(c, relay.conf.handshake_ms);
	want_fd(c, EV_READ);
}

/* the daemon gets the TCP descriptor itself: no copy until STARTTLS */
static int
give_plain(struct conn *c)
{
	struct said said;
	size_t n = said_plain(c, &said);
	int fd = c->fd;

	c->fd = -1;
	c->state = CONN_PLAIN;
	if ((c->taker = listen_taker(c->serving)) == -1) {
		close(fd);
		return -1;
	}
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
	c->fd = fd;
	c->sp = -1;
	c->taker = -1;
	c->serving = s;
	s->conns++;
	c->peer = *peer;
	said_accepted(c);
	if (s->is.kind == KIND_TLS)
		start(c);
	else if (give_plain(c) == -1)
		conn_free(c, GONE_RESET);
	return 0;
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
	c->fd = fd;
	c->starttls = 1;
	if (self.nyoung >= (int)relay.conf.handshakes)
		conn_drop_oldest();
	start(c);
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

void
conn_taker_lost(int peer)
{
	struct conn *c, *next;
	int i;

	for (i = 0; i < BUCKETS; i++)
		for (c = LIST_FIRST(&self.by_id[i]); c != NULL; c = next) {
			next = LIST_NEXT(c, by_id);
			if (c->taker != peer)
				continue;
			c->done = 1; /* nobody hears GONE */
			c->taker = -1;
			if (c->state == CONN_PLAIN ||
			    c->state == CONN_HANDSHAKE)
				conn_free(c, GONE_RESET);
		}
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

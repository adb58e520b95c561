/*
 * stream: see stream.h. Touches the stranger's socket and the pair; believes
 * neither. One read per event and direction keeps the process fair.
 */
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "limits.h"
#include "proc.h"
#include "stream.h"
#include "tlsx.h"
#include "wire.h"

enum { RECORD = 16384 }; /* bytes of plaintext in a TLS record */

static struct {
	const struct stream_owner *owner;
	uint8_t *scratch;
} self;

static void on_fd(int, short, void *);
static void on_sp(int, short, void *);
static void on_deadline(struct deadline *);

/* epoll is told only when the interest differs */
static void
want(struct event *ev, short *has, int fd, short what,
    void (*f)(int, short, void *), struct stream *s)
{
	if (*has == what)
		return;
	if (*has != 0)
		event_del(ev);
	*has = what;
	if (what == 0)
		return;
	event_assign(ev, proc_base, fd, what | EV_PERSIST, f, s);
	event_add(ev, NULL);
}

static void
want_fd(struct stream *s, short what)
{
	want(&s->fd_ev, &s->fd_want, s->fd, what, on_fd, s);
}

static void
want_sp(struct stream *s, short what)
{
	want(&s->sp_ev, &s->sp_want, s->old != -1 ? s->old : s->sp, what, on_sp,
	    s);
}

static int
ended(struct stream *s, enum gone why)
{
	self.owner->ended(s, why);
	return -1;
}

static void
close_one(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
close_sp(struct stream *s)
{
	want_sp(s, 0);
	close_one(&s->old);
	close_one(&s->sp);
}

static void
drop(struct flow *f)
{
	if (f->p != NULL)
		explicit_bzero(f->p, f->len);
	free(f->p);
	memset(f, 0, sizeof(*f));
}

/* the first of two daemons has its time in all, however it uses it */
static void
arm(struct stream *s)
{
	if (s->old == -1)
		tick_set(&s->deadline, *self.owner->close_ms);
}

static void
disarm(struct stream *s)
{
	if (s->old == -1)
		tick_del(&s->deadline);
}

/*
 * Has the daemon left, or said its last? Its bytes may be there still. Epoll
 * could tell, but libevent takes an error on a pair for bytes only, and then
 * would go round in circles over it.
 */
static int
has_left(const struct stream *s)
{
	struct pollfd p = { s->sp, POLLRDHUP, 0 };

	return poll(&p, 1, 0) == 1;
}

static void
on_deadline(struct deadline *d)
{
	struct stream *s =
	    (struct stream *)((char *)d - offsetof(struct stream, deadline));

	if (s->state == STREAM_HANDSHAKE) {
		self.owner->expired(s);
		return;
	}
	if (s->state == STREAM_OPEN && s->old == -1 && !s->left) {
		s->left = has_left(s); /* if not: a stranger is slow */
		arm(s);
		return;
	}
	ended(s, s->state == STREAM_LINGER ? GONE_CLEAN : GONE_RESET);
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
to_daemon(struct stream *s, const uint8_t *p, size_t len)
{
	ssize_t n = send(s->sp, p, len, MSG_NOSIGNAL | MSG_DONTWAIT);

	if (n == -1 && errno != EAGAIN && errno != EINTR) {
		s->deaf = 1;
		return len;
	}
	return n == -1 ? 0 : (size_t)n;
}

/* what TLS waits for; 0: for nothing */
static short
waits(ssize_t r)
{
	return r == TLS_WANT_POLLIN ? EV_READ :
	    r == TLS_WANT_POLLOUT   ? EV_WRITE :
				      0;
}

/* stranger -> daemon until one of them is empty or full; -1: ended */
static int
up(struct stream *s)
{
	ssize_t n;
	size_t w;

	s->read_wants = 0;
	if (s->up.len > 0)
		took(&s->up,
		    to_daemon(s, s->up.p + s->up.off, s->up.len - s->up.off));
	while (s->up.len == 0 && !s->peer_eof && !s->deaf) {
		n = tls_read(s->tls, self.scratch, SCRATCH);
		if ((s->read_wants = waits(n)) != 0)
			return 0;
		if (n < 0)
			return ended(s,
			    tlsx_cut() ? GONE_TRUNCATED : GONE_RESET);
		if (n == 0) {
			s->peer_eof = 1;
			shutdown(s->sp, SHUT_WR);
			return 0;
		}
		w = to_daemon(s, self.scratch, (size_t)n);
		if (w < (size_t)n &&
		    keep(&s->up, self.scratch + w, (size_t)n - w) == -1)
			return ended(s, GONE_RESET);
		if (!tlsx_pending(s->ssl))
			return 0;
	}
	return 0;
}

/* to the stranger: bytes taken, or -1: ended */
static ssize_t
to_peer(struct stream *s, const uint8_t *p, size_t len)
{
	size_t done = 0;
	ssize_t n;

	s->write_wants = 0;
	while (done < len) {
		wire_more(len - done > RECORD); /* one record a call */
		n = tls_write(s->tls, p + done, len - done);
		wire_more(0);
		if ((s->write_wants = waits(n)) != 0)
			break;
		if (n <= 0)
			return ended(s, GONE_RESET);
		done += (size_t)n;
	}
	return (ssize_t)done;
}

/* the daemon's last byte is out: close_notify, FIN, and the stranger's own */
static int
finish(struct stream *s)
{
	if (s->state == STREAM_CLOSING) {
		if ((s->write_wants = waits(tls_close(s->tls))) != 0)
			return 0;
		close_sp(s);
		drop(&s->up);
		shutdown(s->fd, SHUT_WR);
		s->state = STREAM_LINGER;
	}
	return s->peer_eof ? ended(s, GONE_CLEAN) : 0;
}

/* what was kept, and nothing behind it; 1: it is out, -1: ended */
static int
flush_down(struct stream *s)
{
	ssize_t w =
	    to_peer(s, s->down.p + s->down.off, s->down.len - s->down.off);

	if (w == -1)
		return -1;
	took(&s->down, (size_t)w);
	if (w > 0)
		arm(s);
	if (s->down.len > 0)
		return 0;
	if (s->state == STREAM_OPEN)
		disarm(s);
	return 1;
}

/* the daemon has said its last: the next one's turn, or all is over */
static int
at_eof(struct stream *s)
{
	if (s->old != -1) {
		want_sp(s, 0);
		close_one(&s->old);
		disarm(s);
		return 0;
	}
	s->state = STREAM_CLOSING;
	arm(s);
	return finish(s);
}

/* daemon -> stranger; -1: ended */
static int
down(struct stream *s)
{
	ssize_t n, w;
	int r;

	if (s->down.len > 0 && (r = flush_down(s)) != 1)
		return r;
	if (s->state != STREAM_OPEN)
		return finish(s);
	n = recv(s->old != -1 ? s->old : s->sp, self.scratch, SCRATCH,
	    MSG_DONTWAIT);
	if (n == -1 && (errno == EAGAIN || errno == EINTR))
		return 0;
	if (n <= 0)
		return at_eof(s);
	if ((w = to_peer(s, self.scratch, (size_t)n)) == -1)
		return -1;
	if (w == n)
		return 0;
	if (keep(&s->down, self.scratch + w, (size_t)(n - w)) == -1)
		return ended(s, GONE_RESET);
	arm(s);
	return 0;
}

static void
wants(struct stream *s)
{
	short fd = s->write_wants, sp = 0;

	if (s->state == STREAM_LINGER)
		fd = EV_READ;
	if (s->state == STREAM_OPEN) {
		if (s->up.len == 0 && !s->peer_eof && !s->deaf)
			fd |= s->read_wants != 0 ? s->read_wants : EV_READ;
		/* of two pairs the old one is watched: it takes nothing */
		sp = (s->down.len == 0 ? EV_READ : 0) |
		    (s->up.len > 0 && s->old == -1 ? EV_WRITE : 0);
	}
	want_fd(s, fd);
	if (s->sp != -1)
		want_sp(s, sp);
}

/* what the stranger still says after our FIN is of no interest */
static void
linger(struct stream *s)
{
	ssize_t n = recv(s->fd, self.scratch, SCRATCH, MSG_DONTWAIT);

	if (n == 0 || (n == -1 && errno != EAGAIN && errno != EINTR))
		ended(s, GONE_CLEAN);
}

static void
on_fd(int fd, short what, void *arg)
{
	struct stream *s = arg;

	(void)fd;
	if (s->state == STREAM_HANDSHAKE) {
		self.owner->shake(s);
		return;
	}
	if (s->state == STREAM_LINGER) {
		linger(s);
		return;
	}
	if ((s->write_wants & what) && down(s) == -1)
		return;
	if (s->state == STREAM_OPEN && (what & (EV_READ | s->read_wants)) &&
	    up(s) == -1)
		return;
	wants(s);
}

static void
on_sp(int sp, short what, void *arg)
{
	struct stream *s = arg;

	(void)sp;
	if (((what & EV_WRITE) && up(s) == -1) ||
	    ((what & EV_READ) && down(s) == -1))
		return;
	wants(s);
}

int
stream_init(const struct stream_owner *owner)
{
	self.owner = owner;
	return (self.scratch = malloc(SCRATCH)) == NULL ? -1 : 0;
}

void
stream_new(struct stream *s)
{
	memset(s, 0, sizeof(*s));
	s->fd = s->sp = s->old = -1;
	s->deadline.fire = on_deadline;
}

void
stream_begin(struct stream *s, int fd, uint32_t ms)
{
	s->fd = fd;
	tick_set(&s->deadline, ms);
	want_fd(s, EV_READ);
}

int
stream_shake(struct stream *s)
{
	int r = tls_handshake(s->tls);

	if (waits(r) != 0)
		want_fd(s, waits(r));
	return r == 0 ? 1 : waits(r) != 0 ? 0 : -1;
}

void
stream_open(struct stream *s, int sp)
{
	tick_del(&s->deadline);
	s->sp = sp;
	s->state = STREAM_OPEN;
	if (up(s) == 0)
		wants(s);
}

int
stream_switch(struct stream *s, int sp)
{
	if (s->state != STREAM_OPEN || s->old != -1) {
		close(sp);
		return ended(s, GONE_RESET);
	}
	want_sp(s, 0);
	arm(s);
	s->old = s->sp;
	s->sp = sp;
	s->left = s->deaf = 0;
	shutdown(s->old, SHUT_WR);
	if (s->peer_eof)
		shutdown(s->sp, SHUT_WR);
	if (up(s) == -1)
		return -1;
	wants(s);
	return 0;
}

void
stream_end(struct stream *s)
{
	tick_del(&s->deadline);
	close_sp(s);
	if (s->fd != -1)
		want_fd(s, 0);
	tls_free(s->tls);
	s->tls = NULL;
	s->ssl = NULL;
	close_one(&s->fd);
	drop(&s->up);
	drop(&s->down);
}

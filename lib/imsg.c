/*
 * imsg: checked messages over SOCK_SEQPACKET. The receiver trusts nothing but
 * the channel that a message came in on; whatever the table does not permit
 * ends that channel. Queues have a cap; who fills one is not read meanwhile.
 */
#include <sys/queue.h>
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sys.h"

enum {
	READ_BATCH = 16, /* messages of one peer per turn of the loop */
	DRAIN_BATCHES = 64,
};

struct waiting {
	STAILQ_ENTRY(waiting) next;
	struct imsg_head head;
	int fd;
	size_t len;
	char data[];
};

struct chan {
	int peer, fd;
	int held; /* not read until that peer's queue is empty; -1: read */
	uint64_t serial;
	struct event rd, wr;
	STAILQ_HEAD(, waiting) queue;
	size_t queued;
};

void (*imsg_on_lost)(int, int);
void (*imsg_on_sys)(struct imsg *);
void (*imsg_on_pass)(struct imsg *, const struct msg *);

static struct chan *chans[PEERS]; /* an idle process touches one page */
static uint64_t inbuf[MSG_MAX / 8];
static uint64_t serial;

/* clang-format off */
static const struct msg sysmsgs[] = {
{ "CONNECT",  PARENT, ANY,    8, 8,    1, NULL },
{ "STOP",     PARENT, ANY,    0, 0,    0, NULL },
{ "CRIME",    ANY,    PARENT, 8, 8,    0, NULL },
{ "READY",    ANY,    PARENT, 8, 8,    0, NULL },
{ "LOG",      ANY,    ANY,    1, LOG_LINE, 0, NULL },
{ "ROOT",     PARENT, ANY,    0, 0,    1, NULL },
{ "PATH",     PARENT, ANY,    8, 8,    1, NULL },
{ "VOICE",    PARENT, ANY,    0, 0,    1, NULL },
{ "BEGIN",    PARENT, ANY,    8, 8,    0, NULL },
{ "FORK",     PARENT, ANY,    8, 8,    1, NULL },
{ "FORKED",   ANY,    PARENT, 8, 8,    0, NULL },
{ "STATS",    PARENT, ANY,    0, 0,    0, NULL },
{ "COUNTERS", ANY,    PARENT, COUNTERS * 8, COUNTERS * 8, 0, NULL },
{ "DEBUG",    PARENT, ANY,    8, 8,    0, NULL },
};
/* clang-format on */
_Static_assert(sizeof(sysmsgs) / sizeof(*sysmsgs) == SYS_END - SYS_CONNECT,
    "a row for each");

int
imsg_is(int row, int end)
{
	return end == row || end == ANY ||
	    (end >= ROWS && procs[row].roles & BIT(end - ROWS));
}

/* a zygote speaks for its children, and is spoken to for them */
static int
speaks(int row, int end)
{
	int k;

	for (k = 1; row != PARENT && k < nprocs; k++)
		if (procs[k].zygote == row && imsg_is(k, end))
			return 1;
	return imsg_is(row, end);
}

/* may it stand on a channel between these two? A child has one only */
static int
passes(const struct msg *m, int from, int to)
{
	return (speaks(from, m->from) ||
		   (from != PARENT && procs[to].zygote == from)) &&
	    (speaks(to, m->to) || (to != PARENT && procs[from].zygote == to));
}

const struct msg *
imsg_row(uint32_t type, int from, int to, size_t len, int fd)
{
	const struct msg *m = NULL;

	if (type < (uint32_t)nmsgs && passes(&msgs[type], from, to))
		m = &msgs[type];
	else if (type >= SYS_CONNECT && type < SYS_END &&
	    imsg_is(from, sysmsgs[type - SYS_CONNECT].from) &&
	    imsg_is(to, sysmsgs[type - SYS_CONNECT].to))
		m = &sysmsgs[type - SYS_CONNECT];
	if (m == NULL || len < m->min || len > m->max || (fd != -1) != m->fd) {
		errno = EBADMSG;
		return NULL;
	}
	return m;
}

int
imsg_pair(int s[2])
{
	return socketpair(AF_UNIX,
	    SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, s);
}

/* one record out; the descriptor stays open */
int
imsg_put(int s, const struct imsg_head *head, const void *data, size_t len,
    int fd)
{
	union {
		struct cmsghdr h;
		char b[CMSG_SPACE(sizeof(int))];
	} u;
	struct iovec v[2] = { { (void *)head, sizeof(*head) },
		{ (void *)data, len } };
	struct msghdr m = { .msg_iov = v, .msg_iovlen = 2 };

	if (fd != -1) {
		memset(&u, 0, sizeof(u));
		m.msg_control = u.b;
		m.msg_controllen = CMSG_LEN(sizeof(int));
		u.h.cmsg_len = CMSG_LEN(sizeof(int));
		u.h.cmsg_level = SOL_SOCKET;
		u.h.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&u.h), &fd, sizeof(fd));
	}
	return sendmsg(s, &m, MSG_NOSIGNAL | MSG_DONTWAIT) == -1 ? -1 : 0;
}

/*
 * One record in: payload bytes, or -1. Room for exactly one descriptor:
 * CMSG_SPACE(4) would hold two, and the second one would leak.
 */
ssize_t
imsg_get(int s, struct imsg_head *head, void *data, size_t size, int *fd)
{
	union {
		struct cmsghdr h;
		char b[CMSG_SPACE(sizeof(int))];
	} u;
	struct iovec v[2] = { { head, sizeof(*head) }, { data, size } };
	struct msghdr m = { .msg_iov = v,
		.msg_iovlen = 2,
		.msg_control = u.b,
		.msg_controllen = CMSG_LEN(sizeof(int)) };
	struct cmsghdr *c;
	ssize_t n;

	*fd = -1;
	n = recvmsg(s, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	/* it ended with something unread; its own last words come behind */
	if (n == -1 && errno == ECONNRESET)
		n = recvmsg(s, &m, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
	if (n == -1)
		return -1;
	if ((c = CMSG_FIRSTHDR(&m)) != NULL && c->cmsg_level == SOL_SOCKET &&
	    c->cmsg_type == SCM_RIGHTS)
		memcpy(fd, CMSG_DATA(c), sizeof(*fd));
	if (n >= (ssize_t)sizeof(*head) && head->zero == 0 &&
	    !(m.msg_flags & (MSG_TRUNC | MSG_CTRUNC)))
		return n - (ssize_t)sizeof(*head);
	/* without one that came: we are out of descriptors, no crime */
	errno = (m.msg_flags & MSG_CTRUNC) && *fd == -1 ? EMFILE :
	    n == 0 && *fd == -1				? ECONNRESET :
							  EBADMSG;
	if (*fd != -1)
		close(*fd);
	*fd = -1;
	return -1;
}

static void on_write(int, short, void *);

static int
is_full(int e)
{
	return e == EAGAIN || e == ENOBUFS || e == ETOOMANYREFS || e == EINTR;
}

/* EAGAIN ends with writability; the other two only with time */
static void
arm(struct chan *c, int e)
{
	static const struct timeval soon = { 0, 10000 };

	if (e == EAGAIN)
		event_assign(&c->wr, proc_base, c->fd, EV_WRITE, on_write, c);
	else
		evtimer_assign(&c->wr, proc_base, on_write, c);
	event_add(&c->wr, e == EAGAIN ? NULL : &soon);
}

static void
waiting_free(struct waiting *w)
{
	if (w->fd != -1)
		close(w->fd);
	explicit_bzero(w->data, w->len);
	free(w);
}

/* nothing waits for this peer any more: read those who made it wait */
static void
release(int peer)
{
	int p;

	for (p = 0; p < PEERS; p++)
		if (chans[p] != NULL && chans[p]->held == peer) {
			chans[p]->held = -1;
			event_add(&chans[p]->rd, NULL);
		}
}

static void
on_write(int s, short what, void *arg)
{
	struct chan *c = arg;
	struct waiting *w;

	(void)s, (void)what;
	while ((w = STAILQ_FIRST(&c->queue)) != NULL) {
		if (imsg_put(c->fd, &w->head, w->data, w->len, w->fd) == -1 &&
		    is_full(errno)) {
			arm(c, errno);
			return;
		}
		STAILQ_REMOVE_HEAD(&c->queue, next);
		c->queued -= sizeof(*w) + w->len;
		waiting_free(w);
	}
	release(c->peer);
}

/* all of a zygote's children are behind it; all the world, for a child */
static struct chan *
route(int peer)
{
	const int via[] = { peer, procs[ROW(peer)].zygote,
		procs[proc_self].zygote };
	int i;

	for (i = 0; i < 3; i++)
		if ((i == 0 || via[i] != PARENT) && chans[via[i]] != NULL)
			return chans[via[i]];
	return NULL;
}

static int
enqueue(struct chan *c, const struct imsg_head *head, const void *data,
    size_t len, int fd)
{
	struct waiting *w;

	errno = ENOBUFS;
	if (c->queued + sizeof(*w) + len > IMSG_QUEUE ||
	    (w = malloc(sizeof(*w) + len)) == NULL)
		return -1;
	w->head = *head;
	if (len > 0)
		memcpy(w->data, data, len);
	w->len = len;
	w->fd = fd;
	c->queued += sizeof(*w) + len;
	STAILQ_INSERT_TAIL(&c->queue, w, next);
	return 0;
}

static int
put(struct chan *c, uint32_t type, uint64_t id, const void *data, size_t len,
    int fd)
{
	const struct imsg_head head = { type, 0, id };
	int r = -1, full = 0;

	errno = ENOTCONN;
	if (c == NULL)
		goto done;
	if (STAILQ_EMPTY(&c->queue)) {
		r = imsg_put(c->fd, &head, data, len, fd);
		if (r == 0 || !is_full(errno))
			goto done;
		full = errno;
	}
	if ((r = enqueue(c, &head, data, len, fd)) == 0) {
		if (full)
			arm(c, full);
		return 0;
	}
done:
	if (fd != -1)
		close(fd);
	return r;
}

int
imsg_send(int peer, uint32_t type, uint64_t id, const void *data, size_t len,
    int fd)
{
	if (imsg_row(type, proc_self, ROW(peer), len, fd) != NULL)
		return put(route(peer), type, id, data, len, fd);
	if (fd != -1)
		close(fd);
	errno = EBADMSG;
	return -1;
}

/*
 * Who fills a queue is not read until it is empty. Of two peers only one may
 * do so to the other (it answers; that one asks), or both wait for ever.
 */
static void
hold(int from, int peer)
{
	if (chans[from] == NULL || chans[peer] == NULL ||
	    STAILQ_EMPTY(&chans[peer]->queue))
		return;
	chans[from]->held = peer;
	event_del(&chans[from]->rd);
}

int
imsg_pass(int peer, struct imsg *m)
{
	int r = put(peer == -1 ? NULL : chans[peer], m->type, m->id, m->data,
	    m->len, imsg_get_fd(m));

	if (peer != -1)
		hold(m->from, peer);
	return r;
}

int
imsg_reply(struct imsg *m, uint32_t type, const void *data, size_t len, int fd)
{
	int r = imsg_send(m->from, type, m->id, data, len, fd);

	hold(m->from, m->from);
	return r;
}

int
imsg_get_fd(struct imsg *m)
{
	int fd = m->fd;

	m->fd = -1;
	return fd;
}

void
imsg_crime(struct imsg *m, const char *why)
{
	log_warn("event=crime peer=%s.%d why=\"%s\"", procs[ROW(m->from)].name,
	    INST(m->from), why);
	imsg_on_lost(m->from, EBADMSG);
}

static void
dispatch(struct imsg *m)
{
	const struct msg *row;

	row = imsg_row(m->type, ROW(m->from), proc_self, m->len, m->fd);
	if (row == NULL) {
		log_warn("event=crime peer=%s.%d type=%u bytes=%zu fd=%d",
		    procs[ROW(m->from)].name, INST(m->from), m->type, m->len,
		    m->fd != -1);
		imsg_on_lost(m->from, EBADMSG);
	} else if (!imsg_is(proc_self, row->to))
		imsg_on_pass(m, row);
	else if (row->handle != NULL)
		row->handle(m);
	else
		imsg_on_sys(m);
	if (m->fd != -1)
		close(m->fd);
}

/* a message is lost with its descriptor; its sender asks again, or sees EOF */
static void
starved(int peer)
{
	static uint64_t told;

	if (told != 0 && proc_now() - told < 1000)
		return;
	told = proc_now();
	log_warn("event=nofile peer=%s.%d", procs[ROW(peer)].name, INST(peer));
}

static void
on_read(int s, short what, void *arg)
{
	struct chan *c = arg;
	const uint64_t mine = c->serial;
	const int peer = c->peer;
	struct imsg_head head;
	struct imsg m;
	ssize_t n;
	int i;

	(void)what;
	for (i = 0; i < READ_BATCH; i++) {
		if (chans[peer] != c || c->serial != mine || c->held != -1)
			return;
		n = imsg_get(s, &head, inbuf, sizeof(inbuf), &m.fd);
		if (n == -1 && errno == EMFILE) {
			starved(peer);
			continue;
		}
		if (n == -1) {
			if (errno != EAGAIN && errno != EINTR)
				imsg_on_lost(peer, errno);
			return;
		}
		m.type = head.type;
		m.from = peer;
		m.id = head.id;
		m.len = n;
		m.data = inbuf;
		dispatch(&m);
		explicit_bzero(inbuf, n); /* a fork inherits no secret */
	}
}

void
imsg_drain(int peer)
{
	struct chan *c = chans[peer];
	const uint64_t mine = c != NULL ? c->serial : 0;
	int i;

	for (i = 0; i < DRAIN_BATCHES && chans[peer] == c && c != NULL &&
	     c->serial == mine;
	     i++)
		on_read(c->fd, EV_READ, c);
}

/* -1: nothing came in time, or the channel is gone */
static ssize_t
await(struct chan *c, uint32_t type, uint64_t id, void *out, size_t size,
    uint64_t until)
{
	struct pollfd p = { c->fd, POLLIN, 0 };
	struct imsg_head head;
	uint64_t t;
	ssize_t n;
	int fd;

	for (;;) {
		errno = ETIMEDOUT;
		if ((t = proc_now()) >= until)
			return -1;
		if (poll(&p, 1, (int)(until - t)) <= 0)
			continue;
		n = imsg_get(c->fd, &head, out, size, &fd);
		if (n == -1 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n == -1)
			return -1;
		if (head.type != type ||
		    imsg_row(type, ROW(c->peer), proc_self, n, fd) == NULL ||
		    fd != -1) {
			if (fd != -1)
				close(fd);
			errno = EBADMSG;
			return -1;
		}
		if (head.id == id)
			return n;
	}
}

ssize_t
imsg_call(int peer, uint32_t type, const void *data, size_t len,
    uint32_t answer, void *out, size_t size, int ms)
{
	static uint64_t calls;
	const struct imsg_head head = { type, 0, ++calls };
	const uint64_t until = proc_now() + (uint64_t)ms;
	struct chan *c = chans[peer];
	struct pollfd p = { c != NULL ? c->fd : -1, POLLOUT, 0 };
	ssize_t n = -1;
	int e;

	errno = ENOTCONN;
	if (c == NULL || imsg_row(type, proc_self, ROW(peer), len, -1) == NULL)
		return -1;
	while ((e = imsg_put(c->fd, &head, data, len, -1)) == -1 &&
	    is_full(errno) && proc_now() < until)
		poll(&p, 1, 10);
	if (e == 0)
		n = await(c, answer, head.id, out, size, until);
	if (n != -1)
		return n;
	e = errno == ETIMEDOUT || is_full(errno) ? ETIMEDOUT :
	    errno == EBADMSG			 ? EBADMSG :
						   ENOTCONN;
	if (e != ETIMEDOUT)
		imsg_on_lost(peer, e == EBADMSG ? EBADMSG : ECONNRESET);
	errno = e;
	return -1;
}

int
imsg_is_open(int peer)
{
	return chans[peer] != NULL;
}

size_t
imsg_queued(int peer)
{
	return chans[peer] != NULL ? chans[peer]->queued : 0;
}

int
imsg_find(int end)
{
	int p;

	for (p = 0; p < PEERS; p++)
		if (chans[p] != NULL && imsg_is(ROW(p), end))
			return p;
	return -1;
}

void
imsg_forget(void)
{
	memset(chans, 0, sizeof(chans));
}

void
imsg_open(int peer, int fd)
{
	struct chan *c;

	imsg_close(peer);
	if ((c = chans[peer] = calloc(1, sizeof(*c))) == NULL)
		fatal("memory");
	c->peer = peer;
	c->held = -1;
	c->fd = fd;
	c->serial = ++serial;
	STAILQ_INIT(&c->queue);
	event_assign(&c->rd, proc_base, fd, EV_READ | EV_PERSIST, on_read, c);
	event_assign(&c->wr, proc_base, fd, EV_WRITE, on_write, c);
	event_add(&c->rd, NULL);
}

void
imsg_close(int peer)
{
	struct chan *c = chans[peer];
	struct waiting *w;

	if (c == NULL)
		return;
	event_del(&c->rd);
	event_del(&c->wr);
	while ((w = STAILQ_FIRST(&c->queue)) != NULL) {
		STAILQ_REMOVE_HEAD(&c->queue, next);
		waiting_free(w);
	}
	close(c->fd);
	free(c);
	chans[peer] = NULL;
	release(peer);
}

/*
 * conn: see conn.h. Touches one socket and believes nothing that comes from
 * it. Says to epoll only what is news.
 */
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "conn.h"
#include "limits.h"
#include "proc.h"

void
conn_open(struct conn *c, int fd, int pair)
{
	c->fd = fd;
	c->want = 0;
	c->pair = pair;
	c->wide = 0;
}

void
conn_want(struct conn *c, short what, void (*ready)(int, short, void *),
    void *arg)
{
	if (c->want == what)
		return;
	if (c->want != 0)
		event_del(&c->ev);
	c->want = what;
	if (what == 0)
		return;
	event_assign(&c->ev, proc_base, c->fd, what | EV_PERSIST, ready, arg);
	event_add(&c->ev, NULL);
}

ssize_t
conn_read(struct conn *c, void *p, size_t n)
{
	ssize_t r = recv(c->fd, p, n, MSG_DONTWAIT);

	if (r == -1 && errno == EINTR)
		errno = EAGAIN;
	return r;
}

ssize_t
conn_write(struct conn *c, const void *p, size_t n, int more)
{
	ssize_t r = send(c->fd, p, n,
	    MSG_DONTWAIT | MSG_NOSIGNAL | (more ? MSG_MORE : 0));

	if (r == -1 && (errno == EINTR || errno == ENOBUFS))
		errno = EAGAIN;
	return r;
}

ssize_t
conn_file(struct conn *c, int fd, uint64_t at, size_t n)
{
	off_t off = (off_t)at;
	ssize_t r = sendfile(c->fd, fd, &off, n);

	if (r == -1 && errno == ENOSYS)
		errno = EINVAL;
	if (r == -1 && (errno == EINTR || errno == ENOBUFS))
		errno = EAGAIN;
	return r;
}

/* TCP finds its own size; what the relay takes at a time is ours to say */
void
conn_widen(struct conn *c)
{
	const int size = HTTPD_SNDBUF;

	if (c->wide)
		return;
	c->wide = 1;
	/* sendfile() has no flag of its own for it */
	fcntl(c->fd, F_SETFL, O_RDWR | O_NONBLOCK);
	if (c->pair)
		setsockopt(c->fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof(size));
}

void
conn_end(struct conn *c)
{
	shutdown(c->fd, SHUT_WR);
}

void
conn_close(struct conn *c)
{
	if (c->want != 0)
		event_del(&c->ev);
	c->want = 0;
	close(c->fd);
	c->fd = -1;
}

/*
 * connect: see connect.h. Touches sockets; an address comes from strangers
 * and may be one of this machine or its network, which are not reached so.
 */
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <unistd.h>

#include "connect.h"
#include "proc.h"

enum { TRY_MS = 30000 }; /* for one address */

union sock {
	struct sockaddr sa;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_storage all;
};

static void try_next(struct connect *);

static socklen_t
to_sock(union sock *s, const struct addr *a)
{
	memset(s, 0, sizeof(*s));
	s->sa.sa_family = a->family;
	if (a->family == AF_INET) {
		s->v4.sin_port = htons(a->port);
		memcpy(&s->v4.sin_addr, a->ip, sizeof(s->v4.sin_addr));
		return sizeof(s->v4);
	}
	s->v6.sin6_port = htons(a->port);
	s->v6.sin6_scope_id = a->scope;
	memcpy(&s->v6.sin6_addr, a->ip, sizeof(s->v6.sin6_addr));
	return sizeof(s->v6);
}

static void
from_sock(struct addr *a, const union sock *s)
{
	memset(a, 0, sizeof(*a));
	a->family = s->sa.sa_family;
	if (a->family == AF_INET) {
		a->port = ntohs(s->v4.sin_port);
		memcpy(a->ip, &s->v4.sin_addr, sizeof(s->v4.sin_addr));
		return;
	}
	a->port = ntohs(s->v6.sin6_port);
	a->scope = s->v6.sin6_scope_id;
	memcpy(a->ip, &s->v6.sin6_addr, sizeof(s->v6.sin6_addr));
}

int
connect_ends(int fd, struct addr *peer, struct addr *local)
{
	socklen_t n = sizeof(union sock), m = sizeof(union sock);
	union sock p = { .all = { 0 } }, l = p;

	if (getpeername(fd, &p.sa, &n) == -1 ||
	    getsockname(fd, &l.sa, &m) == -1)
		return -1;
	from_sock(peer, &p);
	from_sock(local, &l);
	return 0;
}

/* a datagram socket learns without a packet from where it would send; what
 * is reached from itself is here. IPv4 reaches a second address of ours from
 * the first one, unless it is asked to begin there, which is refused, at the
 * latest by connect(2), where the address is another's */
static int
is_ours(const struct addr *a)
{
	int fd = socket(a->family, SOCK_DGRAM | SOCK_CLOEXEC, 0), r = 0;
	struct addr peer, local = *a;
	union sock s;

	if (fd == -1)
		return 1; /* not known: not reached */
	local.port = 0;
	if (a->family == AF_INET)
		(void)bind(fd, &s.sa, to_sock(&s, &local));
	if (connect(fd, &s.sa, to_sock(&s, a)) == 0 &&
	    connect_ends(fd, &peer, &local) == 0) {
		local.port = peer.port;
		local.scope = peer.scope;
		r = address_same(&peer, &local);
	}
	close(fd);
	return r;
}

static int
may(const struct connect *c, const struct addr *a)
{
	return address_is_in(c->rules->permit, c->rules->npermit, a) ||
	    (address_is_public(a) && !is_ours(a));
}

static void
drop(struct connect *c)
{
	if (c->fd == -1)
		return;
	event_del(&c->event);
	close(c->fd);
	c->fd = -1;
}

static void
on_event(int fd, short what, void *arg)
{
	struct connect *c = arg;
	socklen_t n = sizeof(c->error);

	c->error = ETIMEDOUT;
	if (what & EV_WRITE &&
	    getsockopt(fd, SOL_SOCKET, SO_ERROR, &c->error, &n) == -1)
		c->error = errno;
	if (c->error == 0) {
		event_del(&c->event);
		c->fd = -1;
		c->done(c, fd);
		return;
	}
	drop(c);
	try_next(c);
}

/* 0: it is under way, or there already; -1: errno */
static int
begin(struct connect *c, const struct addr *to)
{
	static const int one = 1;
	const struct timeval tv = proc_tv(TRY_MS);
	const struct addr *from =
	    to->family == AF_INET ? &c->rules->source4 : &c->rules->source6;
	union sock s;

	c->fd =
	    socket(to->family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (c->fd == -1) {
		c->error = errno;
		return -1;
	}
	/* the port is chosen with the connection: more than one may have it */
	if (from->family != 0 &&
	    (setsockopt(c->fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &one,
		 sizeof(one)) == -1 ||
		bind(c->fd, &s.sa, to_sock(&s, from)) == -1))
		goto fail;
	if (connect(c->fd, &s.sa, to_sock(&s, to)) == -1 &&
	    errno != EINPROGRESS)
		goto fail;
	event_assign(&c->event, proc_base, c->fd, EV_WRITE, on_event, c);
	event_add(&c->event, &tv);
	return 0;
fail:
	c->error = errno;
	close(c->fd);
	c->fd = -1;
	return -1;
}

static void
try_next(struct connect *c)
{
	const struct addr *a;

	while (c->at < c->n) {
		a = &c->list[c->at++];
		if (!may(c, a))
			continue;
		c->tried++;
		if (begin(c, a) == 0)
			return;
	}
	c->done(c, -1);
}

void
connect_start(struct connect *c)
{
	c->at = 0;
	c->error = 0;
	c->tried = 0;
	c->fd = -1;
	try_next(c);
}

void
connect_stop(struct connect *c)
{
	drop(c);
}

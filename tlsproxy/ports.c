/*
 * ports: the listening sockets. The parent binds and keeps all of them, so
 * the backlog survives every process below it; each relay slot has a socket
 * of its own for each address (SO_REUSEPORT), so no connection wakes two.
 */
#include <sys/socket.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tlsproxy.h"

enum { BACKLOG = 1024, DEFER_S = 5 };

struct port {
	uint32_t service; /* its index */
	int tls;	  /* enum kind */
	struct sockaddr_storage ss;
	socklen_t len;
	int fd[RELAYS_MAX];
	int shared; /* with the set in force, or with the next one */
};

struct ports {
	struct port *v;
	size_t n;
};

static struct {
	struct ports now, next;
	int slots;
} self;

int
ports_slots(const struct gate_conf *c)
{
	long n =
	    c->relays > 0 ? (long)c->relays : sysconf(_SC_NPROCESSORS_ONLN);

	if (self.slots == 0)
		self.slots = n < 1 ? 1 : n > RELAYS_MAX ? RELAYS_MAX : (int)n;
	return self.slots;
}

static void
print(const struct port *p, char *b, size_t size)
{
	char ip[INET6_ADDRSTRLEN] = "?";
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)&p->ss;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&p->ss;
	int six = p->ss.ss_family == AF_INET6;

	if (six)
		inet_ntop(AF_INET6, &v6->sin6_addr, ip, sizeof(ip));
	else
		inet_ntop(AF_INET, &v4->sin_addr, ip, sizeof(ip));
	snprintf(b, size, six ? "[%s]:%d" : "%s:%d", ip,
	    ntohs(six ? v6->sin6_port : v4->sin_port));
}

/* a socket whose clients wait until a relay has it; -1: errno */
static int
bound(const struct port *p)
{
	static const int one = 1, defer = DEFER_S;
	int s = socket(p->ss.ss_family,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	if (s == -1)
		return -1;
	/* what a connection inherits saves a call for each of them */
	setsockopt(s, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (p->tls == KIND_TLS)
		setsockopt(s, IPPROTO_TCP, TCP_DEFER_ACCEPT, &defer,
		    sizeof(defer));
	if (p->ss.ss_family == AF_INET6)
		setsockopt(s, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
	if (setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) == 0 &&
	    setsockopt(s, SOL_SOCKET, SO_REUSEPORT, &one, sizeof(one)) == 0 &&
	    bind(s, (const struct sockaddr *)&p->ss, p->len) == 0 &&
	    listen(s, BACKLOG) == 0)
		return s;
	close(s);
	return -1;
}

static struct port *
find(const struct port *p)
{
	size_t i;

	for (i = 0; i < self.now.n; i++)
		if (self.now.v[i].len == p->len &&
		    self.now.v[i].tls == p->tls &&
		    memcmp(&self.now.v[i].ss, &p->ss, p->len) == 0)
			return &self.now.v[i];
	return NULL;
}

static void
close_all(struct ports *set)
{
	size_t i;
	int j;

	for (i = 0; i < set->n; i++)
		for (j = 0; j < self.slots && !set->v[i].shared; j++)
			if (set->v[i].fd[j] != -1)
				close(set->v[i].fd[j]);
	free(set->v);
	memset(set, 0, sizeof(*set));
}

/* one address of one family; -1: said why */
static int
add(uint32_t service, int tls, const struct sockaddr *sa, socklen_t len,
    int optional)
{
	struct port *p, *old;
	char name[64];
	int j;

	p = reallocarray(self.next.v, self.next.n + 1, sizeof(*p));
	if (p == NULL)
		return -1;
	self.next.v = p;
	p += self.next.n;
	memset(p, 0, sizeof(*p));
	memset(p->fd, 0xff, sizeof(p->fd));
	p->service = service;
	p->tls = tls;
	p->len = len;
	memcpy(&p->ss, sa, len);
	if ((old = find(p)) != NULL) {
		memcpy(p->fd, old->fd, sizeof(p->fd));
		p->shared = old->shared = 1;
		self.next.n++;
		return 0;
	}
	for (j = 0; j < self.slots; j++)
		if ((p->fd[j] = bound(p)) == -1)
			break;
	if (j == self.slots) {
		self.next.n++;
		return 0;
	}
	if (optional && (errno == EAFNOSUPPORT || errno == EADDRNOTAVAIL))
		return 0; /* a machine without IPv6 */
	print(p, name, sizeof(name));
	log_warn("listen %s: %s", name, strerror(errno));
	while (j-- > 0)
		close(p->fd[j]);
	return -1;
}

static int
add_both(uint32_t service, int tls, const struct conf_addr *a)
{
	struct sockaddr_in v4 = { .sin_family = AF_INET,
		.sin_port = htons(a->port) };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(a->port),
		.sin6_addr = in6addr_any };

	if (a->family != AF_UNSPEC)
		return add(service, tls, (const struct sockaddr *)&a->ss,
		    a->len, 0);
	return add(service, tls, (struct sockaddr *)&v4, sizeof(v4), 0) == -1 ||
		add(service, tls, (struct sockaddr *)&v6, sizeof(v6), 1) == -1 ?
	    -1 :
	    0;
}

int
ports_open(const struct gate_conf *c)
{
	const struct gate_service *s = c->services.v;
	const struct conf_addr *a;
	size_t i, j;

	ports_slots(c);
	for (i = 0; i < c->services.n; i++)
		for (j = 0, a = s[i].listen.v; j < s[i].listen.n; j++)
			if (add_both((uint32_t)i, s[i].tls, &a[j]) == -1) {
				ports_abort();
				return -1;
			}
	return 0;
}

static void
unshare_all(struct ports *set)
{
	size_t i;

	for (i = 0; i < set->n; i++)
		set->v[i].shared = 0;
}

void
ports_commit(void)
{
	close_all(&self.now);
	self.now = self.next;
	memset(&self.next, 0, sizeof(self.next));
	unshare_all(&self.now);
}

void
ports_abort(void)
{
	close_all(&self.next);
	unshare_all(&self.now);
}

void
ports_send(int relay)
{
	struct relay_listen l = { 0 };
	int slot = INST(relay) % RELAYS_MAX;
	size_t i;

	for (i = 0; i < self.now.n && slot < self.slots; i++) {
		l.index = self.now.v[i].service;
		imsg_send(relay, MSG_listen, 0, &l, sizeof(l),
		    fcntl(self.now.v[i].fd[slot], F_DUPFD_CLOEXEC, 0));
	}
}

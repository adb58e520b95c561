/*
 * dnsconf: dial's part of the configuration. Reads trust anchors, which root
 * put there, checks them line by line and hands them on as a sealed memfd:
 * dial itself opens no file.
 */
#include <sys/stat.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "anchors.h"
#include "buf.h"
#include "certs.h"
#include "sealed.h"
#include "tlsproxy.h"

struct file {
	const char *path;
	struct buf *to;
	int root; /* it has one of the root zone */
};

static struct {
	int now, next; /* memfd + 1 of anchors; 0: none */
} self;

static int
take(const char *record, void *arg)
{
	struct file *f = arg;

	f->root |= record[0] == '.';
	return buf_printf(f->to, "%s\n", record);
}

static void
complain(size_t line, const char *what, void *arg)
{
	const struct file *f = arg;

	log_warn("%s:%zu: %s", f->path, line, what);
}

/* -1: errno */
static int
slurp(const char *path, char *text, size_t *len)
{
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC), e = 0;
	struct stat st;
	ssize_t r = 1;

	if (fd == -1)
		return -1;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_size > ANCHORS_MAX)
		e = EFBIG;
	for (*len = 0; e == 0 && r > 0 && *len < ANCHORS_MAX; *len += (size_t)r)
		if ((r = read(fd, text + *len, ANCHORS_MAX - *len)) == -1) {
			e = errno;
			r = 0;
		}
	close(fd);
	errno = e;
	return e == 0 ? 0 : -1;
}

/* 1: it is not there; -1: said why */
static int
read_file(struct file *f)
{
	static char text[ANCHORS_MAX];
	size_t len;

	if (slurp(f->path, text, &len) == -1) {
		if (errno == ENOENT)
			return 1;
		log_warn("%s: %s", f->path, strerror(errno));
		return -1;
	}
	return anchors_parse(text, len, take, complain, f);
}

/* of the file of the root zone, and those of one's own; -1: said why */
static int
read_anchors(const struct gate_conf *c, struct buf *b)
{
	struct file root = { c->root_anchor, b, 0 }, own = { c->anchors, b, 0 };
	int r = *root.path == '\0' ? 1 : read_file(&root);

	if (r == 1) {
		log_warn("%s: not there; no answer of the DNS is secure, "
			 "there is no DANE",
		    *root.path == '\0' ? "dial.root-anchor" : root.path);
		return 0;
	}
	if (r == 0 && !root.root) {
		log_warn("%s: no anchor of the root zone", root.path);
		r = -1;
	}
	if (*own.path == '\0')
		return r;
	switch (read_file(&own)) {
	case 0:
		return r;
	case 1:
		log_warn("%s: not there", own.path);
		return -1;
	default:
		return -1;
	}
}

int
dnsconf_load(const struct gate_conf *c)
{
	struct buf b = { .cap = ANCHORS_MAX };
	int r = c->out ? read_anchors(c, &b) : 0;

	dnsconf_abort();
	if (r == 0)
		self.next = 1 + sealed_make(buf_data(&b), b.len);
	buf_free(&b);
	return r == -1 || self.next == 0 ? -1 : 0;
}

void
dnsconf_commit(void)
{
	if (self.now != 0)
		close(self.now - 1);
	self.now = self.next;
	self.next = 0;
}

void
dnsconf_abort(void)
{
	if (self.next != 0)
		close(self.next - 1);
	self.next = 0;
}

static void
address(struct addr *a, const struct conf_addr *c)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	a->family = (uint16_t)c->family;
	a->port = c->port;
	memcpy(&v4, &c->ss, sizeof(v4));
	memcpy(&v6, &c->ss, sizeof(v6));
	if (c->family == AF_INET)
		memcpy(a->ip, &v4.sin_addr, sizeof(v4.sin_addr));
	else
		memcpy(a->ip, &v6.sin6_addr, sizeof(v6.sin6_addr));
}

static void
source(struct addr *a, int family, const char *text)
{
	if (inet_pton(family, text, a->ip) == 1)
		a->family = (uint16_t)family;
}

void
dnsconf_send(int peer)
{
	const struct gate_conf *c = &gate_conf;
	const struct conf_addr *servers = c->servers.v, *permit = c->permit.v;
	struct resolver r = { .on = (uint32_t)c->out,
		.nservers = (uint32_t)c->servers.n,
		.npermit = (uint32_t)c->permit.n };
	size_t i;

	for (i = 0; i < c->servers.n; i++)
		address(&r.servers[i], &servers[i]);
	for (i = 0; i < c->permit.n; i++)
		address(&r.permit[i], &permit[i]);
	source(&r.source4, AF_INET, c->source4);
	source(&r.source6, AF_INET6, c->source6);
	imsg_send(peer, MSG_anchors, 0, NULL, 0, certs_anew(self.now - 1));
	imsg_send(peer, MSG_resolver, 0, &r, sizeof(r), -1);
}

/*
 * parent: httpd's own part of its parent: opens the document root and the
 * access log, tells each process what it must know, replaces the opener when
 * the root changes. Reads httpd.conf and what the gate's parent says; nothing
 * from the network.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "httpd.h"

static int start(void);
static int instances(int);
static void grant(int);
static void configure(int);
static int reload(void *);
static void reopen(void);
static void status(struct ctl *);
static void ctl_flush(struct ctl *, int, char **);

struct httpd_conf httpd_conf;

static const struct ctl_command commands[] = {
	{ "flush", 0, 1, ctl_flush },
	{ 0 },
};

struct daemon httpd = { .keys = httpd_keys,
	.conf = &httpd_conf,
	.size = sizeof(httpd_conf),
	.start = start,
	.instances = instances,
	.grant = grant,
	.configure = configure,
	.reload = reload,
	.reopen = reopen,
	.status = status,
	.ctl = commands };

static struct {
	int root, log; /* -1: no access log */
	int opener;    /* the peer that serves the root in force */
	uint16_t port; /* of the gate's https; 0: not known */
} self = { -1, -1, P_opener, 0 };

static int
open_root(const struct httpd_conf *c)
{
	int fd = open(c->root, O_PATH | O_DIRECTORY | O_CLOEXEC);

	if (fd == -1)
		log_warn("%s: %s", c->root, strerror(errno));
	return fd;
}

/* its directory is made, too, if that is all that lacks. -1: said why */
static int
open_log(const struct httpd_conf *c, int *fd)
{
	const int how =
	    O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK;
	char dir[256];
	size_t n;

	*fd = -1;
	if (c->log[0] == '\0')
		return 0;
	if ((*fd = open(c->log, how, 0640)) == -1 && errno == ENOENT) {
		n = (size_t)(strrchr(c->log, '/') - c->log);
		memcpy(dir, c->log, n);
		dir[n] = '\0';
		mkdir(dir, 0750);
		*fd = open(c->log, how, 0640);
	}
	if (*fd == -1)
		log_warn("%s: %s", c->log, strerror(errno));
	return *fd == -1 ? -1 : 0;
}

static int
same_directory(int a, int b)
{
	struct stat x, y;

	return fstat(a, &x) == 0 && fstat(b, &y) == 0 && x.st_dev == y.st_dev &&
	    x.st_ino == y.st_ino;
}

static void
copy(char *to, size_t size, const char *s)
{
	memcpy(to, s, strnlen(s, size - 1));
}

static void
configure_server(int peer)
{
	const struct httpd_conf *c = &httpd_conf;
	struct server_conf s = { .idle_ms = (uint32_t)c->idle,
		.header_ms = (uint32_t)c->header,
		.body_ms = (uint32_t)c->body,
		.write_ms = (uint32_t)c->write,
		.connections = (uint32_t)c->connections,
		.requests = (uint32_t)c->requests,
		.memory = (uint64_t)c->memory,
		.address = (uint32_t)c->log_address,
		.https_only = (uint8_t)c->https_only,
		.log = self.log != -1 };
	size_t i;

	if (ROW(peer) != P_server)
		return;
	s.port = (uint16_t)c->https_port;
	if (s.port == 0)
		s.port = self.port != 0 ? self.port : 443;
	copy(s.host, sizeof(s.host), c->host);
	for (i = 0; i < c->index.n; i++)
		copy(s.index[i], sizeof(s.index[i]), ((char **)c->index.v)[i]);
	imsg_send(peer, MSG_conf, 0, &s, sizeof(s), -1);
	if (s.log)
		imsg_send(peer, MSG_log, 0, NULL, 0,
		    fcntl(self.log, F_DUPFD_CLOEXEC, 0));
}

static void
configure(int peer)
{
	configure_server(peer);
	if (peer == self.opener)
		imsg_send(peer, MSG_root, 0, NULL, 0,
		    fcntl(self.root, F_DUPFD_CLOEXEC, 0));
}

static void
grant(int peer)
{
	if (ROW(peer) == P_opener)
		parent_grant(peer, fcntl(self.root, F_DUPFD_CLOEXEC, 0), "r");
}

static int
instances(int row)
{
	if (row == P_opener)
		return 1;
	return row == P_server ? (int)httpd_conf.workers : 0;
}

/* the old opener was granted the old root for good: another takes over */
static int
change_root(int fd)
{
	int next = PEER(P_opener, !INST(self.opener)), was = self.root;

	self.root = fd;
	if (parent_replace(self.opener, next) == -1) {
		log_warn("event=replace process=opener error=\"%s\"",
		    strerror(errno));
		self.root = was;
		return -1;
	}
	imsg_send(self.opener, SYS_STOP, 0, NULL, 0, -1);
	self.opener = next;
	close(was);
	return 0;
}

static int
reload(void *conf)
{
	const struct httpd_conf *c = conf;
	int dir, file;

	if (strcmp(c->parent.rundir, httpd_conf.parent.rundir) != 0 ||
	    c->workers != httpd_conf.workers)
		log_warn("rundir and workers change with the next start only");
	if ((dir = open_root(c)) == -1)
		return -1;
	if (open_log(c, &file) == -1) {
		close(dir);
		return -1;
	}
	if (same_directory(dir, self.root))
		close(dir);
	else if (change_root(dir) == -1) {
		close(dir);
		if (file != -1)
			close(file);
		return -1;
	}
	if (self.log != -1)
		close(self.log);
	self.log = file;
	return 0;
}

/* SIGUSR1: the log was rotated */
static void
reopen(void)
{
	int file;

	if (open_log(&httpd_conf, &file) == -1)
		return;
	if (self.log != -1)
		close(self.log);
	self.log = file;
	parent_each(configure_server);
}

/* where plain requests are sent to */
static void
welcomed(const struct welcome *w)
{
	const struct service *s;
	uint16_t port = 0;
	int n = 0;

	for (s = w->services; s < w->services + SERVICES && s->name[0]; s++) {
		if (strncmp(s->daemon, "httpd", sizeof(s->daemon)) != 0)
			continue;
		n++;
		if (s->kind == KIND_TLS && port == 0)
			port = (uint16_t)s->port;
	}
	if (n == 0)
		log_warn("the gate has no service that leads to httpd.server");
	self.port = port;
	parent_each(configure_server);
}

static int
start(void)
{
	house_on_welcome = welcomed;
	if ((self.root = open_root(&httpd_conf)) == -1)
		return -1;
	return open_log(&httpd_conf, &self.log);
}

static void
status(struct ctl *ctl)
{
	ctl_printf(ctl, "gate %s\n",
	    house_welcome() != NULL ? "connected" : "away");
	ctl_printf(ctl, "host %s\nroot %s\n", httpd_conf.host, httpd_conf.root);
	ctl_done(ctl, 0);
}

static void
flush(int peer)
{
	if (ROW(peer) == P_server)
		imsg_send(peer, MSG_flush, 0, NULL, 0, -1);
}

static void
ctl_flush(struct ctl *ctl, int argc, char **argv)
{
	(void)argc, (void)argv;
	parent_each(flush);
	ctl_done(ctl, 0);
}

/*
 * control: the socket that people and tools speak to. One record of words,
 * separated by NUL, is a request; records "o" + text and a last one "x" +
 * exit status are the answer. Who asks is known by SO_PEERCRED. Root and our
 * own user may all; another user what the command's row says.
 */
#include <sys/file.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "parentimpl.h"

enum {
	REQUEST_MAX = 4096, /* bytes */
	WORDS_MAX = 8,
	ANSWER_MAX = 1024 * 1024,
	CHUNK = 8192,	   /* bytes of one record of an answer */
	REQUESTS_MAX = 16, /* at a time, half of them for other users */
	LOCKS_MAX = 4,
	REQUEST_S = 60, /* seconds for all of it */
};

struct ctl {
	int fd, ended, status;
	uid_t uid;
	struct buf out;
	struct event rd, wr;
};

static struct {
	const struct ctl_command *commands;
	struct event listening;
	int open;
	int locks[LOCKS_MAX], nlocks; /* held by being open */
} self;

static void ctl_status(struct ctl *, int, char **);
static void ctl_stats(struct ctl *, int, char **);
static void ctl_reload(struct ctl *, int, char **);
static void ctl_stop(struct ctl *, int, char **);
static void ctl_log(struct ctl *, int, char **);

static const struct ctl_command common[] = {
	{ "status", 0, 1, ctl_status },
	{ "stats", 0, 1, ctl_stats },
	{ "reload", 0, 1, ctl_reload },
	{ "stop", 0, 1, ctl_stop },
	{ "log", 0, 2, ctl_log },
	{ 0 },
};

static void
ctl_free(struct ctl *c)
{
	event_del(&c->rd);
	event_del(&c->wr);
	close(c->fd);
	buf_free(&c->out);
	free(c);
	self.open--;
}

/* 1: all is out, 0: wait, -1: they left */
static int
flush(struct ctl *c)
{
	char b[CHUNK + 1];
	size_t n;

	while ((n = c->out.len) > 0) {
		n = n < CHUNK ? n : CHUNK;
		b[0] = 'o';
		memcpy(b + 1, buf_data(&c->out), n);
		if (send(c->fd, b, n + 1, MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
			return errno == EAGAIN ? 0 : -1;
		buf_take(&c->out, n);
	}
	b[0] = 'x';
	b[1] = (char)('0' + c->status);
	if (send(c->fd, b, 2, MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
		return errno == EAGAIN ? 0 : -1;
	return 1;
}

static void
on_write(int fd, short what, void *arg)
{
	static const struct timeval patience = { REQUEST_S, 0 };
	struct ctl *c = arg;

	(void)fd;
	if ((what & EV_TIMEOUT) || flush(c) != 0)
		ctl_free(c);
	else
		event_add(&c->wr, &patience);
}

void
ctl_printf(struct ctl *c, const char *fmt, ...)
{
	char line[2048];
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n >= (int)sizeof(line))
		n = sizeof(line) - 1;
	log_mask(line, n > 0 ? (size_t)n : 0, '\n');
	if (n > 0 && buf_add(&c->out, line, (size_t)n) == -1)
		c->status = 1; /* a cut answer is no success */
}

void
ctl_done(struct ctl *c, int status)
{
	c->status |= status;
	c->ended = 1;
	on_write(c->fd, EV_WRITE, c);
}

uid_t
ctl_uid(const struct ctl *c)
{
	return c->uid;
}

static void
ctl_status(struct ctl *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	parent_status(c);
}

static void
ctl_stats(struct ctl *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	parent_stats(c);
}

static void
ctl_reload(struct ctl *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	parent_reload(c);
}

static void
ctl_stop(struct ctl *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	parent_stop(0);
	ctl_done(c, 0);
}

static void
ctl_log(struct ctl *c, int argc, char **argv)
{
	if (argc == 2 && strcmp(argv[1], "verbose") == 0)
		parent_debug(1);
	else if (argc == 2 && strcmp(argv[1], "brief") == 0)
		parent_debug(0);
	else {
		ctl_printf(c, "log verbose or log brief was meant\n");
		ctl_done(c, 1);
		return;
	}
	ctl_done(c, 0);
}

static const struct ctl_command *
find(const struct ctl_command *c, const char *name)
{
	for (; c != NULL && c->name != NULL; c++)
		if (strcmp(c->name, name) == 0)
			return c;
	return NULL;
}

static int
trusted(uid_t uid)
{
	return uid == 0 || uid == geteuid();
}

static void
run(struct ctl *c, char *text, size_t len)
{
	const struct ctl_command *cmd;
	char *argv[WORDS_MAX + 1] = { 0 };
	int argc = 0;
	size_t i;

	for (i = 0; i < len && argc < WORDS_MAX; i += strlen(text + i) + 1)
		argv[argc++] = text + i;
	if ((cmd = find(common, argv[0])) == NULL)
		cmd = find(self.commands, argv[0]);
	if (cmd == NULL)
		ctl_printf(c, "%.100s: no such command\n", argv[0]);
	else if (!trusted(c->uid) && !cmd->user)
		ctl_printf(c, "%s: permission denied\n", cmd->name);
	else if (argc > cmd->args || i < len)
		ctl_printf(c, "%s: too many words\n", cmd->name);
	else {
		cmd->run(c, argc, argv);
		return;
	}
	ctl_done(c, 1);
}

static void
on_request(int s, short what, void *arg)
{
	struct ctl *c = arg;
	char b[REQUEST_MAX + 1];
	ssize_t n;

	if ((what & EV_TIMEOUT) ||
	    (n = recv(s, b, sizeof(b) - 1, MSG_DONTWAIT)) <= 0) {
		ctl_free(c);
		return;
	}
	b[n] = '\0';
	run(c, b, (size_t)n);
}

static void
on_ctl(int fd, short what, void *arg)
{
	static const struct timeval second = { 1, 0 };
	struct ucred cr;
	socklen_t l = sizeof(cr);
	struct ctl *c;
	int s;

	(void)what, (void)arg;
	if ((s = accept4(fd, NULL, NULL, SOCK_CLOEXEC)) == -1)
		return;
	if (getsockopt(s, SOL_SOCKET, SO_PEERCRED, &cr, &l) == -1 ||
	    self.open >= REQUESTS_MAX / (trusted(cr.uid) ? 1 : 2) ||
	    (c = calloc(1, sizeof(*c))) == NULL) {
		close(s);
		return;
	}
	self.open++;
	c->fd = s;
	c->uid = cr.uid;
	c->out.cap = ANSWER_MAX;
	event_assign(&c->rd, proc_base, s, EV_READ, on_request, c);
	event_assign(&c->wr, proc_base, s, EV_WRITE, on_write, c);
	event_add(&c->rd, &second);
}

/* the lock lives as long as we do: a second instance takes nothing over */
static int
lock(const char *path)
{
	char name[128];
	int fd;

	snprintf(name, sizeof(name), "%s.lock", path);
	if ((fd = open(name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
		 0600)) == -1 ||
	    flock(fd, LOCK_EX | LOCK_NB) == -1)
		fatal("%s: %s", name,
		    errno == EWOULDBLOCK ? "another instance runs" :
					   strerror(errno));
	return fd;
}

static int
listen_on(const char *path, mode_t mode)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	mode_t old;
	int s;

	if (strlen(path) >= sizeof(sun.sun_path))
		fatal("%s: too long", path);
	memcpy(sun.sun_path, path, strlen(path) + 1);
	if (self.nlocks == LOCKS_MAX)
		fatal("too many sockets");
	self.locks[self.nlocks++] = lock(path);
	unlink(path);
	old = umask(0777 & ~mode);
	if ((s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) == -1 ||
	    bind(s, (struct sockaddr *)&sun, sizeof(sun)) == -1 ||
	    listen(s, 16) == -1)
		fatal("%s: %s", path, strerror(errno));
	umask(old);
	return s;
}

int
control_listen(const char *path, struct event *ev,
    void (*on_accept)(int, short, void *))
{
	int s = listen_on(path, 0600);

	event_assign(ev, proc_base, s, EV_READ | EV_PERSIST, on_accept, NULL);
	return event_add(ev, NULL);
}

/* open to all users: the commands' rows say who may what */
void
control_open(const char *path, const struct ctl_command *commands)
{
	self.commands = commands;
	event_assign(&self.listening, proc_base, listen_on(path, 0666),
	    EV_READ | EV_PERSIST, on_ctl, NULL);
	event_add(&self.listening, NULL);
}

/*
 * evil: what a taken-over process of a daemon may try at the relay. Each is
 * a message the relay must punish, but the flood, which it must survive.
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "taker.h"

static int
again(const struct client *c)
{
	return fcntl(c->fd, F_DUPFD_CLOEXEC, 0);
}

static void
wrong_id(struct client *c, const char *arg)
{
	(void)arg;
	imsg_send(c->relay, MSG_starttls, c->id + 1000, NULL, 0, again(c));
}

/* the one before this: another process may have it */
static void
other_id(struct client *c, const char *arg)
{
	(void)arg;
	imsg_send(c->relay, MSG_starttls, c->id - 1, NULL, 0, again(c));
}

/* also where TLS is on already, or is not offered */
static void
starttls(struct client *c, const char *arg)
{
	(void)arg;
	imsg_send(c->relay, MSG_starttls, c->id, NULL, 0, again(c));
}

static void
starttls_twice(struct client *c, const char *arg)
{
	starttls(c, arg);
	starttls(c, arg);
}

/* our log: a socket, but not the client's */
static void
other_socket(struct client *c, const char *arg)
{
	(void)arg;
	imsg_send(c->relay, MSG_starttls, c->id, NULL, 0,
	    fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0));
}

/* the relay's reads and writes would wait for this client alone */
static void
blocking(struct client *c, const char *arg)
{
	(void)arg;
	if (fcntl(c->fd, F_SETFL, 0) == 0)
		buf_printf(&c->out, "200 it blocks\r\n");
}

static void
done_twice(struct client *c, const char *arg)
{
	const struct reason r = { DONE_OK };

	(void)arg;
	imsg_send(c->relay, MSG_done, c->id, &r, sizeof(r), -1);
	imsg_send(c->relay, MSG_done, c->id, &r, sizeof(r), -1);
}

static void
done_what(struct client *c, const char *arg)
{
	const struct reason r = { 99 };

	(void)arg;
	imsg_send(c->relay, MSG_done, c->id, &r, sizeof(r), -1);
}

static void
pause_foreign(struct client *c, const char *arg)
{
	struct pause p = { "" };

	memcpy(p.service, arg, strnlen(arg, sizeof(p.service) - 1));
	imsg_send(c->relay, MSG_pause, 0, &p, sizeof(p), -1);
}

static void
out_of_row(struct client *c, const char *arg)
{
	static const char nothing[40];

	(void)arg;
	imsg_send(c->relay, MSG_sin, 0, nothing, sizeof(nothing), -1);
}

/* more than a relay reads in a moment; permitted, all of it */
static void
flood(struct client *c, const char *arg)
{
	struct pause p = { "" };
	int n = 0;

	memcpy(p.service, arg, strnlen(arg, sizeof(p.service) - 1));
	while (n < 5000 &&
	    imsg_send(c->relay, MSG_resume, 0, &p, sizeof(p), -1) == 0)
		n++;
	buf_printf(&c->out, "200 %d\r\n", n);
}

static const struct {
	const char *name;
	void (*run)(struct client *, const char *);
} crimes[] = {
	{ "wrong-id", wrong_id },
	{ "other-id", other_id },
	{ "starttls", starttls },
	{ "starttls-twice", starttls_twice },
	{ "other-socket", other_socket },
	{ "blocking", blocking },
	{ "done-twice", done_twice },
	{ "done-what", done_what },
	{ "pause", pause_foreign },
	{ "row", out_of_row },
	{ "flood", flood },
};

int
evil_do(struct client *c, const char *what, const char *arg)
{
	size_t i;

	for (i = 0; i < sizeof(crimes) / sizeof(*crimes); i++)
		if (strcmp(crimes[i].name, what) == 0) {
			crimes[i].run(c, arg);
			return 0;
		}
	return -1;
}

/*
 * evil: what a taken-over process of a daemon may try at relay and auth. Each
 * is a message that they must punish, but the flood, which they must survive,
 * and an id that may have been somebody's.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

static void
start(struct client *c, uint64_t id, struct sasl_start s)
{
	imsg_send(P_auth, MSG_sasl_start, id, &s, sizeof(s), -1);
	c->turn = AUTH;
}

/* also when there is one already, or was one that succeeded */
static void
sasl_start(struct client *c, const char *arg)
{
	(void)arg;
	start(c, c->id, (struct sasl_start){ "SCRAM-SHA-256" });
}

static void
sasl_twice(struct client *c, const char *arg)
{
	sasl_start(c, arg);
	sasl_start(c, arg);
}

/* an id that was never anybody's */
static void
sasl_wrong_id(struct client *c, const char *arg)
{
	(void)arg;
	start(c, c->id + 1000, (struct sasl_start){ "SCRAM-SHA-256" });
	c->turn = NOBODY;
}

/* somebody else's, in hex */
static void
sasl_other_id(struct client *c, const char *arg)
{
	start(c, strtoull(arg, NULL, 16),
	    (struct sasl_start){ "SCRAM-SHA-256" });
	c->turn = NOBODY;
}

static void
sasl_response(struct client *c, const char *arg)
{
	imsg_send(P_auth, MSG_sasl_response, c->id, arg, strlen(arg), -1);
}

/* names of mechanisms end */
static void
sasl_endless(struct client *c, const char *arg)
{
	struct sasl_start s = { "" };

	(void)arg;
	memset(s.mech, 'S', sizeof(s.mech));
	start(c, c->id, s);
}

static void
sasl_flags(struct client *c, const char *arg)
{
	(void)arg;
	start(c, c->id,
	    (struct sasl_start){ "SCRAM-SHA-256", .initial = 2, .final = 7 });
}

/* an initial response, and no word of it */
static void
sasl_hidden(struct client *c, const char *arg)
{
	struct {
		struct sasl_start s;
		char more[8];
	} m = { { "PLAIN" }, "\0al\0al" };

	(void)arg;
	imsg_send(P_auth, MSG_sasl_start, c->id, &m, sizeof(m), -1);
	c->turn = AUTH;
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
	{ "sasl-start", sasl_start },
	{ "sasl-twice", sasl_twice },
	{ "sasl-wrong-id", sasl_wrong_id },
	{ "sasl-other-id", sasl_other_id },
	{ "sasl-response", sasl_response },
	{ "sasl-endless", sasl_endless },
	{ "sasl-flags", sasl_flags },
	{ "sasl-hidden", sasl_hidden },
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

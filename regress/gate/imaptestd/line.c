/* line: the commands of clients; any other line comes back as it is */
#include <sys/socket.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "login.h"

static void
starttls(struct client *c, const char *arg)
{
	char b;

	(void)arg;
	if (c->is.tls.version != 0)
		buf_printf(&c->out, "503 it is on\r\n");
	/* RFC 3207 4.2: what is there already was not said under TLS */
	else if (c->in.len > 0 ||
	    recv(c->fd, &b, 1, MSG_PEEK | MSG_DONTWAIT) != -1 ||
	    errno != EAGAIN)
		c->state = ENDING;
	else {
		buf_printf(&c->out, "220 go ahead\r\n");
		c->state = HANDING;
	}
}

static void
info(struct client *c, const char *arg)
{
	(void)arg;
	buf_printf(&c->out,
	    "INFO row=login id=%llx service=%s version=%04x\r\n",
	    (unsigned long long)c->id, c->is.service, c->is.tls.version);
}

static void
mechs(struct client *c, const char *arg)
{
	(void)arg;
	sasl_tell_mechs(c);
}

static void
tagged(struct client *c, const char *tag)
{
	memset(&c->ahead, 0, sizeof(c->ahead));
	memcpy(c->ahead.tag, tag, strlen(tag));
}

static void
login(struct client *c, const char *arg)
{
	tagged(c, "LOGIN");
	sasl_plain(c, arg);
}

static void
auth(struct client *c, const char *arg)
{
	tagged(c, "AUTH");
	sasl_begin(c, arg, 0);
}

/* as ManageSieve does: success may carry data */
static void
auth_final(struct client *c, const char *arg)
{
	tagged(c, "AUTHX");
	sasl_begin(c, arg, 1);
}

static void
quit(struct client *c, const char *arg)
{
	(void)arg;
	buf_printf(&c->out, "221 bye\r\n");
	c->state = ENDING;
}

/* words for another's connection, by its id in hex */
static void
forge(struct client *c, const char *arg)
{
	struct {
		struct readahead is;
		char text[64];
	} m = { { "FORGED", "bo", 0, sizeof("forged") - 1 }, "forged" };

	imsg_send(PARENT, MSG_readahead, strtoull(arg, NULL, 16), &m,
	    sizeof(m.is) + m.is.len, -1);
	buf_printf(&c->out, "200 forged\r\n");
}

/* more words than there are */
static void
overstate(struct client *c, const char *arg)
{
	struct readahead r = { "FORGED", "bo", 0, 1000 };

	(void)arg;
	imsg_send(PARENT, MSG_readahead, c->id, &r, sizeof(r), -1);
}

/* logs in as itself, and says that it is another */
static void
lie(struct client *c, const char *arg)
{
	(void)arg;
	c->lies = 1;
	buf_printf(&c->out, "200 it lies\r\n");
}

/* SASL for another's connection, maybe another row's */
static void
speak_for(struct client *c, const char *arg)
{
	struct sasl_start s = { "SCRAM-SHA-256" };

	imsg_send(P_auth, MSG_sasl_start, strtoull(arg, NULL, 16), &s,
	    sizeof(s), -1);
	buf_printf(&c->out, "200 said\r\n");
}

static const struct {
	const char *name;
	void (*run)(struct client *, const char *);
} commands[] = {
	{ "STARTTLS", starttls },
	{ "INFO", info },
	{ "MECHS", mechs },
	{ "LOGIN", login },
	{ "AUTH", auth },
	{ "AUTHX", auth_final },
	{ "QUIT", quit },
	{ "FORGE", forge },
	{ "OVERSTATE", overstate },
	{ "LIE", lie },
	{ "SPEAK-FOR", speak_for },
};

void
line_do(struct client *c, char *line)
{
	size_t i, n = strcspn(line, " ");

	if (c->state == ANSWERS) {
		sasl_answer(c, line);
		return;
	}
	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		if (strlen(commands[i].name) == n &&
		    memcmp(commands[i].name, line, n) == 0) {
			commands[i].run(c, line + n + (line[n] == ' '));
			return;
		}
	buf_printf(&c->out, "%s\r\n", line);
}

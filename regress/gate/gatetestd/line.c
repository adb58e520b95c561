/* line: the commands of clients; any other line comes back as it is */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "taker.h"

static void
address(struct client *c, const char *key, const struct addr *a)
{
	char ip[INET6_ADDRSTRLEN] = "?";

	inet_ntop(a->family, a->ip, ip, sizeof(ip));
	buf_printf(&c->out, " %s=%s/%u", key, ip, a->port);
}

static void
info(struct client *c, const char *arg)
{
	static const char *const types[] = { "dns", "srv", "xmpp" };
	const struct tlsinfo *t = &c->is.tls;
	int i;

	(void)arg;
	buf_printf(&c->out, "INFO row=%s id=%llx service=%s",
	    procs[proc_self].name, (unsigned long long)c->id, c->is.service);
	address(c, "peer", &c->is.peer);
	address(c, "local", &c->is.local);
	buf_printf(&c->out,
	    " at=%llu version=%04x cipher=%s sni=%s alpn=%s resumed=%u "
	    "chain=%u hash=%s names=",
	    (unsigned long long)c->is.accepted_ns, t->version, t->cipher,
	    t->sni, t->alpn, t->resumed, t->peer_chain, t->peer_hash);
	for (i = 0; i < t->nnames; i++)
		buf_printf(&c->out, "%s%s:%s", i > 0 ? "," : "",
		    types[c->names[i].type % 3], c->names[i].name);
	buf_printf(&c->out, "\r\n");
}

static void
starttls(struct client *c, const char *arg)
{
	char b;

	(void)arg;
	if (c->is.tls.version != 0) {
		buf_printf(&c->out, "503 it is on\r\n");
		return;
	}
	/* RFC 3207 4.2: what is there already was not said under TLS */
	if (c->in.len > 0 ||
	    recv(c->fd, &b, 1, MSG_PEEK | MSG_DONTWAIT) != -1 ||
	    errno != EAGAIN) {
		c->ending = GARBAGE;
		return;
	}
	buf_printf(&c->out, "220 go ahead\r\n");
	c->handing = 1;
}

static void
echo(struct client *c, const char *arg)
{
	(void)arg;
	buf_printf(&c->out, "200 echo\r\n");
	c->mode = ECHO;
}

static void
sink(struct client *c, const char *arg)
{
	(void)arg;
	buf_printf(&c->out, "200 sink\r\n");
	c->mode = SINK;
}

static void
send_bytes(struct client *c, const char *arg)
{
	c->tosend = strtoull(arg, NULL, 10);
	c->sent = 0;
}

static void
half(struct client *c, const char *arg)
{
	(void)arg;
	buf_printf(&c->out, "200 half\r\n");
	c->ending = HALF;
	c->mode = SINK;
}

static void
deaf(struct client *c, const char *arg)
{
	flow_deaf(c, (int)strtol(arg, NULL, 10));
}

static void
quit(struct client *c, const char *arg)
{
	(void)arg;
	buf_printf(&c->out, "221 bye\r\n");
	c->ending = CLOSE;
}

static void
about(struct client *c, uint32_t type, const char *service)
{
	struct pause p = { "" };

	memcpy(p.service, service, strnlen(service, sizeof(p.service) - 1));
	buf_printf(&c->out, "200 %d\r\n", relays_say(type, &p, sizeof(p)));
}

static void
pause_one(struct client *c, const char *arg)
{
	about(c, MSG_pause, arg);
}

static void
resume_one(struct client *c, const char *arg)
{
	about(c, MSG_resume, arg);
}

static void
evil(struct client *c, const char *arg)
{
	char what[32] = "";
	size_t n = strcspn(arg, " ");

	memcpy(what, arg, n < sizeof(what) - 1 ? n : sizeof(what) - 1);
	if (evil_do(c, what, arg + n + (arg[n] == ' ')) == -1)
		buf_printf(&c->out, "501 no such crime\r\n");
}

static void
mechs(struct client *c, const char *arg)
{
	(void)arg;
	submit_mechs(c);
}

static void
auth(struct client *c, const char *arg)
{
	submit_start(c, arg, 0);
}

static void
auth_final(struct client *c, const char *arg)
{
	submit_start(c, arg, 1);
}

/* kind weight */
static void
abuse(struct client *c, const char *arg)
{
	struct abuse a = { 0 };
	char *end;
	int r;

	a.kind = (uint32_t)strtoul(arg, &end, 10);
	a.weight = (uint32_t)strtoul(end, NULL, 10);
	r = imsg_send(c->relay, MSG_abuse, c->id, &a, sizeof(a), -1);
	buf_printf(&c->out, "200 %d\r\n", r);
}

static const struct {
	const char *name;
	void (*run)(struct client *, const char *);
} commands[] = {
	{ "INFO", info },
	{ "STARTTLS", starttls },
	{ "ECHO", echo },
	{ "SINK", sink },
	{ "SEND", send_bytes },
	{ "HALF", half },
	{ "DEAF", deaf },
	{ "QUIT", quit },
	{ "PAUSE", pause_one },
	{ "RESUME", resume_one },
	{ "EVIL", evil },
	{ "MECHS", mechs },
	{ "AUTH", auth },
	{ "AUTHX", auth_final },
	{ "ABUSE", abuse },
};

void
line_do(struct client *c, char *line)
{
	size_t i, n = strcspn(line, " ");

	if (c->turn == CLIENT) {
		submit_line(c, line);
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

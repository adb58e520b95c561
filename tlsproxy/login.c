/*
 * login: see login.h. Believes auth about accounts; gives it what the TLS
 * library says of the connection, which no daemon can alter.
 */
#include <sys/socket.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "login.h"
#include "said.h"
#include "tlsx.h"

/* the row of that daemon which adopts connections; PARENT: none does */
static int
adopter(const struct serving *s)
{
	int row;

	for (row = nprocs - 1; row > 0; row--)
		if (procs[row].daemon != NULL && imsg_is(row, R_adopter) &&
		    strcmp(procs[row].daemon, s->is.daemon) == 0)
			break;
	return row;
}

int
login_adopts(const struct serving *s)
{
	return s->is.auth && adopter(s) != PARENT;
}

void
login_open(struct conn *c, int tls)
{
	struct ssl_st *ssl = c->stream.ssl;
	struct opened o = { .peer = c->peer,
		.granted = c->granted != 0,
		.credential = c->credential,
		.account = c->account };
	int n;

	if (!c->serving->is.auth)
		return;
	c->opened = 1;
	memcpy(o.service, c->serving->is.name, sizeof(o.service));
	if (tls) {
		o.tls = 1;
		if (tlsx_exporter(ssl, o.exporter) == 0)
			o.exporterlen = sizeof(o.exporter);
		if ((n = tlsx_endpoint(ssl, o.endpoint)) > 0)
			o.endpointlen = (uint32_t)n;
	}
	imsg_send(P_auth, MSG_open, c->id, &o, sizeof(o), -1);
}

/* in its handshake, it will be told when that is done */
static void
open_one(struct conn *c)
{
	if (c->state != CONN_HANDSHAKE)
		login_open(c, c->state == CONN_OPEN);
}

void
login_open_all(void)
{
	conn_each(open_one);
}

void
login_shut(const struct conn *c)
{
	if (c->opened) /* whatever a reload has made of its service */
		imsg_send(P_auth, MSG_shut, c->id, NULL, 0, -1);
}

void
login_abuse(const struct addr *peer, uint32_t kind, uint32_t weight)
{
	const struct abused a = { *peer, kind, weight };

	imsg_send(P_auth, MSG_abused, 0, &a, sizeof(a), -1);
}

/* the adopter gets a new pair's end and all that CONN said */
static void
adopt(struct conn *c, int peer)
{
	struct {
		struct adopt adopt;
		struct tlsname names[TLS_NAMES];
	} m = { .adopt = { .credential = c->credential,
		    .account = c->account } };
	struct said said;
	size_t n = said_tls(c, &said);
	int s[2];

	memcpy(&m.adopt.conn, &said, n);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		s) == -1) {
		conn_free(c, GONE_RESET);
		return;
	}
	if (imsg_send(peer, MSG_adopt, c->id, &m,
		offsetof(struct adopt, conn) + n, s[1]) == 0) {
		conn_switch(c, s[0]);
		return;
	}
	close(s[0]);
	conn_free(c, GONE_RESET);
}

void
relay_from_auth_granted(struct imsg *m)
{
	struct conn *c = conn_find(m->id);
	struct grant g;

	if (c == NULL)
		return; /* it ended meanwhile */
	memcpy(&g, m->data, sizeof(g));
	if (c->granted || !c->opened || c->state != CONN_OPEN) {
		imsg_crime(m, "GRANTED out of order");
		return;
	}
	c->granted = 1;
	c->credential = g.credential;
	c->account = g.account;
	if (login_adopts(c->serving))
		adopt(c, adopter(c->serving));
}

static struct revoked revoked;

static void
close_if_revoked(struct conn *c)
{
	if (c->granted && c->credential == revoked.credential &&
	    c->account == revoked.account)
		conn_free(c, GONE_RESET);
}

/* a line has left secrets: who came by it goes */
void
relay_from_auth_revoked(struct imsg *m)
{
	memcpy(&revoked, m->data, sizeof(revoked));
	conn_each(close_if_revoked);
}

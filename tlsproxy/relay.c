/*
 * relay: accepts, speaks TLS, copies bytes; parses nothing else. Holds no
 * key: the signer signs each full handshake. It knows what the parent told
 * it, and believes neither clients nor daemons. Forked by its zygote, which
 * readies the library and never sees a connection.
 */
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "asksigner.h"
#include "conn.h"
#include "keyprov.h"
#include "login.h"
#include "said.h"
#include "shun.h"
#include "tlsx.h"

struct relay relay;

static struct {
	struct deadline drained;
	char why[256];
} self;

static int
sign(const struct sign_req *req, const uint8_t *text, uint8_t *sig, size_t *len)
{
	if (ask_signer(MSG_sign, MSG_signature, req, text, sig, len) == 0)
		return 0;
	COUNT(unsigned);
	return -1;
}

/* an answer that came after its handshake had given up */
void
relay_from_signer_signature(struct imsg *m)
{
	(void)m;
}

void
relay_prepare(void)
{
	if (tlsx_init() == -1 || keyprov_init(sign) == -1 || tls_init() == -1)
		fatal("libtls");
}

void
relay_init(void)
{
	tick_init();
	if (conn_init() == -1)
		fatal("memory");
}

void
relay_link(int peer, int up)
{
	if (ROW(peer) == P_signer)
		return;
	if (ROW(peer) == P_auth) {
		shun_forget();
		if (up)
			login_open_all();
		return;
	}
	memset(&relay.paused[ROW(peer)][INST(peer)], 0,
	    sizeof(relay.paused[0][0]));
	if (!up)
		conn_taker_lost(peer);
	listen_consider();
}

/* what the parent says is a bug of ours when it does not fit */
static void
must(int r)
{
	if (r == -1)
		fatal("malformed configuration from the parent");
}

void
relay_from_parent_conf(struct imsg *m)
{
	context_begin(m->data);
}

void
relay_from_parent_service(struct imsg *m)
{
	must(context_service(m->data));
}

void
relay_from_parent_listen(struct imsg *m)
{
	struct relay_listen l;

	memcpy(&l, m->data, sizeof(l));
	must(context_listen(l.index, imsg_get_fd(m)));
}

void
relay_from_parent_cert(struct imsg *m)
{
	must(context_cert(m->data, m->fd));
}

void
relay_from_parent_ca(struct imsg *m)
{
	must(context_ca(m->fd));
}

void
relay_from_parent_ticket(struct imsg *m)
{
	struct relay_ticket t;

	memcpy(&t, m->data, sizeof(t));
	tlsx_ticket_key(t.key);
	explicit_bzero(&t, sizeof(t));
}

void
relay_from_parent_apply(struct imsg *m)
{
	struct generation g;

	memcpy(&g, m->data, sizeof(g));
	g.good = context_apply(self.why, sizeof(self.why)) == 0;
	if (!g.good)
		log_warn("event=apply error=\"%s\"", self.why);
	imsg_send(PARENT, MSG_applied, 0, &g, sizeof(g), -1);
	listen_consider();
}

static void
on_drained(struct deadline *d)
{
	(void)d;
	log_warn("event=drained open=%u", relay.open);
	event_base_loopexit(proc_base, NULL);
}

/* no new connections; the last one, or an hour, is the end */
void
relay_from_parent_drain(struct imsg *m)
{
	(void)m;
	relay.draining = 1;
	self.drained.fire = on_drained;
	tick_set(&self.drained, DRAIN_MS);
	listen_consider();
	relay_ended();
}

void
relay_ended(void)
{
	if (relay.draining && conn_none())
		event_base_loopexit(proc_base, NULL);
}

/* the socket that it was given, not one of another client */
static int
is_its(const struct conn *c, int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	struct addr a;

	if (getpeername(fd, (struct sockaddr *)&ss, &len) == -1)
		return errno == ENOTCONN; /* who has left is nobody */
	a = said_addr(&ss);
	return memcmp(&a, &c->peer, sizeof(a)) == 0;
}

void
relay_from_taker_starttls(struct imsg *m)
{
	struct conn *c = conn_find(m->id);

	if (c == NULL || c->taker != m->from || c->state != CONN_PLAIN ||
	    c->serving->is.kind != KIND_STARTTLS || c->starttls ||
	    !is_its(c, m->fd))
		imsg_crime(m, "STARTTLS out of order");
	else
		conn_starttls(c, imsg_get_fd(m));
}

void
relay_from_taker_done(struct imsg *m)
{
	struct conn *c = conn_find(m->id);
	struct reason r;

	if (c == NULL)
		return; /* it ended meanwhile, and GONE is on its way */
	memcpy(&r, m->data, sizeof(r));
	if (c->taker == m->from && c->moved)
		return; /* it is the adopter's now */
	if (c->taker != m->from || c->done || r.why > DONE_OVERLOAD) {
		imsg_crime(m, "DONE out of order");
		return;
	}
	if (r.why == DONE_GARBAGE)
		COUNT(garbage);
	conn_done(c);
}

static void
set_paused(struct imsg *m, int paused)
{
	struct pause p;
	int i;

	memcpy(&p, m->data, sizeof(p));
	for (i = 0; i < SERVICES; i++)
		if (memcmp(relay.serving[i].is.name, p.service,
			sizeof(p.service)) == 0)
			break;
	if (i == SERVICES)
		return; /* a reload has taken it away */
	if (relay.serving[i].row != ROW(m->from)) {
		imsg_crime(m, "not its service");
		return;
	}
	relay.paused[ROW(m->from)][INST(m->from)] &= ~BIT(i);
	if (paused)
		relay.paused[ROW(m->from)][INST(m->from)] |= BIT(i);
	listen_consider();
}

void
relay_from_taker_pause(struct imsg *m)
{
	set_paused(m, 1);
}

void
relay_from_taker_resume(struct imsg *m)
{
	set_paused(m, 0);
}

/* who it is, we know; the daemon says what he did */
void
relay_from_taker_abuse(struct imsg *m)
{
	struct conn *c = conn_find(m->id);
	struct abuse is;

	if (c == NULL)
		return; /* it ended meanwhile */
	memcpy(&is, m->data, sizeof(is));
	if (c->taker != m->from || is.kind >= ABUSE_HANDSHAKE ||
	    is.weight == 0 || is.weight > 100) {
		imsg_crime(m, "ABUSE out of order");
		return;
	}
	/* one connection cannot do that much, whatever is said of it: or a
	 * taken-over daemon could shut out whom it likes */
	if (is.weight > ABUSE_EACH - c->abused)
		is.weight = ABUSE_EACH - c->abused;
	c->abused += is.weight;
	if (is.weight == 0 || c->moved)
		return;
	login_abuse(&c->peer, is.kind, is.weight);
}

void
relay_from_auth_slow(struct imsg *m)
{
	shun_set(proc_now(), m->data);
}

/*
 * taker: what relays say. A connection comes with CONN, plain or decrypted;
 * goes back for STARTTLS, returns with TLS_ON.
 */
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "taker.h"

struct clients clients = LIST_HEAD_INITIALIZER(clients);

struct client *
client_find(uint64_t id)
{
	struct client *c;

	LIST_FOREACH(c, &clients, entry)
		if (c->id == id)
			return c;
	return NULL;
}

void
client_end(struct client *c, enum done why)
{
	const struct reason r = { why };

	if (why == DONE_GARBAGE)
		COUNT(garbage);
	submit_end(c);
	if (c->relay != -1)
		imsg_send(c->relay, MSG_done, c->id, &r, sizeof(r), -1);
	flow_stop(c);
	if (c->fd != -1)
		close(c->fd);
	buf_free(&c->in);
	buf_free(&c->out);
	LIST_REMOVE(c, entry);
	free(c);
	proc_counters[TAKER_open]--;
}

/* the go-ahead is out: what comes now is for TLS */
void
client_hand_over(struct client *c)
{
	c->handing = 0;
	flow_stop(c);
	if (imsg_send(c->relay, MSG_starttls, c->id, NULL, 0, c->fd) == 0) {
		c->fd = -1;
		return;
	}
	c->fd = -1; /* consumed all the same */
	client_end(c, DONE_OVERLOAD);
}

int
relays_say(uint32_t type, const void *data, size_t len)
{
	int i, n = 0;

	for (i = 0; i < INSTS; i++)
		if (imsg_is_open(PEER(P_relay, i)) &&
		    imsg_send(PEER(P_relay, i), type, 0, data, len, -1) == 0)
			n++;
	return n;
}

/* a relay is gone: so are its connections, which see their end */
void
taker_link(int peer, int up)
{
	struct client *c, *next;

	if (!up && imsg_is(ROW(peer), R_auth)) {
		submit_unlinked();
		return;
	}
	for (c = LIST_FIRST(&clients); !up && c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		if (c->relay != peer)
			continue;
		c->relay = -1;
		if (c->fd == -1)
			client_end(c, DONE_OK);
	}
}

/* 0: as many names as it says, nothing behind them */
static int
names(struct client *c, const struct tlsinfo *t, size_t len)
{
	if (t->nnames > TLS_NAMES ||
	    len != sizeof(*t) + t->nnames * sizeof(*c->names))
		return -1;
	memcpy(c->names, t + 1, t->nnames * sizeof(*c->names));
	return 0;
}

void
taker_from_relay_conn(struct imsg *m)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		fatal("memory");
	c->id = m->id;
	c->relay = m->from;
	c->fd = imsg_get_fd(m);
	memcpy(&c->is, m->data, sizeof(c->is));
	LIST_INSERT_HEAD(&clients, c, entry);
	if (names(c, &((const struct conninfo *)m->data)->tls,
		m->len - offsetof(struct conninfo, tls)) == -1)
		imsg_crime(m, "CONN of another length");
	COUNT(conns);
	COUNT(open);
	flow_start(c);
}

void
taker_from_relay_tls_on(struct imsg *m)
{
	struct client *c = client_find(m->id);

	if (c == NULL || c->fd != -1) {
		imsg_crime(m, "TLS_ON of nobody");
		return;
	}
	COUNT(tls_on);
	c->fd = imsg_get_fd(m);
	memcpy(&c->is.tls, m->data, sizeof(c->is.tls));
	if (names(c, m->data, m->len) == -1)
		imsg_crime(m, "TLS_ON of another length");
	flow_start(c);
}

void
taker_from_relay_tls_failed(struct imsg *m)
{
	struct client *c = client_find(m->id);
	struct reason r;

	memcpy(&r, m->data, sizeof(r));
	if (c == NULL || c->fd != -1 || r.why > FAILED_OVERLOAD) {
		imsg_crime(m, "TLS_FAILED of nobody");
		return;
	}
	COUNT(tls_failed);
	proc_counters[TAKER_failed_handshake + r.why]++;
	c->relay = -1; /* it has forgotten it */
	client_end(c, DONE_OK);
}

void
taker_from_relay_gone(struct imsg *m)
{
	struct client *c = client_find(m->id);
	struct reason r;

	memcpy(&r, m->data, sizeof(r));
	if (r.why > GONE_RESET) {
		imsg_crime(m, "GONE, but how?");
		return;
	}
	proc_counters[TAKER_gone_clean + r.why]++;
	if (c != NULL)
		c->relay = -1;
}

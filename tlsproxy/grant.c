/*
 * grant: a login has succeeded, and three shall know: the holder of grants
 * (whose account the connection is), the relay, and at last the login, which
 * tells the client. Each hears when the one before has left our queue: who
 * hears it from the client finds the grant there already.
 */
#include <stddef.h>
#include <string.h>

#include "client.h"

enum {
	GRANT_MS = 5000, /* for all three */
	GRANT_AGAIN = 10,
};

static const char *const results[] = { "ok", "fail", "temporary" };

void
grant_done(struct client *c, uint32_t result)
{
	static const int counter[] = { AUTH_ok, AUTH_failed, AUTH_temporary };
	struct {
		struct sasl_done done;
		uint8_t data[SASL_DATA_MAX];
	} m = { .done = { .result = result, .wait = c->wait } };
	const uint8_t *p = NULL;
	size_t len = 0;

	proc_counters[counter[result]]++;
	if (result == SASL_RESULT_OK) {
		memcpy(m.done.user, c->user, strlen(c->user));
		p = sasl_out(c->sasl, &len);
	}
	if (len > 0)
		memcpy(m.data, p, len < sizeof(m.data) ? len : sizeof(m.data));
	imsg_send(c->login, MSG_sasl_done, c->id, &m, sizeof(m.done) + len, -1);
	/* failures have been told already */
	if (result == SASL_RESULT_OK ||
	    (result == SASL_RESULT_TEMPORARY && auth_tells()))
		log_info("event=login result=%s id=%llx service=%s peer=%s "
			 "user=\"%s\"",
		    results[result], (unsigned long long)c->id, c->service.name,
		    client_address(c), c->user);
}

void
grant_end(struct client *c)
{
	if (c->told > 0 && c->service.holder != PARENT)
		imsg_send(c->service.holder, MSG_ungrant, c->id, NULL, 0, -1);
	c->told = 0;
}

static void on_again(struct deadline *);

/* the next one hears it, if the one before has */
static void
go_on(struct client *c)
{
	const struct {
		int peer;
		uint32_t type;
	} to[] = {
		{ c->service.holder, MSG_grant },
		{ c->relay, MSG_granted },
	};
	const int n = sizeof(to) / sizeof(*to);

	while (c->told < n &&
	    (c->told == 0 || imsg_queued(to[c->told - 1].peer) == 0)) {
		if (imsg_send(to[c->told].peer, to[c->told].type, c->id,
			&c->grant, sizeof(c->grant), -1) == -1) {
			exchange_break(c);
			return;
		}
		c->spent |= to[c->told].type == MSG_granted;
		c->told++;
	}
	if (c->told == n && imsg_queued(c->relay) == 0) {
		c->state = CLIENT_GRANTED;
		proc_counters[AUTH_granted]++;
		grant_done(c, SASL_RESULT_OK);
		exchange_drop(c);
	} else if (proc_now() - c->since >= GRANT_MS)
		exchange_break(c);
	else {
		c->deadline.fire = on_again;
		auth_deadline(&c->deadline, GRANT_AGAIN);
	}
}

static void
on_again(struct deadline *d)
{
	go_on((struct client *)((char *)d - offsetof(struct client, deadline)));
}

void
grant_begin(struct client *c)
{
	const struct verifier *v = sasl_who(c->sasl);

	wheel_del(&auth.wheel, &c->deadline);
	c->state = CLIENT_GRANTING;
	c->since = proc_now();
	c->told = 0;
	c->grant.credential = v->id;
	c->grant.account = v->account;
	memcpy(c->grant.service, c->service.name, sizeof(c->grant.service));
	memcpy(c->user, v->is.user, sizeof(c->user));
	go_on(c);
}

static void
again(struct client *c, void *arg)
{
	/* what only a relay says of old times is no grant */
	if (c->state == CLIENT_GRANTED && c->told > 0 &&
	    c->service.holder == *(int *)arg)
		imsg_send(c->service.holder, MSG_grant, c->id, &c->grant,
		    sizeof(c->grant), -1);
}

/* who adopts has joined them long since; what was not joined is lost */
void
grant_again(int holder)
{
	if (!imsg_is(ROW(holder), R_adopter))
		clients_each(again, &holder);
}

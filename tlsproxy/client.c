/*
 * client: the connections whose clients may log in. Known from their relays
 * alone, each id from the relay whose number it bears.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "client.h"

enum { BUCKETS = 1024, RELAY_SHIFT = 56 };

static struct {
	LIST_HEAD(, client) by_id[BUCKETS];
	uint32_t n;
} self;

struct client *
client_find(uint64_t id)
{
	struct client *c;

	LIST_FOREACH(c, &self.by_id[id % BUCKETS], by_id)
		if (c->id == id)
			return c;
	return NULL;
}

static const struct guarded *
service_of(const struct opened *o)
{
	int i;

	for (i = 0; i < auth.nservices; i++)
		if (memcmp(auth.services[i].name, o->service,
			sizeof(o->service)) == 0)
			return &auth.services[i];
	return NULL;
}

static void
settle(struct client *c, const struct opened *o)
{
	c->is = *o;
	c->ground = (struct sasl_ground){ .service = c->service.name,
		.daemon = c->service.daemon,
		.tls = o->tls != 0,
		.login = strcmp(c->service.daemon, "smtpd") == 0,
		.exporter = o->exporterlen > 0 ? c->is.exporter : NULL,
		.endpoint = o->endpointlen > 0 ? c->is.endpoint : NULL,
		.endpointlen = o->endpointlen };
}

static struct client *
make(uint64_t id, int relay)
{
	struct client *c;

	if (self.n == IDS_MAX || (c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	c->id = id;
	c->relay = relay;
	c->login = -1;
	LIST_INSERT_HEAD(&self.by_id[id % BUCKETS], c, by_id);
	proc_counters[AUTH_open] = ++self.n;
	return c;
}

/* this connection has been granted before our time: is that still so? */
static void
look_back(struct client *c, const struct opened *o)
{
	struct revoked r = { o->credential, o->account, 0 };

	c->state = CLIENT_GRANTED;
	c->grant.credential = o->credential;
	c->grant.account = o->account;
	if (auth.verifiers != NULL &&
	    !verifiers_has(auth.verifiers, o->credential))
		imsg_send(c->relay, MSG_revoked, 0, &r, sizeof(r), -1);
}

int
client_opened(uint64_t id, int relay, const struct opened *o)
{
	const struct guarded *s = service_of(o);
	struct client *c = client_find(id);

	if (id >> RELAY_SHIFT != (uint64_t)INST(relay) ||
	    (o->exporterlen != 0 && o->exporterlen != sizeof(o->exporter)) ||
	    o->endpointlen > sizeof(o->endpoint) ||
	    (o->peer.family != AF_INET && o->peer.family != AF_INET6))
		return -1;
	if (c != NULL && (c->relay != relay || c->state >= CLIENT_GRANTING))
		return -1;
	if (c == NULL) {
		/* a reload has taken it away, or there are too many: its
		 * login will be told, temporary */
		if (s == NULL || (c = make(id, relay)) == NULL)
			return 0;
		c->service = *s;
	}
	exchange_drop(c);
	settle(c, o);
	if (o->granted)
		look_back(c, o);
	return 0;
}

void
client_free(struct client *c)
{
	exchange_drop(c);
	grant_end(c);
	wheel_del(&auth.wheel, &c->deadline);
	LIST_REMOVE(c, by_id);
	proc_counters[AUTH_open] = --self.n;
	explicit_bzero(c, sizeof(*c));
	free(c);
}

const char *
client_address(const struct client *c)
{
	static char text[INET6_ADDRSTRLEN];

	return inet_ntop(c->is.peer.family, c->is.peer.ip, text,
		   sizeof(text)) != NULL ?
	    text :
	    "?";
}

/* f may free the one it is given */
void
clients_each(void (*f)(struct client *, void *), void *arg)
{
	struct client *c, *next;
	int i;

	for (i = 0; i < BUCKETS; i++)
		for (c = LIST_FIRST(&self.by_id[i]); c != NULL; c = next) {
			next = LIST_NEXT(c, by_id);
			f(c, arg);
		}
}

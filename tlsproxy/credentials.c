/*
 * credentials: auth's configuration: services where clients log in, and the
 * lines of secrets. A set is collected beside the old one and takes its
 * place when it is whole; whose line has left is told to relays.
 */
#include <string.h>

#include "client.h"

static struct {
	uint8_t salt[32];
	struct guarded next[SERVICES];
	int nnext;
	struct verifiers *verifiers; /* the next set, while it comes */
	uint64_t count;
} self;

void
auth_from_parent_salt(struct imsg *m)
{
	memcpy(self.salt, m->data, sizeof(self.salt));
}

/* begins a configuration */
void
auth_from_parent_guard(struct imsg *m)
{
	penalties_configure(auth.penalties, m->data);
	auth_spread();
	self.nnext = 0;
	self.count = 0;
	verifiers_free(self.verifiers);
	if ((self.verifiers = verifiers_new(self.salt)) == NULL)
		fatal("memory");
}

void
auth_from_parent_guarded(struct imsg *m)
{
	const struct relay_service *s = m->data;
	struct guarded *g = &self.next[self.nnext];
	int row;

	if (self.nnext == SERVICES)
		fatal("malformed configuration from the parent");
	memcpy(g->name, s->name, sizeof(g->name));
	memcpy(g->daemon, s->daemon, sizeof(g->daemon));
	g->name[sizeof(g->name) - 1] = g->daemon[sizeof(g->daemon) - 1] = '\0';
	g->login = gate_row(s->daemon, s->row);
	g->holder = PARENT;
	for (row = nprocs - 1; row > 0; row--)
		if (procs[row].daemon != NULL && imsg_is(row, R_holder) &&
		    strcmp(procs[row].daemon, g->daemon) == 0)
			g->holder = row;
	self.nnext++;
}

struct into {
	uint32_t account;
	int good;
};

static int
add(const struct secret *s, void *arg)
{
	struct into *i = arg;

	i->good = verifiers_add(self.verifiers, s, i->account) == 0;
	return i->good ? 0 : -1;
}

static void
complain(size_t line, const char *what, void *arg)
{
	(void)line, (void)arg;
	log_warn("event=secret error=\"%s\"", what);
}

void
auth_from_parent_secret(struct imsg *m)
{
	struct secret_line s;
	struct into i = { 0 };

	memcpy(&s, m->data, sizeof(s));
	i.account = s.account;
	if (self.verifiers == NULL ||
	    secrets_parse((const char *)m->data + sizeof(s), m->len - sizeof(s),
		add, complain, &i) == -1 ||
	    !i.good)
		log_warn("event=secret account=%u error=\"left out\"",
		    s.account);
	else
		self.count++;
}

static void
revoke(uint64_t id, uint32_t account, void *arg)
{
	const struct revoked r = { id, account, 0 };

	(void)arg;
	proc_counters[AUTH_revoked]++;
	auth_to_relays(MSG_revoked, &r, sizeof(r));
}

/* what a service offers, to the row that carries its SASL */
static void
announce(const struct guarded *g, int peer)
{
	static const uint8_t any[32];
	const struct sasl_ground ground = { .verifiers = auth.verifiers,
		.service = g->name,
		.daemon = g->daemon,
		.tls = 1,
		.login = strcmp(g->daemon, "smtpd") == 0,
		.exporter = any,
		.endpoint = any,
		.endpointlen = sizeof(any) };
	struct mechs m = { .bindings = "tls-exporter tls-server-end-point" };

	memcpy(m.service, g->name, sizeof(m.service));
	if (auth.verifiers != NULL)
		sasl_mechs(&ground, m.mechs, sizeof(m.mechs));
	imsg_send(peer, MSG_mechs, 0, &m, sizeof(m), -1);
}

void
credentials_announce(int peer)
{
	int i;

	for (i = 0; i < auth.nservices; i++)
		if (auth.services[i].login == ROW(peer))
			announce(&auth.services[i], peer);
}

static void
break_off(struct client *c, void *arg)
{
	(void)arg;
	exchange_break(c);
}

/* ends a configuration: it takes the place of the old one */
void
auth_from_parent_users(struct imsg *m)
{
	struct verifiers *old = auth.verifiers;
	struct generation g;
	int row, i;

	memcpy(&g, m->data, sizeof(g));
	if (self.verifiers == NULL || self.count != g.good)
		log_warn("event=users credentials=%llu of=%llu%s",
		    (unsigned long long)self.count, (unsigned long long)g.good,
		    auth.verifiers != NULL ? " kept=old" : "");
	if (self.verifiers == NULL ||
	    (auth.verifiers != NULL && self.count != g.good))
		return; /* whose line did not come is not to be revoked */
	clients_each(break_off, NULL); /* they stand on the old set */
	memcpy(auth.services, self.next, sizeof(auth.services));
	auth.nservices = self.nnext;
	auth.verifiers = self.verifiers;
	self.verifiers = NULL;
	proc_counters[AUTH_credentials] = self.count;
	if (old != NULL)
		verifiers_lost(old, auth.verifiers, revoke, NULL);
	verifiers_free(old);
	for (row = 1; row < nprocs; row++)
		for (i = 0; procs[row].daemon != NULL &&
		     imsg_is(row, R_login) && i < INSTS;
		     i++)
			if (imsg_is_open(PEER(row, i)))
				credentials_announce(PEER(row, i));
}

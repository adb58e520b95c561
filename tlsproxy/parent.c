/*
 * parent: the gate's own part of its parent: start and reload in one order
 * (read all, have the signer judge the keys, then take all of it or nothing),
 * each relay's part of the configuration, ticket keys, draining. Reads
 * tlsproxy.conf, certificates and secrets; nothing from the network.
 */
#include <sys/random.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tlsproxy.h"

enum { APPLY_MS = 2000 }; /* for all relays to answer */

static int start(void);
static int instances(int);
static void configure(int);
static int reload(void *);
static void ended(int, int);
static void status(struct ctl *);
static void ctl_drain(struct ctl *, int, char **);

struct gate_conf gate_conf;

static const struct ctl_command commands[] = {
	{ "drain", 0, 1, ctl_drain },
	{ "penalties", 0, 1, guard_penalties },
	{ "forgive", 0, 2, guard_forgive },
	{ 0 },
};

struct daemon tlsproxy = { .keys = gate_keys,
	.conf = &gate_conf,
	.size = sizeof(gate_conf),
	.check = gate_check,
	.start = start,
	.instances = instances,
	.configure = configure,
	.reload = reload,
	.ended = ended,
	.status = status,
	.ctl = commands,
	.holds = 1,
	.gate = 1 };

static struct {
	uint64_t incarnation;
	uint8_t ticket[2][80];		       /* before, now */
	enum { REST, ASKING, APPLYING } phase; /* of a reload */
	int committing; /* it is no new signer that is configured */
	int awaited;	/* relays that have not applied it yet */
	int refused;	/* relays that could not */
	int hours;
	struct event ticket_timer, hour, applied;
} self;

static void
send_tickets(int relay)
{
	struct relay_ticket t;
	int i;

	for (i = 0; i < 2; i++) {
		memcpy(t.key, self.ticket[i], sizeof(t.key));
		imsg_send(relay, MSG_ticket, 0, &t, sizeof(t), -1);
	}
	explicit_bzero(&t, sizeof(t));
}

static void
send_new_ticket(int peer)
{
	struct relay_ticket t;

	if (ROW(peer) != P_relay)
		return;
	memcpy(t.key, self.ticket[1], sizeof(t.key));
	imsg_send(peer, MSG_ticket, 0, &t, sizeof(t), -1);
	explicit_bzero(&t, sizeof(t));
}

/* random, never on disk, in all relays the same */
static void
new_ticket(void)
{
	memcpy(self.ticket[0], self.ticket[1], sizeof(self.ticket[0]));
	if (getrandom(self.ticket[1], sizeof(self.ticket[1]), 0) !=
	    sizeof(self.ticket[1]))
		fatal("getrandom");
}

static void
on_ticket(int fd, short what, void *arg)
{
	static const struct timeval tv = { TICKET_MS / 1000, 0 };

	(void)fd, (void)what, (void)arg;
	new_ticket();
	parent_each(send_new_ticket);
	evtimer_add(&self.ticket_timer, &tv);
}

static void
send_conf(int relay)
{
	const struct gate_conf *c = &gate_conf;
	struct relay_conf r = { .incarnation = ++self.incarnation,
		.relays = (uint32_t)ports_slots(c),
		.connections = (uint32_t)c->connections,
		.per_address = (uint32_t)c->per_address,
		.handshakes = (uint32_t)c->handshakes,
		.handshakes_per_address = (uint32_t)c->handshakes_per_address,
		.handshake_rate = (uint32_t)c->handshake_rate,
		.handshake_ms = (uint32_t)c->handshake_time,
		.close_ms = (uint32_t)c->close_time };

	imsg_send(relay, MSG_conf, 0, &r, sizeof(r), -1);
}

static struct relay_service
service(size_t i)
{
	const struct gate_service *s = gate_conf.services.v;
	struct relay_service r = { .index = (uint32_t)i };
	const char *const *alpn;
	size_t j, n;

	s += i;
	r.kind = (uint32_t)s->tls;
	r.ask = (uint32_t)s->ask;
	r.auth = (uint32_t)s->auth;
	memcpy(r.name, s->name, strlen(s->name));
	gate_to(s->to, r.daemon, r.row);
	alpn = s->alpn.v;
	for (j = n = 0; j < s->alpn.n && n < sizeof(r.alpn); j++)
		n += (size_t)snprintf(r.alpn + n, sizeof(r.alpn) - n, "%s%s",
		    j > 0 ? "," : "", alpn[j]);
	return r;
}

static void
send_services(int relay)
{
	struct relay_service r;
	size_t i;

	for (i = 0; i < gate_conf.services.n; i++) {
		r = service(i);
		imsg_send(relay, MSG_service, 0, &r, sizeof(r), -1);
	}
}

static void
send_guard(int auth)
{
	const struct gate_conf *c = &gate_conf;
	const struct guard_conf g = { .slow = (uint32_t)c->slow,
		.refuse = (uint32_t)c->refuse,
		.halve = (uint32_t)c->halve,
		.delay = (uint32_t)c->delay,
		.delay_max = (uint32_t)c->delay_max,
		.refuse_ms = (uint32_t)c->refuse_time,
		.refuse_max = (uint32_t)c->refuse_max };
	struct generation end = { certs_generation(), 0 };
	struct relay_service s;
	size_t i;
	int fd;

	if (!self.committing) /* it is a new one */
		imsg_send(auth, MSG_salt, 0, state_salt(), sizeof(struct salt),
		    -1);
	imsg_send(auth, MSG_guard, 0, &g, sizeof(g), -1);
	/* scores fade at the rate that has just been told */
	if (!self.committing && (fd = state_penalties()) != -1)
		imsg_send(auth, MSG_restore, 0, NULL, 0, fd);
	for (i = 0; i < c->services.n; i++) {
		s = service(i);
		if (s.auth)
			imsg_send(auth, MSG_guarded, 0, &s, sizeof(s), -1);
	}
	end.good = users_tell(c, auth);
	imsg_send(auth, MSG_users, 0, &end, sizeof(end), -1);
}

static void
configure(int peer)
{
	struct generation g = { certs_generation(), 1 };

	if (ROW(peer) == P_signer && !self.committing)
		certs_to_signer();
	if (ROW(peer) == P_auth)
		send_guard(peer);
	if (ROW(peer) == P_dial)
		dnsconf_send(peer);
	outside_configure(peer);
	if (ROW(peer) != P_relay || !certs_ready())
		return;
	send_conf(peer);
	send_services(peer);
	ports_send(peer);
	certs_send(peer);
	send_tickets(peer);
	imsg_send(peer, MSG_apply, 0, &g, sizeof(g), -1);
	self.awaited++;
}

static int
instances(int row)
{
	return row == P_relay ? ports_slots(&gate_conf) : 0;
}

static void
fill(struct welcome *w)
{
	const struct gate_service *s = gate_conf.services.v;
	const struct conf_addr *a;
	size_t i;

	w->relays = (uint32_t)ports_slots(&gate_conf);
	for (i = 0; i < gate_conf.services.n && i < SERVICES; i++, s++) {
		a = s->listen.v;
		memcpy(w->services[i].name, s->name, strlen(s->name));
		gate_to(s->to, w->services[i].daemon, w->services[i].row);
		w->services[i].kind = (uint32_t)s->tls;
		w->services[i].port = a->port;
	}
}

static int
load(const struct gate_conf *c)
{
	/* all of them, so that one run tells everything that is wrong */
	int r = certs_load(c) | users_load(c) | ports_open(c) | dnsconf_load(c);

	if (r == 0)
		return 0;
	certs_abort();
	users_abort();
	ports_abort();
	dnsconf_abort();
	return -1;
}

static void
answered(int fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	event_del(&self.applied);
	self.awaited = 0;
	if (self.phase != APPLYING)
		return;
	self.phase = REST;
	parent_reloaded(self.refused == 0,
	    "a relay kept its old services, see the log");
}

/* the relays have it, or as many of them as are well */
void
parent_from_relay_applied(struct imsg *m)
{
	struct generation g;

	memcpy(&g, m->data, sizeof(g));
	if (g.number != certs_generation())
		return;
	self.refused += !g.good;
	if (--self.awaited <= 0)
		answered(-1, 0, NULL);
}

static void
judged(int good, const char *why)
{
	static const struct timeval tv = { APPLY_MS / 1000, 0 };

	if (self.phase != ASKING) { /* a new signer read the keys in force */
		if (!good)
			log_warn("%s", why);
		return;
	}
	if (!good) {
		certs_abort();
		users_abort();
		ports_abort();
		dnsconf_abort();
		self.phase = REST;
		parent_reloaded(0, why);
		return;
	}
	certs_commit();
	users_commit();
	ports_commit();
	dnsconf_commit();
	self.awaited = self.refused = 0;
	self.phase = APPLYING;
	self.committing = 1;
	parent_commit();
	self.committing = 0;
	users_publish();
	gate_announce();
	evtimer_add(&self.applied, &tv);
}

static int
reload(void *conf)
{
	const struct gate_conf *c = conf;

	if (strcmp(c->parent.rundir, gate_conf.parent.rundir) != 0 ||
	    strcmp(c->state, gate_conf.state) != 0 ||
	    c->relays != gate_conf.relays)
		log_warn("rundir, state and relays change with the next start "
			 "only");
	if (!certs_ready()) {
		log_warn("the first configuration is not judged yet");
		return -1;
	}
	if (load(c) == -1)
		return -1;
	self.phase = ASKING;
	certs_ask();
	return 1;
}

static void
configure_relay(int peer)
{
	if (ROW(peer) == P_relay)
		configure(peer);
}

/* an old staple goes at once; what expires is told daily, then each hour */
static void
on_hour(int fd, short what, void *arg)
{
	static const struct timeval tv = { 3600, 0 };

	(void)fd, (void)what, (void)arg;
	if (certs_unstapled())
		parent_each(configure_relay);
	if (self.hours == 0)
		self.hours = certs_watch() < 1 ? 1 : 24;
	self.hours--;
	evtimer_add(&self.hour, &tv);
}

/* the first set: a key that does not fit ends the daemon */
static void
judged_first(int good, const char *why)
{
	if (!good) {
		log_warn("%s", why);
		parent_stop(1);
		return;
	}
	certs_judged = judged;
	parent_each(configure_relay);
	parent_each(outside_configure);
	on_hour(-1, 0, NULL);
	parent_up();
}

static void
ended(int peer, int st)
{
	(void)st;
	if (ROW(peer) == P_inspector)
		certs_uninspected();
}

static int
start(void)
{
	evtimer_assign(&self.ticket_timer, proc_base, on_ticket, NULL);
	evtimer_assign(&self.hour, proc_base, on_hour, NULL);
	evtimer_assign(&self.applied, proc_base, answered, NULL);
	certs_judged = judged_first;
	gate_fill = fill;
	gate_on_admit = users_send;
	if (state_open(&gate_conf) == -1 || load(&gate_conf) == -1)
		return -1;
	certs_first();
	users_commit();
	ports_commit();
	dnsconf_commit();
	new_ticket();
	on_ticket(-1, 0, NULL);
	return 0;
}

static void
status(struct ctl *ctl)
{
	int worst = 36500;

	ctl_printf(ctl, "accounts %zu\n", users_count());
	certs_status(ctl, &worst);
	ctl_done(ctl, worst < 7);
}

/* new relays take the listeners; the old ones end with their last client */
static void
ctl_drain(struct ctl *ctl, int argc, char **argv)
{
	int slot, k, was, is, moved = 0;

	(void)argc, (void)argv;
	for (slot = 0; slot < ports_slots(&gate_conf); slot++) {
		was = is = -1;
		for (k = slot; k < INSTS; k += RELAYS_MAX)
			if (!imsg_is_open(PEER(P_relay, k)))
				is = is == -1 ? k : is;
			else if (!parent_retired(PEER(P_relay, k)))
				was = k;
		if (was == -1 || is == -1 ||
		    parent_replace(PEER(P_relay, was), PEER(P_relay, is)) == -1)
			continue;
		imsg_send(PEER(P_relay, was), MSG_drain, 0, NULL, 0, -1);
		moved++;
	}
	ctl_printf(ctl, "%d of %d relays replaced\n", moved, slot);
	ctl_done(ctl, moved != slot);
}

void
parent_from_auth_save(struct imsg *m)
{
	state_save(imsg_get_fd(m));
}

/*
 * dial: names in, connected descriptors out. A request looks up what it
 * names (resolver.c), TLSA records if they may be believed, and connects
 * (connect.c); it ends with one answer, by its deadline at the latest. The
 * callers are daemons that strangers may have taken over: each has a number
 * of requests, and reaches nothing that the rules of address.c forbid.
 * Touches sockets, no file; believes the parent. RFC 5321 5.1, 6698, 7671.
 */
#include <sys/stat.h>
#include <errno.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "address.h"
#include "connect.h"
#include "dial.h"
#include "dnsmsg.h"
#include "msgs.h"
#include "resolver.h"
#include "sealed.h"

enum {
	DEADLINE_MAX = 600000, /* ms */
	GRACE_MS = 2000, /* for the other family, once there are addresses */
	UNREAD_MAX = IMSG_QUEUE / 4, /* bytes of answers a caller leaves */
};

struct found { /* addresses of one family, or why there are none */
	int pending;
	enum verdict verdict;
	enum unreached_why why;
	size_t n;
	struct addr addr[DNS_ADDRESSES];
};

struct request {
	LIST_ENTRY(request) entry;
	int from;
	uint64_t id;
	struct dial is; /* its name as dns_name() gives it */
	struct event deadline, grace;
	struct lookup lookup[2];
	struct found found[2];	   /* 0: A, 1: AAAA */
	enum verdict verdict;	   /* of all that counts */
	char canonical[DIAL_NAME]; /* the name is an alias of it, or empty */
	struct connected *reply;   /* with TLSA records behind it */
	size_t replylen;
	struct connect connect;
};

static struct {
	LIST_HEAD(, request) requests;
	int configured;
	struct resolver conf;
	char *anchors; /* to come into force with conf */
	struct connect_rules rules;
} self;

static void
drop(struct request *r)
{
	lookup_stop(&r->lookup[0]);
	lookup_stop(&r->lookup[1]);
	connect_stop(&r->connect);
	event_del(&r->deadline);
	event_del(&r->grace);
	LIST_REMOVE(r, entry);
	free(r->reply);
	free(r);
	proc_counters[DIAL_COUNT_open]--;
	proc_worked();
}

static void
unreached(struct request *r, enum unreached_why why)
{
	const struct unreached u = { .why = why,
		.verdict = r->verdict,
		.error = why == UNREACHED_CONNECT ? r->connect.error : 0,
		.tried = r->connect.tried };

	COUNT_DIAL(unreached);
	if (why == UNREACHED_RULE)
		COUNT_DIAL(refused);
	imsg_send(r->from, MSG_unreached, r->id, &u, sizeof(u), -1);
	drop(r);
}

static void
on_deadline(int fd, short what, void *arg)
{
	(void)fd, (void)what;
	unreached(arg, UNREACHED_DEADLINE);
}

static void
on_connect(struct connect *c, int fd)
{
	struct request *r = c->arg;

	if (fd == -1) {
		unreached(r,
		    c->error == 0 ? UNREACHED_RULE : UNREACHED_CONNECT);
		return;
	}
	if (connect_ends(fd, &r->reply->peer, &r->reply->local) == -1) {
		c->error = errno; /* it was there, and is gone */
		close(fd);
		unreached(r, UNREACHED_CONNECT);
		return;
	}
	COUNT_DIAL(connected);
	imsg_send(r->from, MSG_connected, r->id, r->reply, r->replylen, fd);
	drop(r);
}

static void
go(struct request *r)
{
	const struct found *v4 = &r->found[0], *v6 = &r->found[1];
	struct connect *c = &r->connect;
	size_t i;

	c->n = address_order(c->list, r->is.family, v4->addr, v4->n, v6->addr,
	    v6->n);
	for (i = 0; i < c->n; i++)
		c->list[i].port = r->is.port;
	c->rules = &self.rules;
	c->done = on_connect;
	c->arg = r;
	r->reply->verdict = r->verdict;
	connect_start(c);
}

static void ask_tlsa(struct request *, const char *base);

/* not there, or not to be believed: the name itself is the last to try */
static void
no_tlsa(struct request *r)
{
	if (strcmp(r->reply->base, r->is.name) != 0)
		ask_tlsa(r, r->is.name);
	else
		go(r);
}

static void
got_tlsa(struct lookup *l)
{
	struct request *r = l->arg;
	const struct dnsmsg *m = l->answer;
	struct connected *reply;

	if (l->verdict == VERDICT_BOGUS) {
		unreached(r, UNREACHED_BOGUS);
		return;
	}
	/* what is there, but cannot be carried, must not look like nothing */
	if (m->result == DNS_FAILED ||
	    (m->result == DNS_BROKEN && l->verdict == VERDICT_SECURE)) {
		unreached(r, UNREACHED_TEMPORARY);
		return;
	}
	if (m->result != DNS_GOOD || l->verdict != VERDICT_SECURE) {
		no_tlsa(r);
		return;
	}
	reply = realloc(r->reply, sizeof(*reply) + m->tlsalen);
	if (reply == NULL) {
		unreached(r, UNREACHED_TEMPORARY);
		return;
	}
	if (m->left > 0)
		log_info("event=tlsa name=%s left_out=%zu", l->name, m->left);
	memcpy(reply + 1, m->tlsa, m->tlsalen);
	reply->tlsa = VERDICT_SECURE;
	reply->ntlsa = (uint32_t)m->n;
	r->reply = reply;
	r->replylen = sizeof(*reply) + m->tlsalen;
	go(r);
}

static void
ask_tlsa(struct request *r, const char *base)
{
	struct lookup *l = &r->lookup[0];
	char port[16];

	memcpy(r->reply->base, base, DIAL_NAME);
	snprintf(port, sizeof(port), "_%u._tcp", r->is.port);
	if (dns_join(l->name, port, base) == -1) { /* there is none then */
		no_tlsa(r);
		return;
	}
	l->type = DNS_TLSA;
	l->done = got_tlsa;
	l->arg = r;
	lookup_start(l);
}

/* the reason that counts of two */
static enum unreached_why
worse(enum unreached_why a, enum unreached_why b)
{
	static const enum unreached_why order[] = { UNREACHED_BOGUS,
		UNREACHED_TEMPORARY, UNREACHED_NXDOMAIN };
	size_t i;

	for (i = 0; i < sizeof(order) / sizeof(*order); i++)
		if (a == order[i] || b == order[i])
			return order[i];
	return UNREACHED_NONE;
}

/* what both families say; one that failed does not void the other */
static void
resolved(struct request *r)
{
	enum unreached_why none = UNREACHED_NONE;
	int i, any = r->found[0].n + r->found[1].n > 0;

	lookup_stop(&r->lookup[0]);
	lookup_stop(&r->lookup[1]);
	event_del(&r->grace);
	r->verdict = VERDICT_SECURE;
	for (i = 0; i < 2; i++) {
		if (r->lookup[i].done == NULL || (any && r->found[i].n == 0))
			continue;
		if (r->found[i].verdict != VERDICT_SECURE &&
		    r->verdict != VERDICT_BOGUS)
			r->verdict = r->found[i].verdict;
		none = worse(none, r->found[i].why);
	}
	if (!any)
		unreached(r, none);
	else if (!r->is.tlsa || r->verdict != VERDICT_SECURE)
		go(r);
	else
		ask_tlsa(r,
		    r->canonical[0] != '\0' ? r->canonical : r->is.name);
}

static void
on_grace(int fd, short what, void *arg)
{
	(void)fd, (void)what;
	resolved(arg);
}

static enum unreached_why
why(const struct lookup *l)
{
	if (l->verdict == VERDICT_BOGUS)
		return UNREACHED_BOGUS;
	switch (l->answer->result) {
	case DNS_NXDOMAIN:
		return UNREACHED_NXDOMAIN;
	case DNS_NULL:
		return UNREACHED_NULL;
	case DNS_FAILED:
		return UNREACHED_TEMPORARY;
	case DNS_BROKEN:
		return UNREACHED_MALFORMED;
	default:
		return UNREACHED_NONE;
	}
}

static void
got_addresses(struct lookup *l)
{
	const struct timeval tv = proc_tv(GRACE_MS);
	struct request *r = l->arg;
	struct found *f = &r->found[l == &r->lookup[1]];
	const struct dnsmsg *m = l->answer;

	f->pending = 0;
	f->verdict = l->verdict;
	if (m->result == DNS_GOOD && l->verdict != VERDICT_BOGUS) {
		if (r->found[0].n + r->found[1].n == 0 && m->aliases > 0)
			memcpy(r->canonical, m->canonical, DIAL_NAME);
		f->n = m->n;
		memcpy(f->addr, m->addr, sizeof(f->addr));
	} else
		f->why = why(l);
	if (!r->found[0].pending && !r->found[1].pending)
		resolved(r);
	else if (f->n > 0)
		event_add(&r->grace, &tv);
}

static void
got_targets(struct lookup *l)
{
	struct request *r = l->arg;
	const struct dnsmsg *m = l->answer;
	struct {
		struct addresses head;
		struct target v[TARGETS_MAX];
	} a;

	r->verdict = l->verdict;
	if (m->result != DNS_GOOD || l->verdict == VERDICT_BOGUS) {
		unreached(r, why(l));
		return;
	}
	a.head.verdict = l->verdict;
	a.head.n = (uint32_t)m->n;
	memcpy(a.v, m->target, m->n * sizeof(*a.v));
	imsg_send(r->from, MSG_addresses, r->id, &a,
	    sizeof(a.head) + m->n * sizeof(*a.v), -1);
	drop(r);
}

static void
look_up(struct request *r, int i, int type, void (*done)(struct lookup *))
{
	struct lookup *l = &r->lookup[i];

	memcpy(l->name, r->is.name, sizeof(l->name));
	l->type = type;
	l->done = done;
	l->arg = r;
	r->found[i].pending = 1;
}

/* 0: it is under way; -1: it makes no sense */
static int
begin(struct request *r)
{
	struct dial *d = &r->is;
	char name[DIAL_NAME];
	struct addr a;
	int i;

	if (d->kind == DIAL_LITERAL) {
		if (d->port == 0 || address_parse(&a, d->name) == -1)
			return -1;
		i = a.family == AF_INET6;
		r->found[i].addr[0] = a;
		r->found[i].n = 1;
		d->family = FAMILY_ANY;
		memcpy(r->reply->base, d->name, sizeof(d->name));
		go(r);
		return 0;
	}
	if (d->kind == DIAL_SRV) {
		if (dns_join(name, d->service, d->name) == -1)
			return -1;
		memcpy(d->name, name, sizeof(name));
	}
	if (dns_name(name, d->name) == -1 ||
	    (d->kind == DIAL_HOST && d->port == 0))
		return -1;
	memcpy(d->name, name, sizeof(name));
	memcpy(r->reply->base, name, sizeof(name));
	if (d->kind == DIAL_HOST) {
		if (d->family != FAMILY_6_ONLY)
			look_up(r, 0, DNS_A, got_addresses);
		if (d->family != FAMILY_4_ONLY)
			look_up(r, 1, DNS_AAAA, got_addresses);
	} else
		look_up(r, 0, d->kind == DIAL_MX ? DNS_MX : DNS_SRV,
		    got_targets);
	for (i = 0; i < 2; i++)
		if (r->found[i].pending)
			lookup_start(&r->lookup[i]);
	return 0;
}

/* what no caller says; NULL: it may be said */
static const char *
crime(const struct imsg *m, const struct dial *d)
{
	struct request *r;
	int n = 0;

	if (d->kind > DIAL_LITERAL || d->family > FAMILY_6_ONLY ||
	    d->tlsa > 1 || d->zero != 0 || d->deadline == 0 ||
	    d->deadline > DEADLINE_MAX ||
	    d->service[sizeof(d->service) - 1] != '\0' ||
	    d->name[sizeof(d->name) - 1] != '\0')
		return "DIAL, but what?";
	LIST_FOREACH(r, &self.requests, entry) {
		if (r->from != m->from)
			continue;
		if (r->id == m->id)
			return "DIAL with an id in use";
		n++;
	}
	if (n >= DIALS_MAX)
		return "too many DIALs at once";
	return imsg_queued(m->from) > UNREAD_MAX ?
	    "DIAL, but no answer is read" :
	    NULL;
}

void
dial_from_caller_dial(struct imsg *m)
{
	struct request *r;
	struct dial d;
	struct timeval tv;
	const char *what;

	memcpy(&d, m->data, sizeof(d));
	if ((what = crime(m, &d)) != NULL) {
		imsg_crime(m, what);
		return;
	}
	if ((r = calloc(1, sizeof(*r))) == NULL ||
	    (r->reply = calloc(1, sizeof(*r->reply))) == NULL)
		fatal("memory");
	r->from = m->from;
	r->id = m->id;
	r->is = d;
	r->replylen = sizeof(*r->reply);
	r->connect.fd = -1;
	COUNT_DIAL(open);
	LIST_INSERT_HEAD(&self.requests, r, entry);
	evtimer_assign(&r->deadline, proc_base, on_deadline, r);
	evtimer_assign(&r->grace, proc_base, on_grace, r);
	tv = proc_tv(d.deadline);
	evtimer_add(&r->deadline, &tv);
	if (!self.configured)
		unreached(r, UNREACHED_TEMPORARY);
	else if (!self.conf.on)
		unreached(r, UNREACHED_RULE);
	else if (begin(r) == -1)
		unreached(r, UNREACHED_MALFORMED);
}

static void
drop_of(int peer)
{
	struct request *r, *next;

	for (r = LIST_FIRST(&self.requests); r != NULL; r = next) {
		next = LIST_NEXT(r, entry);
		if (r->from == peer)
			drop(r);
	}
}

/* it is gone, and whoever follows it has asked for nothing yet */
void
dial_link(int peer, int up)
{
	if (!up)
		drop_of(peer);
}

void
dial_from_parent_anchors(struct imsg *m)
{
	struct stat st;
	int fd = imsg_get_fd(m);

	free(self.anchors);
	self.anchors = NULL;
	if (fstat(fd, &st) == 0 && st.st_size <= ANCHORS_MAX)
		self.anchors = (char *)sealed_read(fd, (size_t)st.st_size);
	close(fd);
}

void
dial_from_parent_resolver(struct imsg *m)
{
	struct request *r, *next;

	memcpy(&self.conf, m->data, sizeof(self.conf));
	if (self.anchors == NULL || self.conf.nservers > RESOLVERS_MAX ||
	    self.conf.npermit > PERMIT_MAX) {
		imsg_crime(m, "no configuration");
		return;
	}
	self.configured = 1;
	self.rules.source4 = self.conf.source4;
	self.rules.source6 = self.conf.source6;
	self.rules.permit = self.conf.permit;
	self.rules.npermit = self.conf.npermit;
	for (r = LIST_FIRST(&self.requests); r != NULL && !self.conf.on;
	     r = next) {
		next = LIST_NEXT(r, entry);
		unreached(r, UNREACHED_RULE);
	}
	resolver_configure(self.conf.servers, self.conf.nservers, self.anchors);
	self.anchors = NULL;
}

void
dial_init(void)
{
	LIST_INIT(&self.requests);
}

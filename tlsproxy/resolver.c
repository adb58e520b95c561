/*
 * resolver: see resolver.h. libunbound's contexts, one per forwarder, or one
 * that begins at the root; each is made when it is needed first. A forwarder
 * is asked for the root's keys before all else: one that gives them without
 * good signatures would make every signed zone bogus, and is not used until
 * it is tried again: it may have been our clock. Touches sockets, by
 * libunbound, no file; trusts no server: what is secure was validated here,
 * with the anchors of our parent. libunbound must never be entered from one
 * of its callbacks, so those only note what came. RFC 4035.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

#include "dial.h"
#include "resolver.h"
#include "ubctx.h"

enum {
	PROBE_MS = 5000,    /* for the root's keys */
	SILENT_MS = 60000,  /* then a silent server is tried again */
	STRIPS_MS = 600000, /* and one that strips */
	TRY_MS = 5000,	    /* for an answer, if there is another server */
	IDLE_MS = 900000,   /* then libunbound's memory is worth more than its
			     * cache */
};
enum { CLASS_IN = 1, SEC_BOGUS = 1, SEC_SECURE = 2 }; /* libunbound's */

enum state { UNKNOWN, PROBING, GOOD, STRIPS, SILENT };

struct query { /* one of libunbound's, which tells its end but once */
	LIST_ENTRY(query) entry;
	struct server *server;
	struct lookup *owner; /* NULL: nobody wants to know any more */
	int probe;
};

struct server {
	struct addr addr[RESOLVERS_MAX]; /* to forward to; n 0: the root */
	size_t n;
	enum state state;
	uint64_t
	    again; /* STRIPS, SILENT: when it is tried again; 0: not said */
	struct ub_ctx *ctx;
	struct query *probe;
	LIST_HEAD(, query) queries;
};

static struct {
	struct server v[RESOLVERS_MAX];
	size_t n;
	char *anchors; /* empty: nothing can be secure */
	struct addr forwarders[RESOLVERS_MAX];
	size_t nforwarders;
	int validates;
	uint64_t again; /* all of them strip: when they are tried again */
	size_t queries;
	TAILQ_HEAD(, lookup) lookups; /* all that are under way */
	struct event probed, silence, idle;
} self;

static void dispatch(struct lookup *);

static void
forget(struct query *q)
{
	LIST_REMOVE(q, entry);
	self.queries--;
	free(q);
}

/* libunbound ends what it was asked, and calls back, while it goes */
static void delete (struct server *s)
{
	struct query *q, *next;

	s->probe = NULL;
	LIST_FOREACH(q, &s->queries, entry) {
		if (q->owner != NULL)
			q->owner->query = NULL;
		q->owner = NULL;
	}
	ub_ctx_delete(s->ctx);
	for (q = LIST_FIRST(&s->queries); q != NULL; q = next) {
		next = LIST_NEXT(q, entry);
		forget(q);
	}
	memset(s, 0, sizeof(*s));
}

/* its context goes, and the cache in it; what is known of it stays */
static void
unload(struct server *s)
{
	const struct server was = *s;

	delete (s);
	memcpy(s->addr, was.addr, sizeof(s->addr));
	s->n = was.n;
	s->state = was.state;
	s->again = was.again;
}

/* nobody has asked for long */
static void
on_idle(int fd, short what, void *arg)
{
	const struct timeval tv = proc_tv(IDLE_MS);
	size_t i;

	(void)fd, (void)what, (void)arg;
	if (self.queries > 0) {
		event_add(&self.idle, &tv);
		return;
	}
	for (i = 0; i < self.n; i++)
		unload(&self.v[i]);
	proc_settle();
}

static void
probe_came(struct server *s, int rcode, int sec)
{
	s->probe = NULL;
	s->state = rcode != 0 ? SILENT : sec == SEC_SECURE ? GOOD : STRIPS;
	event_active(&self.probed, EV_TIMEOUT, 1);
}

static void
on_answer(void *arg, int rcode, void *packet, int len, int sec, char *why,
    int limited)
{
	struct query *q = arg;
	struct lookup *l = q->owner;

	(void)limited;
	if (q->probe && q->server->probe == q)
		probe_came(q->server, rcode, sec);
	forget(q);
	if (l == NULL)
		return;
	l->query = NULL;
	l->verdict = sec == SEC_SECURE ? VERDICT_SECURE :
	    sec == SEC_BOGUS	       ? VERDICT_BOGUS :
					 VERDICT_INSECURE;
	if ((l->found = malloc(sizeof(*l->found))) != NULL) {
		if (rcode != 0 || packet == NULL || len < 0)
			l->found->result = DNS_FAILED;
		else
			dns_parse(l->found, packet, (size_t)len, l->name,
			    l->type);
	}
	if (l->verdict == VERDICT_BOGUS)
		log_info("event=bogus name=%s type=%d why=\"%s\"", l->name,
		    l->type, why != NULL ? why : "");
	event_active(&l->event, EV_TIMEOUT, 1);
}

static int
create(struct server *s)
{
	s->ctx = ubctx_new(s->addr, s->n, self.validates ? self.anchors : NULL);
	return s->ctx == NULL ? -1 : 0;
}

/* NULL: it cannot be asked */
static struct query *
ask(struct server *s, const char *name, int type, struct lookup *l)
{
	const struct timeval tv = proc_tv(IDLE_MS);
	struct query *q;
	int r;

	if (self.queries >= LOOKUPS_MAX ||
	    (s->ctx == NULL && create(s) == -1) ||
	    (q = calloc(1, sizeof(*q))) == NULL)
		return NULL;
	q->server = s;
	q->owner = l;
	q->probe = l == NULL;
	LIST_INSERT_HEAD(&s->queries, q, entry);
	self.queries++;
	if (l != NULL)
		l->query = q;
	else
		s->probe = q;
	COUNT_DIAL(asked);
	event_add(&self.idle, &tv);
	r = ub_resolve_event(s->ctx, name, type, CLASS_IN, q, on_answer, NULL);
	if (r == 0)
		return q; /* which may be no more: it was told already */
	log_warn("event=resolver name=%s type=%d error=\"%s\"", name, type,
	    ub_strerror(r));
	if (l != NULL)
		l->query = NULL;
	else
		s->probe = NULL;
	forget(q);
	return NULL;
}

static void
say(const struct server *s, const char *what)
{
	char ip[INET6_ADDRSTRLEN] = "?";

	inet_ntop(s->addr[0].family, s->addr[0].ip, ip, sizeof(ip));
	log_warn("event=resolver server=%s port=%u: %s", ip, s->addr[0].port,
	    what);
}

static void
probe(struct server *s)
{
	const struct timeval tv = proc_tv(PROBE_MS);

	s->state = PROBING;
	if (ask(s, ".", DNS_DNSKEY, NULL) == NULL)
		probe_came(s, -1, 0);
	else if (s->state == PROBING)
		event_add(&self.silence, &tv);
}

static void
disown(struct lookup *l)
{
	if (l->query != NULL)
		l->query->owner = NULL;
	l->query = NULL;
	free(l->found);
	l->found = NULL;
	event_del(&l->event);
}

/* one context for each forwarder that has to show what it is, or one for all;
 * what is under way will be asked anew */
static void
arrange(int validates)
{
	const int each = validates && self.nforwarders > 0;
	struct lookup *l;
	size_t i;

	for (i = 0; i < self.n; i++)
		delete (&self.v[i]);
	self.validates = validates;
	self.n = each ? self.nforwarders : 1;
	for (i = 0; i < self.n; i++) {
		self.v[i].n = each ? 1 : self.nforwarders;
		memcpy(self.v[i].addr, self.forwarders + i,
		    self.v[i].n * sizeof(self.v[i].addr[0]));
		self.v[i].state = each ? UNKNOWN : GOOD;
	}
	TAILQ_FOREACH(l, &self.lookups, entry) {
		disown(l);
		l->server = 0;
	}
}

/* every server strips: names are looked up, but nothing is secure */
static void
give_up_security(void)
{
	log_warn("event=resolver: all of dial.servers strip DNSSEC; every "
		 "answer is insecure, and there is no DANE");
	arrange(0);
	self.again = proc_now() + STRIPS_MS;
}

/* a server of which on_probed() has not said yet what is wrong with it */
static void
judge(struct server *s)
{
	if (s->state == SILENT && s->again == 0) {
		say(s, "no answer, tried again in a minute");
		s->again = proc_now() + SILENT_MS;
	}
	if (s->state != STRIPS || s->again != 0)
		return;
	say(s, "strips DNSSEC, it is not used");
	unload(s);
	s->again = proc_now() + STRIPS_MS;
}

static void
on_probed(int fd, short what, void *arg)
{
	struct lookup *l, *next;
	size_t i, strip = 0;

	(void)fd, (void)what, (void)arg;
	for (i = 0; i < self.n; i++) {
		judge(&self.v[i]);
		strip += self.v[i].state == STRIPS;
	}
	if (self.n > 0 && strip == self.n)
		give_up_security();
	for (l = TAILQ_FIRST(&self.lookups); l != NULL; l = next) {
		next = TAILQ_NEXT(l, entry);
		if (l->query == NULL && l->found == NULL)
			dispatch(l);
	}
}

/* who has not answered by now is silent */
static void
on_silence(int fd, short what, void *arg)
{
	size_t i;

	(void)fd, (void)what, (void)arg;
	for (i = 0; i < self.n; i++)
		if (self.v[i].state == PROBING)
			probe_came(&self.v[i], -1, 0);
}

/* the first one, from there on, that is known to be good; those that were
 * not are tried again on the way */
static struct server *
good(size_t from)
{
	struct server *s, *found = NULL;

	for (s = self.v + from; s < self.v + self.n; s++) {
		if ((s->state == SILENT || s->state == STRIPS) &&
		    s->again != 0 && proc_now() >= s->again) {
			s->again = 0;
			probe(s);
		}
		if (s->state == GOOD && found == NULL)
			found = s;
	}
	return found;
}

/* 1: one of them is good, or nobody knows that it is not */
static int
another(size_t from)
{
	const struct server *s;

	for (s = self.v + from; s < self.v + self.n; s++)
		if (s->state != STRIPS && s->state != SILENT)
			return 1;
	return 0;
}

/* 1: one of them may turn out to be good */
static int
hope(size_t from)
{
	struct server *s;

	for (s = self.v + from; s < self.v + self.n; s++)
		if (s->state == PROBING)
			return 1;
	for (s = self.v + from; s < self.v + self.n; s++)
		if (s->state == UNKNOWN) {
			probe(s);
			return 1;
		}
	return 0;
}

static void
fail(struct lookup *l)
{
	if ((l->found = malloc(sizeof(*l->found))) != NULL)
		l->found->result = DNS_FAILED;
	event_active(&l->event, EV_TIMEOUT, 1);
}

/* asks the next server that will do, waits for one, or fails */
static void
dispatch(struct lookup *l)
{
	const struct timeval tv = proc_tv(TRY_MS);
	struct server *s = good((size_t)l->server);

	if (s == NULL) {
		if (!hope((size_t)l->server))
			fail(l);
		return;
	}
	l->server = (int)(s - self.v);
	if (ask(s, l->name, l->type, l) == NULL)
		fail(l);
	else if (l->query != NULL && another((size_t)l->server + 1))
		event_add(&l->event, &tv);
}

static void
count(const struct lookup *l)
{
	if (l->answer->result == DNS_FAILED)
		return;
	if (l->verdict == VERDICT_SECURE)
		COUNT_DIAL(secure);
	else if (l->verdict == VERDICT_BOGUS)
		COUNT_DIAL(bogus);
	else
		COUNT_DIAL(insecure);
}

/* an answer was noted, or it takes too long */
static void
on_lookup(int fd, short what, void *arg)
{
	static const struct dnsmsg failed = { .result = DNS_FAILED };
	struct lookup *l = arg;
	struct dnsmsg *found = l->found;

	(void)fd, (void)what;
	if ((found == NULL || found->result == DNS_FAILED) &&
	    (size_t)l->server + 1 < self.n) {
		disown(l);
		l->server++;
		dispatch(l);
		return;
	}
	l->found = NULL;
	lookup_stop(l);
	l->answer = found != NULL ? found : &failed;
	if (l->answer->result == DNS_FAILED && l->verdict != VERDICT_BOGUS)
		l->verdict = VERDICT_INSECURE;
	count(l);
	l->done(l);
	free(found);
}

void
lookup_start(struct lookup *l)
{
	l->busy = 1;
	l->query = NULL;
	l->found = NULL;
	l->answer = NULL;
	l->server = 0;
	l->verdict = VERDICT_INSECURE;
	if (self.again != 0 && proc_now() >= self.again) {
		self.again = 0;
		arrange(1);
		event_active(&self.probed, EV_TIMEOUT, 1); /* asks them anew */
	}
	TAILQ_INSERT_TAIL(&self.lookups, l, entry);
	evtimer_assign(&l->event, proc_base, on_lookup, l);
	dispatch(l);
}

void
lookup_stop(struct lookup *l)
{
	if (!l->busy)
		return;
	disown(l);
	TAILQ_REMOVE(&self.lookups, l, entry);
	l->busy = 0;
}

void
resolver_configure(const struct addr *servers, size_t n, char *anchors)
{
	if (self.anchors == NULL) {
		TAILQ_INIT(&self.lookups);
		evtimer_assign(&self.probed, proc_base, on_probed, NULL);
		evtimer_assign(&self.silence, proc_base, on_silence, NULL);
		evtimer_assign(&self.idle, proc_base, on_idle, NULL);
	}
	free(self.anchors);
	self.anchors = anchors;
	memcpy(self.forwarders, servers, n * sizeof(*servers));
	self.nforwarders = n;
	self.again = 0;
	arrange(anchors[0] != '\0');
	event_active(&self.probed, EV_TIMEOUT, 1); /* asks them anew */
}

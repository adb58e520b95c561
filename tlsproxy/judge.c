/*
 * judge: may a set of certificates be served? The inspector says what the
 * chains are, the signer what the keys are; only a set in which each key
 * fits its certificate takes the place of another. Believes both: they are
 * ours, and they read only what root put there.
 */
#include <sys/wait.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "certs.h"

enum { TRIES = 3 }; /* starts of the inspector for one set */

void (*certs_judged)(int, const char *);

static struct {
	int first; /* the set in force is the first, and not judged yet */
	int tries;
	char why[1024];
} self;

static struct set *
pending(void)
{
	return certs.next != NULL ? certs.next : self.first ? certs.now : NULL;
}

static void
verdict(const char *why)
{
	parent_dismiss(P_inspector);
	self.first = 0;
	certs_judged(why == NULL, why);
}

/* those chains that it has not told about yet */
static void
ask_inspector(struct set *s)
{
	struct inspect q = { .generation = s->generation };
	struct pair *p;

	if (s->n > 0)
		parent_start(P_inspector, OWN, 0); /* or it runs already */
	for (p = s->v; p < s->v + s->n; p++) {
		if (p->inspected)
			continue;
		q.index = (uint32_t)(p - s->v);
		q.chain = (uint32_t)p->chainlen;
		q.ocsp = (uint32_t)p->ocsplen;
		imsg_send(P_inspector, MSG_inspect, 0, &q, sizeof(q),
		    certs_anew(p->memfd));
	}
}

static void
ask_signer(struct set *s)
{
	struct key k = { s->generation, 0, 0 };
	size_t i;

	for (i = 0; i < s->n; i++) {
		k.index = (uint32_t)i;
		k.client = (uint32_t)s->v[i].client;
		s->v[i].keyed = 0;
		imsg_send(P_signer, MSG_key, 0, &k, sizeof(k),
		    certs_anew(s->v[i].key));
	}
}

static void
settle(int good)
{
	struct generation g = { certs.generation, (uint64_t)good };

	imsg_send(P_signer, MSG_keys, 0, &g, sizeof(g), -1);
}

/* the same certificate as now may go on, however old; so may the first */
static int
in_force(const struct pair *p)
{
	const struct cert_facts *f;
	size_t i;

	for (i = 0; certs.now != NULL && i < certs.now->n; i++) {
		f = &certs.now->v[i].facts.is;
		if (memcmp(f->id, p->facts.is.id, sizeof(f->id)) == 0 &&
		    f->not_after == p->facts.is.not_after)
			return 1;
	}
	return 0;
}

/* what is wrong with the pair, now that all is known; 0: nothing, -1: why */
static int
judge(const struct set *s, const struct pair *p)
{
	enum cert_verdict v;

	if (!p->facts.good) {
		snprintf(self.why, sizeof(self.why), "%s/%s.crt: %s", s->dir,
		    p->name, p->facts.why);
		return -1;
	}
	if (!p->is.good) {
		snprintf(self.why, sizeof(self.why), "%s/%s.key: %s", s->dir,
		    p->name, p->is.why);
		return -1;
	}
	v = facts_check(&p->facts.is, p->is.id, time(NULL));
	if (v == CERT_OK)
		return 0;
	snprintf(self.why, sizeof(self.why), "certificate %.255s: %s", p->name,
	    cert_verdict_text(v));
	if (v == CERT_OTHER_KEY || !in_force(p))
		return -1;
	log_warn("%s; it is served all the same", self.why);
	return 0;
}

/* the set, once the last answer is there */
static void
consider(struct set *s)
{
	struct pair *p;

	for (p = s->v; p < s->v + s->n; p++)
		if (!p->inspected || !p->keyed)
			return;
	for (p = s->v; p < s->v + s->n; p++)
		if (judge(s, p) == -1) {
			verdict(self.why);
			return;
		}
	verdict(NULL);
}

/* whose answer is that? NULL: of a set that was given up */
static struct pair *
whose(struct set *s, uint64_t generation, uint32_t index)
{
	return s != NULL && s->generation == generation && index < s->n ?
	    &s->v[index] :
	    NULL;
}

void
parent_from_inspector_facts(struct imsg *m)
{
	struct set *s = pending();
	struct facts f;
	struct pair *p;

	memcpy(&f, m->data, sizeof(f));
	f.why[sizeof(f.why) - 1] = '\0';
	if ((p = whose(s, f.generation, f.index)) == NULL)
		return;
	p->facts = f;
	p->inspected = 1;
	if (f.good && f.why[0] != '\0')
		log_warn("%s/%s.ocsp: not stapled: %s", s->dir, p->name, f.why);
	consider(s);
}

void
parent_from_signer_key_is(struct imsg *m)
{
	struct set *s = pending();
	struct key_is is;
	struct pair *p;

	memcpy(&is, m->data, sizeof(is));
	is.why[sizeof(is.why) - 1] = '\0';
	if ((p = whose(s, is.generation, is.index)) != NULL) {
		p->is = is;
		p->keyed = 1;
		consider(s);
	} else if (whose(certs.now, is.generation, is.index) != NULL &&
	    !is.good)
		log_warn("certificate %s: %s", certs.now->v[is.index].name,
		    is.why);
}

/* the inspector is gone; before its time: another one goes on */
void
certs_uninspected(void)
{
	struct set *s = pending();
	struct pair *p;

	if (s == NULL)
		return;
	for (p = s->v; p < s->v + s->n && p->inspected; p++)
		;
	if (p == s->v + s->n)
		return;
	if (++self.tries < TRIES)
		ask_inspector(s);
	else
		verdict("the inspector of certificates died");
}

void
certs_ask(void)
{
	self.tries = 0;
	ask_inspector(certs.next);
	ask_signer(certs.next);
	consider(certs.next);
}

/* the first set is in force at once; nobody uses it before it is judged */
void
certs_first(void)
{
	certs.now = certs.next;
	certs.next = NULL;
	self.first = 1;
	ask_inspector(certs.now);
}

int
certs_ready(void)
{
	return !self.first;
}

/* a new signer: the keys in force, and those it has not judged yet */
void
certs_to_signer(void)
{
	ask_signer(certs.now);
	settle(1);
	if (certs.next != NULL)
		ask_signer(certs.next);
	if (self.first)
		consider(certs.now); /* there may be none */
}

void
certs_commit(void)
{
	settle(1);
	certs_free(certs.now);
	certs.now = certs.next;
	certs.next = NULL;
}

void
certs_abort(void)
{
	if (certs.next != NULL && certs.now != NULL)
		settle(0);
	certs_free(certs.next);
	certs.next = NULL;
}

uint64_t
certs_generation(void)
{
	return certs.now->generation;
}

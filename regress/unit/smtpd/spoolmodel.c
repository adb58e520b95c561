/* spoolmodel: see spoolmodel.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spoolmodel.h"

size_t model_segment = 32768;

struct model acked, pending;

struct spool_clock model_clock;

uint64_t model_highest, model_acked_highest;

int model_events[SPOOL_DEAD + 1];

const char *model_why = "";

static void
model_event(void *arg, const struct spool_event *e)
{
	(void)arg;
	model_events[e->what]++;
}

struct spool *
model_open(void)
{
	const struct spool_conf conf = { .dir = FAKE_TOP,
		.proc = -1,
		.segment = model_segment,
		.event = model_event,
		.io = &fake_io };

	return spool_open(&conf);
}

void
model_body(uint64_t id, uint8_t *p, size_t n)
{
	uint64_t x = id * 0x9e3779b97f4a7c15ULL | 1;
	size_t i;

	for (i = 0; i < n; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		p[i] = (uint8_t)(x >> 32);
	}
}

struct model_mail *
model_find(struct model *m, uint64_t id)
{
	int i;

	for (i = 0; i < MODEL_MAILS; i++)
		if (m->mail[i].id == id)
			return &m->mail[i];
	return NULL;
}

int
model_same_mail(struct spool *s, const struct model_mail *want)
{
	const struct spool_mail *m = spool_find(s, want->id);
	const struct spool_rcpt *r;
	uint8_t is[16384], body[16384];
	size_t i;
	int fd, good;

	model_why = "mail is missing";
	if (m == NULL)
		return 0;
	model_why = "mail is another";
	if (m->size != want->size || m->nrcpt != want->nrcpt ||
	    m->hold != want->hold || m->big != want->big)
		return 0;
	model_why = "state of a recipient";
	for (i = 0; i < want->nrcpt; i++) {
		r = &m->rcpt[i];
		if (r->state != want->r[i].state ||
		    r->tries != want->r[i].tries ||
		    r->when != want->r[i].when ||
		    strcmp(r->said != NULL ? r->said : "", want->r[i].said) !=
			0)
			return 0;
	}
	model_why = "body";
	if ((fd = spool_body(s, m)) == -1)
		return 0;
	model_body(want->id, body, want->size);
	good = fake_pread(fd, is, sizeof(is), 0) == (ssize_t)want->size &&
	    memcmp(is, body, want->size) == 0;
	fake_close(fd);
	return good;
}

int
model_same(struct spool *s, const struct model *want)
{
	size_t n = 0;
	int i;

	for (i = 0; i < MODEL_MAILS; i++) {
		if (want->mail[i].id == 0)
			continue;
		n++;
		if (!model_same_mail(s, &want->mail[i]))
			return 0;
	}
	model_why = "a mail that should not be";
	return spool_count(s) == n;
}

/* --- changes ------------------------------------------------------- */

void
model_envelope(struct envelope *e, struct recipient *r, uint64_t id,
    size_t nrcpt, size_t size)
{
	size_t i;

	memset(e, 0, sizeof(*e));
	memset(r, 0, nrcpt * sizeof(*r));
	e->id = id;
	e->size = size;
	e->rdate = 1700000000;
	snprintf(e->from.local, sizeof(e->from.local), "from");
	snprintf(e->from.domain, sizeof(e->from.domain), "a.example");
	snprintf(e->received, sizeof(e->received), "from x ([192.0.2.1])");
	for (i = 0; i < nrcpt; i++) {
		snprintf(r[i].addr.local, sizeof(r[i].addr.local), "to %zu", i);
		snprintf(r[i].addr.domain, sizeof(r[i].addr.domain),
		    "b.example");
		snprintf(r[i].user, sizeof(r[i].user), "al");
		r[i].notify = NOTIFY_FAILURE | NOTIFY_DELAY;
	}
	e->rcpt = r;
	e->nrcpt = nrcpt;
}

int
model_add_body(struct spool *s, const struct envelope *e, int big)
{
	uint8_t body[16384];
	int fd, r = -1;

	model_body(e->id, body, e->size);
	if (!big)
		return spool_add_msg(s, e, body, -1);
	if ((fd = spool_big(s)) == -1)
		return -1;
	if (fake_pwrite(fd, body, e->size, 0) == (ssize_t)e->size)
		r = spool_add_big(s, e, fd);
	fake_close(fd);
	return r;
}

int
model_mail(struct spool *s, size_t nrcpt, size_t size, int big)
{
	struct recipient r[MODEL_RCPTS];
	struct envelope e;
	struct model_mail *to = model_find(&pending, 0);
	uint64_t id = spool_id(s, model_clock.wall);

	if (to == NULL)
		return 0;
	if (id <= model_highest) {
		printf("# id %016llx comes twice\n", (unsigned long long)id);
		abort();
	}
	model_highest = id;
	model_envelope(&e, r, id, nrcpt, size);
	if (model_add_body(s, &e, big) == -1)
		return -1;
	memset(to, 0, sizeof(*to));
	to->id = id;
	to->size = size;
	to->nrcpt = nrcpt;
	to->big = big;
	return 0;
}

int
model_result(struct spool *s, uint64_t id, size_t n, enum rcpt_state state)
{
	struct model_mail *m = model_find(&pending, id);
	struct result r = { .n = n, .state = state, .tries = 1 };

	r.tries = m->r[n].tries + 1;
	r.when = model_clock.queue + 60000;
	snprintf(r.said, sizeof(r.said), "451 4.3.0 try %llu",
	    (unsigned long long)r.tries);
	if (spool_add_result(s, id, &r) == -1)
		return -1;
	m->r[n] = r;
	return 0;
}

static int
model_reschedule(struct spool *s, uint64_t id, uint64_t when)
{
	struct model_mail *m = model_find(&pending, id);
	size_t i;

	if (spool_add_reschedule(s, id, when) == -1)
		return -1;
	for (i = 0; i < m->nrcpt; i++)
		if (m->r[i].state == RCPT_WAITING)
			m->r[i].when = when;
	return 0;
}

static int
model_hold(struct spool *s, uint64_t id, int hold)
{
	if (spool_add_hold(s, id, hold) == -1)
		return -1;
	model_find(&pending, id)->hold = hold;
	return 0;
}

int
model_done(struct spool *s, uint64_t id)
{
	if (spool_add_done(s, id) == -1)
		return -1;
	memset(model_find(&pending, id), 0, sizeof(struct model_mail));
	return 0;
}

int
model_commit(struct spool *s)
{
	model_clock.queue += 1000;
	model_clock.wall += 1000;
	if (spool_commit(s, &model_clock) == -1) {
		pending = acked;
		return -1;
	}
	acked = pending;
	model_acked_highest = model_highest;
	return 0;
}

void
model_reset(void)
{
	memset(&acked, 0, sizeof(acked));
	memset(&pending, 0, sizeof(pending));
	memset(model_events, 0, sizeof(model_events));
	model_clock = (struct spool_clock){ 1000, 1700000000000, 1000 };
	model_highest = model_acked_highest = 0;
}

int
model_count(const struct model *m)
{
	int i, n = 0;

	for (i = 0; i < MODEL_MAILS; i++)
		n += m->mail[i].id != 0;
	return n;
}

uint64_t
model_any(void)
{
	int i, k, from = (int)fake_below(MODEL_MAILS);

	for (i = 0; i < MODEL_MAILS; i++) {
		k = (from + i) % MODEL_MAILS;
		if (acked.mail[k].id != 0 &&
		    pending.mail[k].id == acked.mail[k].id)
			return acked.mail[k].id;
	}
	return 0;
}

int
model_step(struct spool *s)
{
	uint64_t id = model_any();
	const struct model_mail *m = id != 0 ? model_find(&acked, id) : NULL;
	uint64_t what = fake_below(16);

	if (id == 0 || what < 4 || (what < 8 && model_count(&pending) < 8))
		return model_mail(s, 1 + fake_below(MODEL_RCPTS),
		    fake_below(what == 0 ? 9000 : 2000), what == 1);
	if (what < 9)
		return model_result(s, id, fake_below(m->nrcpt),
		    (enum rcpt_state)fake_below(3));
	if (what == 9)
		return model_reschedule(s, id, fake_random() >> 30);
	if (what == 10)
		return model_hold(s, id, (int)fake_below(2));
	return model_done(s, id);
}

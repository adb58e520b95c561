/*
 * mails: the index of the spool: mails by their id, and by the segment that
 * holds their record. Pure.
 */
#include <stdlib.h>
#include <string.h>

#include "spoolimpl.h"

struct spool_mail *
mail_make(const struct envelope *e)
{
	struct spool_mail *m =
	    calloc(1, sizeof(*m) + e->nrcpt * sizeof(m->rcpt[0]));
	const struct recipient *r;
	size_t i;

	if (m == NULL)
		return NULL;
	m->id = e->id;
	m->size = e->size;
	m->notbefore = e->notbefore;
	m->hold = (uint8_t)e->hold;
	m->nrcpt = (uint16_t)e->nrcpt;
	for (i = 0; i < e->nrcpt; i++) {
		r = &e->rcpt[i];
		m->rcpt[i].when = r->when;
		m->rcpt[i].tries = (uint16_t)r->tries;
		m->rcpt[i].state = (uint8_t)r->state;
		m->rcpt[i].route = (uint8_t)r->route;
		if (r->said[0] != '\0' &&
		    (m->rcpt[i].said = strdup(r->said)) == NULL) {
			mail_free(m);
			return NULL;
		}
	}
	return m;
}

void
mail_free(struct spool_mail *m)
{
	size_t i;

	if (m == NULL)
		return;
	for (i = 0; i < m->nrcpt; i++)
		free(m->rcpt[i].said);
	free(m);
}

static size_t
bucket(uint64_t id)
{
	return (size_t)((id ^ id >> 16) * 0x9e3779b97f4a7c15ULL >> 32) %
	    SPOOL_BUCKETS;
}

struct spool_mail *
mail_find(const struct spool *s, uint64_t id)
{
	struct spool_mail *m = s->bucket[bucket(id)];

	while (m != NULL && m->id != id)
		m = m->next;
	return m;
}

void
mail_drop(struct spool *s, struct spool_mail *m)
{
	struct spool_mail **b = &s->bucket[bucket(m->id)];

	while (*b != m)
		b = &(*b)->next;
	*b = m->next;
	TAILQ_REMOVE(&m->segment->mails, m, entry);
	m->segment->live -= m->bytes;
	s->bytes -= m->bytes;
	s->count--;
	mail_free(m);
}

void
mail_insert(struct spool *s, struct spool_mail *m, struct spool_segment *seg,
    size_t at, size_t bytes)
{
	struct spool_mail *old = mail_find(s, m->id), **b;

	if (old != NULL)
		mail_drop(s, old);
	b = &s->bucket[bucket(m->id)];
	m->next = *b;
	*b = m;
	m->segment = seg;
	m->at = (uint32_t)at;
	m->bytes = (uint32_t)bytes;
	TAILQ_INSERT_TAIL(&seg->mails, m, entry);
	seg->live += bytes;
	s->bytes += bytes;
	s->count++;
}

void
mail_result(struct spool_mail *m, const struct result *r, char *said)
{
	struct spool_rcpt *to;

	if (r->n >= m->nrcpt) {
		free(said);
		return;
	}
	to = &m->rcpt[r->n];
	to->state = (uint8_t)r->state;
	to->tries = (uint16_t)r->tries;
	to->when = r->when;
	to->uncertain = 0;
	free(to->said);
	to->said = said;
}

void
mail_reschedule(struct spool_mail *m, uint64_t when)
{
	size_t i;

	for (i = 0; i < m->nrcpt; i++)
		if (m->rcpt[i].state == RCPT_WAITING)
			m->rcpt[i].when = when;
}

const struct spool_mail *
spool_find(const struct spool *s, uint64_t id)
{
	return mail_find(s, id);
}

const struct spool_mail *
spool_next(const struct spool *s, const struct spool_mail *m)
{
	const struct spool_segment *seg;
	const struct spool_mail *next;

	if (m != NULL && (next = TAILQ_NEXT(m, entry)) != NULL)
		return next;
	seg = m != NULL ? TAILQ_NEXT(m->segment, entry) : TAILQ_FIRST(&s->live);
	while (seg != NULL && TAILQ_EMPTY(&seg->mails))
		seg = TAILQ_NEXT(seg, entry);
	return seg != NULL ? TAILQ_FIRST(&seg->mails) : NULL;
}

size_t
spool_count(const struct spool *s)
{
	return s->count;
}

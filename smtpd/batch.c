/*
 * batch: what was added is gathered in one piece of memory, sealed when the
 * segment is known, written and synced at once, and then only does the index
 * hear of it. Trusts the caller's envelopes as far as they print.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spoolimpl.h"

enum {
	OPS_MAX = 4096,	      /* of a batch */
	CLOCK_ROOM = 192,     /* a record of it */
	CLOCK_EVERY = 600000, /* ms of queue time */
};

/* --- what comes in ------------------------------------------------- */

/* bytes that a commit may have before its clock */
static size_t
most(const struct spool *s)
{
	size_t n = segment_end(s) - DATA_BEGIN - CLOCK_ROOM;

	return n < BATCH_BYTES ? n : BATCH_BYTES;
}

/* room for a record's payload; NULL: ENOBUFS, ENOMEM. Then added() */
static uint8_t *
room(struct spool *s, size_t length, size_t bytes, size_t nops)
{
	size_t size = record_size(length), n;
	struct op *ops;
	uint8_t *p;

	s->batch.cap = BATCH_BYTES + CLOCK_ROOM;
	if (s->nops >= nops || s->batch.len + size > bytes) {
		errno = ENOBUFS;
		return NULL;
	}
	if (s->nops == s->opsize) {
		n = s->opsize > 0 ? 2 * s->opsize : 16;
		if ((ops = reallocarray(s->ops, n, sizeof(*ops))) == NULL)
			return NULL;
		s->ops = ops;
		s->opsize = n;
	}
	p = buf_room(&s->batch, size);
	return p != NULL ? p + RECORD_HEADER : NULL;
}

static struct op *
added(struct spool *s, enum op_kind kind, enum record_type type, uint64_t id,
    size_t length)
{
	struct op *op = &s->ops[s->nops++];

	memset(op, 0, sizeof(*op));
	op->kind = kind;
	op->record.type = type;
	op->record.id = id;
	op->record.length = (uint32_t)length;
	op->at = s->batch.len;
	buf_grew(&s->batch, record_size(length));
	return op;
}

/* may mail come in? */
static int
welcome(struct spool *s)
{
	int64_t free;

	errno = EIO;
	if (s->refuse || (free = s->io->room(s->conf.dir)) == -1)
		return 0;
	errno = ENOSPC;
	if ((uint64_t)free < s->conf.min_free)
		return 0;
	/* what is left of the log is for results then */
	while (s->nspares < SEGMENTS_SPARE)
		if (segment_make(s) == -1)
			return 0;
	return 1;
}

static int
is_new(const struct spool *s, uint64_t id)
{
	size_t i;

	if (id == 0 || id > s->ids.last || mail_find(s, id) != NULL)
		return 0;
	for (i = 0; i < s->nops; i++)
		if (s->ops[i].kind == OP_MSG && s->ops[i].record.id == id)
			return 0;
	return 1;
}

/* the envelope as text, then n bytes of body or of fd; NULL: errno */
static struct op *
add_mail(struct spool *s, enum record_type type, const struct envelope *e,
    size_t cap, const void *body, int fd, size_t n)
{
	struct buf text = { .cap = cap };
	struct spool_mail *m = mail_make(e);
	struct op *op = NULL;
	uint8_t *p = NULL;

	if (m != NULL && envelope_print(&text, e) == 0)
		p = room(s, text.len + n, most(s), OPS_MAX);
	else if (errno == ENOBUFS) /* no commit would help */
		errno = EMSGSIZE;
	if (p != NULL) {
		memcpy(p, buf_data(&text), text.len);
		if (body != NULL && n > 0)
			memcpy(p + text.len, body, n);
		if (body != NULL || io_read(s, fd, p + text.len, n, 0) == 0) {
			op = added(s, OP_MSG, type, e->id, text.len + n);
			op->mail = m;
			m->big = type == RECORD_BIG;
		}
	}
	if (op == NULL)
		mail_free(m);
	buf_free(&text);
	return op;
}

int
spool_add_msg(struct spool *s, const struct envelope *e, const void *body,
    int fd)
{
	errno = EINVAL;
	if (!is_new(s, e->id))
		return -1;
	errno = EMSGSIZE;
	if (e->size > MEMFD_BYTES)
		return -1;
	errno = ENOBUFS;
	if (s->nmails == BATCH_MAILS)
		return -1;
	if (!welcome(s) ||
	    add_mail(s, RECORD_MSG, e, ENVELOPE_BYTES, body, fd, e->size) ==
		NULL)
		return -1;
	s->nmails++;
	return 0;
}

int
spool_add_big(struct spool *s, const struct envelope *e, int fd)
{
	char name[SPOOL_NAME];
	int64_t size = s->io->size(fd);
	struct op *op;
	int error;

	errno = EINVAL;
	if (!is_new(s, e->id) || size < 0 || (uint64_t)size != e->size)
		return -1;
	errno = ENOBUFS;
	if (s->nmails == BATCH_MAILS || !welcome(s))
		return -1;
	big_name(e->id, name);
	if (s->io->fdatasync(fd) == -1 ||
	    s->io->link(fd, s->conf.proc, s->conf.dir, name) == -1)
		return -1;
	if ((op = add_mail(s, RECORD_BIG, e, ENVELOPE_BYTES, "", -1, 0)) ==
	    NULL) {
		error = errno;
		s->io->unlink(s->conf.dir, name);
		errno = error;
		return -1;
	}
	op->linked = 1;
	s->nmails++;
	return 0;
}

int
batch_move(struct spool *s, const struct spool_mail *old,
    const struct envelope *e, const void *body, size_t n)
{
	struct op *op = add_mail(s, old->big ? RECORD_BIG : RECORD_MSG, e,
	    ENVELOPE_GROWN, body, -1, n);
	size_t i;

	if (op == NULL)
		return -1;
	for (i = 0; i < old->nrcpt; i++)
		op->mail->rcpt[i].uncertain = old->rcpt[i].uncertain;
	return 0;
}

/* a change of a mail that is there; text may be NULL. NULL: errno */
static struct op *
add_change(struct spool *s, enum op_kind kind, enum record_type type,
    uint64_t id, const struct buf *text)
{
	size_t n = text != NULL ? text->len : 0;
	uint8_t *p;

	if (mail_find(s, id) == NULL) {
		errno = ENOENT;
		return NULL;
	}
	if ((p = room(s, n, most(s), OPS_MAX)) == NULL)
		return NULL;
	if (n > 0)
		memcpy(p, buf_data(text), n);
	return added(s, kind, type, id, n);
}

int
spool_add_result(struct spool *s, uint64_t id, const struct result *r)
{
	const struct spool_mail *m = mail_find(s, id);
	struct buf text = { .cap = ENVELOPE_BYTES };
	struct op *op = NULL;
	char *said = NULL;

	if (m != NULL && r->n >= m->nrcpt) {
		errno = EINVAL;
		return -1;
	}
	if (r->said[0] != '\0' && (said = strdup(r->said)) == NULL)
		return -1;
	if (result_print(&text, r) == 0)
		op = add_change(s, OP_RESULT, RECORD_RESULT, id, &text);
	buf_free(&text);
	if (op == NULL) {
		free(said);
		return -1;
	}
	op->result = *r;
	op->said = said;
	return 0;
}

static int
add_number(struct spool *s, enum op_kind kind, enum record_type type,
    uint64_t id, uint64_t value)
{
	struct buf text = { .cap = ENVELOPE_BYTES };
	struct op *op = NULL;

	if (number_print(&text, value) == 0)
		op = add_change(s, kind, type, id, &text);
	buf_free(&text);
	if (op == NULL)
		return -1;
	op->value = value;
	return 0;
}

int
spool_add_reschedule(struct spool *s, uint64_t id, uint64_t when)
{
	return add_number(s, OP_RESCHEDULE, RECORD_RESCHEDULE, id, when);
}

int
spool_add_hold(struct spool *s, uint64_t id, int hold)
{
	return add_number(s, OP_HOLD, RECORD_HOLD, id, hold != 0);
}

int
spool_add_done(struct spool *s, uint64_t id)
{
	return add_change(s, OP_DONE, RECORD_DONE, id, NULL) != NULL ? 0 : -1;
}

static int
add_clock(struct spool *s, const struct spool_clock *c)
{
	struct buf text = { .cap = CLOCK_ROOM };
	uint8_t *p;
	int r = -1;

	if (clock_print(&text, c) == 0 &&
	    (p = room(s, text.len, most(s) + CLOCK_ROOM, OPS_MAX + 1)) !=
		NULL) {
		memcpy(p, buf_data(&text), text.len);
		added(s, OP_NONE, RECORD_CLOCK, s->ids.last, text.len);
		r = 0;
	}
	buf_free(&text);
	return r;
}

/* --- what comes of it ---------------------------------------------- */

/* its memory, and files if it never happened */
static void
forget(struct spool *s, int undo)
{
	char name[SPOOL_NAME];
	size_t i;

	for (i = 0; i < s->nops; i++) {
		mail_free(s->ops[i].mail);
		free(s->ops[i].said);
		if (undo && s->ops[i].linked) {
			big_name(s->ops[i].record.id, name);
			s->io->unlink(s->conf.dir, name);
		}
	}
	s->nops = s->nmails = 0;
	buf_free(&s->batch);
}

void
spool_cancel(struct spool *s)
{
	int error = errno;

	forget(s, 1);
	errno = error;
}

static void
done(struct spool *s, struct spool_mail *m)
{
	char name[SPOOL_NAME];

	if (m->big) {
		big_name(m->id, name);
		s->io->unlink(s->conf.dir, name);
	}
	mail_drop(s, m);
}

static void
apply(struct spool *s, struct op *op, size_t begin)
{
	struct spool_mail *m = mail_find(s, op->record.id);

	if (op->kind == OP_MSG) {
		mail_insert(s, op->mail, s->head, begin + op->at,
		    record_size(op->record.length));
		op->mail = NULL;
	}
	if (m == NULL)
		return;
	if (op->kind == OP_RESULT) {
		mail_result(m, &op->result, op->said);
		op->said = NULL;
	} else if (op->kind == OP_RESCHEDULE)
		mail_reschedule(m, op->value);
	else if (op->kind == OP_HOLD)
		m->hold = (uint8_t)op->value;
	else if (op->kind == OP_DONE)
		done(s, m);
}

static void
seal(struct spool *s)
{
	struct record *r;
	size_t i;

	for (i = 0; i < s->nops; i++) {
		r = &s->ops[i].record;
		r->flags = (i == 0 ? RECORD_FIRST : 0) |
		    (i == s->nops - 1 ? RECORD_LAST : 0);
		r->seq = ++s->seq;
		r->key = s->head->key;
		record_seal(r, buf_data(&s->batch) + s->ops[i].at);
	}
}

/* names in big/ must be there before records speak of them */
static int
sync_names(struct spool *s)
{
	size_t i;

	for (i = 0; i < s->nops; i++)
		if (s->ops[i].linked)
			return s->io->fsync(s->big);
	return 0;
}

static int
write_out(struct spool *s)
{
	int error;

	if (s->faults >= FAULTS_MAX) {
		errno = EIO;
		return -1;
	}
	if ((s->head == NULL || s->end + s->batch.len > segment_end(s)) &&
	    segment_next(s) == -1)
		return -1;
	seal(s);
	if (io_write(s, s->fd, buf_data(&s->batch), s->batch.len, s->end) ==
		0 &&
	    s->io->fdatasync(s->fd) == 0)
		return 0;
	error = errno;
	segment_abandon(s, error);
	/* its head says that this has never been, whatever the disk kept */
	segment_next(s);
	errno = error;
	return -1;
}

int
batch_write(struct spool *s, const struct spool_clock *clock)
{
	size_t i, begin;

	if (add_clock(s, clock) == -1 || sync_names(s) == -1 ||
	    write_out(s) == -1) {
		spool_cancel(s);
		return -1;
	}
	begin = s->end;
	s->end += s->batch.len;
	s->acked = s->seq;
	s->clock = *clock;
	for (i = 0; i < s->nops; i++)
		apply(s, &s->ops[i], begin);
	forget(s, 0);
	return 0;
}

int
spool_commit(struct spool *s, const struct spool_clock *clock)
{
	const struct spool_segment *head = s->head;

	if (s->nops == 0 &&
	    (clock->queue < s->clock.queue ||
		clock->queue - s->clock.queue < CLOCK_EVERY))
		return 0;
	if (batch_write(s, clock) == -1)
		return -1;
	if (s->head != head)
		s->turns = 0;
	return 0;
}

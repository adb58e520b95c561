/*
 * replay: what the log says has happened, in order. Believes records whose
 * checksums and key are right, and of a commit that was under way at the end
 * all or nothing. What was acknowledged and cannot be read goes to dead/.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "spoolimpl.h"

enum { CHUNK = 1 << 20, BLOCK = 4096 };

struct found {
	struct record r;
	size_t at;
};

struct walk {
	struct spool *s;
	struct spool_segment *seg;
	uint8_t *all;	   /* of the segment */
	uint64_t limit;	   /* higher seq never happened */
	struct found *rec; /* records in order */
	size_t n, size;
	size_t end; /* of the last one that counts */
	int newest;
	int failed;
	uint64_t bad; /* bytes of the file that cannot be read */
};

/* --- one segment --------------------------------------------------- */

static int
keep(struct walk *w, const struct record *r, size_t at)
{
	size_t n = w->size > 0 ? 2 * w->size : 256;
	struct found *rec;

	if (w->n == w->size) {
		if ((rec = reallocarray(w->rec, n, sizeof(*rec))) == NULL)
			return -1;
		w->rec = rec;
		w->size = n;
	}
	w->rec[w->n].r = *r;
	w->rec[w->n++].at = at;
	return 0;
}

static size_t
behind(const struct found *f)
{
	return f->at + record_size(f->r.length);
}

static int
gather(struct walk *w)
{
	const size_t end = segment_end(w->s);
	uint64_t seq = w->seg->base;
	size_t at = DATA_BEGIN;
	struct record r;

	w->n = 0;
	while ((at = record_find(&r, w->all, end, at, w->seg->key, seq)) <
	    end) {
		seq = r.seq;
		if (seq > w->s->seq)
			w->s->seq = seq;
		if (seq <= w->limit && keep(w, &r, at) == -1)
			return -1;
		at += record_size(r.length);
	}
	return 0;
}

/* how many of the newest segment's records count: whole commits */
static size_t
count_whole(const struct walk *w)
{
	size_t i, first = w->n;

	while (first > 0 && !(w->rec[first - 1].r.flags & RECORD_FIRST))
		first--;
	if (first == 0)
		return 0;
	for (i = --first; i < w->n; i++) {
		if (i > first &&
		    (w->rec[i].r.seq != w->rec[i - 1].r.seq + 1 ||
			w->rec[i].at != behind(&w->rec[i - 1])))
			return first;
		if (w->rec[i].r.flags & RECORD_LAST)
			return i + 1;
	}
	return first;
}

static void
tell(struct walk *w, enum spool_what what, size_t at, size_t n)
{
	struct spool_event e = { .what = what,
		.segment = w->seg->number,
		.at = at,
		.bytes = n };

	if (what == SPOOL_DAMAGE)
		w->s->damaged = 1;
	spool_tell(w->s, &e);
}

static void
damage(struct walk *w, size_t at, size_t n)
{
	dead_range(w->s, w->seg, w->all + at, at, n);
	tell(w, SPOOL_DAMAGE, at, n);
}

/* bytes up to the last one that is not zero */
static size_t
trimmed(const uint8_t *p, size_t n)
{
	while (n > 0 && p[n - 1] == 0)
		n--;
	return n;
}

/* --- what records do ----------------------------------------------- */

static int
replay_mail(struct walk *w, const struct found *f, const uint8_t *p)
{
	struct envelope e;
	struct spool_mail *m = NULL;
	size_t used, i;
	int good;

	if (envelope_parse(&e, p, f->r.length, &used) == -1)
		return errno == ENOMEM ? -1 : 1;
	good = e.id == f->r.id &&
	    (f->r.type == RECORD_BIG ? used == f->r.length :
				       f->r.length - used == e.size);
	if (good && (m = mail_make(&e)) != NULL) {
		m->big = f->r.type == RECORD_BIG;
		for (i = 0; i < m->nrcpt; i++)
			m->rcpt[i].uncertain = m->rcpt[i].state == RCPT_WAITING;
		mail_insert(w->s, m, w->seg, f->at, record_size(f->r.length));
	}
	envelope_free(&e);
	return !good ? 1 : m != NULL ? 0 : -1;
}

static int
replay_result(struct spool_mail *m, const char *p, size_t n)
{
	const char *end = p + n;
	struct result r;
	char *said = NULL;

	if (result_parse(&r, &p, end) == -1 || p != end)
		return 1;
	if (r.said[0] != '\0' && (said = strdup(r.said)) == NULL)
		return -1;
	mail_result(m, &r, said);
	if (r.n < m->nrcpt)
		m->rcpt[r.n].uncertain = r.state == RCPT_WAITING;
	return 0;
}

static int
replay_change(struct walk *w, const struct record *r, const char *p)
{
	struct spool_mail *m = mail_find(w->s, r->id);
	uint64_t v;

	if (r->type == RECORD_CLOCK)
		return clock_parse(&w->s->clock, p, r->length) == -1;
	if (m == NULL) /* a fault has taken its mail, or it ended before */
		return 0;
	switch (r->type) {
	case RECORD_RESULT:
		return replay_result(m, p, r->length);
	case RECORD_RESCHEDULE:
		if (number_parse(&v, p, r->length) == -1)
			return 1;
		mail_reschedule(m, v);
		return 0;
	case RECORD_HOLD:
		if (number_parse(&v, p, r->length) == -1 || v > 1)
			return 1;
		m->hold = (uint8_t)v;
		return 0;
	case RECORD_DONE:
		mail_drop(w->s, m);
		return 0;
	default:
		return 1;
	}
}

static int
apply(struct walk *w, const struct found *f)
{
	const uint8_t *p = w->all + f->at + RECORD_HEADER;
	int r;

	msgid_seen(&w->s->ids, f->r.id);
	if (f->r.type == RECORD_MSG || f->r.type == RECORD_BIG)
		r = replay_mail(w, f, p);
	else
		r = replay_change(w, &f->r, (const char *)p);
	if (r > 0) /* its checksum holds, and yet: not from us */
		damage(w, f->at, record_size(f->r.length));
	return r == -1 ? -1 : 0;
}

static int
replay_segment(struct walk *w)
{
	size_t i, n, at = DATA_BEGIN;
	uint64_t seq = w->seg->base;

	if (gather(w) == -1)
		return -1;
	n = w->newest ? count_whole(w) : w->n;
	if (n < w->n)
		tell(w, SPOOL_TORN, w->rec[n].at,
		    behind(&w->rec[w->n - 1]) - w->rec[n].at);
	for (i = 0; i < n; i++) {
		if (w->rec[i].at > at)
			damage(w, at, w->rec[i].at - at);
		if (apply(w, &w->rec[i]) == -1)
			return -1;
		at = behind(&w->rec[i]);
		seq = w->rec[i].r.seq;
	}
	if (!w->newest && w->limit > seq)
		damage(w, at, trimmed(w->all + at, segment_end(w->s) - at));
	w->end = at;
	if (w->newest)
		w->s->acked = seq;
	return 0;
}

/* --- files --------------------------------------------------------- */

/* n bytes at at, as far as they can be read, zeroes for the rest */
static int
read_some(struct walk *w, int fd, size_t at, size_t n)
{
	size_t i;

	if (io_read(w->s, fd, w->all + at, n, at) == 0)
		return 0;
	if (errno != EIO)
		return -1;
	for (i = 0; i < n; i += BLOCK)
		if (io_read(w->s, fd, w->all + at + i, BLOCK, at + i) == -1) {
			if (errno != EIO)
				return -1;
			memset(w->all + at + i, 0, BLOCK);
			w->bad += BLOCK;
		}
	return 0;
}

/* all of the segment; what is not there is zero. -1: errno */
static int
load(struct walk *w, int *fd)
{
	char name[SPOOL_NAME];
	const size_t all = w->s->size;
	int64_t size;
	size_t at, n, have;

	segment_name(w->seg, name);
	w->bad = 0;
	if ((*fd = w->s->io->openat(w->s->log, name, O_RDWR)) == -1)
		return -1;
	if ((size = w->s->io->size(*fd)) == -1)
		return -1;
	have = (uint64_t)size < all ? (size_t)size : all;
	memset(w->all + have, 0, all - have);
	w->bad = all - have;
	for (at = 0; at < have; at += n) {
		n = have - at < CHUNK ? have - at : CHUNK;
		if (n > BLOCK && n % BLOCK != 0)
			n -= n % BLOCK;
		if (read_some(w, *fd, at, n) == -1)
			return -1;
	}
	return 0;
}

/* those that may be written again are ready for it */
static void
take_unused(struct walk *w)
{
	struct spool *s = w->s;
	char name[SPOOL_NAME];

	TAILQ_REMOVE(&s->live, w->seg, entry);
	s->nlive--;
	if (w->bad == 0 && s->nspares < SEGMENTS_SPARE) {
		TAILQ_INSERT_TAIL(&s->spares, w->seg, entry);
		s->nspares++;
		return;
	}
	segment_name(w->seg, name);
	s->io->unlink(s->log, name);
	segment_free(s, w->seg);
}

/* its head says what it is; without one it is new, or ruined */
static int
classify(struct walk *w)
{
	struct spool *s = w->s;
	uint64_t id;
	size_t n;
	int fd = -1, r = load(w, &fd), error = errno;

	if (fd != -1)
		s->io->close(fd);
	if (r == -1) {
		errno = error;
		return -1;
	}
	if (segment_head(s, w->seg, w->all, &id)) {
		msgid_seen(&s->ids, id);
		if (w->seg->base > s->seq)
			s->seq = w->seg->base;
		return 0;
	}
	n = trimmed(w->all, s->size);
	if (n > 0) {
		tell(w, SPOOL_DAMAGE, 0, n);
		if (dead_range(s, w->seg, w->all, 0, n) == -1) {
			TAILQ_REMOVE(&s->live, w->seg, entry);
			s->nlive--;
			segment_free(s, w->seg); /* of memory: the file stays */
			return 0;
		}
	}
	take_unused(w);
	return 0;
}

static int
by_base(const void *a, const void *b)
{
	const struct spool_segment *const *x = a, *const *y = b;

	return (*x)->base < (*y)->base ? -1 : (*x)->base > (*y)->base;
}

static int
sort(struct spool *s)
{
	struct spool_segment **all, *seg;
	size_t i = 0, n = s->nlive;

	if (n == 0)
		return 0;
	if ((all = calloc(n, sizeof(struct spool_segment *))) == NULL)
		return -1;
	while ((seg = TAILQ_FIRST(&s->live)) != NULL) {
		TAILQ_REMOVE(&s->live, seg, entry);
		all[i++] = seg;
	}
	qsort(all, n, sizeof(struct spool_segment *), by_base);
	for (i = 0; i < n; i++)
		TAILQ_INSERT_TAIL(&s->live, all[i], entry);
	free(all);
	return 0;
}

/* the newest one goes on behind its last whole commit */
static void
take_head(struct walk *w, int fd)
{
	struct spool *s = w->s;

	s->head = w->seg;
	s->fd = fd;
	s->end = w->end;
	/* what a killed process wrote may not have reached the disk yet */
	if (w->failed)
		segment_abandon(s, w->failed);
	else if (w->bad > 0)
		segment_abandon(s, EBADMSG);
}

static int
replay_one(struct walk *w)
{
	struct spool_segment *next = TAILQ_NEXT(w->seg, entry);
	int fd = -1, error;

	w->newest = next == NULL;
	w->limit = next != NULL ? next->acked : UINT64_MAX;
	w->failed = 0;
	if (load(w, &fd) == -1)
		goto fail;
	if (w->bad > 0)
		tell(w, SPOOL_DAMAGE, w->s->size - w->bad, w->bad);
	if (w->newest && w->s->io->fdatasync(fd) == -1)
		w->failed = errno;
	if (replay_segment(w) == -1)
		goto fail;
	if (w->newest)
		take_head(w, fd);
	else
		w->s->io->close(fd);
	return 0;
fail:
	error = errno;
	if (fd != -1)
		w->s->io->close(fd);
	errno = error;
	return -1;
}

static void
add_file(void *arg, const char *name)
{
	struct walk *w = arg;
	struct spool_segment *seg;
	char again[SPOOL_NAME];
	char *end;

	errno = 0;
	seg = calloc(1, sizeof(*seg));
	if (seg == NULL) {
		w->failed = ENOMEM;
		return;
	}
	TAILQ_INIT(&seg->mails);
	seg->number = strtoull(name, &end, 10);
	segment_name(seg, again);
	if (strcmp(name, again) != 0) { /* not ours */
		free(seg);
		return;
	}
	if (seg->number > w->s->number)
		w->s->number = seg->number;
	TAILQ_INSERT_TAIL(&w->s->live, seg, entry);
	w->s->nlive++;
}

/* the newest head names the oldest segment: is it there? */
static void
check_floor(struct spool *s, uint64_t floor)
{
	struct spool_event e = { .what = SPOOL_DAMAGE, .bytes = s->size };
	const struct spool_segment *seg;

	TAILQ_FOREACH(seg, &s->live, entry) {
		if (seg->base == floor)
			return;
	}
	if (floor != 0) {
		s->damaged = 1;
		spool_tell(s, &e);
	}
}

static int
replay_all(struct walk *w)
{
	struct spool *s = w->s;
	struct spool_segment *next;
	uint64_t floor;

	if (s->io->list(s->log, add_file, w) == -1)
		return -1;
	if (w->failed) {
		errno = w->failed;
		return -1;
	}
	for (w->seg = TAILQ_FIRST(&s->live); w->seg != NULL; w->seg = next) {
		next = TAILQ_NEXT(w->seg, entry);
		if (classify(w) == -1)
			return -1;
	}
	if (sort(s) == -1)
		return -1;
	w->seg = TAILQ_LAST(&s->live, spool_segments);
	floor = w->seg != NULL ? w->seg->floor : 0;
	check_floor(s, floor);
	for (w->seg = TAILQ_FIRST(&s->live); w->seg != NULL; w->seg = next) {
		next = TAILQ_NEXT(w->seg, entry);
		if (w->seg->base < floor) {
			w->bad = 0;
			take_unused(w);
		} else if (replay_one(w) == -1)
			return -1;
	}
	return 0;
}

int
replay(struct spool *s)
{
	struct walk w = { .s = s };
	int r = -1, error;

	if ((w.all = malloc(s->size)) != NULL)
		r = replay_all(&w);
	error = errno;
	if (w.all != NULL)
		explicit_bzero(w.all, s->size);
	free(w.rec);
	free(w.all);
	errno = error;
	return r;
}

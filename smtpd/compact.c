/*
 * compact: the log's housekeeping. Only the oldest segment is ever emptied: a
 * younger one may hold the end of a mail that an older one begins.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "spoolimpl.h"

enum {
	PIECES = 16, /* a segment is moved in so many */
	SLACK = 4,   /* segments */
};

/* bytes of records in a segment */
static size_t
room_of(const struct spool *s)
{
	return segment_end(s) - DATA_BEGIN;
}

/*
 * No spare can be made: there is still what dead records hold. It comes free
 * by turning the whole log over, as long as the next turn finds room.
 */
static int
may_turn(const struct spool *s, const struct spool_segment *oldest)
{
	size_t left = s->head != NULL ? segment_end(s) - s->end : 0;
	uint64_t all = (uint64_t)s->nlive * room_of(s);

	return s->nspares < SEGMENTS_SPARE && s->turns <= s->nlive &&
	    all >= s->bytes + left + room_of(s) / 4 * 3 &&
	    oldest->live + s->size / PIECES * 2 <=
	    left + s->nspares * room_of(s);
}

static int
is_worth_it(const struct spool *s, const struct spool_segment *oldest)
{
	return oldest->live * 4 < s->size ||
	    s->nlive * s->size > 4 * s->bytes + SLACK * s->size;
}

static int
move(struct spool *s, const struct spool_mail *m)
{
	struct envelope e = { 0 };
	struct record r;
	uint8_t *p = mail_read(s, m, &r);
	size_t used;
	int rv = -1, error;

	if (p != NULL &&
	    mail_envelope(m, &r, p + RECORD_HEADER, &e, &used) == 0)
		rv = batch_move(s, m, &e, p + RECORD_HEADER + used,
		    r.length - used);
	error = errno;
	envelope_free(&e);
	if (p != NULL)
		explicit_bzero(p, m->bytes);
	free(p);
	errno = error;
	return rv;
}

static int
compact(struct spool *s, struct spool_segment *oldest,
    const struct spool_clock *clock)
{
	const struct spool_mail *m;

	TAILQ_FOREACH(m, &oldest->mails, entry) {
		if (s->batch.len > s->size / PIECES)
			break;
		/* a disk may stutter; twice is a hole */
		if (move(s, m) == 0 || (errno == EIO && move(s, m) == 0))
			continue;
		if (errno == ENOBUFS)
			break;
		if (errno != EBADMSG && errno != EIO) {
			spool_cancel(s);
			return -1;
		}
		mail_lost(s, m);
	}
	return batch_write(s, clock);
}

static void
make_spares(struct spool *s)
{
	struct spool_event e = { .what = SPOOL_FULL };

	while (s->nspares < SEGMENTS_SPARE)
		if (segment_make(s) == -1) {
			e.error = errno;
			if (!s->full)
				spool_tell(s, &e);
			s->full = 1;
			return;
		}
	s->full = 0;
}

int
spool_tend(struct spool *s, const struct spool_clock *clock)
{
	struct spool_segment *oldest = TAILQ_FIRST(&s->live);

	if (s->nops > 0)
		return 0;
	if (oldest == s->head)
		oldest = NULL;
	if (oldest != NULL && TAILQ_EMPTY(&oldest->mails)) {
		segment_recycle(s, oldest);
		s->turns++;
		return 1;
	}
	if (oldest == NULL || !is_worth_it(s, oldest)) {
		make_spares(s);
		if (s->nspares >= SEGMENTS_SPARE)
			s->turns = 0;
		if (oldest == NULL || !may_turn(s, oldest))
			return 0;
	}
	return compact(s, oldest, clock) == 0 ? 1 : -1;
}

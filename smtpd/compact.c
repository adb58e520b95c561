/*
 * compact: the log's housekeeping. Only the oldest segment is ever emptied: a
 * younger one may hold the end of a mail that an older one begins.
 */
#include <errno.h>
#include <stdlib.h>

#include "spoolimpl.h"

enum {
	PIECES = 16, /* a segment is moved in so many */
	SLACK = 4,   /* segments */
};

static int
is_worth_it(const struct spool *s, const struct spool_segment *oldest)
{
	return oldest->live * 4 < s->size ||
	    s->nlive * s->size > 4 * s->bytes + SLACK * s->size ||
	    (s->nspares < SEGMENTS_SPARE && oldest->live * 4 < s->size * 3);
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
		if (move(s, m) == 0)
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
	if (oldest != NULL && oldest != s->head) {
		if (TAILQ_EMPTY(&oldest->mails)) {
			segment_recycle(s, oldest);
			return 1;
		}
		if (is_worth_it(s, oldest))
			return compact(s, oldest, clock) == 0 ? 1 : -1;
	}
	make_spares(s);
	return 0;
}

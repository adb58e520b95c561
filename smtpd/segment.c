/*
 * segment: files of the log, zero-written once and used again. Three copies
 * of a head say which random key its records carry. Touches log/ alone.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spoolimpl.h"

enum { HEAD_PAYLOAD = 16, FILL = 1 << 20 };

void
spool_tell(struct spool *s, const struct spool_event *e)
{
	int error = errno;

	if (s->conf.event != NULL)
		s->conf.event(s->conf.arg, e);
	errno = error;
}

void
segment_name(const struct spool_segment *seg, char out[SPOOL_NAME])
{
	snprintf(out, SPOOL_NAME, "%08llu.q", (unsigned long long)seg->number);
}

int
io_read(struct spool *s, int fd, void *to, size_t n, size_t at)
{
	uint8_t *p = to;
	ssize_t k;

	while (n > 0) {
		if ((k = s->io->pread(fd, p, n, (off_t)at)) == -1) {
			if (errno == EINTR)
				continue;
			return -1;
		}
		if (k == 0) {
			errno = EBADMSG;
			return -1;
		}
		p += k;
		at += (size_t)k;
		n -= (size_t)k;
	}
	return 0;
}

int
io_write(struct spool *s, int fd, const void *from, size_t n, size_t at)
{
	const uint8_t *p = from;
	ssize_t k;

	while (n > 0) {
		k = s->io->pwrite(fd, p, n, (off_t)at);
		if (k == -1 && errno == EINTR)
			continue;
		if (k <= 0) {
			if (k == 0)
				errno = EIO;
			return -1;
		}
		p += k;
		at += (size_t)k;
		n -= (size_t)k;
	}
	return 0;
}

size_t
segment_end(const struct spool *s)
{
	return s->size - HEAD_STEP;
}

/* --- heads --------------------------------------------------------- */

static void
take_head(struct spool_segment *seg, const struct record *r, const uint8_t *p,
    uint64_t *id)
{
	seg->base = r->seq;
	seg->key = r->key;
	seg->acked = get_u64(p + RECORD_HEADER);
	seg->floor = get_u64(p + RECORD_HEADER + 8);
	*id = r->id;
}

int
segment_head(const struct spool *s, struct spool_segment *seg,
    const uint8_t *all, uint64_t *id)
{
	const size_t at[] = { 0, HEAD_STEP, segment_end(s) };
	struct record r;
	size_t i;

	seg->base = 0;
	for (i = 0; i < sizeof(at) / sizeof(*at); i++)
		if (record_header(&r, all + at[i], HEAD_STEP) == 0 &&
		    r.type == RECORD_HEAD && r.length == HEAD_PAYLOAD &&
		    record_whole(&r, all + at[i], HEAD_STEP) &&
		    r.seq > seg->base)
			take_head(seg, &r, all + at[i], id);
	return seg->base != 0;
}

static int
write_head(struct spool *s, const struct spool_segment *seg, int fd)
{
	struct record r = { RECORD_HEAD, 0, HEAD_PAYLOAD, s->ids.last,
		seg->base, seg->key };
	uint8_t b[DATA_BEGIN] = { 0 };

	put_u64(b + RECORD_HEADER, seg->acked);
	put_u64(b + RECORD_HEADER + 8, seg->floor);
	record_seal(&r, b);
	memcpy(b + HEAD_STEP, b, record_size(HEAD_PAYLOAD));
	if (io_write(s, fd, b, sizeof(b), 0) == -1 ||
	    io_write(s, fd, b, HEAD_STEP, segment_end(s)) == -1)
		return -1;
	return s->io->fdatasync(fd);
}

/* --- files --------------------------------------------------------- */

void
segment_free(struct spool *s, struct spool_segment *seg)
{
	struct spool_mail *m;

	while ((m = TAILQ_FIRST(&seg->mails)) != NULL)
		mail_drop(s, m);
	free(seg);
}

static int
fill(struct spool *s, int fd)
{
	uint8_t *zero = calloc(1, FILL);
	size_t at, n;
	int r = 0;

	if (zero == NULL)
		return -1;
	for (at = 0; r == 0 && at < s->size; at += n) {
		n = s->size - at < FILL ? s->size - at : FILL;
		r = io_write(s, fd, zero, n, at);
	}
	free(zero);
	return r == 0 ? s->io->fsync(fd) : -1;
}

/* the disk has failed, once more */
static void
fault(struct spool *s, int error)
{
	struct spool_event e = { .what = SPOOL_REFUSE, .error = error };

	if (++s->faults == FAULTS_REFUSE) {
		s->refuse = 1;
		spool_tell(s, &e);
	}
}

int
segment_make(struct spool *s)
{
	struct spool_segment *seg;
	char name[SPOOL_NAME];
	int64_t room = s->io->room(s->conf.dir);
	int fd, error;

	errno = ENOSPC; /* do not fill the disk to find that out */
	if (s->faults >= FAULTS_MAX)
		errno = EIO;
	if (s->faults >= FAULTS_MAX ||
	    (room >= 0 && (uint64_t)room < s->size) ||
	    (seg = calloc(1, sizeof(*seg))) == NULL)
		return -1;
	TAILQ_INIT(&seg->mails);
	seg->number = ++s->number;
	segment_name(seg, name);
	fd = s->io->openat(s->log, name, O_RDWR | O_CREAT | O_EXCL);
	if (fd != -1 && fill(s, fd) == 0 && s->io->fsync(s->log) == 0) {
		s->io->close(fd);
		TAILQ_INSERT_TAIL(&s->spares, seg, entry);
		s->nspares++;
		return 0;
	}
	error = errno;
	if (fd != -1) {
		s->io->close(fd);
		s->io->unlink(s->log, name);
		if (error != ENOSPC)
			fault(s, error);
	}
	free(seg);
	errno = error;
	return -1;
}

static void
close_head(struct spool *s)
{
	if (s->fd != -1)
		s->io->close(s->fd);
	s->fd = -1;
	s->head = NULL;
}

void
segment_abandon(struct spool *s, int error)
{
	struct spool_event e = { .what = SPOOL_ABANDON, .error = error };

	e.segment = s->head->number;
	s->head->abandoned = 1;
	close_head(s);
	spool_tell(s, &e);
	fault(s, error);
}

static int
open_spare(struct spool *s, struct spool_segment *seg)
{
	char name[SPOOL_NAME];
	int fd;

	if (s->io->random(&seg->key, sizeof(seg->key)) == -1)
		return -1;
	segment_name(seg, name);
	if ((fd = s->io->openat(s->log, name, O_RDWR)) == -1)
		return -1;
	close_head(s); /* whatever happens now, it is over */
	TAILQ_REMOVE(&s->spares, seg, entry);
	s->nspares--;
	TAILQ_INSERT_TAIL(&s->live, seg, entry);
	s->nlive++;
	s->head = seg;
	s->fd = fd;
	s->end = DATA_BEGIN;
	return 0;
}

/* with the ends that they hold older mails would rise, but for a new floor */
static void
unlink_old(struct spool *s)
{
	struct spool_segment *seg;
	char name[SPOOL_NAME];

	while ((seg = TAILQ_FIRST(&s->old)) != NULL) {
		TAILQ_REMOVE(&s->old, seg, entry);
		segment_name(seg, name);
		s->io->unlink(s->log, name);
		segment_free(s, seg);
	}
}

int
segment_next(struct spool *s)
{
	struct spool_segment *seg = TAILQ_FIRST(&s->spares), *oldest;
	int error;

	if (seg == NULL) {
		if (segment_make(s) == -1)
			return -1;
		seg = TAILQ_FIRST(&s->spares);
	}
	oldest = TAILQ_FIRST(&s->live);
	seg->base = ++s->seq;
	seg->acked = s->acked;
	seg->floor = oldest != NULL ? oldest->base : seg->base;
	seg->abandoned = 0;
	if (open_spare(s, seg) == -1)
		return -1;
	if (write_head(s, seg, s->fd) == -1) {
		error = errno;
		segment_abandon(s, error);
		segment_recycle(s, seg);
		errno = error;
		return -1;
	}
	s->acked = seg->base;
	unlink_old(s);
	return 0;
}

void
segment_recycle(struct spool *s, struct spool_segment *seg)
{
	TAILQ_REMOVE(&s->live, seg, entry);
	s->nlive--;
	if (!seg->abandoned && s->nspares < SEGMENTS_SPARE) {
		TAILQ_INSERT_TAIL(&s->spares, seg, entry);
		s->nspares++;
	} else
		TAILQ_INSERT_TAIL(&s->old, seg, entry);
}

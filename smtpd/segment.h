/* segment: files of the spool's log, as the files of spool share them */
#ifndef SEGMENT_H
#define SEGMENT_H

#include "mails.h"

enum {
	HEAD_STEP = 4096, /* copies of the head: at 0, there, and the end */
	DATA_BEGIN = 2 * HEAD_STEP,
	SPOOL_NAME = 48,
};

TAILQ_HEAD(spool_segments, spool_segment);
TAILQ_HEAD(spool_mails, spool_mail);

struct spool_segment {
	TAILQ_ENTRY(spool_segment) entry;
	struct spool_mails mails; /* those whose record is in it, in order */
	uint64_t number;	  /* its file's name */
	uint64_t base, key; /* each record in it: that key, a higher seq */
	uint64_t acked; /* last good seq when it began: what came after, before
			   base, was refused and never happened */
	uint64_t floor; /* no segment with a lower base counts any more */
	uint64_t live;	/* bytes of its mails' records */
	int abandoned;	/* its disk lies: never written again */
};

/* functions: -1 with errno */
void segment_name(const struct spool_segment *, char out[SPOOL_NAME]);
/* at, n of the file, whole; EBADMSG: it is shorter */
int io_read(struct spool *, int fd, void *, size_t n, size_t at);
int io_write(struct spool *, int fd, const void *, size_t n, size_t at);
/* the best of three heads; 0: there is none */
int segment_head(const struct spool *, struct spool_segment *,
    const uint8_t *all, uint64_t *id);
/* where records end */
size_t segment_end(const struct spool *);
int segment_make(struct spool *);			   /* another spare */
void segment_free(struct spool *, struct spool_segment *); /* of memory */
/* head is abandoned */
void segment_abandon(struct spool *, int error);
/* the next head; -1: there is none, or it failed and is abandoned, too */
int segment_next(struct spool *);
/* it holds no mail any more: a spare, or unlinked later */
void segment_recycle(struct spool *, struct spool_segment *);

#endif

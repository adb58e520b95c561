/* mails: what is in the spool, as its index in memory has it; no I/O */
#ifndef MAILS_H
#define MAILS_H

#include <sys/queue.h>

#include "envelope.h"

struct spool;

struct spool_rcpt {
	uint64_t when; /* next attempt, in queue time */
	char *said;    /* NULL: nothing */
	uint16_t tries;
	uint8_t state;	   /* enum rcpt_state */
	uint8_t route;	   /* enum rcpt_route */
	uint8_t uncertain; /* found at open: an attempt may have succeeded */
};

struct spool_mail { /* to be read, not written; until the next commit */
	uint64_t id, size, notbefore;
	uint8_t big, hold;
	uint16_t nrcpt;
	uint32_t at, bytes; /* of its record */
	struct spool_segment *segment;
	struct spool_mail *next; /* in its bucket */
	TAILQ_ENTRY(spool_mail) entry;
	struct spool_rcpt rcpt[];
};

const struct spool_mail *spool_find(const struct spool *, uint64_t id);
/* all of them, oldest record first; NULL: the first, or no more */
const struct spool_mail *spool_next(const struct spool *,
    const struct spool_mail *);
size_t spool_count(const struct spool *);
#endif

/*
 * spoolimpl: what the files of spool share. segment.c knows how segments lie
 * on disk, mails.c is the index, replay.c reads it all at the start, batch.c
 * commits, compact.c keeps house, spoolfile.c has big/ and dead/.
 */
#ifndef SPOOLIMPL_H
#define SPOOLIMPL_H

#include "msgid.h"
#include "record.h"
#include "segment.h"
#include "spool.h"

enum {
	SPOOL_BUCKETS = 8192,
	FAULTS_REFUSE = 2, /* then no more mail */
	FAULTS_MAX = 16,   /* then nothing is tried any more */
};

enum op_kind { OP_MSG, OP_RESULT, OP_RESCHEDULE, OP_HOLD, OP_DONE, OP_NONE };

struct op { /* what a record does to the index once it is durable */
	enum op_kind kind;
	struct record record;
	size_t at; /* of it in the batch */
	uint64_t value;
	struct spool_mail *mail; /* MSG: made beforehand, for it cannot fail */
	char *said;
	struct result result;
	int linked; /* BIG: its file goes if the commit fails */
};

struct spool {
	struct spool_conf conf;
	const struct spool_io *io;
	size_t size;			    /* of a segment */
	int log, big, dead;		    /* directories */
	struct spool_segments live, spares; /* live: oldest first */
	struct spool_segments old; /* to be unlinked after the next head */
	size_t nlive, nspares;
	struct spool_segment *head; /* is written; the last of live, or NULL */
	int fd;			    /* of head */
	size_t end;		    /* of what is in it */
	uint64_t seq, acked;	    /* last one used, last good one */
	uint64_t number;	    /* highest file name */
	uint64_t bytes;		    /* of all live segments' mails */
	struct msgid ids;
	struct spool_clock clock;
	struct spool_mail *bucket[SPOOL_BUCKETS];
	size_t count;
	int faults; /* of segments, one after another */
	int refuse, full, damaged;
	size_t turns; /* of segments, since there were spares */
	struct buf batch;
	struct op *ops;
	size_t nops, opsize, nmails;
};

/* segment.c: to the caller's log */
void spool_tell(struct spool *, const struct spool_event *);

/* mails.c */
struct spool_mail *mail_make(const struct envelope *); /* NULL: ENOMEM */
void mail_free(struct spool_mail *);
struct spool_mail *mail_find(const struct spool *, uint64_t id);
/* at that place; what had its id goes */
void mail_insert(struct spool *, struct spool_mail *, struct spool_segment *,
    size_t at, size_t bytes);
void mail_drop(struct spool *, struct spool_mail *);
/* state, tries, when; said is taken over */
void mail_result(struct spool_mail *, const struct result *, char *said);
void mail_reschedule(struct spool_mail *, uint64_t when);

/* replay.c */
int replay(struct spool *);

/* batch.c: adds the same mail in another place; body: what its record has */
int batch_move(struct spool *, const struct spool_mail *,
    const struct envelope *, const void *body, size_t n);
/* what was added, or the clock alone, with one write and one sync */
int batch_write(struct spool *, const struct spool_clock *);

/* spoolfile.c */
void big_name(uint64_t id, char out[SPOOL_NAME]);
int big_check(struct spool *); /* bodies and envelopes fit, at open */
/* n bytes of a damaged segment, which stood at at, for people */
int dead_range(struct spool *, const struct spool_segment *, const uint8_t *,
    size_t at, size_t n);
/* its envelope, and what else of it can be read, goes to dead/; adds DONE */
void mail_lost(struct spool *, const struct spool_mail *);
/* the whole record of a mail, allocated, bytes of it; EBADMSG: damaged */
uint8_t *mail_read(struct spool *, const struct spool_mail *, struct record *);
/* its envelope with its present states; *used: bytes of it on disk */
int mail_envelope(const struct spool_mail *, const struct record *,
    const uint8_t *, struct envelope *, size_t *used);
#endif

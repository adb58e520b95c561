/*
 * spool: what was acknowledged is on disk, and nothing comes twice. A log of
 * segments with group commit: spool_add_*() as often as wished, then one
 * spool_commit(), one write and one fdatasync(2), and all of them are durable
 * or none ever happened. What is in it stands in an index in memory; bodies
 * are read again from the disk.
 */
#ifndef SPOOL_H
#define SPOOL_H

#include "mails.h"
#include "spoolio.h"

enum spool_what {
	SPOOL_DAMAGE,  /* bytes of a segment, copied to dead/ */
	SPOOL_TORN,    /* a commit that was under way when all ended */
	SPOOL_LOST,    /* mail id has no body any more; its envelope is dead */
	SPOOL_ORPHAN,  /* body of mail id without envelope: to dead/ */
	SPOOL_ABANDON, /* a segment that failed with that errno */
	SPOOL_REFUSE,  /* no more mail, until spool_resume() */
	SPOOL_FULL,    /* no spare can be made, errno */
	SPOOL_DEAD,    /* dead/ cannot be written, errno */
};

struct spool_event {
	enum spool_what what;
	uint64_t id, segment, at, bytes;
	int error;
};

struct spool_conf {
	int dir;  /* spool/, with log/, big/ and dead/ in it */
	int proc; /* this process's /proc/self/fd, opened before chroot */
	uint64_t min_free; /* bytes of the file system */
	size_t segment;	   /* bytes, many times 4 KiB; 0: SEGMENT_BYTES */
	void (*event)(void *, const struct spool_event *); /* for the log */
	void *arg;
	const struct spool_io *io; /* NULL: the system's */
};

/* NULL: errno of what cannot be worked with at all; damage is none of it */
struct spool *spool_open(const struct spool_conf *);
/* says in the log that all went well; what was not committed is forgotten */
void spool_close(struct spool *, const struct spool_clock *);
/* the newest one that a commit has left; all zero: none */
const struct spool_clock *spool_clock(const struct spool *);
/* another name of a message; ms: of the wall clock */
uint64_t spool_id(struct spool *, uint64_t ms);

/*
 * For the next commit. -1: nothing was added. ENOBUFS: commit first; ENOENT:
 * no such mail is committed; EINVAL; ENOMEM; mail alone: ENOSPC (min_free, or
 * too few spares), EIO (refused after faults), EMSGSIZE. The body is size bytes
 * at body, or of the file fd if that is NULL. Mail gets a fresh id of
 * spool_id().
 */
int spool_add_msg(struct spool *, const struct envelope *, const void *body,
    int fd);
/* fd: of spool_big(), all of the body; its file has its name from here on */
int spool_add_big(struct spool *, const struct envelope *, int fd);
int spool_add_result(struct spool *, uint64_t id, const struct result *);
/* all that wait do so until then */
int spool_add_reschedule(struct spool *, uint64_t id, uint64_t when);
int spool_add_hold(struct spool *, uint64_t id, int hold);
int spool_add_done(struct spool *, uint64_t id);
/*
 * -1: all that was added is forgotten and will never have been, errno: of the
 * disk; the next one goes to another segment. A second fault refuses mail.
 */
int spool_commit(struct spool *, const struct spool_clock *);
/* forgets what was added */
void spool_cancel(struct spool *);
/* mail may come again */
void spool_resume(struct spool *);
/*
 * A piece of housekeeping, between commits: spares, compaction. 1: call again;
 * 0: nothing to do; -1: errno, try again later.
 */
int spool_tend(struct spool *, const struct spool_clock *);

/* the envelope as it is now, to be freed; -1: EBADMSG, or errno */
int spool_envelope(struct spool *, const struct spool_mail *,
    struct envelope *);
/* the body: a sealed memfd, or the file, opened to be read; -1 as above */
int spool_body(struct spool *, const struct spool_mail *);
/* an unnamed file for a large body */
int spool_big(struct spool *);
/* the whole mail as dead/<id>.eml, durable; add DONE then */
int spool_dead(struct spool *, const struct spool_mail *);
#endif

/*
 * files: what lies at which path, as the opener said a moment ago. Keeps open
 * descriptors, the bytes of small files, and what is not there.
 */
#ifndef FILES_H
#define FILES_H

#include <sys/queue.h>

#include "msgs.h"

struct file;

struct file_wait { /* all zero: waits for nothing */
	LIST_ENTRY(file_wait) entry;
	struct file *file;
	/* the answer is here; f lives until it returns, or is taken */
	void (*wake)(struct file_wait *, struct file *f);
};

struct file {
	int error;	       /* errno of looking for it; 0 */
	int fd;		       /* -1: data has all of it, or no file */
	uint8_t *data;	       /* stat.size bytes; NULL: none kept */
	struct file_stat stat; /* if there is no error */
	/* files.c's own */
	LIST_ENTRY(file) by_path;
	TAILQ_ENTRY(file) lru;
	LIST_HEAD(, file_wait) waits;
	uint64_t question;    /* its id; 0: none under way */
	uint64_t asked, seen; /* ms: the question, the answer in force */
	unsigned int refs;
	int kind, linked, gone; /* gone: not in the cache any more */
	char path[];
};

void files_init(void);
/*
 * The file at a normal path, valid until the caller returns to the loop; or
 * NULL: EINPROGRESS, wait is woken later; else why it cannot be known now.
 */
struct file *files_get(const char *path, uint64_t now, struct file_wait *);
void files_forget(struct file_wait *);
/* keeps it beyond that */
struct file *files_take(struct file *);
void files_drop(struct file *);
/* that peer answers from now on, also what is under way; -1: nobody */
void files_opener(int peer);
/* nothing is known any more */
void files_flush(void);
/* bytes of all that is kept */
size_t files_bytes(void);
#endif

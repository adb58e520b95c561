/*
 * request: one request from its head to its answer. The caller moves bytes and
 * looks for files; nothing is read, written or opened here.
 */
#ifndef REQUEST_H
#define REQUEST_H

#include "limits.h"
#include "put.h"
#include "respond.h"
#include "route.h"

enum request_step {
	REQUEST_FILE,  /* look for path below the root, then request_file() */
	REQUEST_ANSWER /* nothing else is needed: request_answer() */
};

struct file_stat {		/* what the answer needs of a struct stat */
	uint64_t size, version; /* another one whenever anything changed */
	int64_t sec;		/* of the last change */
	uint32_t nsec, mode;
};

struct request {
	char path[HTTPD_PATH_MAX]; /* normal form; begins with a slash */
	int close; /* after the answer; the caller may set it before that */
	/* from request_answer() on */
	int status;
	uint64_t offset, length; /* bytes of the last file to be sent behind */
	uint64_t body;		 /* bytes of the body in all, for the log */
	/* request.c's own */
	const struct site *site;
	const struct arrival *from;
	const struct head *head;
	enum route route;
	size_t dir; /* bytes of path before the index name; 0: none tried */
	unsigned int index;
	struct file_stat file;
};

/* all three must stay until request_answer(); what r held is forgotten */
enum request_step request_begin(struct request *, const struct site *,
    const struct arrival *, const struct head *);
/* that status whatever it wants; head NULL: it never parsed. REQUEST_ANSWER */
enum request_step request_refuse(struct request *, const struct site *,
    const struct arrival *, const struct head *, int status);
/* error: 0 and the file's stat, or errno of looking for it and NULL */
enum request_step request_file(struct request *, int error,
    const struct file_stat *);
/*
 * Writes the header and a body of our own making; room: HTTPD_ANSWER_MAX. The
 * file's bytes, if length is not 0, are the caller's to send behind. Unless
 * close is set the request's own body is to be read and thrown away.
 */
void request_answer(struct request *, time_t now, struct put *);
#endif

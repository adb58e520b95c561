/*
 * quota: what a user's mails take, as Maildir++ keeps it in "maildirsize" and
 * as Dovecot reads and writes it: all folders and all mails count, Trash too.
 * A file of hers: what is not believed is counted anew.
 */
#ifndef QUOTA_H
#define QUOTA_H

#include "maildir.h"

enum { MAILDIRSIZE_HEAD = 96 }; /* bytes of a new one, at most */

struct usage {
	int64_t bytes, count;
};

struct maildirsize {	       /* of such a file */
	uint64_t bytes, count; /* limits; 0: none */
	struct usage used;
	size_t lines; /* that make it up */
};

/* the text of one; -1: EINVAL: damaged, or longer than it may become */
int maildirsize_parse(struct maildirsize *, const char *, size_t n);
/* its text as a new one, of one line; the length */
size_t maildirsize_format(const struct maildirsize *, char[MAILDIRSIZE_HEAD]);

/* limit: bytes; 0: none. 1: a mail may come that was accepted before */
int quota_fits(uint64_t limit, const struct usage *, uint64_t size);
/* 1: no further one is to be accepted */
int quota_full(uint64_t limit, const struct usage *);

/*
 * What is used. size: of a mail that shall come; if it would pass the limit,
 * a file that is old, or long, is not believed. -1: unknown, which is no
 * reason to keep a mail from her.
 */
int quota_read(struct maildir *, uint64_t limit, time_t now, uint64_t size,
    struct usage *);
/* so much has come, or gone; if that cannot be noted, as the next */
void quota_add(struct maildir *, int64_t bytes, int64_t count);
/* nobody knows whether it was noted: the next quota_read() counts */
void quota_forget(struct maildir *);
#endif

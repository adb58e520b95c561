/*
 * maildirimpl: what the files of maildir share. maildir.c writes, maildirscan.c
 * goes through all folders, quota.c keeps what they hold.
 */
#ifndef MAILDIRIMPL_H
#define MAILDIRIMPL_H

#include "maildir.h"

enum { MAILDIR_PREFIX = 96 }; /* bytes of a name in front of the host */

/* -1; errno stays */
int maildir_fail(struct maildir *, const char *what);
/*
 * A directory of the user's own in another one; made: not NULL: makes it if
 * it is not there, and says so.
 */
int maildir_enter(struct maildir *, int dir, const char *name, int *made);
/* a new file in tmp/, whose name begins so; name has FOLDER_NAME + 1 */
int maildir_new(struct maildir *, int tmp, const char *with, char *name);
int maildir_put(struct maildir *, int fd, const void *, size_t);
/* "<secs>.M<usec>Q<id>R<rcpt>A<action>."; its length */
size_t maildir_prefix(const struct maildir_key *, char[MAILDIR_PREFIX]);

/*
 * What all files in new/ and cur/ take. 1: and nothing changed meanwhile; 0:
 * something did. -1: not counted.
 */
int maildir_count(struct maildir *, int64_t *bytes, int64_t *count);
#endif

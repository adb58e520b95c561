/*
 * maildir: mails into a Maildir, each once and each whole, whatever dies in
 * between. All paths are below a descriptor of the home directory, none is
 * followed out of it; the process that calls this has the user's uid. What
 * fails fails for now: -1, errno, and in words what could not be done.
 */
#ifndef MAILDIR_H
#define MAILDIR_H

#include <sys/stat.h>
#include <sys/types.h>
#include <stdint.h>
#include <time.h>

#include "deliver.h"
#include "folder.h"

struct maildir_io { /* the system calls; tests let them fail */
	int (*openat)(int, const char *, int, mode_t);
	int (*mkdirat)(int, const char *, mode_t);
	ssize_t (*read)(int, void *, size_t);
	ssize_t (*write)(int, const void *, size_t);
	int (*fsync)(int);
	int (*close)(int);
	int (*fstat)(int, struct stat *);
	int (*fstatat)(int, const char *, struct stat *, int);
	int (*renameat2)(int, const char *, int, const char *, unsigned int);
	int (*linkat)(int, const char *, int, const char *, int);
	int (*unlinkat)(int, const char *, int);
	ssize_t (*getdents64)(int, void *, size_t);
	int (*clock_gettime)(clockid_t, struct timespec *);
	int (*nanosleep)(const struct timespec *, struct timespec *);
};
extern const struct maildir_io maildir_sys;

struct maildir { /* maildir_open() fills it */
	const struct maildir_io *io;
	uid_t uid;
	int root;
	int sync;	  /* what is there may not be on the disk */
	int uncertain;	  /* after -1: the mail may be there all the same */
	const char *what; /* after -1: could not be done; static */
};

struct maildir_key {	 /* of a mail; its file is named after it */
	uint64_t id;	 /* a msgid */
	uint32_t rcpt;	 /* the id's how manieth */
	uint32_t action; /* of that recipient's script */
};

struct maildir_mail { /* on its way */
	struct maildir *m;
	int tmp, to, fd;
	uint64_t size; /* written */
	struct maildir_key key;
	char host[MAILDIR_HOST + 1];
	char flags[MAILDIR_FLAGS + 1];
	char name[FOLDER_NAME + 1]; /* in tmp/ */
};

/*
 * The Maildir of that name in the home directory, O_RDONLY; made if it is not
 * there. uncertain: an attempt before this one ended nobody knows where.
 */
int maildir_open(struct maildir *, const struct maildir_io *, int home,
    const char *name, uid_t, int uncertain);
void maildir_close(struct maildir *);

/*
 * 1: that mail is there, in any folder, under any flags, and on the disk; 0:
 * it is not. To be asked before each mail of an uncertain attempt.
 */
int maildir_find(struct maildir *, const struct maildir_key *);
/* 1: there is such a folder, named by folder_name() */
int maildir_has(struct maildir *, const char *folder);
/* removes what died in tmp/ of all folders; how many */
ssize_t maildir_sweep(struct maildir *, time_t now);

/*
 * A mail for a folder, which is made if it is not there. flags: letters as
 * file names have them ("FS", ""). EINVAL: others. Then its text, and its
 * end: commit says 1: there it is; 0: it was there already. After commit, or
 * -1 of anything, the mail is over; else maildir_abort().
 */
int maildir_begin(struct maildir *, struct maildir_mail *, const char *folder,
    const struct maildir_key *, const char *host, const char *flags);
int maildir_write(struct maildir_mail *, const void *, size_t);
int maildir_commit(struct maildir_mail *, const struct deliver_size *);
void maildir_abort(struct maildir_mail *);
#endif

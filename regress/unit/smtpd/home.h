/*
 * home: a home directory for tests, mails delivered into it as mda does it,
 * and system calls that fail, lie or kill when they are told to.
 */
#ifndef HOME_H
#define HOME_H

#include "maildir.h"
#include "quota.h"
#include "tap.h"

#define MAIL "Subject: x\r\nX-Gatelodge-Spam: ham\r\n\r\nbody\r\n"
#define DELIVERED                                                   \
	"Return-Path: <bo@b.example>\nDelivered-To: al@a.example\n" \
	"Subject: x\n\nbody\n"

enum fault {
	NONE,
	FAIL,	    /* it is not done */
	LIE,	    /* it is done, and said not to be */
	SHORT,	    /* half of it is done */
	DIE_BEFORE, /* of this call, or behind it, the process dies */
	DIE_AFTER,
};

struct call {
	enum fault fault;
	int err;
	long at, n;	    /* the how manieth call; calls so far */
	int old;	    /* a file system that knows no RENAME_NOREPLACE */
	void (*hook)(void); /* behind each listing */
	int slept;	    /* seconds */
	char trace[64];	    /* what was done that a disk must know of */
};
extern struct call call;

extern char top[256]; /* the test's own directory, and the current one */
extern int home;
extern int is_tmpfs;
void trace(char what);

/* 1: this call fails */
int before(int may_lie);
ssize_t after(ssize_t r);
extern const struct maildir_io told;

enum { TEMP = -1, UNCERTAIN = -2, OVER = -3 };

struct order {
	struct maildir_key key;
	const char *folder, *flags;
	int uncertain;
	uint64_t limit;
	size_t more;	  /* bytes of the body */
	const char *what; /* of a fault, to be told */
};

/* 1: it is there, 0: it was there, or one of the above */
int attempt(const struct maildir_io *io, struct order *o);

struct seen {
	size_t mails, whole, tmp, folders;
	char path[1024]; /* of the last mail */
};

struct seen see(void);
int descriptors(void);
void shell(const char *command);

/* a new one */
void home_new(void);

/* in memory, if we may mount there */
void home_begin(void);
void home_end(void);
#endif

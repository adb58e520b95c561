/*
 * expand: who gets a mail, in the order of directory.h at each step, all the
 * way. Pure; recipients are a stranger's. aliases(5).
 */
#ifndef EXPAND_H
#define EXPAND_H

#include "directory.h"
#include "limits.h"

enum final_kind { FINAL_LOCAL, FINAL_REMOTE, FINAL_PIPE };

struct final { /* a recipient, after all expansion */
	enum final_kind kind;
	uint32_t user;		    /* index: whose; of a pipe: as whom */
	char detail[LOCAL_MAX + 1]; /* of a local one; "": none */
	struct mailbox to;	    /* of a remote one */
	const char *command;	    /* of a pipe; belongs to the aliases */
};

enum verdict {
	EXPAND_OK,
	EXPAND_UNKNOWN, /* of all that it stands for, nobody is there */
	EXPAND_EXPIRED, /* there was */
	EXPAND_RELAY,	/* not one of our domains, and not permitted */
	EXPAND_LIMIT,	/* too deep, too many: the aliases are at fault */
	EXPAND_CIRCLE,	/* of expand_alias() alone */
};

struct expansion {
	size_t n;		       /* 0 unless EXPAND_OK */
	struct final v[ALIAS_RESULTS]; /* no two are the same */
};

/*
 * to: its domain is in lower case, or empty: a plain name of ours. trusted:
 * it may be anywhere (who asks is authenticated, or on the local socket).
 * trace, or NULL: hears each step, a line without its end; depth is from 0.
 * A target that is nobody spoils no other one.
 */
enum verdict expand(const struct directory *, const struct mailbox *to,
    int trusted, time_t now, struct expansion *,
    void (*trace)(int depth, const char *, void *), void *arg);
/* what an alias alone stands for; CIRCLE: it comes back to itself and no
 * user is called so */
enum verdict expand_alias(const struct directory *, const struct alias *,
    time_t now, struct expansion *);
/*
 * All that the ~/.forward of a user names, together; addresses of ours have
 * their domain in lower case. He himself is left out and *keeps is set, as it
 * is when nobody else is there, or too many.
 */
void expand_forward(const struct directory *, uint32_t user,
    const struct mailbox *to, size_t n, time_t now, struct expansion *,
    int *keeps);
/* the reply to RCPT; not of EXPAND_OK */
const char *expand_reply(enum verdict);
int final_same(const struct final *, const struct final *);
#endif

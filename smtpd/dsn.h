/*
 * dsn: what the sender hears of a message's fate: a multipart/report of words,
 * of fields for programs, and of the message or its header. Goes out with the
 * null reverse path. Pure. RFC 3461 6, 3464, 6522, 6533, 3834; codes 3463.
 */
#ifndef DSN_H
#define DSN_H

#include <stdint.h>
#include <time.h>

#include "address.h"
#include "buf.h"

enum dsn_action {
	DSN_FAILED,
	DSN_DELAYED,
	DSN_DELIVERED,
	DSN_RELAYED,  /* to a host that sends no such reports */
	DSN_EXPANDED, /* into several addresses */
};

/*
 * Strings may hold any byte that a stranger chose, but NUL; NULL and the empty
 * one are none. ORCPT and ENVID are no xtext any more.
 */
struct dsn_recipient {
	const struct mailbox *to;
	const char *orcpt; /* "rfc822;a@b.example" */
	enum dsn_action action;
	const char *status;	/* "5.1.1"; the action decides the class */
	const char *remote;	/* the host that said so; none: we */
	const char *diagnostic; /* its reply, or our words */
	const char *log;	/* what our log calls it */
	time_t attempt;		/* the last one; 0: there was none */
	time_t until;		/* DSN_DELAYED: it is tried that long; or 0 */
};

struct dsn {
	const char *host, *domain; /* MAILER-DAEMON@domain */
	const char *id;		   /* Message-ID is <id@host> */
	uint64_t salt;		   /* random: nobody guesses the boundary */
	time_t now;
	const struct mailbox *to;
	/* the message */
	time_t arrival;
	const char *envid;
	int utf8;	 /* it had SMTPUTF8: so may its report */
	int full;	 /* RET=FULL */
	const void *msg; /* all of it; what is too much is left out */
	size_t len;
	const struct dsn_recipient *rcpt;
	size_t rcpts;
};

/*
 * Appends the report. 1: it can be sent to hosts with SMTPUTF8 only; 0: to
 * all; -1: ENOBUFS or ENOMEM, the buffer is spoilt.
 */
int dsn_write(const struct dsn *, struct buf *);
#endif

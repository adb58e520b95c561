/*
 * smtp_in: the server's side of SMTP, one session. Bytes and the clock (ms,
 * monotonic) in, events out; no I/O, no body is kept. RFC 5321, 1870, 2034,
 * 2920, 3030, 3207, 3461, 4954, 6152, 6531, 9422.
 */
#ifndef SMTP_IN_H
#define SMTP_IN_H

#include "authmsg.h"
#include "smtp_in_impl.h"
#include "smtp_in_mail.h"

enum smtp_in_event {	    /* due in this order */
	SMTP_IN_MORE,	    /* all bytes were taken */
	SMTP_IN_WAIT,	    /* none will be until the question is answered */
	SMTP_IN_ABUSE,	    /* it has tried too many unknown users */
	SMTP_IN_AUTH_ABORT, /* forget the exchange */
	SMTP_IN_BODY,	    /* data: of the mail; CRLF lines, dots unstuffed */
	SMTP_IN_DROP,	    /* forget the mail, its recipients and body */
	SMTP_IN_REPLY,	    /* data: send it */
	SMTP_IN_RCPT,	    /* mail, rcpt; a question: smtp_in_rcpt() */
	SMTP_IN_COMMIT,	    /* the mail is whole: smtp_in_committed() */
	SMTP_IN_STARTTLS,   /* nothing more is sent plain: smtp_in_tls() */
	SMTP_IN_AUTH,	    /* mech and, if initial, data: as the next */
	SMTP_IN_AUTH_STEP,  /* data: smtp_in_challenge(), smtp_in_authed() */
	SMTP_IN_CLOSE,	    /* what has begun is to be forgotten; final */
};

enum smtp_in_lf { /* what a line may end with */
	SMTP_IN_LF_REJECT,
	SMTP_IN_LF_NORMALIZE, /* in a body CRLF for LF, never an end of data */
	SMTP_IN_LF_LOCAL,     /* LF is as good as CRLF: the local socket */
};

struct smtp_in_conf { /* may change between two calls */
	const char *hostname;
	uint64_t max_size;
	uint32_t max_recipients, max_mails;
	enum smtp_in_lf lf;
	int reject_cr;	   /* a CR that no LF follows */
	int submission;	   /* mail of users only */
	int starttls;	   /* on offer as long as TLS is off */
	const char *mechs; /* "SCRAM-SHA-256 PLAIN"; empty: no AUTH now */
	int full;	   /* no room for mails now */
};

struct smtp_in { /* all zero but the first four: a new connection */
	const struct smtp_in_conf *conf;
	const char *id; /* printable, for replies and logs */
	int tls, authed;
	/* until the next call */
	const uint8_t *data;
	size_t ndata;
	uint32_t ask; /* of a question; its answer repeats it */
	char mech[SASL_NAME];
	int initial; /* there is an initial response, maybe of no bytes */
	/* until the mail is over */
	struct smtp_in_mail mail;
	struct smtp_in_to rcpt; /* the last one */
	uint32_t recipients;	/* accepted */
	/* from HELO or EHLO: only what may stand in Received */
	char helo[DOMAIN_MAX + 1];
	int esmtp;
	struct smtp_in_own own;
};

/*
 * n bytes (0: something may be due); *used of them are done with, feed the
 * rest again, until MORE or WAIT. At STARTTLS the rest must be empty: bytes
 * fed before the answer end the session.
 */
enum smtp_in_event smtp_in_feed(struct smtp_in *, uint64_t now, const void *,
    size_t n, size_t *used);
/* when to call it without bytes at the latest */
uint64_t smtp_in_deadline(const struct smtp_in *);
void smtp_in_free(struct smtp_in *); /* wipes */

/*
 * Answers, then feed again. -1: nobody waits for it any more. Replies:
 * "250 2.1.5 Ok", one line of 400 bytes at most; any other: a local fault.
 */
int smtp_in_rcpt(struct smtp_in *, uint64_t now, uint32_t ask,
    const char *reply, int unknown);
int smtp_in_committed(struct smtp_in *, uint64_t now, uint32_t ask,
    const char *reply);
int smtp_in_tls(struct smtp_in *, uint64_t now, uint32_t ask, int on);
int smtp_in_challenge(struct smtp_in *, uint64_t now, uint32_t ask,
    const void *, size_t);
int smtp_in_authed(struct smtp_in *, uint64_t now, uint32_t ask,
    enum sasl_result);
/* ends it once no question is open: "421 4.3.2 Shutting down"; static */
void smtp_in_stop(struct smtp_in *, const char *reply);
/* the keyword of RFC 3848 and 6531 for Received: "ESMTPS" */
const char *smtp_in_protocol(const struct smtp_in *);
#endif

/*
 * outmail: what smtp_out gets and what it says; and its longer commands, as
 * a host takes them. Pure.
 */
#ifndef OUTMAIL_H
#define OUTMAIL_H

#include "address.h"
#include "ehlo.h"
#include "limits.h"
#include "tlspolicy.h"

enum {
	OUT_RCPTS = 100,   /* of one transaction */
	OUT_MAILS = 50,	   /* of one connection, then QUIT */
	OUT_PIECE = 16384, /* bytes of a body that are wanted at once */
};

struct out_conf { /* must stay */
	const char *helo;
	enum tls_need need;
	const char *user, *password; /* of a route; NULL: no AUTH. They are
				      * sent after smtp_out_secured(1) only */
};
struct out_rcpt {
	struct mailbox to;
	const char *orcpt;  /* "rfc822;a@b.example", no xtext; NULL: none */
	const char *notify; /* as in RCPT; NULL: none */
};
struct out_mail { /* must stay until OUT_DONE or OUT_CLOSE */
	struct mailbox from;
	const struct out_rcpt *rcpt; /* 1 to OUT_RCPTS */
	size_t nrcpt;
	uint64_t size;	   /* as outbody counts it */
	int eight;	   /* the same */
	int utf8;	   /* SMTPUTF8 was asked for */
	const char *ret;   /* as in MAIL; NULL: none */
	const char *envid; /* no xtext; NULL: none */
};

enum out_what {
	OUT_WAIT,     /* for bytes, room, or the deadline */
	OUT_SEND,     /* all n bytes at p, which stay until the next call */
	OUT_BODY,     /* smtp_out_body() with up to n bytes from offset on */
	OUT_STARTTLS, /* once: hand the connection to relayout */
	OUT_RESULT,   /* of recipient rcpt; each has one */
	OUT_DONE,     /* of a mail all results are told */
	OUT_CLOSE,    /* it is over; status, text say why, or are empty */
};
enum out_fate {
	OUT_DELIVERED,
	OUT_TEMPORARY,
	OUT_PERMANENT,
	OUT_HOST, /* nobody has judged it: the next host may be asked at once */
};
enum out_stage {      /* when it was said */
	OUT_GREETING, /* banner, EHLO: another family may be greeted better */
	OUT_SECURITY, /* STARTTLS, AUTH */
	OUT_ENVELOPE, /* MAIL, RCPT: the same */
	OUT_CONTENT,
};
struct out_action {
	const uint8_t *p;
	size_t n;
	uint64_t offset;
	size_t rcpt;
	enum out_fate fate;
	enum out_stage stage;
	int dsn;  /* the host has taken over what NOTIFY wants */
	int code; /* 0: it is our own judgement */
	const char *status, *text; /* stay until the next call */
};

/*
 * A command with CRLF; its length. 0: it would be too long, or holds bytes
 * that no command may hold. RFC 5321 4.1.1, 3461 4, 4954 4.
 */
size_t outmail_from(char line[COMMAND_LINE + 1], const struct out_mail *,
    const struct ehlo *);
size_t outmail_to(char line[COMMAND_LINE + 1], const struct out_rcpt *,
    const struct ehlo *);
size_t outmail_auth(char line[COMMAND_LINE + 1], const char *user,
    const char *password);
#endif

/*
 * smtp_in_impl: what the files of smtp_in share. smtp_in.c has the loop,
 * lines and states; _answer.c what others say, _cmd.c the commands, _param.c
 * what follows MAIL and RCPT, _auth.c AUTH, _body.c DATA and BDAT, _head.c
 * looks at headers.
 */
#ifndef SMTP_IN_IMPL_H
#define SMTP_IN_IMPL_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"
#include "limits.h"

enum smtp_in_state {
	IN_START, /* the greeting is due */
	IN_GREET, /* no HELO yet */
	IN_READY,
	IN_MAIL,
	IN_RCPT,  /* one is good */
	IN_CHUNK, /* between two BDAT */
	IN_DATA,
	IN_BDAT,
	IN_DRAIN,    /* what came is of no use, what comes is not read */
	IN_RESPONSE, /* of SASL, the client's turn */
	IN_CHECKING, /* the states that wait for an answer */
	IN_COMMITTING,
	IN_TLS,
	IN_AUTH,
	IN_CLOSED,
	IN_STATES
};

struct smtp_in_head {	     /* the header section of a body, as it passes */
	int at;		     /* enum of smtp_in_head.c */
	size_t bytes, field; /* so far; field: the current one's */
	unsigned int fields, received;
	size_t matched; /* bytes of the name "received"; beyond it: another */
};

struct smtp_in_own {
	enum smtp_in_state state, back; /* back: behind IN_DRAIN */
	unsigned int due;		/* events, a bit each */
	uint64_t now, since;		/* since: the state was entered */
	const char *stop;
	struct buf line, out, sasl; /* a cut line; replies; a response */
	int told;		    /* out and sasl may be forgotten */
	size_t skipped;		    /* bytes of a line that is too long */
	int skip_cr;		    /* the last of them is a CR */
	uint32_t mails;
	unsigned int errors, unknown;
	uint32_t refused; /* recipients of this mail */
	/* the body */
	int at;		 /* where in a line: enum below */
	int chunk, last; /* BDAT; LAST was said */
	uint64_t left;	 /* BDAT: bytes of the chunk */
	uint64_t size;	 /* handed on */
	uint64_t wire;	 /* bytes as they came */
	uint64_t begun, heard;
	size_t width;	   /* of the line so far */
	const char *fault; /* the reply behind IN_DRAIN */
	uint64_t drained;
	struct smtp_in_head head;
};

/* where in a line; IN_LINE only behind CRLF, or what is as good */
enum { IN_MID, IN_CR, IN_LINE, IN_DOT, IN_DOT_CR };

struct smtp_in;

/* the only way to another state; arms the deadline */
void smtp_in_enter(struct smtp_in *, enum smtp_in_state);
void smtp_in_due(struct smtp_in *, int event);
/* a reply without CRLF; of 5xx too many are the end */
void smtp_in_reply(struct smtp_in *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
/* that reply is the last word; none is */
void smtp_in_end(struct smtp_in *, const char *reply);
void smtp_in_hang_up(struct smtp_in *);
void smtp_in_late(struct smtp_in *); /* its deadline has come */
/* a new question; for its answer that state waits */
void smtp_in_ask(struct smtp_in *, enum smtp_in_state, int event);
void smtp_in_forget(struct smtp_in *); /* the mail is over */
void smtp_in_command(struct smtp_in *, const char *, size_t); /* no CRLF */
/* reply; NULL: all are understood */
const char *smtp_in_mail_params(struct smtp_in *, const char *, const char *);
const char *smtp_in_rcpt_params(struct smtp_in *, const char *, const char *);
void smtp_in_auth(struct smtp_in *, const char *, const char *);
void smtp_in_response(struct smtp_in *, const char *, size_t);
void smtp_in_data(struct smtp_in *, const char *, const char *);
void smtp_in_bdat(struct smtp_in *, const char *, const char *);
/* of n bytes so many were taken; n may be 0 for a chunk that is over */
size_t smtp_in_body(struct smtp_in *, const char *, size_t n);
size_t smtp_in_drain(struct smtp_in *, const char *, size_t n);
/* NULL: fine so far; else what is wrong with byte *at, as a reply */
const char *smtp_in_headers(struct smtp_in_head *, const char *, size_t n,
    size_t *at);
#endif

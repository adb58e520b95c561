/*
 * outtalk: smtp_out's inner side: what a reply means, and which commands
 * follow. smtp_out.c gives it bytes and clock, and tells what it has judged.
 */
#ifndef OUTTALK_H
#define OUTTALK_H

#include "smtp_out.h"

enum talk_state {
	TALK_BANNER,
	TALK_EHLO,
	TALK_HELO,
	TALK_STARTTLS,
	TALK_HANDSHAKE,
	TALK_AUTH,
	TALK_READY,
	TALK_ENVELOPE, /* RSET, MAIL, RCPT: steps 0, 1, 2 ... */
	TALK_DATA,
	TALK_BODY,
	TALK_DOT,
	TALK_QUIT,
	TALK_DEAD
};

enum {
	TALK_MINUTE = 60000,
	TALK_BLOCK_MS = 3 * TALK_MINUTE, /* without one byte leaving */
	TALK_DOT_MS = 10 * TALK_MINUTE,
	TALK_BYTES = 2 * OUT_PIECE + 1 + OUTBODY_END + 3, /* to be sent */
};

/* into this state, whose time begins */
void talk_enter(struct smtp_out *, enum talk_state, uint64_t now);
/* the end, with a verdict of our own */
void talk_fail(struct smtp_out *, const char *status, const char *text);
void talk_astray(struct smtp_out *); /* the same: they do not speak SMTP */
/* bytes to be sent */
void talk_put(struct smtp_out *, const void *, size_t n);
/* EHLO or HELO: what was known of the host is forgotten */
void talk_greet(struct smtp_out *, enum talk_state, uint64_t now);
void talk_begin(struct smtp_out *, uint64_t now); /* the mail */
/* commands that may be written; stops when there is a verdict to tell */
void talk_envelope(struct smtp_out *, uint64_t now);
void talk_quit(struct smtp_out *, uint64_t now);
/* a whole reply; more: bytes came behind it */
void talk_reply(struct smtp_out *, int more, uint64_t now);
#endif

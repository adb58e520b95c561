/*
 * smtp_out: the client's side of SMTP, from the banner to QUIT, for many
 * mails on one connection. Bytes and clock (ms, monotonic) in, actions out;
 * no I/O. RFC 5321, 3207, 1870, 6152, 6531, 3461, 2920, 3030, 4954.
 */
#ifndef SMTP_OUT_H
#define SMTP_OUT_H

#include "buf.h"
#include "outbody.h"
#include "outmail.h"
#include "reply.h"

struct out_verdict {
	enum out_fate fate;
	enum out_stage stage;
	int code;
	char status[STATUS_SIZE], text[REPLY_TEXT];
};

struct smtp_out {
	struct ehlo ehlo; /* what it offers now; for logs */
	int as_is;	  /* this mail has bytes that 8BITMIME is missing for */
	/* smtp_out.c's and outtalk.c's own */
	const struct out_conf *conf;
	const struct out_mail *mail;
	int state, tls, verified, told, greeted, failed, lost;
	struct reply reply;
	struct buf out;
	size_t window, taken;
	uint64_t deadline, mail_end;
	unsigned int mails;
	size_t written, answered; /* steps of the envelope */
	uint8_t asked[OUT_RCPTS], decided[OUT_RCPTS];
	size_t accepted;
	struct out_verdict verdict;
	size_t tell, tell_end; /* recipients that hear it */
	struct outbody body;
	uint64_t offset;
	int chunk;
};

void smtp_out_init(struct smtp_out *, const struct out_conf *, uint64_t now);
void smtp_out_free(struct smtp_out *);
/* a mail, before the banner or between two. -1: this connection takes none */
int smtp_out_mail(struct smtp_out *, const struct out_mail *, uint64_t now);
/*
 * n bytes from the host; *used of them are done with. What smtp_out_next()
 * has to say comes before the rest may be fed.
 */
void smtp_out_feed(struct smtp_out *, const void *, size_t n, size_t *used,
    uint64_t now);
/* n bytes that OUT_BODY has asked for; 0: the body ends there */
void smtp_out_body(struct smtp_out *, const void *, size_t n, uint64_t now);
/* n more bytes may be sent from now on, not what was left before */
void smtp_out_window(struct smtp_out *, size_t n);
/* TLS is there, by STARTTLS or (before the banner) at once; verified: as the
 * plan wants it, by certificate */
void smtp_out_secured(struct smtp_out *, int verified, uint64_t now);
/* the connection, or TLS, is lost: why, for logs and DSNs */
void smtp_out_lost(struct smtp_out *, const char *status, const char *text);
/* QUIT, if no mail is under way; else the connection just ends */
void smtp_out_quit(struct smtp_out *, uint64_t now);
/* the clock; and when it must be told again */
void smtp_out_tick(struct smtp_out *, uint64_t now);
uint64_t smtp_out_deadline(const struct smtp_out *);
/* what is to be done next; until OUT_WAIT or OUT_CLOSE */
enum out_what smtp_out_next(struct smtp_out *, struct out_action *,
    uint64_t now);
#endif

/*
 * outplay: the mail of the tests of smtp_out, and a host that is a string. Of
 * it each "|" ends what it says at once, "^" lets the clock run to the
 * deadline, "$" is the end of the connection; "\n" stands for CRLF.
 */
#ifndef OUTPLAY_H
#define OUTPLAY_H

#include "outdialog.h"

#define HI "220 mx.example ESMTP\n|"
#define OK "250 2.1.0 ok\n|"
#define QUEUED "250 2.0.0 queued\n|"
#define BYE "^|221 bye\n"
#define EHLO "EHLO a.example\n"
#define FROM "MAIL FROM:<al@a.example>"
#define TO0 "RCPT TO:<b0@b.example>"
#define TO1 "RCPT TO:<b1@b.example>"
#define TO2 "RCPT TO:<b2@b.example>"
#define TEXT "S: x\n\n..dot\nend\n"
#define RAW "S: x\r\n\r\n.dot\r\nend\r\n"

enum flags {
	MUST = 1,
	MAY = 2,
	PASSWORD = 4,
	VERIFIED = 8,
	EIGHT = 16,
	UTF8 = 32, /* SMTPUTF8 was asked for */
	UTF8_FROM = 64,
	UTF8_TO = 128, /* the second one */
	DSN = 256,
	TWICE = 512,	/* two mails */
	EVIL_TO = 1024, /* the first one holds CRLF */
	EVIL_FROM = 2048,
	NULL_FROM = 4096,
};

static const char attack[] =
    "= 0 host 0 4.7.0 bytes in plaintext behind STARTTLS\n"
    "* close 0 4.7.0 bytes in plaintext behind STARTTLS\n";

static struct out_rcpt rcpts[OUT_RCPTS];

static inline void
rcpt(size_t i, const char *local, int flags)
{
	memset(&rcpts[i], 0, sizeof(rcpts[i]));
	snprintf(rcpts[i].to.local, sizeof(rcpts[i].to.local), "%s%zu", local,
	    i);
	memcpy(rcpts[i].to.domain, "b.example", 10);
	if (flags & DSN) {
		rcpts[i].notify = "FAILURE";
		rcpts[i].orcpt = "rfc822;x@b.example";
	}
}

static inline void
prepare(struct dialog *d, int flags, size_t nrcpt)
{
	size_t i;

	memset(d, 0, sizeof(*d));
	d->now = 1000000;
	d->conf.helo = "a.example";
	d->conf.need = flags & MUST ? TLS_MUST :
	    flags & MAY		    ? TLS_MAY :
				      TLS_NEVER;
	if (flags & PASSWORD) {
		d->conf.user = "u";
		d->conf.password = "p";
	}
	d->verified = (flags & VERIFIED) != 0;
	d->mails = flags & TWICE ? 2 : 1;
	for (i = 0; i < nrcpt; i++)
		rcpt(i,
		    flags & EVIL_TO && i == 0	  ? "b\r\nQUIT" :
			flags & UTF8_TO && i == 1 ? "b\303\266" :
						    "b",
		    flags);
	snprintf(d->mail.from.local, sizeof(d->mail.from.local), "%s",
	    flags & EVIL_FROM	  ? "a\r\nQUIT" :
		flags & UTF8_FROM ? "\303\244l" :
				    "al");
	memcpy(d->mail.from.domain, "a.example", 10);
	if (flags & NULL_FROM)
		d->mail.from.local[0] = d->mail.from.domain[0] = '\0';
	d->mail.rcpt = rcpts;
	d->mail.nrcpt = nrcpt;
	d->mail.eight = (flags & EIGHT) != 0;
	d->mail.utf8 = (flags & UTF8) != 0;
	d->mail.ret = flags & DSN ? "HDRS" : NULL;
	d->mail.envid = flags & DSN ? "id" : NULL;
	d->body = RAW;
	d->bodylen = d->mail.size = strlen(RAW);
}

/* LF becomes CRLF */
static inline size_t
crlf(char *to, const char *from, size_t n)
{
	size_t k = 0;

	for (; n > 0; n--, from++) {
		if (*from == '\n')
			to[k++] = '\r';
		to[k++] = *from;
	}
	return k;
}

static inline void
play(struct dialog *d, const char *host, size_t piece, int lf)
{
	char bytes[4096];
	size_t n, k;

	dialog_begin(d);
	for (; *host != '\0'; host += n + (host[n] == '|')) {
		n = strcspn(host, "|");
		if (n == 1 && *host == '^') {
			d->now = smtp_out_deadline(&d->s);
			smtp_out_tick(&d->s, d->now - 1);
			dialog_run(d);
			smtp_out_tick(&d->s, d->now);
		} else if (n == 1 && *host == '$')
			smtp_out_lost(&d->s, "4.4.2", "gone");
		else {
			k = n;
			if (lf)
				memcpy(bytes, host, n);
			else
				k = crlf(bytes, host, n);
			dialog_host(d, bytes, k, piece);
		}
		dialog_run(d);
	}
}
#endif

/*
 * outdialog: a driver of smtp_out as a process would be one: all actions are
 * done at once, what was said is written down. Of a host's bytes any split.
 */
#ifndef OUTDIALOG_H
#define OUTDIALOG_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smtp_out.h"

enum { TRACE = 128 * 1024 };

struct dialog {
	struct smtp_out s;
	struct out_conf conf;
	struct out_mail mail;
	const char *body;
	size_t bodylen, window; /* window: bytes a turn; 0: no limit */
	int mails;		/* that are still to come */
	int verified;
	int waits; /* in the handshake: TLS is not there yet */
	uint64_t now;
	int closed, done, given;
	size_t results, delivered;
	enum out_stage stage; /* of the last result */
	/* "> command", "= 0 delivered 250 2.0.0 text", "* starttls" ... */
	char trace[TRACE];
	size_t n;
	char sent[TRACE]; /* all bytes, as they are */
	size_t nsent;
};

static const char *const fates[] = { "delivered", "temporary", "permanent",
	"host" };

static inline void
dialog_note(struct dialog *d, const char *s)
{
	size_t n = strlen(s);

	if (d->n + n >= sizeof(d->trace))
		abort();
	memcpy(d->trace + d->n, s, n + 1);
	d->n += n;
}

static inline void
dialog_send(struct dialog *d, const struct out_action *a)
{
	if (a->n == 0 || d->nsent + a->n > sizeof(d->sent))
		abort();
	memcpy(d->sent + d->nsent, a->p, a->n);
	d->nsent += a->n;
}

/* all that it wants now; the number of actions is bounded */
static inline void
dialog_run(struct dialog *d)
{
	struct out_action a;
	char line[REPLY_TEXT + 100];
	size_t left, n, turns = 0;
	enum out_what what;

	for (;;) {
		if (++turns > 100000)
			abort();
		smtp_out_window(&d->s,
		    d->window > 0 ? d->window : (size_t)1 << 20);
		what = smtp_out_next(&d->s, &a, d->now);
		if (what == OUT_WAIT)
			return;
		if (what == OUT_SEND)
			dialog_send(d, &a);
		else if (what == OUT_BODY) {
			left = d->bodylen - a.offset;
			n = a.n < left ? a.n : left;
			smtp_out_body(&d->s, d->body + a.offset, n, d->now);
		} else if (what == OUT_RESULT) {
			d->results++;
			d->stage = a.stage;
			d->delivered += a.fate == OUT_DELIVERED;
			snprintf(line, sizeof(line), "= %zu %s%s %d %s %s\n",
			    a.rcpt, fates[a.fate], a.dsn ? " dsn" : "", a.code,
			    a.status, a.text);
			dialog_note(d, line);
		} else if (what == OUT_DONE) {
			d->done++;
			dialog_note(d, "* done\n");
			if (d->mails-- > 0 &&
			    smtp_out_mail(&d->s, &d->mail, d->now) == 0)
				d->given++;
		} else if (what == OUT_STARTTLS) {
			/* cut behind the 220, it is told before an attack */
			if (d->waits)
				continue;
			dialog_note(d, "* starttls\n");
			smtp_out_secured(&d->s, d->verified, d->now);
		} else if (what == OUT_CLOSE) {
			if (!d->closed) {
				snprintf(line, sizeof(line),
				    "* close %d %s %s\n", a.code, a.status,
				    a.text);
				dialog_note(d, line);
			}
			d->closed = 1;
			return;
		}
	}
}

/* the host's bytes in pieces of that many; 0: at once */
static inline void
dialog_host(struct dialog *d, const void *bytes, size_t n, size_t piece)
{
	const char *p = bytes;
	size_t k, used;

	while (n > 0 && !d->closed) {
		k = piece > 0 && piece < n ? piece : n;
		smtp_out_feed(&d->s, p, k, &used, d->now);
		if (used > k)
			abort();
		dialog_run(d);
		p += used;
		n -= used;
	}
}

static inline void
dialog_begin(struct dialog *d)
{
	smtp_out_init(&d->s, &d->conf, d->now);
	if (d->mails-- > 0) {
		if (smtp_out_mail(&d->s, &d->mail, d->now) == -1)
			abort();
		d->given++;
	}
	dialog_run(d);
}
#endif

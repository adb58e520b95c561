/* smtpin_drive: see smtpin_drive.h */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smtpin_drive.h"

static void
drive_say(struct drive *d, const char *p, size_t n)
{
	if (n >= sizeof(d->said) - d->len) /* the end is of no interest */
		n = sizeof(d->said) - d->len - 1;
	memcpy(d->said + d->len, p, n);
	d->len += n;
	d->said[d->len] = '\0';
}

static void
drive_word(struct drive *d, const char *word)
{
	if (d->len > 0)
		drive_say(d, " ", 1);
	drive_say(d, word, strlen(word));
}

void
drive_init(struct drive *d, const char *how)
{
	memset(d, 0, offsetof(struct drive, body));
	d->nbody = 0;
	d->raw = NULL;
	d->at = d->data = 0;
	d->nchunks = 0;
	d->mail = d->rcpts = d->closed = d->tls = 0;
	d->wrong = NULL;
	d->now = 1000;
	d->c.hostname = "h.example";
	d->c.max_size = 100;
	d->c.max_recipients = d->c.max_mails = 3;
	d->c.mechs = "SCRAM-SHA-256 PLAIN";
	for (; *how != '\0'; how++) {
		d->c.submission |= *how == 's';
		d->c.starttls |= *how == 'o';
		d->c.reject_cr |= *how == 'c';
		d->c.full |= *how == 'f';
		d->s.tls |= *how == 't';
		d->s.authed |= *how == 'a';
		if (*how == 'l' || *how == 'n')
			d->c.lf = *how == 'l' ? SMTP_IN_LF_LOCAL :
						SMTP_IN_LF_NORMALIZE;
		if (*how == 'b') { /* big */
			d->c.max_size = 1 << 20;
			d->c.max_recipients = d->c.max_mails = 1000;
		}
		if (*how == 'm')
			d->c.mechs = "";
	}
	d->s.conf = &d->c;
	d->s.id = "8f3a";
}

void
drive_reply(struct drive *d)
{
	const char *p = (const char *)d->s.data, *end = p + d->s.ndata, *lf;
	char word[32];
	int n;

	for (; p < end; p = lf + 1) {
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL ||
		    lf - p < 5 || lf[-1] != '\r') {
			d->wrong = "a reply is no line";
			return;
		}
		if ((*p == '4' || *p == '5') &&
		    (lf - p < 12 || memcmp(lf - 11, " (id=8f3a)\r", 11) != 0))
			d->wrong = "an error without the id";
		if (p[3] == '-')
			continue;
		n = p[5] == '.' && p[0] == p[4] ? (int)strcspn(p + 4, " ") : 0;
		if (*p != '3' && n == 0 && memcmp(p, "220 h.", 6) != 0 &&
		    memcmp(p, "250 h.", 6) != 0 && memcmp(p, "250 L", 5) != 0)
			d->wrong = "no enhanced status code";
		(void)snprintf(word, sizeof(word), n > 0 ? "%.3s/%.*s" : "%.3s",
		    p, n, p + 4);
		drive_word(d, word);
		if (memcmp(p, "354", 3) == 0)
			d->data = d->at;
	}
}

static void
drive_rcpt(struct drive *d)
{
	static const struct {
		const char *name, *reply;
		int unknown;
	} users[] = { { "no", "550 5.1.1 No such user", 1 },
		{ "temp", "451 4.3.0 Later", 0 }, { "bad", "what", 0 },
		{ "relay", "550 5.7.1 Not for you", 0 },
		{ "", "250 2.1.5 Ok", 0 } };
	char text[MAILBOX_TEXT], word[2000];
	size_t i = 0;

	mailbox_format(&d->s.rcpt.to, text);
	(void)snprintf(word, sizeof(word), "<%s%s%s%s%s%s%s%s>", text,
	    d->s.rcpt.orcpt[0] != '\0' ? " o=" : "", d->s.rcpt.orcpt,
	    d->s.rcpt.notify != 0 ? " n=" : "",
	    d->s.rcpt.notify & NOTIFY_NEVER ? "N" : "",
	    d->s.rcpt.notify & NOTIFY_SUCCESS ? "S" : "",
	    d->s.rcpt.notify & NOTIFY_FAILURE ? "F" : "",
	    d->s.rcpt.notify & NOTIFY_DELAY ? "D" : "");
	drive_word(d, word);
	if (!d->mail)
		d->wrong = "RCPT without a mail";
	while (strncmp(text, users[i].name, strlen(users[i].name)) != 0)
		i++;
	if (smtp_in_rcpt(&d->s, d->now, d->s.ask - 1, "250 2.1.5 Ok", 0) !=
		-1 ||
	    smtp_in_committed(&d->s, d->now, d->s.ask, "250 2.0.0 Ok") != -1)
		d->wrong = "an answer to another question is taken";
	if (smtp_in_rcpt(&d->s, d->now, d->s.ask, users[i].reply,
		users[i].unknown) == -1)
		d->wrong = "the verdict is not taken";
	d->rcpts += users[i].reply[0] == '2';
}

/* is the body what these bytes mean? told by going over them once more */
static int
drive_same(const struct drive *d, const uint8_t *p, const uint8_t *end,
    int dots)
{
	const int local = d->c.lf == SMTP_IN_LF_LOCAL;
	int bol = 1, cr = 0;
	size_t n = 0;
	char c = '\n';

	for (; p < end; p++) {
		c = (char)*p;
		if (dots && bol && c == '.') {
			bol = cr = 0;
			continue;
		}
		if (c == '\n' && !cr && (n >= d->nbody || d->body[n++] != '\r'))
			return 0;
		if (n >= d->nbody || d->body[n++] != c)
			return 0;
		bol = c == '\n' && (cr || local);
		cr = c == '\r';
	}
	if (dots)
		return n == d->nbody && bol;
	/* of a mail in chunks the last line may have no end */
	return c == '\n' ?
	    n == d->nbody :
	    n + 2 == d->nbody && memcmp(d->body + n, "\r\n", 2) == 0;
}

static int
drive_meant(const struct drive *d)
{
	const uint8_t *p = d->raw + d->data, *end = d->raw + d->at;

	if (d->s.own.chunk)
		return drive_same(d, d->chunks, d->chunks + d->nchunks, 0);
	if (memchr(p, 0x1e, (size_t)(end - p)) != NULL)
		return 1; /* not a byte of the stream */
	end -= end - p > 1 && end[-2] == '\r' ? 3 : 2; /* dot, line's end */
	return drive_same(d, p, end, 1);
}

static void
drive_commit(struct drive *d)
{
	size_t i;

	drive_word(d, "{");
	for (i = 0; i < d->nbody; i++)
		drive_say(d,
		    d->body[i] == '\r'	   ? "~" :
			d->body[i] == '\n' ? "|" :
					     d->body + i,
		    1);
	drive_say(d, "}", 1);
	if (!d->mail || d->rcpts == 0)
		d->wrong = "COMMIT without recipients";
	for (i = 0; i < d->nbody; i++)
		if (d->body[i] == '\0' ||
		    (d->body[i] == '\n' && (i == 0 || d->body[i - 1] != '\r')))
			d->wrong = "NUL or a bare LF is handed on";
	if (d->nbody > 0 && d->body[d->nbody - 1] != '\n')
		d->wrong = "a mail ends within a line";
	if (d->nbody > d->c.max_size)
		d->wrong = "a mail is too large";
	if (!drive_meant(d))
		d->wrong = "the body is another";
	d->mail = d->rcpts = 0;
	d->nbody = d->nchunks = 0;
	if (smtp_in_committed(&d->s, d->now, d->s.ask, "250 2.0.0 Queued") ==
	    -1)
		d->wrong = "the result is not taken";
}

static void
drive_auth(struct drive *d, int first)
{
	const char *p = (const char *)d->s.data;
	size_t n = d->s.ndata;
	int taken;

	drive_word(d, first ? d->s.mech : "step");
	if (!first || d->s.initial) {
		drive_say(d, ":", 1);
		if (n > 0)
			drive_say(d, p, n < 20 ? n : 20);
	}
	if (!d->c.submission || !d->s.tls || d->s.authed)
		d->wrong = "AUTH where there is none";
	if (n == 2 && memcmp(p, "ok", 2) == 0)
		taken = smtp_in_authed(&d->s, d->now, d->s.ask, SASL_RESULT_OK);
	else if (n == 3 && memcmp(p, "bad", 3) == 0)
		taken =
		    smtp_in_authed(&d->s, d->now, d->s.ask, SASL_RESULT_FAIL);
	else if (n == 4 && memcmp(p, "temp", 4) == 0)
		taken = smtp_in_authed(&d->s, d->now, d->s.ask,
		    SASL_RESULT_TEMPORARY);
	else
		taken =
		    smtp_in_challenge(&d->s, d->now, d->s.ask, "more", n % 5);
	if (taken == -1)
		d->wrong = "the word of SASL is not taken";
}

static void
drive_body(struct drive *d)
{
	if (!d->mail || d->rcpts == 0)
		d->wrong = "BODY without recipients";
	if (d->s.ndata == 0 || d->s.ndata > sizeof(d->body) - d->nbody) {
		d->wrong = "BODY of no size";
		return;
	}
	memcpy(d->body + d->nbody, d->s.data, d->s.ndata);
	d->nbody += d->s.ndata;
}

void
drive_event(struct drive *d, enum smtp_in_event ev)
{
	if (ev != SMTP_IN_BODY && ev != SMTP_IN_MORE && d->nbody > 0 &&
	    d->s.own.line.size > AUTH_LINE)
		d->wrong = "more than a line is kept";
	d->mail |= d->s.own.state == IN_MAIL; /* by its 250 */
	switch (ev) {
	case SMTP_IN_ABUSE:
		drive_word(d, "abuse");
		break;
	case SMTP_IN_AUTH_ABORT:
		drive_word(d, "abort");
		break;
	case SMTP_IN_BODY:
		drive_body(d);
		break;
	case SMTP_IN_DROP:
		if (!d->mail)
			d->wrong = "DROP without a mail";
		drive_word(d, "drop");
		d->mail = d->rcpts = 0;
		d->nbody = d->nchunks = 0;
		break;
	case SMTP_IN_REPLY:
		drive_reply(d);
		break;
	case SMTP_IN_RCPT:
		drive_rcpt(d);
		break;
	case SMTP_IN_COMMIT:
		drive_commit(d);
		break;
	case SMTP_IN_STARTTLS:
		if (d->s.tls || d->mail)
			d->wrong = "STARTTLS where there is none";
		d->tls = 1; /* it is handed over once all bytes are here */
		break;
	case SMTP_IN_AUTH:
	case SMTP_IN_AUTH_STEP:
		drive_auth(d, ev == SMTP_IN_AUTH);
		break;
	case SMTP_IN_CLOSE:
		drive_word(d, "close");
		d->closed = 1;
		break;
	default:
		break;
	}
}

/* those bytes were taken; a chunk's are the last of them */
static void
drive_chunk(struct drive *d, const uint8_t *end)
{
	const struct smtp_in_own *o = &d->s.own;
	size_t n;

	if (!o->chunk ||
	    (o->state != IN_BDAT && o->state != IN_CHUNK &&
		o->state != IN_COMMITTING))
		return;
	n = (size_t)(o->wire - d->nchunks);
	if (n > sizeof(d->chunks) - d->nchunks) {
		d->wrong = "more bytes of a chunk than came";
		return;
	}
	memcpy(d->chunks + d->nchunks, end - n, n);
	d->nchunks += n;
}

void
drive_piece(struct drive *d, const uint8_t *p, size_t n)
{
	enum smtp_in_event ev = SMTP_IN_BODY;
	size_t used, k = 0;

	/* a block of its own, gone at once: nothing may be kept of it */
	uint8_t *copy = malloc(n + 1);

	if (copy == NULL)
		abort();
	if (n > 0)
		memcpy(copy, p, n);
	while (!d->closed && ev != SMTP_IN_MORE && ev != SMTP_IN_WAIT) {
		ev = smtp_in_feed(&d->s, d->now, copy + k, n - k, &used);
		if (used > n - k || (ev == SMTP_IN_MORE && used < n - k) ||
		    (ev == SMTP_IN_WAIT && used > 0))
			d->wrong = "used";
		k += used;
		d->at += used;
		drive_chunk(d, copy + k);
		if (d->s.own.line.size > AUTH_LINE || d->s.own.out.size > 20000)
			d->wrong = "more than a line is kept";
		drive_event(d, ev);
	}
	free(copy);
}

void
drive(struct drive *d, const uint8_t *p, size_t n, const uint8_t *cuts,
    size_t ncuts)
{
	const uint8_t *end = p + n, *stop, *rs;
	size_t k, i = 0;

	d->raw = p;
	drive_piece(d, p, 0);
	for (; p < end && !d->closed; p = stop + (rs != NULL)) {
		rs = memchr(p, 0x1e, (size_t)(end - p));
		stop = rs != NULL ? rs : end;
		for (; p < stop && !d->closed; p += k) {
			k = ncuts == 0 ? n : cuts[i++ % ncuts];
			k += k == 0;
			if (k > (size_t)(stop - p))
				k = (size_t)(stop - p);
			drive_piece(d, p, k);
		}
		d->at += rs != NULL;
		if (!d->tls || d->closed)
			continue;
		d->tls = 0;
		drive_word(d, "TLS");
		if (smtp_in_tls(&d->s, d->now, d->s.ask, 1) == -1)
			d->wrong = "TLS is not taken";
	}
}

/*
 * smtp_in: the loop, lines, states, deadlines and answers of a session. What
 * a client sends is judged once its line is whole; a line that needs the
 * word of another process stops the reading. Touches and trusts nothing: of
 * answers only their shape is looked at. RFC 5321, 3207 4.2.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "smtp_in.h"

#define IN(s) (1U << IN_##s)
#define WAITING (IN(CHECKING) | IN(COMMITTING) | IN(TLS) | IN(AUTH))
#define COMMANDS (IN(GREET) | IN(READY) | IN(MAIL) | IN(RCPT) | IN(CHUNK))
enum { OUT_BYTES = 16384, ANSWER_TEXT = 8192 };

/* clang-format off */
static const struct {
	unsigned int from; /* states that lead here */
	uint32_t wait;	   /* ms in it; bodies have more rules */
} states[IN_STATES] = {
[IN_START]      = { 0,                                     COMMAND_WAIT },
[IN_GREET]      = { IN(START) | IN(GREET) | IN(TLS) | IN(DRAIN),
						           COMMAND_WAIT },
[IN_READY]      = { COMMANDS | IN(COMMITTING) | IN(AUTH) | IN(RESPONSE) |
		    IN(DRAIN),                             COMMAND_WAIT },
[IN_MAIL]       = { IN(READY) | IN(MAIL) | IN(CHECKING) | IN(DRAIN),
						           COMMAND_WAIT },
[IN_RCPT]       = { IN(RCPT) | IN(CHECKING) | IN(DRAIN),   COMMAND_WAIT },
[IN_CHUNK]      = { IN(CHUNK) | IN(BDAT) | IN(DRAIN),      COMMAND_WAIT },
[IN_DATA]       = { IN(RCPT),                              BODY_WAIT },
[IN_BDAT]       = { IN(RCPT) | IN(CHUNK),                  BODY_WAIT },
[IN_DRAIN]      = { COMMANDS | IN(DATA) | IN(BDAT),        DRAIN_WAIT },
[IN_RESPONSE]   = { IN(AUTH),                              COMMAND_WAIT },
[IN_CHECKING]   = { IN(MAIL) | IN(RCPT),                   ANSWER_WAIT },
[IN_COMMITTING] = { IN(DATA) | IN(BDAT),                   ANSWER_WAIT },
[IN_TLS]        = { IN(READY),                             ANSWER_WAIT },
[IN_AUTH]       = { IN(READY) | IN(RESPONSE),              ANSWER_WAIT },
[IN_CLOSED]     = { ~IN(CLOSED),                           0 },
};
/* clang-format on */

void
smtp_in_enter(struct smtp_in *s, enum smtp_in_state state)
{
	if (!(states[state].from & 1U << s->own.state))
		abort();
	s->own.state = state;
	s->own.since = s->own.now;
}

void
smtp_in_due(struct smtp_in *s, int event)
{
	s->own.due |= 1U << event;
}

void
smtp_in_hang_up(struct smtp_in *s)
{
	if (s->own.state != IN_CLOSED)
		smtp_in_enter(s, IN_CLOSED);
	s->own.due &= 1U << SMTP_IN_REPLY | 1U << SMTP_IN_ABUSE;
	smtp_in_due(s, SMTP_IN_CLOSE);
}

/* the last reply and response have been told */
static void
tidy(struct smtp_in *s)
{
	if (s->own.told) {
		buf_free(&s->own.out);
		buf_free(&s->own.sasl);
		s->own.told = 0;
	}
}

/* those that tell of an error tell where to look for it */
static void
put(struct smtp_in *s, const char *text)
{
	const char *fmt =
	    *text == '4' || *text == '5' ? "%s (id=%s)\r\n" : "%s\r\n";

	tidy(s);
	s->own.out.cap = OUT_BYTES;
	if (buf_printf(&s->own.out, fmt, text, s->id) == -1)
		smtp_in_hang_up(s); /* no memory for a line */
	else
		smtp_in_due(s, SMTP_IN_REPLY);
}

void
smtp_in_end(struct smtp_in *s, const char *reply)
{
	smtp_in_hang_up(s);
	put(s, reply);
}

void
smtp_in_reply(struct smtp_in *s, const char *fmt, ...)
{
	char text[ANSWER_TEXT];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	put(s, text);
	if (*text == '5' && ++s->own.errors >= ERRORS_MAX)
		smtp_in_end(s, "421 4.7.0 Too many errors");
}

void
smtp_in_ask(struct smtp_in *s, enum smtp_in_state state, int event)
{
	s->ask++;
	smtp_in_enter(s, state);
	smtp_in_due(s, event);
}

void
smtp_in_forget(struct smtp_in *s)
{
	if (1U << s->own.state & (IN(MAIL) | IN(RCPT) | IN(CHUNK) | IN(DRAIN)))
		smtp_in_due(s, SMTP_IN_DROP);
	memset(&s->mail, 0, sizeof(s->mail));
	memset(&s->rcpt, 0, sizeof(s->rcpt));
	s->recipients = s->own.refused = 0;
}

static void
too_long(struct smtp_in *s)
{
	if (s->own.state == IN_RESPONSE) {
		smtp_in_due(s, SMTP_IN_AUTH_ABORT);
		smtp_in_enter(s, IN_READY);
		smtp_in_reply(s, "500 5.5.6 Line too long");
		return;
	}
	smtp_in_enter(s, s->own.state);
	smtp_in_reply(s, "500 5.5.2 Line too long");
}

/* its LF is here, and what is in front of it */
static void
judge(struct smtp_in *s, const char *p, size_t n, int cr)
{
	if (!cr && s->conf->lf != SMTP_IN_LF_LOCAL)
		smtp_in_end(s, "500 5.5.2 Lines end with CRLF");
	else if (s->own.skipped > 0)
		too_long(s);
	else if (s->own.state == IN_RESPONSE)
		smtp_in_response(s, p, n);
	else
		smtp_in_command(s, p, n);
}

/* the rest of a line that is too long is not kept */
static size_t
skip(struct smtp_in *s, const char *p, size_t n)
{
	const char *lf = memchr(p, '\n', n);
	size_t take = lf != NULL ? (size_t)(lf - p) + 1 : n, text = take;

	s->own.skipped += take;
	if (lf != NULL)
		text--;
	if (text > 0)
		s->own.skip_cr = p[text - 1] == '\r';
	if (s->own.skipped > BODY_LINE)
		smtp_in_end(s, "500 5.5.2 Line too long");
	else if (lf != NULL)
		judge(s, NULL, 0, s->own.skip_cr);
	if (lf != NULL)
		s->own.skipped = 0;
	return take;
}

/* of the line that is cut, and has reached what most may have */
static size_t
line_max(const struct smtp_in *s)
{
	const char *p = (const char *)buf_data(&s->own.line);

	return s->own.state == IN_RESPONSE || strncasecmp(p, "AUTH ", 5) == 0 ?
	    AUTH_LINE :
	    COMMAND_LINE;
}

static size_t
line(struct smtp_in *s, const char *p, size_t n)
{
	struct buf *b = &s->own.line;
	const char *lf = memchr(p, '\n', n);
	size_t max, take = lf != NULL ? (size_t)(lf - p) + 1 : n, len;

	if (s->own.skipped > 0)
		return skip(s, p, n);
	max = b->len < COMMAND_LINE ? COMMAND_LINE : line_max(s);
	if (b->len == max) {
		s->own.skipped = max;
		s->own.skip_cr = buf_data(b)[max - 1] == '\r';
		buf_free(b);
		return skip(s, p, n);
	}
	if (take > max - b->len) {
		take = max - b->len;
		lf = NULL;
	}
	len = take;
	if (lf == NULL || b->len > 0) {
		b->cap = AUTH_LINE;
		if (buf_add(b, p, take) == -1) {
			smtp_in_end(s, "421 4.3.0 No memory");
			return take;
		}
		p = (const char *)buf_data(b);
		len = b->len;
	}
	if (lf != NULL) {
		len--;
		if (len > 0 && p[len - 1] == '\r')
			judge(s, p, len - 1, 1);
		else
			judge(s, p, len, 0);
		buf_free(b);
	}
	return take;
}

static int
waiting(const struct smtp_in *s)
{
	return (1U << s->own.state & WAITING) != 0;
}

/* it goes on without a byte */
static int
pending(const struct smtp_in *s)
{
	return s->own.state == IN_START ||
	    (s->own.state == IN_BDAT && s->own.left == 0) ||
	    (s->own.state == IN_DRAIN && s->own.chunk && s->own.left == 0);
}

static size_t
advance(struct smtp_in *s, const char *p, size_t n)
{
	switch (s->own.state) {
	case IN_START:
		smtp_in_enter(s, IN_GREET);
		smtp_in_reply(s, "220 %s ESMTP", s->conf->hostname);
		return 0;
	case IN_DATA:
	case IN_BDAT:
		return smtp_in_body(s, p, n);
	case IN_DRAIN:
		return smtp_in_drain(s, p, n);
	default:
		return line(s, p, n);
	}
}

uint64_t
smtp_in_deadline(const struct smtp_in *s)
{
	const struct smtp_in_own *o = &s->own;
	uint64_t at = o->since + states[o->state].wait, floor;

	switch (o->state) {
	case IN_CLOSED:
		return UINT64_MAX;
	case IN_CHUNK:
		return at < o->begun + BODY_WAIT ? at : o->begun + BODY_WAIT;
	case IN_DATA:
	case IN_BDAT:
		at = o->begun + BODY_WAIT;
		if (o->heard + BODY_IDLE < at)
			at = o->heard + BODY_IDLE;
		/* the moment when it will have been too slow */
		floor = o->wire * 60000 / BODY_FLOOR;
		if (floor < BODY_FLOOR_WAIT)
			floor = BODY_FLOOR_WAIT;
		return o->begun + floor < at ? o->begun + floor : at;
	default:
		return at;
	}
}

/* what needs no byte, in front of those that came */
static void
look(struct smtp_in *s, size_t n)
{
	tidy(s);
	/* plain bytes where TLS begins are another's */
	if (s->own.state == IN_TLS && n > 0)
		smtp_in_hang_up(s);
	if (s->own.due != 0 || s->own.state == IN_CLOSED)
		return;
	if (s->own.since == 0)
		s->own.since = s->own.now; /* the first call */
	if (s->own.now >= smtp_in_deadline(s))
		smtp_in_late(s);
	else if (s->own.stop != NULL && !waiting(s))
		smtp_in_end(s, s->own.stop);
}

/* the first event that is due */
static enum smtp_in_event
tell(struct smtp_in *s)
{
	unsigned int ev = SMTP_IN_ABUSE;

	while (!(s->own.due & 1U << ev))
		ev++;
	s->own.due &= ~(1U << ev);
	if (ev == SMTP_IN_REPLY) {
		s->data = buf_data(&s->own.out);
		s->ndata = s->own.out.len;
		s->own.told = 1;
	} else if (ev == SMTP_IN_AUTH || ev == SMTP_IN_AUTH_STEP) {
		s->data = buf_data(&s->own.sasl);
		s->ndata = s->own.sasl.len;
		s->own.told = 1;
	} else if (ev != SMTP_IN_BODY) {
		s->data = NULL;
		s->ndata = 0;
	}
	return ev;
}

enum smtp_in_event
smtp_in_feed(struct smtp_in *s, uint64_t now, const void *data, size_t n,
    size_t *used)
{
	const char *p = data;

	*used = 0;
	s->own.now = now;
	look(s, n);
	while (s->own.due == 0 && (*used < n || pending(s)) && !waiting(s) &&
	    s->own.state != IN_CLOSED)
		*used += advance(s, p + *used, n - *used);
	if (s->own.due != 0)
		return tell(s);
	if (s->own.state == IN_CLOSED) {
		*used = n;
		return SMTP_IN_CLOSE;
	}
	return waiting(s) ? SMTP_IN_WAIT : SMTP_IN_MORE;
}

void
smtp_in_free(struct smtp_in *s)
{
	buf_free(&s->own.line);
	buf_free(&s->own.out);
	buf_free(&s->own.sasl);
	explicit_bzero(s, sizeof(*s));
}

void
smtp_in_stop(struct smtp_in *s, const char *reply)
{
	s->own.stop = reply;
}

const char *
smtp_in_protocol(const struct smtp_in *s)
{
	static const char *const plain[] = { "ESMTP", "ESMTPS", "ESMTPA",
		"ESMTPSA" };
	static const char *const utf8[] = { "UTF8SMTP", "UTF8SMTPS",
		"UTF8SMTPA", "UTF8SMTPSA" };
	int i = (s->tls != 0) + 2 * (s->authed != 0);

	return s->mail.utf8 ? utf8[i] : s->esmtp || i > 0 ? plain[i] : "SMTP";
}

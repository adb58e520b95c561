/*
 * outtalk: see outtalk.h. DATA and BDAT wait for the verdicts on all
 * recipients: a body nobody wants does not travel. A reply that nothing was
 * asked for, or one that fits nothing, ends the connection: the two sides
 * would no longer speak of the same. RFC 5321 4.5.3.2 has the times.
 */
#include <string.h>

#include "outtalk.h"

enum {
	DATA_MS = 2 * TALK_MINUTE,
	REPLY_MS = 5 * TALK_MINUTE,
	MAIL_MS = 120 * TALK_MINUTE, /* up to the dot */
	KEEP_MS = 10000,
	QUIT_MS = 10000,
	AHEAD = 4096, /* bytes of commands that are written at once */
	STEP_MAIL = 1,
	STEP_RCPT = 2,
};

void
talk_enter(struct smtp_out *s, enum talk_state state, uint64_t now)
{
	static const int ms[] = { [TALK_BANNER] = REPLY_MS,
		[TALK_EHLO] = REPLY_MS,
		[TALK_HELO] = REPLY_MS,
		[TALK_STARTTLS] = REPLY_MS,
		[TALK_HANDSHAKE] = REPLY_MS,
		[TALK_AUTH] = REPLY_MS,
		[TALK_READY] = KEEP_MS,
		[TALK_ENVELOPE] = REPLY_MS,
		[TALK_DATA] = DATA_MS,
		[TALK_BODY] = TALK_BLOCK_MS,
		[TALK_DOT] = TALK_DOT_MS,
		[TALK_QUIT] = QUIT_MS,
		[TALK_DEAD] = 0 };

	s->state = (int)state;
	s->deadline = now + (uint64_t)ms[state];
}

/* --- verdicts ------------------------------------------------------ */

static void
copy(char *to, size_t size, const char *from)
{
	size_t n = strlen(from);

	if (n >= size)
		n = size - 1;
	memcpy(to, from, n);
	to[n] = '\0';
}

static void
judge(struct smtp_out *s, enum out_fate fate, int code, const char *status,
    const char *text)
{
	s->verdict.fate = fate;
	s->verdict.stage = s->state <= TALK_HELO ? OUT_GREETING :
	    s->state < TALK_READY		 ? OUT_SECURITY :
	    s->state <= TALK_ENVELOPE		 ? OUT_ENVELOPE :
						   OUT_CONTENT;
	s->verdict.code = code;
	copy(s->verdict.status, sizeof(s->verdict.status), status);
	copy(s->verdict.text, sizeof(s->verdict.text), text);
}

/* recipients first to last - 1 hear it, unless they have heard another */
static void
tell(struct smtp_out *s, size_t first, size_t last)
{
	if (s->mail == NULL)
		return;
	s->tell = first;
	s->tell_end = last;
}

static void
tell_all(struct smtp_out *s)
{
	tell(s, 0, OUT_RCPTS);
}

/* as the reply says; too many recipients are no fault of any */
static enum out_fate
fate(const struct reply *r)
{
	if (r->code < 300)
		return OUT_DELIVERED;
	return r->code < 500 || r->code == 552 ? OUT_TEMPORARY : OUT_PERMANENT;
}

static void
judge_reply(struct smtp_out *s, enum out_fate as)
{
	judge(s, as, s->reply.code, s->reply.status, s->reply.text);
}

/* the connection is of no more use; the verdict stands */
static void
die(struct smtp_out *s)
{
	s->state = TALK_DEAD;
	s->failed = 1;
	s->taken = 0;
	buf_free(&s->out);
	tell_all(s);
}

/* the dot is said, or the last byte of the last chunk */
static int
is_ended(const struct smtp_out *s)
{
	return s->state == TALK_DOT ||
	    (s->state == TALK_BODY && s->chunk &&
		s->body.size == s->mail->size);
}

/* then the host may have the mail: no other one is asked for now */
static enum out_fate
host_fate(const struct smtp_out *s)
{
	return is_ended(s) ? OUT_TEMPORARY : OUT_HOST;
}

void
talk_fail(struct smtp_out *s, const char *status, const char *text)
{
	if (s->state == TALK_QUIT || s->state == TALK_DEAD) {
		s->state = TALK_DEAD;
		return;
	}
	/* x.3.x is our own fault: RFC 3463 3.4 */
	judge(s, status[2] == '3' ? OUT_TEMPORARY : host_fate(s), 0, status,
	    text);
	die(s);
}

/* a reply that speaks against the host */
static void
fail_reply(struct smtp_out *s)
{
	judge_reply(s, host_fate(s));
	die(s);
}

void
talk_astray(struct smtp_out *s)
{
	talk_fail(s, "4.5.0", "its replies do not follow SMTP");
}

/* --- sending ------------------------------------------------------- */

void
talk_put(struct smtp_out *s, const void *p, size_t n)
{
	if (buf_add(&s->out, p, n) == -1)
		talk_fail(s, "4.3.0", "out of memory here");
}

static void
say(struct smtp_out *s, enum talk_state state, const char *verb,
    const char *what, uint64_t now)
{
	talk_enter(s, state, now);
	if (buf_printf(&s->out, "%s%s\r\n", verb, what) == -1)
		talk_fail(s, "4.3.0", "out of memory here");
}

void
talk_quit(struct smtp_out *s, uint64_t now)
{
	say(s, TALK_QUIT, "QUIT", "", now);
}

static size_t
steps(const struct smtp_out *s)
{
	return STEP_RCPT + s->mail->nrcpt;
}

/* one more command of the envelope */
static void
step(struct smtp_out *s)
{
	char line[COMMAND_LINE + 1];
	size_t n, at = s->written++, i = at - STEP_RCPT;

	if (at == 0) {
		talk_put(s, "RSET\r\n", 6);
		return;
	}
	if (at == STEP_MAIL) {
		n = outmail_from(line, s->mail, &s->ehlo);
		talk_put(s, line, n);
		return;
	}
	n = outmail_to(line, &s->mail->rcpt[i], &s->ehlo);
	if (!(s->ehlo.has & EHLO_SMTPUTF8) &&
	    mailbox_is_utf8(&s->mail->rcpt[i].to)) {
		judge(s, OUT_PERMANENT, 0, "5.6.7",
		    "it does not take addresses beyond ASCII");
		tell(s, i, i + 1);
	} else if (n == 0) {
		judge(s, OUT_PERMANENT, 0, "5.1.3", "bad recipient");
		tell(s, i, i + 1);
	} else {
		s->asked[i] = 1;
		talk_put(s, line, n);
	}
}

/* over the recipients that were never asked */
static void
skip(struct smtp_out *s)
{
	while (s->answered >= STEP_RCPT && s->answered < s->written &&
	    !s->asked[s->answered - STEP_RCPT])
		s->answered++;
}

static void
over(struct smtp_out *s, uint64_t now)
{
	s->mails++;
	talk_enter(s, TALK_READY, now);
}

static void
body(struct smtp_out *s, uint64_t now)
{
	memset(&s->body, 0, sizeof(s->body));
	s->body.stuff = !s->chunk;
	s->offset = 0;
	talk_enter(s, TALK_BODY, now);
}

/* all verdicts on recipients are here */
static void
envelope_done(struct smtp_out *s, uint64_t now)
{
	if (s->accepted == 0) {
		over(s, now);
		return;
	}
	s->chunk = (s->ehlo.has & EHLO_CHUNKING) != 0;
	if (!s->chunk) {
		say(s, TALK_DATA, "DATA", "", now);
		return;
	}
	body(s, now);
	if (buf_printf(&s->out, "BDAT %llu LAST\r\n",
		(unsigned long long)s->mail->size) == -1)
		talk_fail(s, "4.3.0", "out of memory here");
}

/* writes what may be written; stops when there is a verdict to tell */
void
talk_envelope(struct smtp_out *s, uint64_t now)
{
	int ahead = (s->ehlo.has & EHLO_PIPELINING) != 0;

	while (s->state == TALK_ENVELOPE && s->tell == s->tell_end &&
	    s->written < steps(s) && s->out.len < AHEAD &&
	    (ahead || s->answered == s->written)) {
		step(s);
		skip(s);
	}
	if (s->state == TALK_ENVELOPE && s->tell == s->tell_end &&
	    s->answered == steps(s))
		envelope_done(s, now);
}

void
talk_begin(struct smtp_out *s, uint64_t now)
{
	const struct out_mail *m = s->mail;
	char line[COMMAND_LINE + 1];

	memset(s->asked, 0, sizeof(s->asked));
	s->accepted = 0;
	s->as_is = m->eight && !(s->ehlo.has & EHLO_8BITMIME);
	s->mail_end = now + MAIL_MS;
	s->written = s->answered = s->mails > 0 ? 0 : STEP_MAIL;
	talk_enter(s, TALK_ENVELOPE, now);
	if (s->ehlo.size > 0 && m->size > s->ehlo.size)
		judge(s, OUT_PERMANENT, 0, "5.3.4",
		    "it does not take mails of this size");
	else if (!(s->ehlo.has & EHLO_SMTPUTF8) && mailbox_is_utf8(&m->from))
		judge(s, OUT_PERMANENT, 0, "5.6.7",
		    "it does not take addresses beyond ASCII");
	else if (outmail_from(line, m, &s->ehlo) == 0)
		judge(s, OUT_PERMANENT, 0, "5.1.7", "bad sender");
	else
		return;
	s->written = s->answered = steps(s);
	tell_all(s);
}

/* --- replies ------------------------------------------------------- */

void
talk_greet(struct smtp_out *s, enum talk_state state, uint64_t now)
{
	memset(&s->ehlo, 0, sizeof(s->ehlo));
	s->greeted = 0;
	say(s, state, state == TALK_EHLO ? "EHLO " : "HELO ", s->conf->helo,
	    now);
}

static void
ready(struct smtp_out *s, uint64_t now)
{
	char line[COMMAND_LINE + 1];
	size_t n;

	if (s->conf->user == NULL || s->state == TALK_AUTH) {
		talk_enter(s, TALK_READY, now);
		if (s->mail != NULL)
			talk_begin(s, now);
		return;
	}
	if (!s->verified || !(s->ehlo.has & EHLO_PLAIN)) {
		talk_fail(s, "4.7.0",
		    s->verified ? "it does not offer AUTH PLAIN" :
				  "no password without a verified host");
		return;
	}
	n = outmail_auth(line, s->conf->user, s->conf->password);
	talk_enter(s, TALK_AUTH, now);
	if (n == 0)
		talk_fail(s, "4.3.5", "the credentials are too long");
	else
		talk_put(s, line, n);
	explicit_bzero(line, sizeof(line));
}

/* on with what it offers, TLS or not */
static void
offered(struct smtp_out *s, uint64_t now)
{
	int open = !s->tls && s->conf->need != TLS_NEVER;

	if (open && s->ehlo.has & EHLO_STARTTLS)
		say(s, TALK_STARTTLS, "STARTTLS", "", now);
	else if (open && s->conf->need == TLS_MUST)
		talk_fail(s, "4.7.4",
		    "TLS is needed, and it does not offer it");
	else
		ready(s, now);
}

/* more: bytes came behind the reply */
static void
got_starttls(struct smtp_out *s, int more, uint64_t now)
{
	if (s->reply.code != 220) {
		if (s->conf->need == TLS_MUST || s->reply.code < 400)
			fail_reply(s);
		else
			ready(s, now);
	} else if (more)
		talk_fail(s, "4.7.0", "bytes in plaintext behind STARTTLS");
	else {
		s->told = 0;
		talk_enter(s, TALK_HANDSHAKE, now);
	}
}

static void
got_mail(struct smtp_out *s)
{
	if (s->reply.code < 300)
		return;
	/* no more recipients; those under way will be answered, too */
	s->written = steps(s);
	judge_reply(s, s->reply.code == 552 ? OUT_PERMANENT : fate(&s->reply));
	tell_all(s);
}

static void
got_rcpt(struct smtp_out *s, size_t i)
{
	if (s->decided[i])
		return;
	if (s->reply.code < 300) {
		s->accepted++;
		return;
	}
	judge_reply(s, fate(&s->reply));
	tell(s, i, i + 1);
}

static void
got_step(struct smtp_out *s, uint64_t now)
{
	size_t at = s->answered;

	if (at == s->written || s->reply.code / 100 == 3) {
		talk_astray(s);
		return;
	}
	s->deadline = now + REPLY_MS;
	s->answered++;
	if (at == 0 && s->reply.code >= 400)
		fail_reply(s);
	else if (at == STEP_MAIL)
		got_mail(s);
	else if (at >= STEP_RCPT)
		got_rcpt(s, at - STEP_RCPT);
	skip(s);
}

static void
got_data(struct smtp_out *s, uint64_t now)
{
	if (s->reply.code < 300)
		talk_astray(s);
	else if (s->reply.code < 400)
		body(s, now);
	else {
		judge_reply(s,
		    s->reply.code >= 500 ? OUT_PERMANENT : OUT_TEMPORARY);
		tell_all(s);
		over(s, now);
	}
}

/* of the whole mail; or, before its end, of as much as it has seen */
static void
got_verdict(struct smtp_out *s, uint64_t now)
{
	int whole = is_ended(s) && s->out.len == s->taken;

	if (s->reply.code / 100 == 3 || (!whole && s->reply.code < 400)) {
		talk_astray(s);
		return;
	}
	judge_reply(s,
	    s->reply.code < 300	     ? OUT_DELIVERED :
		s->reply.code >= 500 ? OUT_PERMANENT :
				       OUT_TEMPORARY);
	if (!whole)
		die(s);
	else {
		tell_all(s);
		over(s, now);
	}
}

void
talk_reply(struct smtp_out *s, int more, uint64_t now)
{
	const struct reply *r = &s->reply;

	if (r->code == 421 ||
	    (s->state < TALK_STARTTLS && r->code / 100 == 3)) {
		if (s->state == TALK_QUIT)
			s->state = TALK_DEAD;
		else
			fail_reply(s);
		return;
	}
	switch ((enum talk_state)s->state) {
	case TALK_BANNER:
		if (r->code < 300)
			talk_greet(s, TALK_EHLO, now);
		else
			fail_reply(s);
		break;
	case TALK_EHLO:
		if (r->code < 300)
			offered(s, now);
		else if (r->code >= 500)
			talk_greet(s, TALK_HELO, now);
		else
			fail_reply(s);
		break;
	case TALK_HELO:
		if (r->code < 300)
			offered(s, now);
		else
			fail_reply(s);
		break;
	case TALK_STARTTLS:
		got_starttls(s, more, now);
		break;
	case TALK_AUTH:
		if (r->code == 235)
			ready(s, now);
		else
			fail_reply(s);
		break;
	case TALK_ENVELOPE:
		got_step(s, now);
		break;
	case TALK_DATA:
		got_data(s, now);
		break;
	case TALK_BODY:
	case TALK_DOT:
		got_verdict(s, now);
		break;
	case TALK_QUIT:
		s->state = TALK_DEAD;
		break;
	default:
		talk_astray(s);
	}
}

/*
 * smtp_out: see smtp_out.h; moves bytes and clock in and actions out. What a
 * host says is judged in outtalk.c. A verdict is told before anything else
 * happens: what is known to be delivered stays so.
 */
#include <string.h>

#include "outtalk.h"

/* what OUT_SEND has told of has left */
static void
drop_taken(struct smtp_out *s)
{
	if (s->taken > 0)
		buf_take(&s->out, s->taken);
	s->taken = 0;
}

void
smtp_out_init(struct smtp_out *s, const struct out_conf *conf, uint64_t now)
{
	memset(s, 0, sizeof(*s));
	s->conf = conf;
	s->out.cap = TALK_BYTES;
	talk_enter(s, TALK_BANNER, now);
}

void
smtp_out_free(struct smtp_out *s)
{
	buf_free(&s->out);
	explicit_bzero(s, sizeof(*s));
	s->state = TALK_DEAD;
}

int
smtp_out_mail(struct smtp_out *s, const struct out_mail *m, uint64_t now)
{
	if (s->state > TALK_READY || s->mail != NULL || m->nrcpt == 0 ||
	    m->nrcpt > OUT_RCPTS)
		return -1;
	s->mail = m;
	s->tell = s->tell_end = 0;
	memset(s->decided, 0, sizeof(s->decided));
	if (s->state == TALK_READY)
		talk_begin(s, now);
	return 0;
}

void
smtp_out_feed(struct smtp_out *s, const void *p, size_t n, size_t *used,
    uint64_t now)
{
	enum reply_event ev;

	*used = 0;
	if (s->state == TALK_DEAD) {
		*used = n;
		return;
	}
	if (n == 0 || s->tell != s->tell_end)
		return;
	if (s->state == TALK_HANDSHAKE) { /* plaintext has no place here */
		talk_fail(s, "4.7.0", "bytes in plaintext behind STARTTLS");
		return;
	}
	ev = reply_feed(&s->reply, p, n, used);
	if (ev == REPLY_BAD)
		talk_astray(s);
	else if (ev == REPLY_PART || ev == REPLY_LAST) {
		if (s->state == TALK_EHLO && s->greeted && s->reply.code < 300)
			ehlo_line(&s->ehlo, s->reply.line, s->reply.linelen);
		s->greeted = 1;
		if (ev == REPLY_LAST)
			talk_reply(s, *used < n, now);
	}
}

void
smtp_out_body(struct smtp_out *s, const void *p, size_t n, uint64_t now)
{
	uint8_t *room;

	if (s->state != TALK_BODY || s->out.len > s->taken)
		return;
	drop_taken(s);
	if (n > OUT_PIECE)
		n = OUT_PIECE;
	if ((room = buf_room(&s->out, 2 * n + 1 + OUTBODY_END)) == NULL) {
		talk_fail(s, "4.3.0", "out of memory here");
		return;
	}
	s->offset += n;
	if (n > 0)
		buf_grew(&s->out, outbody_add(&s->body, p, n, room));
	else
		buf_grew(&s->out, outbody_end(&s->body, room));
	/* what is not the mail that was announced is never ended */
	if (s->body.size > s->mail->size ||
	    (n == 0 && s->body.size != s->mail->size)) {
		talk_fail(s, "4.3.0", "the mail has changed here");
		return;
	}
	if (n > 0)
		return;
	talk_enter(s, TALK_DOT, now);
	if (!s->chunk)
		talk_put(s, ".\r\n", 3);
}

void
smtp_out_window(struct smtp_out *s, size_t n)
{
	s->window = n;
}

void
smtp_out_secured(struct smtp_out *s, int verified, uint64_t now)
{
	if (s->state != TALK_BANNER && s->state != TALK_HANDSHAKE)
		return;
	s->tls = 1;
	s->verified = verified;
	if (s->state == TALK_HANDSHAKE)
		talk_greet(s, TALK_EHLO, now);
}

void
smtp_out_lost(struct smtp_out *s, const char *status, const char *text)
{
	if (s->tell != s->tell_end) { /* first what is known by now */
		s->lost = 1;
		return;
	}
	talk_fail(s, status, text);
}

void
smtp_out_quit(struct smtp_out *s, uint64_t now)
{
	if (s->state == TALK_READY && s->mail == NULL)
		talk_quit(s, now);
	else
		smtp_out_lost(s, "4.3.2", "shutting down here");
}

uint64_t
smtp_out_deadline(const struct smtp_out *s)
{
	if (s->state >= TALK_ENVELOPE && s->state <= TALK_BODY &&
	    s->mail_end < s->deadline)
		return s->mail_end;
	return s->deadline;
}

void
smtp_out_tick(struct smtp_out *s, uint64_t now)
{
	if (now < smtp_out_deadline(s))
		return;
	if (s->state == TALK_READY && s->mail == NULL)
		talk_quit(s, now);
	else if (s->state != TALK_READY)
		smtp_out_lost(s, "4.4.2",
		    s->state == TALK_BODY ? "it takes no more bytes" :
					    "it does not answer in time");
}

/* the next recipient that hears the verdict; 0: all have */
static int
result(struct smtp_out *s, struct out_action *a)
{
	size_t i;

	for (; s->tell < s->tell_end && s->tell < s->mail->nrcpt; s->tell++) {
		i = s->tell;
		if (s->decided[i])
			continue;
		s->decided[i] = 1;
		a->rcpt = i;
		a->fate = s->verdict.fate;
		a->dsn = a->fate == OUT_DELIVERED && s->ehlo.has & EHLO_DSN;
		return 1;
	}
	s->tell = s->tell_end = 0;
	return 0;
}

static void
because(const struct smtp_out *s, struct out_action *a)
{
	a->stage = s->verdict.stage;
	a->code = s->verdict.code;
	a->status = s->verdict.status;
	a->text = s->verdict.text;
}

static enum out_what
send_some(struct smtp_out *s, struct out_action *a, uint64_t now)
{
	a->p = buf_data(&s->out);
	a->n = s->out.len < s->window ? s->out.len : s->window;
	s->taken = a->n;
	s->window -= a->n;
	if (s->state == TALK_BODY)
		s->deadline = now + TALK_BLOCK_MS;
	else if (s->state == TALK_DOT)
		s->deadline = now + TALK_DOT_MS;
	return OUT_SEND;
}

/* results, and what follows of them; 1: there is one */
static int
settle(struct smtp_out *s, struct out_action *a, uint64_t now)
{
	do {
		if (result(s, a))
			return 1;
		if (s->lost) {
			s->lost = 0;
			talk_fail(s, "4.4.2", "the connection has ended");
		} else if (s->state == TALK_ENVELOPE)
			talk_envelope(s, now);
	} while (s->tell != s->tell_end);
	return 0;
}

enum out_what
smtp_out_next(struct smtp_out *s, struct out_action *a, uint64_t now)
{
	memset(a, 0, sizeof(*a));
	a->status = a->text = "";
	drop_taken(s);
	if (settle(s, a, now)) {
		because(s, a);
		return OUT_RESULT;
	}
	if (s->state == TALK_DEAD) {
		if (s->failed)
			because(s, a);
		return OUT_CLOSE;
	}
	if (s->state == TALK_READY && s->mail != NULL) {
		s->mail = NULL;
		if (s->mails >= OUT_MAILS)
			talk_quit(s, now);
		return OUT_DONE;
	}
	if (s->out.len > 0 && s->window > 0)
		return send_some(s, a, now);
	if (s->state == TALK_BODY && s->out.len == 0 && s->window > 0) {
		a->offset = s->offset;
		a->n = OUT_PIECE;
		return OUT_BODY;
	}
	if (s->state == TALK_HANDSHAKE && !s->told && s->out.len == 0) {
		s->told = 1;
		return OUT_STARTTLS;
	}
	return OUT_WAIT;
}

/*
 * smtp_in_answer: what others say to the questions of a session, or do not
 * say in time. Of their replies only the shape is looked at: one line, its
 * code, nothing that cannot be printed. RFC 5321 4.2, 4954 4, 6.
 */
#include <string.h>

#include "base64.h"
#include "smtp_in.h"

/* an answer, be it the one that never came, to RCPT */
static void
checked(struct smtp_in *s, const char *reply, int unknown)
{
	if (*reply == '2')
		s->recipients++;
	else
		s->own.refused++;
	smtp_in_enter(s, s->recipients > 0 ? IN_RCPT : IN_MAIL);
	smtp_in_reply(s, "%s", reply);
	if (unknown && ++s->own.unknown >= UNKNOWN_MAX &&
	    s->own.state != IN_CLOSED) {
		smtp_in_due(s, SMTP_IN_ABUSE);
		smtp_in_end(s, "421 4.7.0 Too many unknown users");
	}
}

static void
committed(struct smtp_in *s, const char *reply)
{
	smtp_in_enter(s, IN_READY);
	smtp_in_forget(s);
	smtp_in_reply(s, "%s", reply);
}

void
smtp_in_late(struct smtp_in *s)
{
	static const char fault[] = "451 4.3.0 No answer in time";

	switch (s->own.state) {
	case IN_CHECKING:
		checked(s, fault, 0);
		break;
	case IN_COMMITTING:
		committed(s, fault);
		break;
	case IN_AUTH:
		smtp_in_due(s, SMTP_IN_AUTH_ABORT);
		smtp_in_enter(s, IN_READY);
		smtp_in_reply(s, "454 4.7.0 No answer in time");
		break;
	case IN_TLS:
		smtp_in_hang_up(s);
		break;
	case IN_DRAIN:
		smtp_in_end(s, s->own.fault);
		break;
	default:
		smtp_in_end(s, "421 4.4.2 Timeout");
	}
}

static int
answers(struct smtp_in *s, uint64_t now, uint32_t ask, enum smtp_in_state state)
{
	if (s->own.state != state || s->ask != ask)
		return 0;
	s->own.now = now;
	return 1;
}

/* of our processes too only what is a reply goes out */
static const char *
reply_of(const char *reply)
{
	size_t i, n = strnlen(reply, VERDICT_LINE + 1);

	if (n < 5 || n > VERDICT_LINE || strchr("245", reply[0]) == NULL ||
	    strspn(reply, "0123456789") != 3 || reply[3] != ' ')
		return "451 4.3.0 Local fault";
	for (i = 4; i < n; i++)
		if (reply[i] < ' ' || reply[i] > '~')
			return "451 4.3.0 Local fault";
	return reply;
}

int
smtp_in_rcpt(struct smtp_in *s, uint64_t now, uint32_t ask, const char *reply,
    int unknown)
{
	if (!answers(s, now, ask, IN_CHECKING))
		return -1;
	checked(s, reply_of(reply), unknown);
	return 0;
}

int
smtp_in_committed(struct smtp_in *s, uint64_t now, uint32_t ask,
    const char *reply)
{
	if (!answers(s, now, ask, IN_COMMITTING))
		return -1;
	committed(s, reply_of(reply));
	return 0;
}

int
smtp_in_tls(struct smtp_in *s, uint64_t now, uint32_t ask, int on)
{
	if (!answers(s, now, ask, IN_TLS))
		return -1;
	if (!on) {
		smtp_in_hang_up(s);
		return 0;
	}
	s->tls = 1;
	s->esmtp = 0;
	memset(s->helo, 0, sizeof(s->helo));
	smtp_in_enter(s, IN_GREET);
	return 0;
}

int
smtp_in_challenge(struct smtp_in *s, uint64_t now, uint32_t ask, const void *p,
    size_t n)
{
	char text[BASE64_SIZE(SASL_MAX)];

	if (n > SASL_MAX || !answers(s, now, ask, IN_AUTH))
		return -1;
	base64_encode(p, n, text);
	smtp_in_enter(s, IN_RESPONSE);
	smtp_in_reply(s, "334 %s", text);
	return 0;
}

int
smtp_in_authed(struct smtp_in *s, uint64_t now, uint32_t ask,
    enum sasl_result result)
{
	if (!answers(s, now, ask, IN_AUTH))
		return -1;
	smtp_in_enter(s, IN_READY);
	switch (result) {
	case SASL_RESULT_OK:
		s->authed = 1;
		smtp_in_reply(s, "235 2.7.0 Authentication succeeded");
		break;
	case SASL_RESULT_FAIL:
		smtp_in_reply(s, "535 5.7.8 Authentication failed");
		break;
	default:
		smtp_in_reply(s, "454 4.7.0 Authentication not possible now");
	}
	return 0;
}

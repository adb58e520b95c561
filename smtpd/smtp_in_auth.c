/*
 * smtp_in_auth: what AUTH and the lines behind it say, decoded for another to
 * judge. Every byte is a stranger's, some are passwords: what is decoded is
 * wiped with the next event. RFC 4954.
 */
#include <string.h>
#include <strings.h>

#include "base64.h"
#include "smtp_in.h"

/* 0, or -1 and its reply */
static int
decode(struct smtp_in *s, const char *p, size_t n)
{
	struct buf *b = &s->own.sasl;
	uint8_t *to;
	ssize_t len;

	b->cap = SASL_MAX;
	if ((to = buf_room(b, SASL_MAX)) == NULL) {
		smtp_in_reply(s, "454 4.3.0 No memory");
		return -1;
	}
	len = base64_decode(p, n, to, SASL_MAX);
	buf_grew(b, len > 0 && len <= SASL_MAX ? (size_t)len : 0);
	if (len == -1)
		smtp_in_reply(s, "501 5.5.2 Not base64");
	else if (len > SASL_MAX)
		smtp_in_reply(s, "500 5.5.6 Message too long");
	return len >= 0 && len <= SASL_MAX ? 0 : -1;
}

/* is it on offer, in whatever case? then s->mech is how it is called */
static int
offered(struct smtp_in *s, const char *word, size_t n)
{
	const char *p = s->conf->mechs;
	size_t len;

	for (; *p != '\0'; p += len + (p[len] == ' ')) {
		len = strcspn(p, " ");
		if (len == n && n < sizeof(s->mech) &&
		    strncasecmp(p, word, n) == 0) {
			memcpy(s->mech, p, n);
			s->mech[n] = '\0';
			return 1;
		}
	}
	return 0;
}

void
smtp_in_auth(struct smtp_in *s, const char *p, const char *end)
{
	const char *word = p;
	size_t n;

	while (p < end && *p != ' ')
		p++;
	n = (size_t)(p - word);
	while (p < end && *p == ' ')
		p++;
	if (!s->conf->submission)
		smtp_in_reply(s, "502 5.5.1 Not here");
	else if (s->authed)
		smtp_in_reply(s, "503 5.5.1 You are known");
	else if (!s->tls)
		smtp_in_reply(s, "538 5.7.11 STARTTLS first");
	else if (n == 0 || memchr(p, ' ', (size_t)(end - p)) != NULL)
		smtp_in_reply(s, "501 5.5.4 Say AUTH mechanism [response]");
	else if (!offered(s, word, n))
		smtp_in_reply(s, "504 5.5.4 No such mechanism");
	else {
		s->initial = p < end;
		n = (size_t)(end - p);
		if (n == 1 && *p == '=')
			n = 0; /* a response of no bytes */
		if (decode(s, p, n) == 0)
			smtp_in_ask(s, IN_AUTH, SMTP_IN_AUTH);
	}
}

void
smtp_in_response(struct smtp_in *s, const char *p, size_t n)
{
	if (n == 1 && *p == '*') {
		smtp_in_due(s, SMTP_IN_AUTH_ABORT);
		smtp_in_enter(s, IN_READY);
		smtp_in_reply(s, "501 5.7.0 As you like");
	} else if (decode(s, p, n) == 0)
		smtp_in_ask(s, IN_AUTH, SMTP_IN_AUTH_STEP);
	else if (s->own.state == IN_RESPONSE) {
		smtp_in_due(s, SMTP_IN_AUTH_ABORT);
		smtp_in_enter(s, IN_READY);
	}
}

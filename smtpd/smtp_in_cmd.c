/*
 * smtp_in_cmd: the commands of a session, one table. Believes no byte. RFC
 * 5321 4.1.1, 7504; what a command needs is judged in the order of its words.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "smtp_in.h"

#define IN(s) (1U << IN_##s)
#define ANY (IN(GREET) | IN(READY) | IN(MAIL) | IN(RCPT) | IN(CHUNK))

/* what may stand in a comment of Received; anything else is shown as ? */
static void
name_of(char out[DOMAIN_MAX + 1], const char *p, const char *end)
{
	char domain[DOMAIN_MAX + 1];
	size_t i;

	if (domain_parse(domain, p, (size_t)(end - p), 0) == NULL) {
		memcpy(out, domain, strlen(domain) + 1);
		return;
	}
	for (i = 0; p < end && i < DOMAIN_MAX; p++, i++)
		out[i] = (*p | 32) >= 'a' && (*p | 32) <= 'z'		 ? *p :
		    *p != '\0' && strchr("0123456789-._:[]", *p) != NULL ? *p :
									   '?';
	out[i] = '\0';
}

static int
hello(struct smtp_in *s, const char *p, const char *end)
{
	if (p == end) {
		smtp_in_reply(s, "501 5.5.4 Your name is missing");
		return -1;
	}
	name_of(s->helo, p, end);
	smtp_in_forget(s);
	smtp_in_enter(s, IN_READY);
	return 0;
}

static void
helo(struct smtp_in *s, const char *p, const char *end)
{
	if (hello(s, p, end) == -1)
		return;
	s->esmtp = 0;
	smtp_in_reply(s, "250 %s", s->conf->hostname);
}

static void
ehlo(struct smtp_in *s, const char *p, const char *end)
{
	const struct smtp_in_conf *c = s->conf;
	int auth = c->submission && s->tls && !s->authed && *c->mechs != '\0';

	if (hello(s, p, end) == -1)
		return;
	s->esmtp = 1;
	smtp_in_reply(s,
	    "250-%s\r\n250-PIPELINING\r\n250-SIZE %llu\r\n250-8BITMIME\r\n"
	    "250-ENHANCEDSTATUSCODES\r\n250-SMTPUTF8\r\n250-DSN\r\n"
	    "250-CHUNKING\r\n%s%s%s%s250 LIMITS MAILMAX=%u RCPTMAX=%u",
	    c->hostname, (unsigned long long)c->max_size,
	    c->starttls && !s->tls ? "250-STARTTLS\r\n" : "",
	    auth ? "250-AUTH " : "", auth ? c->mechs : "", auth ? "\r\n" : "",
	    c->max_mails, c->max_recipients);
}

/* behind "FROM:" or "TO:"; NULL: another word */
static const char *
behind(const char *word, const char *p, const char *end)
{
	const size_t n = strlen(word);

	if ((size_t)(end - p) < n || strncasecmp(p, word, n) != 0)
		return NULL;
	for (p += n; p < end && *p == ' '; p++)
		;
	return p;
}

/* NULL: it may send mails; else the reply */
static const char *
welcome(const struct smtp_in *s)
{
	const struct smtp_in_conf *c = s->conf;

	if (!c->submission || s->authed)
		return NULL;
	return s->tls ? "530 5.7.0 AUTH first" : "530 5.7.0 STARTTLS first";
}

static void
mail(struct smtp_in *s, const char *p, const char *end)
{
	const struct smtp_in_conf *c = s->conf;
	const char *why;

	if ((why = welcome(s)) != NULL) {
		smtp_in_reply(s, "%s", why);
		return;
	}
	if (s->own.mails >= c->max_mails)
		smtp_in_end(s, "421 4.7.0 Too many mails in one session");
	else if ((p = behind("FROM:", p, end)) == NULL)
		smtp_in_reply(s, "501 5.5.4 Say MAIL FROM:<address>");
	else if ((why = path_parse(&s->mail.from, &p, end,
		      ADDRESS_UTF8 | ADDRESS_NULL)) != NULL)
		smtp_in_reply(s, "553 5.1.7 Sender: %s", why);
	else if ((why = smtp_in_mail_params(s, p, end)) != NULL)
		smtp_in_reply(s, "%s", why);
	else if (mailbox_is_utf8(&s->mail.from) && !s->mail.utf8)
		smtp_in_reply(s, "553 5.6.7 Say SMTPUTF8 with such a sender");
	else if (s->mail.size > c->max_size)
		smtp_in_reply(s, "552 5.3.4 %llu bytes are the limit",
		    (unsigned long long)c->max_size);
	else if (c->full)
		smtp_in_reply(s, "452 4.3.1 No room for mails now");
	else {
		s->own.mails++;
		smtp_in_enter(s, IN_MAIL);
		smtp_in_reply(s, "250 2.1.0 Ok");
		return;
	}
	smtp_in_forget(s);
}

static void
rcpt(struct smtp_in *s, const char *p, const char *end)
{
	const unsigned int flags = ADDRESS_POSTMASTER | ADDRESS_UTF8;
	const char *why;

	memset(&s->rcpt, 0, sizeof(s->rcpt));
	if ((p = behind("TO:", p, end)) == NULL)
		smtp_in_reply(s, "501 5.5.4 Say RCPT TO:<address>");
	else if ((why = path_parse(&s->rcpt.to, &p, end, flags)) != NULL)
		smtp_in_reply(s, "553 5.1.3 Recipient: %s", why);
	else if ((why = smtp_in_rcpt_params(s, p, end)) != NULL)
		smtp_in_reply(s, "%s", why);
	else if (mailbox_is_utf8(&s->rcpt.to) && !s->mail.utf8)
		smtp_in_reply(s, "553 5.6.7 MAIL was without SMTPUTF8");
	else if (s->recipients >= s->conf->max_recipients)
		smtp_in_reply(s, "452 4.5.3 Too many recipients");
	else {
		smtp_in_ask(s, IN_CHECKING, SMTP_IN_RCPT);
		return;
	}
	s->own.refused++;
}

static void
rset(struct smtp_in *s, const char *p, const char *end)
{
	if (p != end) {
		smtp_in_reply(s, "501 5.5.4 RSET is said alone");
		return;
	}
	smtp_in_forget(s);
	smtp_in_enter(s, s->own.state == IN_GREET ? IN_GREET : IN_READY);
	smtp_in_reply(s, "250 2.0.0 Ok");
}

static void
vrfy(struct smtp_in *s, const char *p, const char *end)
{
	smtp_in_reply(s,
	    p == end ? "501 5.5.4 Verify whom?" :
		       "252 2.5.0 Send a mail and see");
}

static void
quit(struct smtp_in *s, const char *p, const char *end)
{
	if (p != end)
		smtp_in_reply(s, "501 5.5.4 QUIT is said alone");
	else
		smtp_in_end(s, "221 2.0.0 Bye");
}

static void
starttls(struct smtp_in *s, const char *p, const char *end)
{
	if (s->tls)
		smtp_in_reply(s, "503 5.5.1 TLS is on");
	else if (!s->conf->starttls)
		smtp_in_reply(s, "502 5.5.1 Not here");
	else if (p != end)
		smtp_in_reply(s, "501 5.5.4 STARTTLS is said alone");
	else {
		smtp_in_ask(s, IN_TLS, SMTP_IN_STARTTLS);
		smtp_in_reply(s, "220 2.0.0 Go ahead");
	}
}

/* clang-format off */
static const struct command {
	const char *name;
	unsigned int in; /* states that permit it */
	void (*run)(struct smtp_in *, const char *, const char *);
	const char *reply; /* whatever its argument, if there is no run */
} commands[] = {
{ "EHLO",     ANY,                 ehlo,         NULL },
{ "HELO",     ANY,                 helo,         NULL },
{ "MAIL",     IN(READY),           mail,         NULL },
{ "RCPT",     IN(MAIL) | IN(RCPT), rcpt,         NULL },
{ "DATA",     IN(MAIL) | IN(RCPT), smtp_in_data, NULL },
{ "BDAT",     ANY,                 smtp_in_bdat, NULL }, /* bytes follow */
{ "RSET",     ANY,                 rset,         NULL },
{ "NOOP",     ANY,                 NULL,         "250 2.0.0 Ok" },
{ "QUIT",     ANY,                 quit,         NULL },
{ "STARTTLS", IN(READY),           starttls,     NULL },
{ "AUTH",     IN(READY),           smtp_in_auth, NULL },
{ "VRFY",     ANY,                 vrfy,         NULL },
{ "EXPN",     ANY,                 NULL,         "502 5.5.1 Not here" },
{ "HELP",     ANY,                 NULL,         "214 2.0.0 See RFC 5321" },
};
/* clang-format on */

static const struct command *
find(const char *p, size_t n)
{
	const struct command *c = commands;

	for (; c < commands + sizeof(commands) / sizeof(*c); c++)
		if (strlen(c->name) == n && strncasecmp(p, c->name, n) == 0)
			return c;
	return NULL;
}

/* no control character has a meaning in a command */
static int
is_text(const char *p, const char *end)
{
	for (; p < end; p++)
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			return 0;
	return 1;
}

void
smtp_in_command(struct smtp_in *s, const char *p, size_t n)
{
	const char *end = p + n, *word = p;
	const struct command *c;

	while (end > p && end[-1] == ' ')
		end--;
	while (p < end && *p != ' ')
		p++;
	c = find(word, (size_t)(p - word));
	while (p < end && *p == ' ')
		p++;
	smtp_in_enter(s, s->own.state); /* it has said something in time */
	if (!is_text(word, end))
		smtp_in_reply(s, "500 5.5.2 Control character in the command");
	else if (c == NULL)
		smtp_in_reply(s, "500 5.5.2 Unknown command");
	else if (!(c->in & 1U << s->own.state))
		smtp_in_reply(s, "503 5.5.1 %s",
		    s->own.state == IN_GREET ? "Say EHLO first" : "Not now");
	else if (c->run != NULL)
		c->run(s, p, end);
	else
		smtp_in_reply(s, "%s", c->reply);
}

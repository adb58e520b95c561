/*
 * outmail: see outmail.h; addresses and parameters come from the spool, yet
 * no byte of them may end a line.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base64.h"
#include "outmail.h"

enum { CREDENTIALS = 1024 };

/* joins the line; *n 0: it is no line any more */
static void __attribute__((format(printf, 3, 4)))
add(char *line, size_t *n, const char *fmt, ...)
{
	size_t room = COMMAND_LINE + 1 - *n;
	va_list ap;
	int k;

	if (*n == 0)
		return;
	va_start(ap, fmt);
	k = vsnprintf(line + *n, room, fmt, ap);
	va_end(ap);
	*n = k < 0 || (size_t)k >= room ? 0 : *n + (size_t)k;
}

/* a client's words, which must not become parameters of ours: RFC 3461 4 */
static void
add_xtext(char *line, size_t *n, const char *name, const char *p)
{
	unsigned char c;

	add(line, n, " %s=", name);
	for (; (c = (unsigned char)*p) != '\0'; p++)
		add(line, n,
		    c <= ' ' || c == '+' || c == '=' || c == 127 ? "+%02X" :
								   "%c",
		    c);
}

static int
is_ascii(const char *p)
{
	while (*p != '\0' && !(*p & 0x80))
		p++;
	return *p == '\0';
}

static size_t
begin(char *line, const char *verb, const struct mailbox *m)
{
	char text[MAILBOX_TEXT];
	size_t n = strlen(verb);

	memcpy(line, verb, n + 1);
	mailbox_format(m, text); /* of the null path: nothing */
	add(line, &n, "<%s>", text);
	return n;
}

static size_t
end(char *line, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if ((line[i] & 0x80) == 0 && (line[i] < ' ' || line[i] == 0x7f))
			return 0;
	add(line, &n, "\r\n");
	return n;
}

/* RFC 6531 3.4: for an address, or what its sender has asked for */
static int
needs_utf8(const struct out_mail *m)
{
	int needs = m->utf8 || mailbox_is_utf8(&m->from);
	size_t i;

	for (i = 0; i < m->nrcpt && !needs; i++)
		needs = mailbox_is_utf8(&m->rcpt[i].to);
	return needs;
}

size_t
outmail_from(char line[COMMAND_LINE + 1], const struct out_mail *m,
    const struct ehlo *e)
{
	size_t n = begin(line, "MAIL FROM:", &m->from);

	if (e->has & EHLO_SIZE)
		add(line, &n, " SIZE=%llu", (unsigned long long)m->size);
	if (e->has & EHLO_8BITMIME && m->eight)
		add(line, &n, " BODY=8BITMIME");
	if (e->has & EHLO_SMTPUTF8 && needs_utf8(m))
		add(line, &n, " SMTPUTF8");
	if (e->has & EHLO_DSN && m->ret != NULL)
		add(line, &n, " RET=%s", m->ret);
	if (e->has & EHLO_DSN && m->envid != NULL)
		add_xtext(line, &n, "ENVID", m->envid);
	return end(line, n);
}

size_t
outmail_to(char line[COMMAND_LINE + 1], const struct out_rcpt *r,
    const struct ehlo *e)
{
	size_t n = begin(line, "RCPT TO:", &r->to);

	if (e->has & EHLO_DSN && r->notify != NULL)
		add(line, &n, " NOTIFY=%s", r->notify);
	if (e->has & EHLO_DSN && r->orcpt != NULL &&
	    (e->has & EHLO_SMTPUTF8 || is_ascii(r->orcpt)))
		add_xtext(line, &n, "ORCPT", r->orcpt);
	return end(line, n);
}

size_t
outmail_auth(char line[COMMAND_LINE + 1], const char *user,
    const char *password)
{
	char plain[CREDENTIALS], text[BASE64_SIZE(CREDENTIALS)];
	size_t u = strlen(user), p = strlen(password), n = 0;

	if (u + p + 2 <= sizeof(plain)) {
		plain[0] = '\0';
		memcpy(plain + 1, user, u + 1);
		memcpy(plain + 2 + u, password, p);
		base64_encode(plain, u + p + 2, text);
		n = strlen("AUTH PLAIN ");
		memcpy(line, "AUTH PLAIN ", n + 1);
		add(line, &n, "%s\r\n", text);
		explicit_bzero(plain, sizeof(plain));
		explicit_bzero(text, sizeof(text));
	}
	return n;
}

/*
 * target: see target.h. Touches nothing. Names follow the grammar of local
 * parts, RFC 5321 4.1.2 with 6531 3.3; what sendmail's aliases(5) has beyond
 * (files, :include:) is told apart, so that people learn why it fails.
 */
#include <string.h>
#include <strings.h>

#include "target.h"

static int
is_control(char c)
{
	return (unsigned char)c < ' ' || c == 0x7f;
}

size_t
target_word(const char *p, const char *end, const char *stops)
{
	const char *from = p;
	int quoted = 0;

	for (; p < end && *p != '\n'; p++)
		if (*p == '"')
			quoted = !quoted;
		else if (*p == '\\' && quoted && p + 1 < end && p[1] != '\n')
			p++;
		else if (!quoted && *p != '\0' &&
		    (strchr(" \t\r", *p) != NULL || strchr(stops, *p) != NULL))
			break;
	return (size_t)(p - from);
}

/* an at sign that stands in no quotes */
static int
has_at(const char *p, const char *end)
{
	int quoted = 0;

	for (; p < end; p++)
		if (*p == '\\' && quoted && p + 1 < end)
			p++;
		else if (*p == '"')
			quoted = !quoted;
		else if (*p == '@' && !quoted)
			return 1;
	return 0;
}

const char *
target_mailbox(struct mailbox *m, const char *p, size_t len)
{
	static const char some[] = "@x"; /* the grammar asks for a domain */
	char text[MAILBOX_TEXT + sizeof(some)];
	const char *why;

	if (has_at(p, p + len))
		return mailbox_parse(m, p, len, ADDRESS_UTF8);
	if (len > MAILBOX_TEXT)
		return "too long";
	memcpy(text, p, len);
	memcpy(text + len, some, sizeof(some));
	why = mailbox_parse(m, text, len + sizeof(some) - 1, ADDRESS_UTF8);
	m->domain[0] = '\0';
	return why;
}

/* between the quotes, or bare, behind the bar */
static const char *
pipe_command(struct target *t, const char *p, const char *end)
{
	const int quoted = *p == '"';
	size_t n = 0;

	for (p += quoted + 1; p < end && !(quoted && *p == '"'); p++) {
		if (quoted && *p == '\\' && p + 1 < end)
			p++;
		if (is_control(*p))
			return "a control character in a command; text was "
			       "meant";
		if (n == COMMAND_MAX)
			return "a command longer than 1024 bytes; a script of "
			       "that name was meant";
		t->command[n++] = *p;
	}
	t->command[n] = '\0';
	if (quoted && p + 1 != end)
		return "no closing quote at the end of a command; "
		       "\"|command\" was meant";
	return t->command[strspn(t->command, " ")] == '\0' ?
	    "no command; \"|command\" was meant" :
	    NULL;
}

const char *
target_parse(struct target *t, const char *p, size_t len, unsigned int flags)
{
	static const char include[] = ":include:";
	const char *q = len > 1 && *p == '"' ? p + 1 : p;
	const size_t n = len - (size_t)(q - p);

	memset(t, 0, sizeof(*t));
	if (len > 0 && *q == '|') {
		if (!(flags & TARGET_PIPES))
			return "a pipe, and none are permitted; a name or an "
			       "address was meant";
		t->kind = TARGET_PIPE;
		return pipe_command(t, p, p + len);
	}
	if (len > 0 && *q == '/')
		return "a file, and no mail is written to files; a name or an "
		       "address was meant";
	if (n >= sizeof(include) - 1 &&
	    strncasecmp(q, include, sizeof(include) - 1) == 0)
		return "an :include:, and there is none; its names, here, "
		       "were meant";
	t->kind = has_at(p, p + len) ? TARGET_ADDRESS : TARGET_NAME;
	return target_mailbox(&t->to, p, len);
}

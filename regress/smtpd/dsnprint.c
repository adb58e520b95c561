/*
 * dsnprint key=value ... <message: prints a report of its fate. rcpt=ADDRESS
 * begins a recipient, the keys behind it are of it. Exit status: 0, 1 if it
 * needs SMTPUTF8, 2 if it could not be made.
 */
#include <err.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "dsn.h"

enum { MOST = 1000, MESSAGE = 1 << 20 };

static struct dsn dsn = { .salt = 1, .now = 784111777 };
static struct dsn_recipient rcpt[MOST];
static struct mailbox to, mailboxes[MOST];
static char message[MESSAGE];

/* clang-format off */
static const struct { const char *name; size_t at; int of_rcpt; } strings[] = {
{ "host",       offsetof(struct dsn, host),                 0 },
{ "domain",     offsetof(struct dsn, domain),               0 },
{ "id",         offsetof(struct dsn, id),                   0 },
{ "envid",      offsetof(struct dsn, envid),                0 },
{ "orcpt",      offsetof(struct dsn_recipient, orcpt),      1 },
{ "status",     offsetof(struct dsn_recipient, status),     1 },
{ "remote",     offsetof(struct dsn_recipient, remote),     1 },
{ "diagnostic", offsetof(struct dsn_recipient, diagnostic), 1 },
{ "log",        offsetof(struct dsn_recipient, log),        1 },
};
/* clang-format on */

static void
mailbox(struct mailbox *m, const char *text)
{
	const char *why = mailbox_parse(m, text, strlen(text), ADDRESS_UTF8);

	if (why != NULL)
		errx(2, "%s: %s", text, why);
}

static int
number(const char *name, long v)
{
	struct dsn_recipient *r = &rcpt[dsn.rcpts - (dsn.rcpts > 0)];

	if (strcmp(name, "now") == 0)
		dsn.now = v;
	else if (strcmp(name, "arrival") == 0)
		dsn.arrival = v;
	else if (strcmp(name, "salt") == 0)
		dsn.salt = (uint64_t)v;
	else if (strcmp(name, "utf8") == 0)
		dsn.utf8 = (int)v;
	else if (strcmp(name, "full") == 0)
		dsn.full = (int)v;
	else if (strcmp(name, "action") == 0)
		r->action = (enum dsn_action)v;
	else if (strcmp(name, "attempt") == 0)
		r->attempt = v;
	else if (strcmp(name, "until") == 0)
		r->until = v;
	else
		return 0;
	return 1;
}

static void
set(const char *name, const char *value)
{
	char *base;
	size_t i;

	if (strcmp(name, "to") == 0) {
		mailbox(&to, value);
		return;
	}
	if (strcmp(name, "rcpt") == 0 && dsn.rcpts < MOST) {
		rcpt[dsn.rcpts].to = &mailboxes[dsn.rcpts];
		rcpt[dsn.rcpts].status = "";
		mailbox(&mailboxes[dsn.rcpts++], value);
		return;
	}
	for (i = 0; i < sizeof(strings) / sizeof(*strings); i++)
		if (strcmp(name, strings[i].name) == 0) {
			base = strings[i].of_rcpt ?
			    (char *)&rcpt[dsn.rcpts - (dsn.rcpts > 0)] :
			    (char *)&dsn;
			*(const char **)(void *)(base + strings[i].at) = value;
			return;
		}
	if (!number(name, strtol(value, NULL, 10)))
		errx(2, "%s: what is that?", name);
}

int
main(int argc, char *argv[])
{
	struct buf out = { .cap = 8 << 20 };
	char *value;
	int status;

	for (; argc > 1; argc--, argv++) {
		if ((value = strchr(argv[1], '=')) == NULL)
			errx(2, "%s: no value", argv[1]);
		*value++ = '\0';
		set(argv[1], value);
	}
	dsn.to = &to;
	dsn.rcpt = rcpt;
	dsn.len = fread(message, 1, sizeof(message), stdin);
	dsn.msg = message;
	if ((status = dsn_write(&dsn, &out)) == -1)
		err(2, "dsn_write");
	if (fwrite(buf_data(&out), 1, out.len, stdout) != out.len)
		err(2, "stdout");
	buf_free(&out);
	return status;
}

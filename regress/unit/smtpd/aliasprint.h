/* aliasprint: aliases as the file has them, for tests and fuzzers */
#ifndef ALIASPRINT_H
#define ALIASPRINT_H

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#include "aliases.h"

/* quoted where the file would read something else */
static inline void
print_name(FILE *out, const char *local, const char *domain)
{
	struct mailbox m = { 0 };
	char text[MAILBOX_TEXT];

	snprintf(m.local, sizeof(m.local), "%s", local);
	snprintf(m.domain, sizeof(m.domain), "%s", domain);
	mailbox_format(&m, text);
	if (*local != '\0' &&
	    (strchr("#/|:", *local) != NULL ||
		strncasecmp(local, "until=", 6) == 0)) {
		fputs("\"\\", out);
		for (; *local != '\0'; local++)
			fprintf(out, "%s%c",
			    strchr("\"\\", *local) != NULL ? "\\" : "", *local);
		fprintf(out, "\"%s%s", *domain != '\0' ? "@" : "", domain);
	} else
		fputs(text, out);
}

static inline void
print_command(FILE *out, const char *p)
{
	fputs("\"|", out);
	for (; *p != '\0'; p++)
		fprintf(out, "%s%c", *p == '"' || *p == '\\' ? "\\" : "", *p);
	putc('"', out);
}

static inline void
print_alias(FILE *out, const struct alias *a)
{
	char day[32];
	struct tm tm;
	time_t last = a->until - 1;
	uint32_t i;

	print_name(out, a->local, a->domain);
	for (i = 0; i < a->ntargets; i++) {
		fputs(i == 0 ? ": " : ", ", out);
		if (a->targets[i].kind == TARGET_PIPE)
			print_command(out, a->targets[i].local);
		else
			print_name(out, a->targets[i].local,
			    a->targets[i].domain);
	}
	if (a->until != 0) {
		gmtime_r(&last, &tm);
		strftime(day, sizeof(day), "%Y-%m-%d", &tm);
		fprintf(out, " until=%s", day);
	}
	putc('\n', out);
}
#endif

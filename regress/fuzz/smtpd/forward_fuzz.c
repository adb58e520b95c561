/*
 * forward: a byte of flags, then any text as ~/.forward. Nobody is taken when
 * something is wrong; each target, written down alone, is the same.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "forward.h"
#include "limits.h"

#include "smtpd/aliasprint.h"

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct heard {
	size_t taken, said, line;
	const struct target *want; /* of the second reading */
};

static void
complain(size_t line, size_t column, const char *why, void *arg)
{
	struct heard *h = arg;

	MUST(line >= h->line && line <= FORWARD_LINES && column > 0);
	MUST(*why != '\0' && strchr(why, '\n') == NULL &&
	    strchr(why, ';') != NULL);
	h->line = line;
	h->said++;
}

static void
take_again(const struct target *t, void *arg)
{
	struct heard *h = arg;

	MUST(memcmp(t, h->want, sizeof(*t)) == 0);
	h->taken++;
}

static void
take(const struct target *t, void *arg)
{
	struct heard *h = arg, again = { .want = t };
	char *text;
	size_t n;
	FILE *f = open_memstream(&text, &n);

	MUST(h->said == 0);
	h->taken++;
	MUST((t->kind == TARGET_ADDRESS) == (t->to.domain[0] != '\0'));
	MUST((t->kind == TARGET_PIPE) == (t->command[0] != '\0'));
	MUST(strcasecmp(t->to.local, "al") != 0 || t->to.domain[0] != '\0');
	if (t->kind == TARGET_PIPE)
		print_command(f, t->command);
	else
		print_name(f, t->to.local, t->to.domain);
	fclose(f);
	MUST(forward_parse(text, n, "al", TARGET_PIPES, take_again, complain,
		 &again) == 0);
	MUST(again.taken == 1);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct heard h = { 0 };
	int keeps;

	if (len == 0)
		return 0;
	keeps = forward_parse((const char *)data + 1, len - 1, "al",
	    data[0] & 1 ? TARGET_PIPES : 0, take, complain, &h);
	MUST((keeps == -1) == (h.said > 0));
	MUST(keeps != -1 || h.taken == 0);
	MUST(keeps != 0 || h.taken > 0);
	return 0;
}

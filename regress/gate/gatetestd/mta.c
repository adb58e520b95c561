/*
 * mta: requests of tests, and the references of what came of them. Whoever
 * waits for a process of the gate hears "lost" when the link to it ends.
 */
#include <event2/event.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mta.h"

enum { ARGS = 16 };

static const struct mta_command *const commands[] = { dial_commands,
	tls_commands };

struct outs outs = LIST_HEAD_INITIALIZER(outs);

static struct {
	uint64_t refs;
} self;

void
mta_say(uint64_t ask, const char *fmt, ...)
{
	char line[WORDS];
	va_list ap;
	int n;

	if (ask == NO_ASK)
		return;
	va_start(ap, fmt);
	n = vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	if (n > 0 && n < WORDS)
		imsg_send(PARENT, MSG_answer_mta, ask, line, (size_t)n, -1);
}

void
mta_end(uint64_t ask)
{
	if (ask != NO_ASK)
		imsg_send(PARENT, MSG_answer_mta, ask, NULL, 0, -1);
}

struct out *
out_new(uint64_t ask)
{
	struct out *o = calloc(1, sizeof(*o));

	if (o == NULL)
		fatal("memory");
	o->ref = ++self.refs;
	o->ask = ask;
	o->fd = -1;
	o->in.cap = WORDS;
	LIST_INSERT_HEAD(&outs, o, entry);
	COUNT_MTA(open);
	return o;
}

struct out *
out_find(uint64_t ref)
{
	struct out *o;

	LIST_FOREACH(o, &outs, entry)
		if (o->ref == ref)
			return o;
	return NULL;
}

struct out *
out_named(const char *ref)
{
	return out_find(strtoull(ref, NULL, 10));
}

void
out_free(struct out *o)
{
	if (event_initialized(&o->rd))
		event_del(&o->rd);
	if (o->fd != -1)
		close(o->fd);
	buf_free(&o->in);
	LIST_REMOVE(o, entry);
	free(o);
	proc_counters[MTA_open]--;
}

void
out_told(struct out *o)
{
	mta_end(o->ask);
	o->ask = NO_ASK;
	o->at = 0;
	if (o->fd == -1 || o->crowd)
		out_free(o);
}

void
mta_link(int peer, int up)
{
	struct out *o, *next;

	for (o = LIST_FIRST(&outs); !up && o != NULL; o = next) {
		next = LIST_NEXT(o, entry);
		if (o->at != peer)
			continue;
		COUNT_MTA(lost);
		mta_say(o->ask, "lost ref=%llu", (unsigned long long)o->ref);
		out_told(o);
	}
	if (peer == P_dial)
		dial_linked(up);
}

static const struct mta_command *
command(const char *name)
{
	const struct mta_command *c;
	size_t i;

	for (i = 0; i < sizeof(commands) / sizeof(*commands); i++)
		for (c = commands[i]; c->name != NULL; c++)
			if (strcmp(c->name, name) == 0)
				return c;
	return NULL;
}

void
mta_from_parent_ask_mta(struct imsg *m)
{
	const struct mta_command *c;
	char words[WORDS], *argv[ARGS], *w, *rest = words;
	int argc = 0;

	memcpy(words, m->data, m->len);
	words[m->len - 1] = '\0';
	while (argc < ARGS && (w = strsep(&rest, " ")) != NULL)
		argv[argc++] = w;
	c = command(argv[0]);
	if (c != NULL && rest == NULL && argc - 1 >= c->min &&
	    argc - 1 <= c->max) {
		c->run(m->id, argc, argv);
		return;
	}
	mta_say(m->id, "no such command");
	mta_end(m->id);
}

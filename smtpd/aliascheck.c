/* aliascheck: see aliascheck.h. Touches nothing, trusts all it is given. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aliascheck.h"
#include "expand.h"
#include "pattern.h"

#define ALWAYS 0 /* a time when no alias was over yet */

struct check {
	const struct directory *dir;
	struct expansion *room;
	void (*complain)(size_t, size_t, const char *, void *);
	void *arg;
	int errors;
};

static void __attribute__((format(printf, 4, 5)))
wrong(struct check *c, size_t line, size_t column, const char *fmt, ...)
{
	char why[MAILBOX_TEXT + 256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	c->errors++;
	c->complain(line, column, why, c->arg);
}

/* is anybody there? */
static int
leads(const struct check *c, const struct mailbox *m)
{
	const struct name n = { .is = *m };
	struct step s;

	if (m->domain[0] != '\0' && !directory_is_own(c->dir, m->domain))
		return 1;
	directory_step(c->dir, &n, ALWAYS, &s);
	return s.kind != STEP_NONE;
}

static void
check_target(struct check *c, const struct alias *a,
    const struct alias_target *t)
{
	struct mailbox m = { 0 };
	char text[MAILBOX_TEXT];
	uint32_t user;

	if (t->kind == TARGET_PIPE) {
		if (!directory_user(c->dir, a->local, &user))
			wrong(c, t->line, t->column,
			    "a pipe runs as the user that its alias is called, "
			    "and there is no such user; the name of one was "
			    "meant");
		return;
	}
	snprintf(m.local, sizeof(m.local), "%s", t->local);
	snprintf(m.domain, sizeof(m.domain), "%s", t->domain);
	if (leads(c, &m))
		return;
	mailbox_format(&m, text);
	wrong(c, t->line, t->column,
	    "%s: neither a user nor an alias; one of them, or an address "
	    "elsewhere, was meant",
	    text);
}

static void
check_alias(struct check *c, const struct alias *a)
{
	const struct alias_target *t;

	if (*a->domain != '\0' && !directory_is_own(c->dir, a->domain))
		wrong(c, a->line, 1,
		    "%s: not one of our domains; one of smtpd.conf's domains "
		    "was meant",
		    a->domain);
	for (t = a->targets; t < a->targets + a->ntargets; t++)
		check_target(c, a, t);
	switch (expand_alias(c->dir, a, ALWAYS, c->room)) {
	case EXPAND_CIRCLE:
		wrong(c, a->line, 1,
		    "a circle: it comes back to itself, and no user is called "
		    "so; a user or an address was meant at its end");
		break;
	case EXPAND_LIMIT:
		wrong(c, a->line, 1,
		    "too deep or too many; %d aliases behind each other and "
		    "%d recipients at most were meant",
		    ALIAS_DEPTH, ALIAS_RESULTS);
		break;
	default:
		break;
	}
}

/* a key of the configuration; local: somebody here has to get it */
static void
check_key(struct check *c, const char *key, const char *text, int local)
{
	struct mailbox m;
	size_t i;

	if (target_mailbox(&m, text, strlen(text)) == NULL &&
	    expand(c->dir, &m, 1, ALWAYS, c->room, NULL, NULL) == EXPAND_OK)
		for (i = 0; i < c->room->n; i++)
			if (!local || c->room->v[i].kind == FINAL_LOCAL)
				return;
	wrong(c, 0, 0, "%s: %s leads to nobody here; a user was meant", key,
	    text);
}

/* "*" would make us an open relay */
static void
check_domains(struct check *c)
{
	const char *const *p, *why;

	for (p = c->dir->domains; *p != NULL; p++) {
		why = strcmp(*p, "*") == 0 ?
		    "all of them; example.org or \"*.example.org\" was meant" :
		    domain_pattern_check(*p);
		if (why != NULL)
			wrong(c, 0, 0, "domains: %s: %s", *p, why);
	}
}

int
aliases_check(const struct directory *d,
    void (*complain)(size_t, size_t, const char *, void *), void *arg)
{
	struct check c = { .dir = d, .complain = complain, .arg = arg };
	const struct alias *a;
	size_t i;

	if ((c.room = calloc(1, sizeof(*c.room))) == NULL) {
		wrong(&c, 0, 0, "out of memory");
		return -1;
	}
	check_domains(&c);
	check_key(&c, "postmaster", d->postmaster, 1);
	if (d->catch_all != NULL)
		check_key(&c, "catch_all", d->catch_all, 0);
	for (i = 0; (a = aliases_at(d->aliases, i)) != NULL &&
	     c.errors < ALIASES_ERRORS;
	     i++)
		check_alias(&c, a);
	free(c.room);
	return c.errors > 0 ? -1 : 0;
}

/*
 * senders: see senders.h. Touches nothing. Whose an address is decides the
 * same look into the same tables that decides who gets what is sent to it.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "senders.h"

/* is he one of its targets, by his name? */
static int
is_listed(const struct senders *s, const struct alias *a, uint32_t index,
    time_t now)
{
	const struct alias_target *t;
	struct name n = { 0 };
	struct step step;

	for (t = a->targets; t < a->targets + a->ntargets; t++) {
		if (t->kind == TARGET_PIPE ||
		    (*t->domain != '\0' &&
			!directory_is_own(s->dir, t->domain)))
			continue;
		snprintf(n.is.local, sizeof(n.is.local), "%s", t->local);
		snprintf(n.is.domain, sizeof(n.is.domain), "%s", t->domain);
		directory_step(s->dir, &n, now, &step);
		/* "bob: bob, alice": the alias, and bob behind it */
		if (step.kind == STEP_ALIAS && step.alias == a)
			directory_step_user(s->dir, &step);
		if (step.kind == STEP_USER && step.user == index)
			return 1;
	}
	return 0;
}

/* does all that is sent there come to him, and to nobody else? */
static int
is_alone(const struct senders *s, const struct mailbox *m, uint32_t index,
    time_t now)
{
	const struct expansion *e = s->room;
	size_t i;

	if (expand(s->dir, m, 0, now, s->room, NULL, NULL) != EXPAND_OK)
		return 0;
	for (i = 0; i < e->n; i++)
		if (e->v[i].kind == FINAL_REMOTE || e->v[i].user != index)
			return 0;
	return 1;
}

static int
is_his(const struct senders *s, const char *user, uint32_t index,
    const struct mailbox *m, time_t now)
{
	const struct name n = { .is = *m };
	struct step step;

	directory_step(s->dir, &n, now, &step);
	switch (step.kind) {
	case STEP_USER:
		return step.user == index;
	case STEP_ALIAS:
		/* whoever gets his mail, he is still called so */
		if (*step.alias->domain == '\0' &&
		    strcasecmp(step.alias->local, user) == 0)
			return 1;
		return is_listed(s, step.alias, index, now) ||
		    is_alone(s, m, index, now);
	case STEP_POSTMASTER:
	case STEP_CATCH_ALL:
		return is_alone(s, m, index, now);
	default:
		return 0;
	}
}

int
senders_may(const struct senders *s, const char *user, uint32_t index,
    const struct mailbox *m, time_t now)
{
	size_t i;

	if (s->any || m->local[0] == '\0')
		return 1;
	for (i = 0; i < s->n; i++)
		if (strcmp(s->identities[i].user, user) == 0 &&
		    mailbox_same(&s->identities[i].is, m))
			return 1;
	return m->domain[0] != '\0' && directory_is_own(s->dir, m->domain) &&
	    is_his(s, user, index, m, now);
}

/*
 * directory: see directory.h. Touches nothing. Names are a stranger's; each
 * is looked up once as it stands and once for each sign in it that may part a
 * name from its detail.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "directory.h"
#include "pattern.h"

int
directory_is_own(const struct directory *d, const char *domain)
{
	const char *const *p;

	for (p = d->domains; *p != NULL; p++)
		if (domain_matches(*p, domain))
			return 1;
	return 0;
}

int
directory_user(const struct directory *d, const char *local, uint32_t *index)
{
	char name[LOCAL_MAX + 1];
	size_t i;

	for (i = 0; local[i] != '\0'; i++)
		name[i] = address_lower(local[i]);
	name[i] = '\0';
	return d->find(name, index, d->arg);
}

static int
found_alias(const struct alias *a, time_t now, struct step *s)
{
	s->kind = alias_is_over(a, now) ? STEP_OVER : STEP_ALIAS;
	s->alias = a;
	return 1;
}

/* this name as it stands; 1: it leads somewhere */
static int
look(const struct directory *d, const char *local, const char *domain,
    time_t now, struct step *s)
{
	const struct alias *a;
	int is_user;

	if (*domain != '\0' &&
	    (a = aliases_find(d->aliases, local, domain)) != NULL)
		return found_alias(a, now, s);
	is_user = directory_user(d, local, &s->user);
	/* a user whose mail went elsewhere for a while has it back */
	if ((a = aliases_find(d->aliases, local, "")) != NULL &&
	    !(is_user && alias_is_over(a, now)))
		return found_alias(a, now, s);
	if (is_user)
		s->kind = STEP_USER;
	else if (strcasecmp(local, "postmaster") == 0 ||
	    strcasecmp(local, "abuse") == 0)
		s->kind = STEP_POSTMASTER;
	return s->kind != STEP_NONE;
}

static void
set_detail(struct step *s, char separator, const char *detail)
{
	s->separator = separator;
	snprintf(s->detail, sizeof(s->detail), "%s", detail);
}

/* where name and detail part, at or in front of i; 0: nowhere */
static size_t
parting(const char *separators, const char *local, size_t i)
{
	while (i > 0 && strchr(separators, local[i]) == NULL)
		i--;
	return i;
}

/* its own name, then that without more and more of its detail */
static int
look_all(const struct directory *d, const struct name *n, time_t now,
    struct step *s)
{
	const size_t len = strlen(n->is.local), more = strlen(n->detail);
	char local[LOCAL_MAX + 1];
	size_t i;

	memcpy(local, n->is.local, len + 1);
	if (more > 0 && len + 1 + more <= LOCAL_MAX) {
		local[len] = n->separator;
		memcpy(local + len + 1, n->detail, more + 1);
		if (look(d, local, n->is.domain, now, s))
			return 1;
		local[len] = '\0';
	}
	set_detail(s, n->separator, n->detail);
	if (look(d, local, n->is.domain, now, s))
		return 1;
	for (i = len;
	     i > 1 && (i = parting(d->detail, n->is.local, i - 1)) > 0;) {
		local[i] = '\0';
		set_detail(s, n->is.local[i], n->is.local + i + 1);
		if (look(d, local, n->is.domain, now, s))
			return 1;
	}
	return 0;
}

void
directory_step(const struct directory *d, const struct name *n, time_t now,
    struct step *s)
{
	const struct alias *a;

	memset(s, 0, sizeof(*s));
	if (look_all(d, n, now, s) || n->is.domain[0] == '\0')
		return;
	if ((a = aliases_find(d->aliases, "", n->is.domain)) != NULL)
		found_alias(a, now, s);
	else if (d->catch_all != NULL)
		s->kind = STEP_CATCH_ALL;
}

void
directory_step_user(const struct directory *d, struct step *s)
{
	const char *whole = s->alias->local;
	char local[LOCAL_MAX + 1];
	size_t i = strlen(whole);

	memcpy(local, whole, i + 1);
	s->kind = STEP_USER;
	if (directory_user(d, local, &s->user))
		return;
	while (i > 1 && (i = parting(d->detail, whole, i - 1)) > 0) {
		local[i] = '\0';
		set_detail(s, whole[i], whole + i + 1);
		if (directory_user(d, local, &s->user))
			return;
	}
	s->kind = STEP_NONE;
}

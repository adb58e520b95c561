/* people: a directory for tests: users by name, aliases from a text */
#ifndef PEOPLE_H
#define PEOPLE_H

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "expand.h"

#define NOW 1800000000 /* 2027-01-15 08:00 */

/* index is the place */
static const char *const users[] = { "al", "bo", "carol", "jean", "jean-luc",
	"j\303\274rgen", "x y", NULL };
static const char *const domains[] = { "example.org", "Shop.Example.ORG",
	"*.lists.example.org", NULL };

static inline int
find_user(const char *name, uint32_t *index, void *arg)
{
	const char *const *all = arg;
	uint32_t i;

	for (i = 0; all[i] != NULL; i++)
		if (strcmp(all[i], name) == 0) {
			*index = i;
			return 1;
		}
	return 0;
}

static inline void
must_not(size_t line, size_t column, const char *why, void *arg)
{
	printf("# %s:%zu:%zu: %s\n", (const char *)arg, line, column, why);
	abort();
}

static inline struct directory
people(const char *text)
{
	struct directory d = { .domains = domains,
		.aliases = aliases_new(text, strlen(text), TARGET_PIPES,
		    must_not, "aliases"),
		.detail = "+",
		.postmaster = "al",
		.find = find_user,
		.arg = (void *)(uintptr_t)users };

	return d;
}

static inline struct mailbox
box(const char *text)
{
	struct mailbox m;

	if (target_mailbox(&m, text, strlen(text)) != NULL)
		abort();
	return m;
}
#endif

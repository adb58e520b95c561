/*
 * aliases: the file of other names, read from memory; aliases(5):
 *	name: target, target
 *	user@domain: target until=2027-01-31
 *	@domain: target
 * Pure. Who gets a mail in the end is expand.h's to say.
 */
#ifndef ALIASES_H
#define ALIASES_H

#include <stdint.h>
#include <time.h>

#include "target.h"

struct alias_target {
	const char *local, *domain; /* of a name: "", of a pipe: "" */
	enum target_kind kind;	    /* of a pipe, local is the command */
	uint32_t line, column;	    /* both from 1; columns are bytes */
};

struct alias {
	const char *local, *domain; /* one of them may be "" */
	const struct alias_target *targets;
	uint32_t ntargets; /* one at least */
	uint32_t line;
	time_t until; /* the first second it is over, UTC; 0: never */
};

struct aliases;

/*
 * Calls complain for all that is wrong ("what is wrong; what was meant"), in
 * the order of the file, then for names given twice; ALIASES_ERRORS at most.
 * flags: of target.h. NULL: there were complaints, of missing memory, too.
 * The text is not needed afterwards.
 */
struct aliases *aliases_new(const char *text, size_t len, unsigned int flags,
    void (*complain)(size_t line, size_t column, const char *, void *),
    void *arg);
void aliases_free(struct aliases *);
/* NULL: none. Local parts are compared without case (ASCII), domains are in
 * lower case already; "" as domain: the plain name, as local: a catch-all */
const struct alias *aliases_find(const struct aliases *, const char *local,
    const char *domain);
/* in the order of the file; NULL behind the last */
const struct alias *aliases_at(const struct aliases *, size_t);
/* 1: its last day has gone by */
int alias_is_over(const struct alias *, time_t now);
#endif

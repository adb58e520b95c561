/*
 * directory: who there is, and where one name leads. The order: user@domain,
 * name, local user; these three again for each shorter name without its
 * detail; then @domain, then catch_all. Pure; the tables are ours. aliases(5),
 * RFC 5233 1, 2142 (postmaster, abuse).
 */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include "aliases.h"
#include "srs.h"

struct directory {		    /* outlives what is asked of it */
	const char *const *domains; /* our own, "*.x": all below; NULL ends */
	const struct aliases *aliases;
	const char *detail;	/* "+-": each of them separates; "": none */
	const char *catch_all;	/* a name or an address, or NULL */
	const char *postmaster; /* the same: where postmaster@ and abuse@ go
				 * when nothing else is said of them */
	const struct srs *srs;	/* NULL: no such addresses are ours */
	/* a name in lower case; 1: such a user is served */
	int (*find)(const char *name, uint32_t *index, void *);
	void *arg;
};

struct name {		   /* to be looked up */
	struct mailbox is; /* domain empty: a plain name; else one of ours */
	char separator;	   /* and the detail of what led here; '\0': none */
	char detail[LOCAL_MAX + 1];
};

enum step_kind {
	STEP_NONE, /* nobody */
	STEP_ALIAS,
	STEP_OVER, /* an alias whose last day has gone by */
	STEP_USER,
	STEP_POSTMASTER,
	STEP_CATCH_ALL,
};

struct step { /* one look into the tables */
	enum step_kind kind;
	const struct alias *alias;  /* of ALIAS and OVER */
	uint32_t user;		    /* of USER: index */
	char separator;		    /* '\0': no detail */
	char detail[LOCAL_MAX + 1]; /* that was no part of what was found */
};

/* 1: a domain of ours */
int directory_is_own(const struct directory *, const char *domain);
/* 1: a user of that very name, in any case (ASCII) */
int directory_user(const struct directory *, const char *local,
    uint32_t *index);
void directory_step(const struct directory *, const struct name *, time_t now,
    struct step *);
/* an alias that has come back to itself: on to the user of that name, else
 * STEP_NONE */
void directory_step_user(const struct directory *, struct step *);
#endif

/*
 * penaltyimpl: what the files of penalty share. culprits.c keeps networks and
 * their scores, known.c where users are at home, tries.c what was tried;
 * penalty.c judges, penaltyfile.c saves it all.
 */
#ifndef PENALTYIMPL_H
#define PENALTYIMPL_H

#include "known.h"
#include "penalty.h"
#include "tries.h"

enum {
	POINT = 1024,	/* of a score */
	TRIES = 30,	/* failures on one user in an hour */
	DOUBLINGS = 32, /* no delay doubles more often */
	NET_BUCKETS = PREFIXES_MAX / 4,
};
#define KNOWN_TIME (30ULL * 24 * HOUR)

enum { NARROW, WIDE, WIDTHS };

struct culprit {
	struct culprit *next; /* in its bucket */
	struct network net;
	uint32_t score; /* in 1024ths of a point, at that time */
	uint64_t at;
	uint64_t until;	 /* refused */
	uint64_t rank;	 /* when neither of them counts any more */
	uint32_t place;	 /* in the heap */
	uint32_t steps;	 /* offences since it is slow */
	uint32_t level;	 /* times it was refused */
	uint32_t queued; /* its change is to be told */
};

struct penalties {
	struct guard_conf conf;
	uint64_t secret[2];
	struct culprit *bucket[NET_BUCKETS];
	struct culprit *heap[PREFIXES_MAX]; /* lowest rank first */
	size_t n, swept;
	struct network *changes;
	size_t nchanges, changes_size;
	size_t lines; /* told of late */
	struct known known;
	struct tries tries;
};

/* a keyed hash: nobody outside chooses his bucket */
uint64_t penalty_hash(const uint64_t secret[2], const void *, size_t);
/* "alice+phone" is alice; cut, zero behind it. Below users are such ones */
void penalty_user(char user[USER_SIZE], const char *login);
/* the narrow and the wide one of an address; 0: it has none */
int penalty_networks(const struct addr *, struct network[WIDTHS]);

void culprits_free(struct penalties *); /* what is in it */
/* NULL: not there */
struct culprit *culprit_find(const struct penalties *, const struct network *);
/* made if it is not there, in the place of the lowest; NULL: ENOMEM */
struct culprit *culprit_get(struct penalties *, const struct network *);
/* forgets it; relays hear of it if it was refused */
void culprit_drop(struct penalties *, struct culprit *, uint64_t now);
/* score, at, until have changed */
void culprit_ranked(struct penalties *, struct culprit *);
/* tells relays what it is when they are told */
void culprit_changed(struct penalties *, struct culprit *);
void culprit_drop(struct penalties *, struct culprit *, uint64_t now);
/* are the times it was refused forgotten? */
int culprit_over(const struct penalties *, const struct culprit *,
    uint64_t now);
/* drops some that count no more */
void culprits_sweep(struct penalties *, uint64_t now);
/* drops those of that network; ip NULL: all */
void culprits_forget(struct penalties *, uint64_t now, const uint8_t *ip,
    int v4, uint32_t bits);
void culprits_reorder(struct penalties *); /* halving takes another time */
/* what is left of its score; in 1024ths */
uint32_t culprit_score(const struct penalties *, const struct culprit *,
    uint64_t now);
#endif

/*
 * known: where users are at home, the wide networks (penaltyimpl.h) of their
 * good logins. Users are such as penalty_user() makes.
 */
#ifndef KNOWN_H
#define KNOWN_H

#include <sys/queue.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "tries.h"

struct home {
	struct home *next; /* in its bucket */
	TAILQ_ENTRY(home) entry;
	struct network net; /* a wide one */
	char user[USER_SIZE];
	uint64_t until;
};

enum { HOME_BUCKETS = KNOWN_MAX / 4 };

struct known {
	struct home *bucket[HOME_BUCKETS];
	TAILQ_HEAD(homes, home) list; /* longest unused first */
	size_t n;
	const uint64_t *secret;
};

/* of all zeroes */
void known_init(struct known *, const uint64_t secret[2]);
void known_free(struct known *); /* what is in it */
/* is at home in this wide network until then */
void known_add(struct known *, const struct network *, const char *user,
    uint64_t until);
/* user NULL: is anybody? */
int known_is(struct known *, uint64_t now, const struct network *,
    const char *user);
#endif

/*
 * known: where users are at home, the (user, /24 or /64) of good logins of
 * the last 30 days. Pure; bounded, the longest unused goes first.
 */
#include <stdlib.h>
#include <string.h>

#include "known.h"
#include "penaltyimpl.h"

void
known_init(struct known *k, const uint64_t secret[2])
{
	k->secret = secret;
	TAILQ_INIT(&k->list);
}

/* by network alone, so that anybody there is found */
static struct home **
bucket(struct known *k, const struct network *net)
{
	return &k->bucket[penalty_hash(k->secret, net, sizeof(*net)) %
	    HOME_BUCKETS];
}

static void
drop(struct known *k, struct home *a)
{
	struct home **b = bucket(k, &a->net);

	while (*b != a)
		b = &(*b)->next;
	*b = a->next;
	TAILQ_REMOVE(&k->list, a, entry);
	k->n--;
	free(a);
}

void
known_free(struct known *k)
{
	struct home *a, *next;

	for (a = TAILQ_FIRST(&k->list); a != NULL; a = next) {
		next = TAILQ_NEXT(a, entry);
		drop(k, a);
	}
}

static struct home *
find(struct known *k, uint64_t now, const struct network *net, const char *user)
{
	struct home *a;

	for (a = *bucket(k, net); a != NULL; a = a->next)
		if (a->until > now && memcmp(&a->net, net, sizeof(*net)) == 0 &&
		    (user == NULL || strcmp(a->user, user) == 0))
			return a;
	return NULL;
}

void
known_add(struct known *k, const struct network *net, const char *user,
    uint64_t until)
{
	struct home *a = find(k, 0, net, user), **b;

	if (a != NULL)
		TAILQ_REMOVE(&k->list, a, entry);
	else {
		if (k->n == KNOWN_MAX)
			drop(k, TAILQ_FIRST(&k->list));
		if ((a = calloc(1, sizeof(*a))) == NULL)
			return; /* he is a stranger there, no more */
		a->net = *net;
		memcpy(a->user, user, sizeof(a->user));
		b = bucket(k, net);
		a->next = *b;
		*b = a;
		k->n++;
	}
	a->until = until;
	TAILQ_INSERT_TAIL(&k->list, a, entry);
}

int
known_is(struct known *k, uint64_t now, const struct network *net,
    const char *user)
{
	struct home *a, *next;

	for (a = TAILQ_FIRST(&k->list); a != NULL && a->until <= now;
	     a = next) {
		next = TAILQ_NEXT(a, entry);
		drop(k, a);
	}
	return find(k, now, net, user) != NULL;
}

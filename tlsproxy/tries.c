/*
 * tries: how often logins of a user failed in the last hour, and which wrong
 * passwords that were, as keyed hashes. Pure; both are bounded: of users the
 * longest untouched goes first, of guesses the oldest of a set.
 */
#include <stdlib.h>
#include <string.h>

#include "penaltyimpl.h"
#include "tries.h"

enum { WAYS = 4 };

void
tries_init(struct tries *t, const uint64_t secret[2])
{
	t->secret = secret;
	TAILQ_INIT(&t->list);
}

static size_t
bucket(const struct tries *t, const char *user)
{
	return penalty_hash(t->secret, user, strlen(user)) % TRY_BUCKETS;
}

static void
drop(struct tries *t, struct tried *u)
{
	struct tried **b = &t->bucket[bucket(t, u->user)];

	while (*b != u)
		b = &(*b)->next;
	*b = u->next;
	TAILQ_REMOVE(&t->list, u, entry);
	t->n--;
	free(u);
}

void
tries_forget(struct tries *t)
{
	struct tried *u, *next;

	for (u = TAILQ_FIRST(&t->list); u != NULL; u = next) {
		next = TAILQ_NEXT(u, entry);
		drop(t, u);
	}
	memset(t->guesses, 0, sizeof(t->guesses));
}

static struct tried *
find(const struct tries *t, const char *user)
{
	struct tried *u;

	for (u = t->bucket[bucket(t, user)]; u != NULL; u = u->next)
		if (strcmp(u->user, user) == 0)
			return u;
	return NULL;
}

struct tried *
tries_get(struct tries *t, const char *user)
{
	struct tried *u = find(t, user), **b;

	if (u != NULL)
		return u;
	if (t->n == TRIED_MAX)
		drop(t, TAILQ_FIRST(&t->list));
	if ((u = calloc(1, sizeof(*u))) == NULL)
		return NULL;
	memcpy(u->user, user, sizeof(u->user));
	b = &t->bucket[bucket(t, user)];
	u->next = *b;
	*b = u;
	TAILQ_INSERT_TAIL(&t->list, u, entry);
	t->n++;
	return u;
}

/* makes room for the failures of this slot */
static void
slide(struct tried *u, uint64_t slot)
{
	uint64_t by = slot > u->slot ? slot - u->slot : 0;

	if (by > TRY_SLOTS)
		by = TRY_SLOTS;
	memmove(u->n + by, u->n, (TRY_SLOTS - by) * sizeof(*u->n));
	memset(u->n, 0, by * sizeof(*u->n));
	u->slot = slot > u->slot ? slot : u->slot;
}

void
tries_fail(struct tries *t, uint64_t now, const char *user)
{
	struct tried *u = tries_get(t, user);

	if (u == NULL)
		return;
	slide(u, now / TRY_SLOT);
	if (u->n[0] < UINT16_MAX)
		u->n[0]++;
	TAILQ_REMOVE(&t->list, u, entry);
	TAILQ_INSERT_TAIL(&t->list, u, entry);
}

unsigned int
tried_count(const struct tried *u, uint64_t now)
{
	uint64_t slot = now / TRY_SLOT, i;
	uint64_t by = slot > u->slot ? slot - u->slot : 0;
	unsigned int n = 0;

	for (i = 0; i + by < TRY_SLOTS; i++)
		n += u->n[i];
	return n;
}

unsigned int
tries_count(const struct tries *t, uint64_t now, const char *user)
{
	const struct tried *u = find(t, user);

	return u == NULL ? 0 : tried_count(u, now);
}

int
tries_again(struct tries *t, uint64_t now, const struct network *net,
    const char *user, uint64_t guess)
{
	struct {
		struct network net;
		char user[USER_SIZE];
		char zero[3];
		uint64_t guess;
	} all = { .net = *net, .guess = guess };
	struct guess *set, *g, *old;
	uint64_t print;

	_Static_assert(sizeof(all) == 64, "no padding");
	memcpy(all.user, user, sizeof(all.user));
	print = penalty_hash(t->secret, &all, sizeof(all));
	set = old = &t->guesses[print % (GUESSES_MAX / WAYS) * WAYS];
	print |= 1; /* 0: an empty place */
	for (g = set; g < set + WAYS; g++) {
		if (g->print == print && g->until > now)
			return 1;
		if (g->until < old->until)
			old = g;
	}
	old->print = print;
	old->until = now + HOUR;
	return 0;
}

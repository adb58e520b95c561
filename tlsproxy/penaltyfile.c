/*
 * penaltyfile: penalties as bytes, and back. Times are relative to when it
 * was saved. The file is root's own, yet all of it is checked before any of
 * it is believed: length, checksum, each record.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "checksum.h"
#include "penaltyimpl.h"

#define MAGIC "GLPENAL1"

enum { REFUSED_MAX = 604800000 };

struct head {
	char magic[8];
	uint64_t wall;
	uint32_t nets, homes, users, zero;
};

struct net_record {
	struct network net;
	uint32_t score, steps, level;
	uint64_t left; /* ms that it is still refused */
	uint64_t gone; /* ms since it is not any more */
};

struct home_record {
	struct network net;
	char user[USER_SIZE + 3];
	uint64_t left;
};

struct user_record {
	char user[USER_SIZE + 3];
	uint32_t slots; /* since the newest one */
	uint16_t n[TRY_SLOTS];
};

_Static_assert(sizeof(struct head) == 32 && sizeof(struct net_record) == 48 &&
	sizeof(struct home_record) == 64 && sizeof(struct user_record) == 64,
    "no padding");
_Static_assert(sizeof(struct head) + PREFIXES_MAX * sizeof(struct net_record) +
	    KNOWN_MAX * sizeof(struct home_record) +
	    TRIED_MAX * sizeof(struct user_record) + 8 <=
	PENALTIES_BYTES,
    "the parent takes it");

static size_t
length(const struct head *h)
{
	return sizeof(*h) + h->nets * sizeof(struct net_record) +
	    h->homes * sizeof(struct home_record) +
	    h->users * sizeof(struct user_record) + sizeof(uint64_t);
}

static uint8_t *
add(uint8_t *to, const void *record, size_t len)
{
	memcpy(to, record, len);
	return to + len;
}

static uint8_t *
save_nets(const struct penalties *p, uint64_t now, uint8_t *to)
{
	const struct culprit *c;
	struct net_record r;
	size_t i;

	for (i = 0; i < p->n; i++) {
		c = p->heap[i];
		memset(&r, 0, sizeof(r));
		r.net = c->net;
		r.score = culprit_score(p, c, now);
		r.steps = c->steps;
		r.level = c->level;
		r.left = c->until > now ? c->until - now : 0;
		r.gone = c->until > now ? 0 : now - c->until;
		to = add(to, &r, sizeof(r));
	}
	return to;
}

static uint8_t *
save_users(const struct penalties *p, uint64_t now, uint8_t *to)
{
	const struct home *k;
	const struct tried *t;
	struct home_record h;
	struct user_record u;

	TAILQ_FOREACH(k, &p->known.list, entry) {
		memset(&h, 0, sizeof(h));
		h.net = k->net;
		memcpy(h.user, k->user, sizeof(k->user));
		h.left = k->until > now ? k->until - now : 0;
		to = add(to, &h, sizeof(h));
	}
	TAILQ_FOREACH(t, &p->tries.list, entry) {
		memset(&u, 0, sizeof(u));
		memcpy(u.user, t->user, sizeof(t->user));
		u.slots = TRY_SLOTS;
		if (now / TRY_SLOT < t->slot + TRY_SLOTS)
			u.slots = (uint32_t)(now / TRY_SLOT - t->slot);
		memcpy(u.n, t->n, sizeof(u.n));
		to = add(to, &u, sizeof(u));
	}
	return to;
}

uint8_t *
penalties_save(struct penalties *p, uint64_t now, uint64_t wall, size_t *len)
{
	struct head h = { MAGIC, wall, (uint32_t)p->n, (uint32_t)p->known.n,
		(uint32_t)p->tries.n, 0 };
	uint8_t *all = malloc(length(&h)), *to;
	uint64_t check;

	if (all == NULL)
		return NULL;
	to = add(all, &h, sizeof(h));
	to = save_users(p, now, save_nets(p, now, to));
	check = checksum(all, (size_t)(to - all));
	to = add(to, &check, sizeof(check));
	*len = (size_t)(to - all);
	return all;
}

/* --- and back ------------------------------------------------------ */

static int
is_zero(const void *p, size_t len)
{
	const uint8_t *b = p;

	while (len > 0 && *b == 0)
		b++, len--;
	return len == 0;
}

static int
is_net(const struct network *n)
{
	return (n->bits == 24 || n->bits == 32 || n->bits == 64 ||
		   n->bits == 128) &&
	    is_zero(n->ip + n->bits / 8, sizeof(n->ip) - n->bits / 8);
}

static int
is_user(const char user[USER_SIZE + 3])
{
	size_t n = strnlen(user, USER_SIZE);

	return n > 0 && n < USER_SIZE && memchr(user, '+', n) == NULL &&
	    is_zero(user + n, USER_SIZE + 3 - n);
}

static int
is_net_record(const struct net_record *r)
{
	return is_net(&r->net) && r->steps <= DOUBLINGS &&
	    r->level <= DOUBLINGS && r->left <= REFUSED_MAX &&
	    (r->left == 0 || r->gone == 0);
}

/* the records of one kind, each of them good */
static int
are_good(const uint8_t *at, const struct head *h)
{
	struct net_record r;
	struct home_record k;
	struct user_record u;
	uint32_t i;

	for (i = 0; i < h->nets; i++, at += sizeof(r)) {
		memcpy(&r, at, sizeof(r));
		if (!is_net_record(&r))
			return 0;
	}
	for (i = 0; i < h->homes; i++, at += sizeof(k)) {
		memcpy(&k, at, sizeof(k));
		if (!is_net(&k.net) || (k.net.bits != 24 && k.net.bits != 64) ||
		    !is_user(k.user) || k.left > KNOWN_TIME)
			return 0;
	}
	for (i = 0; i < h->users; i++, at += sizeof(u)) {
		memcpy(&u, at, sizeof(u));
		if (!is_user(u.user) || u.slots > TRY_SLOTS)
			return 0;
	}
	return 1;
}

static void
restore_net(struct penalties *p, const struct net_record *r, uint64_t now,
    uint64_t passed)
{
	struct culprit *c = culprit_get(p, &r->net);
	uint64_t gone;

	if (c == NULL)
		return;
	c->steps = r->steps;
	c->level = r->level;
	c->score = r->score;
	c->at = 0;
	c->score = culprit_score(p, c, passed);
	c->at = now;
	gone = r->left < passed ? r->gone + (passed - r->left) : r->gone;
	c->until = r->left > passed ? now + (r->left - passed) :
	    now > gone		    ? now - gone :
				      0;
	if (c->until > now)
		culprit_changed(p, c);
	culprit_ranked(p, c);
}

static void
restore_user(struct penalties *p, const struct user_record *r, uint64_t now,
    uint64_t passed)
{
	struct tried *t;
	uint64_t i, by = r->slots + passed / TRY_SLOT;

	if (by >= TRY_SLOTS || (t = tries_get(&p->tries, r->user)) == NULL)
		return;
	/* its slots before this machine began count from its beginning */
	memset(t->n, 0, sizeof(t->n));
	for (i = by; i < TRY_SLOTS; i++)
		t->n[i] = r->n[i - by];
	t->slot = now / TRY_SLOT;
}

static void
restore(struct penalties *p, uint64_t now, uint64_t passed, const uint8_t *at,
    const struct head *h)
{
	struct net_record r;
	struct home_record k;
	struct user_record u;
	uint32_t i;

	for (i = 0; i < h->nets; i++, at += sizeof(r)) {
		memcpy(&r, at, sizeof(r));
		restore_net(p, &r, now, passed);
	}
	for (i = 0; i < h->homes; i++, at += sizeof(k)) {
		memcpy(&k, at, sizeof(k));
		if (k.left > passed)
			known_add(&p->known, &k.net, k.user,
			    now + (k.left - passed));
	}
	for (i = 0; i < h->users; i++, at += sizeof(u)) {
		memcpy(&u, at, sizeof(u));
		restore_user(p, &u, now, passed);
	}
}

int
penalties_restore(struct penalties *p, uint64_t now, uint64_t wall,
    const uint8_t *all, size_t len)
{
	struct head h;
	uint64_t check;

	errno = EINVAL;
	if (len < sizeof(h) + sizeof(check))
		return -1;
	memcpy(&h, all, sizeof(h));
	if (memcmp(h.magic, MAGIC, sizeof(h.magic)) != 0 ||
	    h.nets > PREFIXES_MAX || h.homes > KNOWN_MAX ||
	    h.users > TRIED_MAX || h.zero != 0 || length(&h) != len)
		return -1;
	memcpy(&check, all + len - sizeof(check), sizeof(check));
	if (checksum(all, len - sizeof(check)) != check ||
	    !are_good(all + sizeof(h), &h))
		return -1;
	/* a machine without a clock of its own starts in the past */
	restore(p, now, wall > h.wall ? wall - h.wall : 0, all + sizeof(h), &h);
	return 0;
}

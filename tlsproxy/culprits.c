/*
 * culprits: networks with their scores, in a keyed hash table and in a heap,
 * the lowest in front, which goes when the table is full. A score falls along
 * a line from one power of two to the next, each in one time of halving: so
 * ranks compare at any time, and how often one looks changes nothing. Pure.
 */
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "penaltyimpl.h"

enum {
	COLD = 8,  /* 2 to that, a quarter of a point, counts no more */
	SWEPT = 4, /* buckets looked at with each offence */
	CHANGES_MAX = 2 * PREFIXES_MAX,
};

void
culprits_free(struct penalties *p)
{
	while (p->n > 0)
		free(p->heap[--p->n]);
	free(p->changes);
}

/* --- networks ------------------------------------------------------ */

static uint64_t
stir(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15;
	return h ^ h >> 29;
}

uint64_t
penalty_hash(const uint64_t secret[2], const void *p, size_t len)
{
	uint64_t h = secret[0] ^ len, v;
	size_t n;

	for (; len > 0; len -= n, p = (const uint8_t *)p + n) {
		n = len < sizeof(v) ? len : sizeof(v);
		v = 0;
		memcpy(&v, p, n);
		h = stir(h + secret[1], v);
	}
	return stir(h, secret[1]);
}

void
penalty_user(char user[USER_SIZE], const char *login)
{
	size_t n = strcspn(login, "+");

	memset(user, 0, USER_SIZE);
	memcpy(user, login, n < USER_SIZE ? n : USER_SIZE - 1);
}

int
penalty_networks(const struct addr *a, struct network net[WIDTHS])
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	const uint8_t *ip = a->ip;
	int v4 = a->family == AF_INET;

	if (!v4 && a->family != AF_INET6)
		return 0;
	if (!v4 && memcmp(ip, mapped, sizeof(mapped)) == 0) {
		v4 = 1;
		ip += sizeof(mapped);
	}
	memset(net, 0, WIDTHS * sizeof(*net));
	net[NARROW].bits = v4 ? 32 : 128;
	net[WIDE].bits = v4 ? 24 : 64;
	memcpy(net[NARROW].ip, ip, net[NARROW].bits / 8);
	memcpy(net[WIDE].ip, ip, net[WIDE].bits / 8);
	return 1;
}

/* --- scores -------------------------------------------------------- */

/* ms until it is 1, nearly nothing */
static uint64_t
life(uint64_t halve, uint32_t score)
{
	uint64_t n, rest;

	if (score < 2)
		return 0;
	n = 31 - (uint64_t)__builtin_clz(score);
	rest = score - (1ULL << n);
	return n * halve + (rest * halve + (1ULL << n) / 2) / (1ULL << n);
}

uint32_t
culprit_score(const struct penalties *p, const struct culprit *c, uint64_t now)
{
	uint64_t halve = p->conf.halve, left = life(halve, c->score), n;

	if (now <= c->at)
		return c->score;
	if (left <= now - c->at)
		return 0;
	left -= now - c->at;
	n = left / halve;
	return (uint32_t)((1ULL << n) +
	    (((left % halve) << n) + halve / 2) / halve);
}

/* --- the table ----------------------------------------------------- */

static size_t
bucket(const struct penalties *p, const struct network *net)
{
	return penalty_hash(p->secret, net, sizeof(*net)) % NET_BUCKETS;
}

struct culprit *
culprit_find(const struct penalties *p, const struct network *net)
{
	struct culprit *c;

	for (c = p->bucket[bucket(p, net)]; c != NULL; c = c->next)
		if (memcmp(&c->net, net, sizeof(*net)) == 0)
			return c;
	return NULL;
}

static void
put(struct penalties *p, struct culprit *c, size_t place)
{
	p->heap[place] = c;
	c->place = (uint32_t)place;
}

/* to where it belongs */
static void
settle(struct penalties *p, struct culprit *c)
{
	size_t i = c->place, j;

	for (; i > 0 && p->heap[(i - 1) / 2]->rank > c->rank; i = (i - 1) / 2)
		put(p, p->heap[(i - 1) / 2], i);
	for (; (j = 2 * i + 1) < p->n; i = j) {
		if (j + 1 < p->n && p->heap[j + 1]->rank < p->heap[j]->rank)
			j++;
		if (p->heap[j]->rank >= c->rank)
			break;
		put(p, p->heap[j], i);
	}
	put(p, c, i);
}

void
culprit_ranked(struct penalties *p, struct culprit *c)
{
	uint64_t cold = (uint64_t)COLD * p->conf.halve;
	uint64_t left = life(p->conf.halve, c->score);

	c->rank = c->at + (left > cold ? left - cold : 0);
	if (c->rank < c->until)
		c->rank = c->until;
	settle(p, c);
}

/* a network whose state relays must hear; what it is then, that is told */
void
culprit_changed(struct penalties *p, struct culprit *c)
{
	struct network *v;
	size_t size;

	if (c->queued)
		return;
	if (p->nchanges == p->changes_size) {
		size = p->changes_size == 0 ? 16 : p->changes_size * 2;
		if (size > CHANGES_MAX ||
		    (v = reallocarray(p->changes, size, sizeof(*v))) == NULL)
			return; /* it is judged here at the login */
		p->changes = v;
		p->changes_size = size;
	}
	p->changes[p->nchanges++] = c->net;
	c->queued = 1;
}

void
culprit_drop(struct penalties *p, struct culprit *c, uint64_t now)
{
	struct culprit **b = &p->bucket[bucket(p, &c->net)],
		       *last = p->heap[--p->n];

	if (c->until > now)
		culprit_changed(p, c);
	while (*b != c)
		b = &(*b)->next;
	*b = c->next;
	if (last != c) {
		put(p, last, c->place);
		settle(p, last);
	}
	free(c);
}

struct culprit *
culprit_get(struct penalties *p, const struct network *net)
{
	struct culprit *c = culprit_find(p, net), **b;

	if (c != NULL)
		return c;
	if (p->n == PREFIXES_MAX)
		culprit_drop(p, p->heap[0], 0);
	if ((c = calloc(1, sizeof(*c))) == NULL)
		return NULL;
	c->net = *net;
	b = &p->bucket[bucket(p, net)];
	c->next = *b;
	*b = c;
	put(p, c, p->n++);
	settle(p, c);
	return c;
}

/* the times it was refused count until the longest one has passed again */
int
culprit_over(const struct penalties *p, const struct culprit *c, uint64_t now)
{
	return c->level == 0 || now >= c->until + p->conf.refuse_max;
}

/* what counts no more goes, some with each offence */
void
culprits_sweep(struct penalties *p, uint64_t now)
{
	struct culprit *c, *next;
	int i;

	for (i = 0; i < SWEPT; i++) {
		for (c = p->bucket[p->swept]; c != NULL; c = next) {
			next = c->next;
			if (c->rank <= now && culprit_over(p, c, now))
				culprit_drop(p, c, now);
		}
		p->swept = (p->swept + 1) % NET_BUCKETS;
	}
}

static int
lies_in(const struct network *net, const uint8_t *ip, int v4, uint32_t bits)
{
	uint8_t rest = (uint8_t)(0xff << (8 - bits % 8));

	return (net->bits <= 32) == v4 && net->bits >= bits &&
	    memcmp(net->ip, ip, bits / 8) == 0 &&
	    (bits % 8 == 0 || ((net->ip[bits / 8] ^ ip[bits / 8]) & rest) == 0);
}

void
culprits_forget(struct penalties *p, uint64_t now, const uint8_t *ip, int v4,
    uint32_t bits)
{
	struct culprit *c, *next;
	int i;

	for (i = 0; i < NET_BUCKETS; i++)
		for (c = p->bucket[i]; c != NULL; c = next) {
			next = c->next;
			if (ip == NULL || lies_in(&c->net, ip, v4, bits))
				culprit_drop(p, c, now);
		}
}

void
culprits_reorder(struct penalties *p)
{
	size_t i;

	for (i = 0; i < p->n; i++) /* those in front are a heap already */
		culprit_ranked(p, p->heap[i]);
}

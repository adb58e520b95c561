/*
 * shun: see shun.h. Two open hash tables with a secret hash; a full probe
 * takes the place of the entry that ends first. A network is the address cut
 * to its prefix: IPv4 /32 and /24, IPv6 /128 and /64.
 */
#include <sys/random.h>
#include <string.h>

#include "shun.h"

enum {
	SHUNNED = 4096, /* networks */
	COUNTED = 1024,
	PROBES = 8,
	MINUTE = 60000, /* ms */
};

struct net {
	uint8_t key[18]; /* family, bits, address */
	uint16_t count;
	uint64_t until; /* ms; 0: free */
};

static struct {
	struct net shunned[SHUNNED], counted[COUNTED];
	uint32_t nshunned; /* since the table was empty: 0, nothing to look */
	uint64_t secret[2];
} self;

static void
key_of(uint8_t key[18], const struct addr *a, uint32_t bits)
{
	const size_t bytes = bits / 8 < 16 ? bits / 8 : 16;

	memset(key, 0, 18);
	key[0] = a->family == AF_INET ? 4 : 6;
	key[1] = (uint8_t)bits;
	memcpy(key + 2, a->ip, bytes);
}

static uint64_t
stir(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15;
	return h ^ h >> 29;
}

static uint64_t
hash(const uint8_t key[18])
{
	uint64_t v[2];
	uint16_t t;

	if (self.secret[0] == 0 &&
	    getrandom(self.secret, sizeof(self.secret), 0) == -1)
		self.secret[0] = 1;
	memcpy(v, key, sizeof(v));
	memcpy(&t, key + sizeof(v), sizeof(t));
	return stir(stir(stir(self.secret[0], v[0]), v[1]) + self.secret[1], t);
}

/* its place, or with make the one it takes; NULL: it is not there */
static struct net *
find(struct net *table, size_t size, const uint8_t key[18], uint64_t now,
    int make)
{
	uint64_t h = hash(key);
	struct net *n, *best = NULL;
	int i;

	for (i = 0; i < PROBES; i++) {
		n = &table[(h + (uint64_t)i) % size];
		if (n->until > now && memcmp(n->key, key, 18) == 0)
			return n;
		if (best == NULL || n->until < best->until)
			best = n;
	}
	if (!make)
		return NULL;
	memset(best, 0, sizeof(*best));
	memcpy(best->key, key, 18);
	return best;
}

void
shun_set(uint64_t now, const struct slow *s)
{
	uint8_t key[18];
	struct net *n;

	key_of(key, &s->net, s->bits);
	if ((n = find(self.shunned, SHUNNED, key, now, s->ms > 0)) == NULL)
		return;
	n->until = s->ms > 0 ? now + s->ms : 0;
	self.nshunned++;
}

int
shun_is(uint64_t now, const struct addr *a)
{
	const uint32_t bits = a->family == AF_INET ? 32 : 128;
	const uint32_t wide = a->family == AF_INET ? 24 : 64;
	uint8_t key[18];

	if (self.nshunned == 0)
		return 0;
	key_of(key, a, bits);
	if (find(self.shunned, SHUNNED, key, now, 0) != NULL)
		return 1;
	key_of(key, a, wide);
	return find(self.shunned, SHUNNED, key, now, 0) != NULL;
}

void
shun_forget(void)
{
	if (self.nshunned > 0)
		memset(self.shunned, 0, sizeof(self.shunned));
	self.nshunned = 0;
}

int
shun_failed(uint64_t now, const struct addr *a)
{
	uint8_t key[18];
	struct net *n;

	key_of(key, a, a->family == AF_INET ? 32 : 64);
	n = find(self.counted, COUNTED, key, now, 1);
	if (n->until == 0)
		n->until = now + MINUTE;
	return ++n->count == SHUN_FAILED;
}

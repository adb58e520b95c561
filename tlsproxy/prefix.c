/* prefix: see prefix.h; a keyed hash, so that nobody chooses its buckets */
#include <sys/random.h>
#include <stdlib.h>
#include <string.h>

#include "prefix.h"

enum { BUCKETS = 4096 };

static struct {
	struct prefix *bucket[BUCKETS];
	uint64_t secret[2]; /* both zero: not chosen yet */
} self;

static void
key_of(const struct addr *a, uint8_t key[12])
{
	memset(key, 0, 12);
	key[0] = a->family == AF_INET ? 4 : 6;
	memcpy(key + 4, a->ip, a->family == AF_INET ? 4 : 8);
}

static uint64_t
stir(uint64_t h, uint64_t v)
{
	h = (h ^ v) * 0x9e3779b97f4a7c15;
	return h ^ h >> 29;
}

/* a secret multiplicative hash: enough against guesses from outside */
static struct prefix **
bucket(const uint8_t key[12])
{
	uint64_t a;
	uint32_t b;

	if (self.secret[0] == 0 &&
	    getrandom(self.secret, sizeof(self.secret), 0) == -1)
		self.secret[0] = 1;
	memcpy(&a, key + 4, 8);
	memcpy(&b, key, 4);
	a = stir(stir(self.secret[0], a) + self.secret[1], b);
	return &self.bucket[a % BUCKETS];
}

struct prefix *
prefix_get(const struct addr *a)
{
	uint8_t key[12];
	struct prefix **b, *p;

	key_of(a, key);
	b = bucket(key);
	for (p = *b; p != NULL; p = p->next)
		if (memcmp(p->key, key, sizeof(key)) == 0)
			return p;
	if ((p = calloc(1, sizeof(*p))) == NULL)
		return NULL;
	memcpy(p->key, key, sizeof(key));
	p->next = *b;
	*b = p;
	return p;
}

void
prefix_put(struct prefix *p)
{
	struct prefix **b;

	if (p->conns > 0 || p->handshakes > 0)
		return;
	for (b = bucket(p->key); *b != p; b = &(*b)->next)
		;
	*b = p->next;
	free(p);
}

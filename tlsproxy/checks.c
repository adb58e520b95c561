/* checks: see checks.h. Touches and trusts nothing */
#include <netinet/in.h>
#include <string.h>

#include "checks.h"

void
checks_init(struct checks *q)
{
	TAILQ_INIT(&q->list);
	q->round = 0;
	q->n = 0;
}

/* an IPv6 host is its whole /64 */
static int
is_same(const struct addr *a, const struct addr *b)
{
	return a->family == b->family &&
	    memcmp(a->ip, b->ip, a->family == AF_INET ? 4 : 8) == 0;
}

struct check *
checks_put(struct checks *q, struct check *k, const struct addr *peer)
{
	struct check *e, *out;

	k->peer = peer;
	k->round = q->round;
	TAILQ_FOREACH(e, &q->list, entry)
		if (is_same(e->peer, peer))
			k->round = e->round + 1;
	TAILQ_FOREACH_REVERSE(e, &q->list, check_list, entry)
		if (e->round <= k->round)
			break;
	if (e != NULL)
		TAILQ_INSERT_AFTER(&q->list, e, k, entry);
	else
		TAILQ_INSERT_HEAD(&q->list, k, entry);
	if (++q->n <= CHECKS_MAX)
		return NULL;
	out = TAILQ_LAST(&q->list, check_list);
	checks_del(q, out);
	return out;
}

struct check *
checks_take(struct checks *q)
{
	struct check *k = TAILQ_FIRST(&q->list);

	if (k == NULL)
		return NULL;
	q->round = k->round;
	checks_del(q, k);
	return k;
}

void
checks_del(struct checks *q, struct check *k)
{
	TAILQ_REMOVE(&q->list, k, entry);
	q->n--;
}

/* mxlist: see mxlist.h; believes neither names nor numbers of targets */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "mxlist.h"

/* clang-format off */
static const enum family_order first_family[] = {
	[MX_4_FIRST] = FAMILY_4_FIRST, [MX_6_FIRST] = FAMILY_ANY,
	[MX_4] = FAMILY_4_ONLY,        [MX_6] = FAMILY_6_ONLY,
};
/* clang-format on */

/* without a dot at the end, in any case */
static int
same_name(const char *a, const char *b)
{
	size_t n = strlen(a), m = strlen(b);

	n -= n > 0 && a[n - 1] == '.';
	m -= m > 0 && b[m - 1] == '.';
	return n == m && strncasecmp(a, b, n) == 0;
}

static void
begin(struct mxlist *l, enum mx_family family)
{
	memset(l, 0, sizeof(*l));
	l->family = family;
	l->ask = first_family[family];
}

static void
add(struct mxlist *l, const char *name, uint16_t preference)
{
	struct mxhost *h = &l->host[l->n++];

	h->preference = preference;
	memcpy(h->name, name, strlen(name) + 1);
}

/* lowest first; random bytes part those that are equal */
static void
order(struct mxlist *l, const uint8_t *random)
{
	uint32_t rank[TARGETS_MAX], r;
	struct mxhost h;
	size_t i, j;

	for (i = 0; i < l->n; i++) {
		h = l->host[i];
		r = (uint32_t)h.preference << 8 | random[i];
		for (j = i; j > 0 && rank[j - 1] > r; j--) {
			rank[j] = rank[j - 1];
			l->host[j] = l->host[j - 1];
		}
		rank[j] = r;
		l->host[j] = h;
	}
}

/* keeps those that are better */
static void
cut(struct mxlist *l, uint32_t preference)
{
	size_t i = 0;

	while (i < l->n && l->host[i].preference < preference)
		i++;
	l->n = i;
	if (i == 0)
		l->state = MX_LOOP;
}

int
mxlist_make(struct mxlist *l, const void *msg, size_t len, const char *self,
    const uint8_t random[TARGETS_MAX], enum mx_family family)
{
	const uint8_t *p = msg;
	struct addresses a;
	struct target t;
	size_t i, nothing = 0;
	uint32_t ours = UINT32_MAX;

	errno = EINVAL;
	begin(l, family);
	if (len < sizeof(a))
		return -1;
	memcpy(&a, p, sizeof(a));
	if (a.n == 0 || a.n > TARGETS_MAX ||
	    len != sizeof(a) + a.n * sizeof(t) || a.verdict > VERDICT_SECURE)
		return -1;
	l->verdict = a.verdict;
	for (i = 0; i < a.n; i++) {
		memcpy(&t, p + sizeof(a) + i * sizeof(t), sizeof(t));
		if (memchr(t.name, '\0', sizeof(t.name)) == NULL)
			return -1;
		if (same_name(t.name, "") || same_name(t.name, "localhost")) {
			nothing++;
			continue;
		}
		if (same_name(t.name, self) && t.preference < ours)
			ours = t.preference;
		add(l, t.name, t.preference);
	}
	order(l, random);
	if (nothing == a.n)
		l->state = MX_NOMAIL;
	else if (ours != UINT32_MAX)
		cut(l, ours);
	return 0;
}

void
mxlist_without(struct mxlist *l, const struct unreached *u, const char *domain,
    const char *self, enum mx_family family)
{
	begin(l, family);
	switch (u->why) {
	case UNREACHED_NULL:
		l->state = MX_NOMAIL;
		break;
	case UNREACHED_NONE:
	case UNREACHED_NXDOMAIN: /* some servers say so of MX alone */
		mxlist_route(l, domain, family);
		l->implicit = 1;
		if (u->verdict == VERDICT_SECURE)
			l->verdict = VERDICT_SECURE;
		if (same_name(domain, "localhost"))
			l->state = MX_NOMAIL;
		else if (same_name(domain, self))
			cut(l, 0);
		break;
	case UNREACHED_MALFORMED:
		l->state = MX_NODOMAIN;
		break;
	case UNREACHED_BOGUS:
		l->state = MX_BOGUS;
		break;
	default:
		l->state = MX_TEMPORARY;
	}
}

void
mxlist_route(struct mxlist *l, const char *host, enum mx_family family)
{
	begin(l, family);
	if (strlen(host) >= sizeof(l->host[0].name))
		l->state = MX_NODOMAIN;
	else
		add(l, host, 0);
}

const struct mxhost *
mxlist_host(const struct mxlist *l, enum family_order *ask)
{
	if (l->state != MX_HOSTS || l->over || l->at >= l->n ||
	    l->tries >= MX_TRIES)
		return NULL;
	*ask = l->ask;
	return &l->host[l->at];
}

static void
next_host(struct mxlist *l)
{
	if (l->again)
		l->ask = first_family[l->family];
	l->at++;
	l->again = 0;
	l->over |= l->last; /* what was refused stays refused */
}

/* the same host in its other family; 0: it had its turn, or is not wanted */
static int
other_family(struct mxlist *l, int v6)
{
	if (l->again || l->family == MX_4 || l->family == MX_6)
		return 0;
	l->again = 1;
	l->ask = v6 ? FAMILY_4_ONLY : FAMILY_6_ONLY;
	return 1;
}

void
mxlist_went(struct mxlist *l, enum mx_fate fate, int v6, uint32_t tried)
{
	if (l->at >= l->n)
		return;
	l->tries += tried < MX_TRIES ? tried : MX_TRIES;
	switch (fate) {
	case MX_OURS:
		cut(l, l->host[l->at].preference);
		break;
	case MX_GREETING:
		if (l->last || !other_family(l, v6))
			next_host(l);
		break;
	case MX_REFUSED: /* an IPv6 address often has no name: try once more */
		if (v6 && other_family(l, v6))
			l->last = 1;
		else
			l->over = 1;
		break;
	case MX_FAILED:
		next_host(l);
	}
}

void
mxlist_unreached(struct mxlist *l, const struct unreached *u)
{
	int none = u->why == UNREACHED_NONE || u->why == UNREACHED_NXDOMAIN;

	if (u->why == UNREACHED_RULE && !l->again)
		mxlist_went(l, MX_OURS, 0, 0);
	else if (none && l->implicit && !l->again)
		l->state = MX_NODOMAIN;
	else /* dial has tried both families */
		mxlist_went(l, MX_FAILED, 0, u->tried);
}

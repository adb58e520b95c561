/*
 * penalty: see penalty.h; what an offence costs, and what follows of it.
 * Pure; believes no address to be worth more than another.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "penaltyimpl.h"

#define NAME_BYTES "abcdefghijklmnopqrstuvwxyz0123456789_.-"

enum {
	WIDER = 4,	  /* times as much for a wide network */
	AT_ONCE = 1000,	  /* offences that one call may bring */
	LINES_MAX = 1000, /* told to people */
};

/* clang-format off */
static const uint32_t points[] = {
	/* the same for both, or the delays would tell which names are there */
	[PENALTY_PASSWORD] = 10, [PENALTY_UNKNOWN] = 10, [PENALTY_GARBAGE] = 5,
	[PENALTY_RECIPIENT] = 3, [PENALTY_FLOOD] = 5, [PENALTY_HANDSHAKE] = 1,
};
/* clang-format on */

/* a password, where its user is at home: a telephone that has an old one
 * tries for ever, and shall be slow, not shut out all others of its address */
enum { AT_HOME = 3 };

static int
is_wide(const struct network *net)
{
	return net->bits == 24 || net->bits == 64;
}

static uint64_t
threshold(const struct network *net, uint32_t score)
{
	return (uint64_t)score * POINT * (is_wide(net) ? WIDER : 1);
}

struct penalties *
penalties_new(const struct guard_conf *conf, const uint8_t secret[16])
{
	struct penalties *p = calloc(1, sizeof(*p));

	if (p == NULL)
		return NULL;
	memcpy(p->secret, secret, sizeof(p->secret));
	known_init(&p->known, p->secret);
	tries_init(&p->tries, p->secret);
	penalties_configure(p, conf);
	return p;
}

void
penalties_free(struct penalties *p)
{
	if (p == NULL)
		return;
	culprits_free(p);
	known_free(&p->known);
	tries_forget(&p->tries);
	explicit_bzero(p->secret, sizeof(p->secret));
	free(p);
}

void
penalties_configure(struct penalties *p, const struct guard_conf *conf)
{
	size_t i;

	p->conf = *conf;
	if (p->conf.halve == 0)
		p->conf.halve = 1;
	for (i = 0; i < p->n && p->conf.refuse == 0; i++)
		if (p->heap[i]->until > 0) {
			p->heap[i]->until = 0;
			culprit_changed(p, p->heap[i]);
		}
	culprits_reorder(p);
}

/* --- offences ------------------------------------------------------ */

/* of n offences of that many points those that happen while it is slow */
static uint32_t
slow_ones(uint64_t slow, uint64_t score, uint32_t n, uint64_t each)
{
	uint64_t before;

	if (slow == 0)
		return 0;
	before = score >= slow ? 0 : (slow - score - 1) / each;
	return before < n ? n - (uint32_t)before : 0;
}

static void
refuse(struct penalties *p, struct culprit *c, uint64_t now)
{
	uint64_t ms;

	if (culprit_over(p, c, now))
		c->level = 0;
	ms = (uint64_t)p->conf.refuse_ms << c->level;
	c->until = now + (ms < p->conf.refuse_max ? ms : p->conf.refuse_max);
	c->level += c->level < DOUBLINGS;
	culprit_changed(p, c);
}

static void
offend(struct penalties *p, const struct network *net, uint64_t now, uint32_t n,
    uint32_t each)
{
	uint64_t slow = threshold(net, p->conf.slow);
	uint64_t refused = threshold(net, p->conf.refuse);
	struct culprit *c = culprit_get(p, net);
	uint64_t score;

	if (c == NULL)
		return; /* no memory to remember it in */
	score = culprit_score(p, c, now);
	if (score < slow)
		c->steps = 0;
	c->steps += slow_ones(slow, score, n, each);
	if (c->steps > DOUBLINGS)
		c->steps = DOUBLINGS;
	score += (uint64_t)n * each;
	c->score = score < UINT32_MAX ? (uint32_t)score : UINT32_MAX;
	c->at = now;
	if (refused > 0 && score >= refused && c->until <= now)
		refuse(p, c, now);
	culprit_ranked(p, c);
}

void
penalty_add(struct penalties *p, uint64_t now, const struct addr *a,
    enum penalty what, uint32_t n, const char *login, uint64_t guess)
{
	struct network net[WIDTHS];
	char user[USER_SIZE];
	int i, counts = 0, home;
	uint32_t each;

	if ((size_t)what >= sizeof(points) / sizeof(*points) ||
	    !penalty_networks(a, net))
		return;
	penalty_user(user, login);
	culprits_sweep(p, now);
	home = *user != '\0' && known_is(&p->known, now, &net[WIDE], user);
	each = home && what == PENALTY_PASSWORD ? AT_HOME : points[what];
	for (i = NARROW; i < WIDTHS; i++) {
		counts = guess == 0 ||
		    !tries_again(&p->tries, now, &net[i], user, guess);
		if (counts && n > 0)
			offend(p, &net[i], now, n < AT_ONCE ? n : AT_ONCE,
			    each * POINT);
	}
	if (counts && *user != '\0' && n > 0 &&
	    (what == PENALTY_PASSWORD || what == PENALTY_UNKNOWN) && !home)
		tries_fail(&p->tries, now, user);
}

void
penalty_good(struct penalties *p, uint64_t now, const struct addr *a,
    const char *login)
{
	struct network net[WIDTHS];
	char user[USER_SIZE];
	struct culprit *c;

	penalty_user(user, login);
	if (*user == '\0' || !penalty_networks(a, net))
		return;
	known_add(&p->known, &net[WIDE], user, now + KNOWN_TIME);
	if ((c = culprit_find(p, &net[WIDE])) != NULL && c->until > now)
		culprit_changed(p, c);
}

/* --- what follows of it -------------------------------------------- */

static uint32_t
delay(const struct penalties *p, uint64_t now, const struct network *net)
{
	const struct culprit *c = culprit_find(p, net);
	uint64_t ms = p->conf.delay;

	if (c == NULL || c->steps == 0 ||
	    culprit_score(p, c, now) < threshold(net, p->conf.slow))
		return 0;
	ms <<= c->steps - 1;
	return (uint32_t)(ms < p->conf.delay_max ? ms : p->conf.delay_max);
}

uint32_t
penalty_wait(struct penalties *p, uint64_t now, const struct addr *a,
    const char *login)
{
	struct network net[WIDTHS];
	char user[USER_SIZE];
	uint32_t narrow, wide;

	if (p->conf.slow == 0 || !penalty_networks(a, net))
		return 0;
	penalty_user(user, login);
	narrow = delay(p, now, &net[NARROW]);
	if (*user != '\0' && known_is(&p->known, now, &net[WIDE], user))
		return narrow;
	if (*user != '\0' && tries_count(&p->tries, now, user) > TRIES)
		return p->conf.delay_max;
	wide = delay(p, now, &net[WIDE]);
	return narrow > wide ? narrow : wide;
}

static int
is_refused(const struct penalties *p, uint64_t now, const struct network *net)
{
	const struct culprit *c = culprit_find(p, net);

	return c != NULL && c->until > now;
}

int
penalty_refused(struct penalties *p, uint64_t now, const struct addr *a,
    const char *login)
{
	struct network net[WIDTHS];
	char user[USER_SIZE];

	if (!penalty_networks(a, net))
		return 0;
	if (is_refused(p, now, &net[NARROW]))
		return 1;
	penalty_user(user, login);
	return is_refused(p, now, &net[WIDE]) &&
	    !known_is(&p->known, now, &net[WIDE], *user != '\0' ? user : NULL);
}

/* ms that relays shall refuse it; 0: they shall not */
static uint32_t
outside(struct penalties *p, uint64_t now, const struct culprit *c)
{
	if (c == NULL || c->until <= now ||
	    (is_wide(&c->net) && known_is(&p->known, now, &c->net, NULL)))
		return 0;
	return (uint32_t)(c->until - now);
}

static void
tell(struct slow *s, const struct network *net, uint32_t ms)
{
	memset(s, 0, sizeof(*s));
	s->net.family = net->bits <= 32 ? AF_INET : AF_INET6;
	memcpy(s->net.ip, net->ip, sizeof(s->net.ip));
	s->bits = net->bits;
	s->ms = ms;
}

int
penalty_change(struct penalties *p, uint64_t now, struct slow *s)
{
	struct network *net;
	struct culprit *c;

	if (p->nchanges == 0)
		return 0;
	net = &p->changes[--p->nchanges];
	if ((c = culprit_find(p, net)) != NULL)
		c->queued = 0;
	tell(s, net, outside(p, now, c));
	return 1;
}

int
penalty_refusals(struct penalties *p, uint64_t now, size_t *at, struct slow *s)
{
	const struct culprit *c;
	uint32_t ms;

	while (*at < p->n) {
		c = p->heap[(*at)++];
		if ((ms = outside(p, now, c)) > 0) {
			tell(s, &c->net, ms);
			return 1;
		}
	}
	return 0;
}

/* --- people -------------------------------------------------------- */

static void
count_line(const struct penalties *p, uint64_t now, char *line, size_t size)
{
	size_t i, delayed = 0, refused = 0;

	for (i = 0; i < p->n; i++) {
		delayed += delay(p, now, &p->heap[i]->net) > 0;
		refused += p->heap[i]->until > now;
	}
	snprintf(line, size,
	    "networks=%zu delayed=%zu refused=%zu homes=%zu users=%zu", p->n,
	    delayed, refused, p->known.n, p->tries.n);
}

/* 0: it has no consequences */
static int
network_line(struct penalties *p, uint64_t now, const struct culprit *c,
    char *line, size_t size)
{
	uint32_t ms = delay(p, now, &c->net);
	uint64_t left = c->until > now ? c->until - now : 0;
	char ip[INET6_ADDRSTRLEN];

	if (ms == 0 && left == 0)
		return 0;
	inet_ntop(c->net.bits <= 32 ? AF_INET : AF_INET6, c->net.ip, ip,
	    sizeof(ip));
	snprintf(line, size, "%s/%u score=%u delay=%u.%us refused=%us%s", ip,
	    c->net.bits, culprit_score(p, c, now) / POINT, ms / 1000,
	    ms % 1000 / 100, (unsigned int)((left + 999) / 1000),
	    left > 0 && outside(p, now, c) == 0 ? " home=yes" : "");
	return 1;
}

static int
user_line(const struct penalties *p, uint64_t now, size_t nth, size_t *at,
    char *line, size_t size)
{
	char user[USER_SIZE];
	const struct tried *u;
	unsigned int n;
	size_t i;

	TAILQ_FOREACH(u, &p->tries.list, entry) {
		if (nth > 0) {
			nth--;
			continue;
		}
		(*at)++;
		if ((n = tried_count(u, now)) <= TRIES)
			continue;
		memcpy(user, u->user, sizeof(user));
		for (i = 0; user[i] != '\0'; i++)
			if (strchr(NAME_BYTES, user[i]) == NULL)
				user[i] = '?';
		snprintf(line, size, "user=%s failures=%u", user, n);
		return 1;
	}
	return 0;
}

int
penalty_line(struct penalties *p, uint64_t now, size_t *at, char *line,
    size_t size)
{
	if (*at == 0)
		p->lines = 0;
	if (p->lines++ == LINES_MAX)
		return 0;
	if ((*at)++ == 0) {
		count_line(p, now, line, size);
		return 1;
	}
	for (--*at; *at <= p->n;)
		if (network_line(p, now, p->heap[(*at)++ - 1], line, size))
			return 1;
	return user_line(p, now, *at - 1 - p->n, at, line, size);
}

size_t
penalty_forgive(struct penalties *p, uint64_t now, const struct forgive *f)
{
	struct network net[WIDTHS] = { 0 };
	struct culprit *wide;
	uint32_t bits = f->bits;
	size_t was = p->n;
	int v4;

	if (!f->all && !penalty_networks(&f->net, net))
		return 0;
	v4 = net[NARROW].bits == 32;
	if (v4 && f->net.family == AF_INET6)
		bits = bits > 96 ? bits - 96 : 0;
	if (f->all)
		tries_forget(&p->tries);
	culprits_forget(p, now, f->all ? NULL : net[NARROW].ip, v4, bits);
	/* who is let in again shall not suffer for what he did, either */
	if (!f->all && bits == net[NARROW].bits &&
	    (wide = culprit_find(p, &net[WIDE])) != NULL)
		culprit_drop(p, wide, now);
	return was - p->n;
}

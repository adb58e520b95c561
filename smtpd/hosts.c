/*
 * hosts: see hosts.h; an array in order of names, so that nobody outside
 * chooses what a search costs, and two lists from the longest unused to the
 * last used: many domains without TLS do not push out one with it.
 */
#include <sys/queue.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "hosts.h"
#include "schedule.h"

enum { FAILS_MAX = 1000 };

struct host {
	TAILQ_ENTRY(host) used;
	uint64_t next;	/* asleep until then, if fails */
	uint64_t probe; /* one is trying until then; 0: none is */
	uint32_t fails; /* in a row */
	enum host_kind kind;
	enum host_tls tls;
	char name[];
};
TAILQ_HEAD(host_list, host);

struct hosts {
	struct host *all[HOSTS_MAX];
	size_t n;
	struct host_list used[2]; /* without and with memory of TLS */
};

static const char *const kinds[] = { "domain", "address" };
static const char *const levels[] = { "plain", "encrypted", "verified" };

/* where it is, or belongs */
static size_t
place(const struct hosts *h, enum host_kind kind, const char *name, int *found)
{
	size_t lo = 0, hi = h->n, mid;
	int c;

	*found = 0;
	while (lo < hi) {
		mid = lo + (hi - lo) / 2;
		c = (int)h->all[mid]->kind - (int)kind;
		if (c == 0)
			c = strcmp(h->all[mid]->name, name);
		if (c == 0) {
			*found = 1;
			return mid;
		}
		if (c < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct host *
find(const struct hosts *h, enum host_kind kind, const char *name)
{
	int found;
	size_t i = place(h, kind, name, &found);

	return found ? h->all[i] : NULL;
}

static void
drop(struct hosts *h, struct host *d)
{
	int found;
	size_t i = place(h, d->kind, d->name, &found);

	h->n--;
	memmove(h->all + i, h->all + i + 1, (h->n - i) * sizeof(struct host *));
	TAILQ_REMOVE(&h->used[d->tls != HOST_PLAIN], d, used);
	free(d);
}

/* made if it is not there; it is the last used */
static struct host *
get(struct hosts *h, enum host_kind kind, const char *name)
{
	struct host *d = find(h, kind, name);
	size_t i, n = strlen(name);
	int found;

	if (d != NULL) {
		TAILQ_REMOVE(&h->used[d->tls != HOST_PLAIN], d, used);
		TAILQ_INSERT_TAIL(&h->used[d->tls != HOST_PLAIN], d, used);
		return d;
	}
	errno = ENOMEM;
	if (n >= HOST_NAME || (d = calloc(1, sizeof(*d) + n + 1)) == NULL)
		return NULL;
	d->kind = kind;
	memcpy(d->name, name, n + 1);
	if (h->n == HOSTS_MAX)
		drop(h,
		    TAILQ_FIRST(TAILQ_EMPTY(&h->used[0]) ? &h->used[1] :
							   &h->used[0]));
	i = place(h, kind, name, &found);
	memmove(h->all + i + 1, h->all + i, (h->n - i) * sizeof(struct host *));
	h->all[i] = d;
	h->n++;
	TAILQ_INSERT_TAIL(&h->used[0], d, used);
	return d;
}

struct hosts *
hosts_new(void)
{
	struct hosts *h = calloc(1, sizeof(*h));

	if (h == NULL)
		return NULL;
	TAILQ_INIT(&h->used[0]);
	TAILQ_INIT(&h->used[1]);
	return h;
}

void
hosts_free(struct hosts *h)
{
	size_t i;

	if (h == NULL)
		return;
	for (i = 0; i < h->n; i++)
		free(h->all[i]);
	free(h);
}

/* --- back-off ------------------------------------------------------ */

enum host_state
hosts_ask(struct hosts *h, uint64_t now, enum host_kind kind, const char *name,
    uint64_t *when)
{
	struct host *d = find(h, kind, name);

	if (d == NULL || d->fails == 0)
		return HOST_OPEN;
	if (now < d->next) {
		*when = d->next;
		return HOST_SLEEPS;
	}
	if (now < d->probe) {
		*when = d->probe;
		return HOST_SLEEPS;
	}
	d->probe = now + HOST_PROBE_MS;
	return HOST_PROBE;
}

int
hosts_failed(struct hosts *h, uint64_t now, enum host_kind kind,
    const char *name, uint32_t random)
{
	struct host *d = get(h, kind, name);

	if (d == NULL)
		return -1;
	if (d->fails > 0 && now < d->next)
		return 0;
	d->next = now + retry_delay(d->fails, random);
	d->probe = 0;
	d->fails += d->fails < FAILS_MAX;
	return 0;
}

void
hosts_good(struct hosts *h, enum host_kind kind, const char *name)
{
	struct host *d = find(h, kind, name);

	if (d == NULL)
		return;
	if (d->tls == HOST_PLAIN) {
		drop(h, d);
		return;
	}
	d = get(h, kind, name);
	d->fails = 0;
	d->next = d->probe = 0;
}

void
hosts_release(struct hosts *h, enum host_kind kind, const char *name)
{
	struct host *d = find(h, kind, name);

	if (d != NULL)
		d->probe = 0;
}

/* --- TLS ----------------------------------------------------------- */

int
hosts_reached(struct hosts *h, const char *domain, enum host_tls tls)
{
	struct host *d;

	if (tls == HOST_PLAIN)
		return 0;
	if ((d = get(h, HOST_DOMAIN, domain)) == NULL)
		return -1;
	if (d->tls == HOST_PLAIN) {
		TAILQ_REMOVE(&h->used[0], d, used);
		TAILQ_INSERT_TAIL(&h->used[1], d, used);
	}
	if (d->tls < tls)
		d->tls = tls;
	return 0;
}

enum host_tls
hosts_tls(const struct hosts *h, const char *domain)
{
	const struct host *d = find(h, HOST_DOMAIN, domain);

	return d != NULL ? d->tls : HOST_PLAIN;
}

int
hosts_forget(struct hosts *h, enum host_kind kind, const char *name)
{
	struct host *d = find(h, kind, name);

	if (d == NULL)
		return 0;
	drop(h, d);
	return 1;
}

/* --- for people and for the disk ----------------------------------- */

int
hosts_line(const struct hosts *h, uint64_t now, size_t *at, char *line,
    size_t size)
{
	const struct host *d;
	uint64_t s;

	if (*at >= h->n)
		return 0;
	d = h->all[(*at)++];
	s = d->fails > 0 && d->next > now ? (d->next - now + 999) / 1000 : 0;
	snprintf(line, size, "%s %s tls=%s failures=%u wait=%llus%s",
	    kinds[d->kind], d->name, levels[d->tls], d->fails,
	    (unsigned long long)s, d->probe > now ? " probing" : "");
	return 1;
}

/* one line each, the longest unused first: so they come back in this order */
char *
hosts_save(const struct hosts *h, size_t *len)
{
	size_t size = h->n * HOST_LINE + 1, n = 0;
	const struct host *d;
	char *out, *fit;
	int i, m;

	if ((out = malloc(size)) == NULL)
		return NULL;
	out[0] = '\0';
	for (i = 0; i < 2; i++)
		TAILQ_FOREACH(d, &h->used[i], used) {
			m = snprintf(out + n, size - n, "%s %s %s %u %llu\n",
			    kinds[d->kind], d->name, levels[d->tls], d->fails,
			    (unsigned long long)d->next);
			n += m > 0 ? (size_t)m : 0;
		}
	*len = n;
	fit = realloc(out, n + 1);
	return fit != NULL ? fit : out;
}

/* decimal digits, nothing else, up to the NUL */
static int
number(const char *s, uint64_t max, uint64_t *out)
{
	uint64_t v = 0;

	if (*s == '\0')
		return -1;
	for (; *s != '\0'; s++) {
		if (*s < '0' || *s > '9' || v > (max - (*s - '0')) / 10)
			return -1;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	*out = v;
	return 0;
}

static int
word(const char *s, const char *const *of, int n)
{
	while (n-- > 0)
		if (strcmp(s, of[n]) == 0)
			return n;
	return -1;
}

static int
is_name(const char *s)
{
	size_t n = strlen(s);

	while (*s > ' ' || *s & 0x80)
		s++;
	return n > 0 && n < HOST_NAME && *s == '\0';
}

static int
restore_line(struct hosts *h, uint64_t now, char *line)
{
	char *f[5], *s = line;
	uint64_t fails, next, most = now + RETRY_MAX + RETRY_MAX / 8;
	struct host *d;
	int i, kind, tls;

	for (i = 0; i < 5; i++)
		if ((f[i] = strsep(&s, " ")) == NULL)
			return -1;
	if (s != NULL || (kind = word(f[0], kinds, 2)) == -1 ||
	    !is_name(f[1]) || (tls = word(f[2], levels, 3)) == -1 ||
	    number(f[3], FAILS_MAX, &fails) == -1 ||
	    number(f[4], UINT64_MAX, &next) == -1 ||
	    (kind == HOST_ADDRESS && tls != HOST_PLAIN))
		return -1;
	if (fails > 0) {
		if ((d = get(h, (enum host_kind)kind, f[1])) == NULL)
			return -1;
		if (d->fails == 0) {
			d->fails = (uint32_t)fails;
			d->next = next < most ? next : most;
		}
	}
	return hosts_reached(h, f[1], (enum host_tls)tls);
}

size_t
hosts_restore(struct hosts *h, uint64_t now, const char *text, size_t len)
{
	const char *lf, *end = text + len;
	char line[HOST_LINE];
	size_t bad = 0, n;

	for (; text < end; text += n + 1) {
		lf = memchr(text, '\n', (size_t)(end - text));
		n = lf != NULL ? (size_t)(lf - text) : (size_t)(end - text);
		if (n >= sizeof(line) || memchr(text, '\0', n) != NULL) {
			bad++;
			continue;
		}
		memcpy(line, text, n);
		line[n] = '\0';
		bad += restore_line(h, now, line) == -1;
	}
	return bad;
}

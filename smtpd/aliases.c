/*
 * aliases: see aliases.h. Touches nothing. The file is the administrator's,
 * yet all of it is checked: whatever is wrong is told at once. Words are kept
 * in one pool, each without quotes; the text always holds a byte more than
 * its words, so the pool never grows. After the grammar of sendmail's
 * aliases(5), RFC 5321 4.1.2 for what stands in it.
 */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "aliases.h"
#include "date.h"
#include "limits.h"

#define DAY 86400
#define NAMES "bob, bob+lists or bob@example.org was meant"

struct aliases {
	char *pool;
	struct alias *v;
	struct alias_target *targets;
	uint32_t *sorted; /* v by local part, then domain, then line */
	size_t n, ntargets;
};

struct reader {
	struct aliases *a;
	unsigned int flags;
	const char *p, *end;
	const char *bol; /* where the line begins */
	size_t line;
	size_t pooled;	   /* bytes */
	size_t size, room; /* entries that v and targets have space for */
	void (*complain)(size_t, size_t, const char *, void *);
	void *arg;
	int errors;
};

/* at p; always -1 */
static int __attribute__((format(printf, 3, 4)))
wrong(struct reader *r, const char *p, const char *fmt, ...)
{
	char why[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	if (r->errors++ < ALIASES_ERRORS)
		r->complain(r->line, (size_t)(p - r->bol) + 1, why, r->arg);
	return -1;
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r';
}

/* the end of the line that p is in */
static const char *
line_end(const struct reader *r, const char *p)
{
	const char *nl = memchr(p, '\n', (size_t)(r->end - p));

	return nl != NULL ? nl : r->end;
}

/* at a line that says something, at or behind this one; bol is set */
static void
next_line(struct reader *r)
{
	const char *p;

	while (r->p < r->end) {
		r->bol = r->p;
		for (p = r->p; p < r->end && is_blank(*p); p++)
			;
		if (p < r->end && *p != '\n' && *p != '#')
			return;
		r->p = line_end(r, p);
		if (r->p < r->end) {
			r->p++;
			r->line++;
		}
	}
}

/* on to a line that continues this one; 0: none does, and nothing has moved */
static int
continued(struct reader *r)
{
	const struct reader was = *r;

	if (r->p == r->end)
		return 0;
	r->p++;
	r->line++;
	next_line(r);
	if (r->p < r->end && (*r->p == ' ' || *r->p == '\t'))
		return 1;
	*r = was;
	return 0;
}

/* over blanks and comments. 1: the entry goes on; 0: it ends with this line */
static int
more(struct reader *r)
{
	do {
		while (r->p < r->end && is_blank(*r->p))
			r->p++;
		if (r->p < r->end && *r->p == '#' && r->p > r->bol &&
		    is_blank(r->p[-1]))
			r->p = line_end(r, r->p);
		if (r->p < r->end && *r->p != '\n')
			return 1;
	} while (continued(r));
	return 0;
}

/* what is left of an entry that is none */
static void
skip_entry(struct reader *r)
{
	do {
		r->p = line_end(r, r->p);
	} while (more(r));
}

/* a copy in the pool */
static const char *
keep(struct reader *r, const char *text)
{
	const size_t n = strlen(text) + 1;
	char *to = r->a->pool + r->pooled;

	if (n == 1)
		return "";
	memcpy(to, text, n);
	r->pooled += n;
	return to;
}

static void *
grow(void *v, size_t n, size_t *size, size_t each)
{
	size_t more = *size == 0 ? 16 : *size * 2;

	if (n < *size)
		return v;
	if ((v = reallocarray(v, more, each)) != NULL)
		*size = more;
	return v;
}

static int
add_target(struct reader *r, const struct target *t, const char *at)
{
	struct aliases *a = r->a;
	struct alias_target *v;

	if (a->ntargets == ALIASES_TARGETS)
		return wrong(r, at, "too many targets; %d in all were meant",
		    ALIASES_TARGETS);
	v = grow(a->targets, a->ntargets, &r->room, sizeof(*v));
	if (v == NULL)
		return wrong(r, at, "out of memory");
	a->targets = v;
	v += a->ntargets++;
	v->kind = t->kind;
	v->local = keep(r, t->kind == TARGET_PIPE ? t->command : t->to.local);
	v->domain = keep(r, t->to.domain);
	v->line = (uint32_t)r->line;
	v->column = (uint32_t)(at - r->bol) + 1;
	return 0;
}

/* behind "until="; -1: no day of the calendar from 1970 on */
static int
read_date(const char *p, size_t len, time_t *until)
{
	if (date_day(p, len, until) == -1 || *until < 0)
		return -1;
	*until += DAY;
	return 0;
}

static int
is_until(const char *p, size_t n)
{
	return n >= 6 && strncasecmp(p, "until=", 6) == 0;
}

/* nothing may follow but the end of the entry */
static int
read_until(struct reader *r, const char *p, size_t n, struct alias *a)
{
	if (read_date(p + 6, n - 6, &a->until) == -1)
		return wrong(r, p,
		    "until: not a date; until=2027-01-31, the last day, was "
		    "meant");
	r->p = p + n;
	if (!more(r))
		return 0;
	return wrong(r, r->p,
	    "until= has to stand behind the last target; nothing more was "
	    "meant");
}

/* behind a comma or the colon: a word that is no target is told, no more */
static int
read_target(struct reader *r, struct alias *a)
{
	size_t n = target_word(r->p, r->end, ",");
	const char *p = r->p, *why;
	struct target t;

	if (n == 0 || is_until(p, n))
		return wrong(r, p, "no target; " NAMES);
	r->p += n;
	if ((why = target_parse(&t, p, n, r->flags)) != NULL) {
		wrong(r, p, "%s%s", why,
		    strchr(why, ';') == NULL ? "; " NAMES : "");
		return 0;
	}
	if (a->ntargets++ == ALIAS_RESULTS)
		return wrong(r, p, "too many targets; %d of one alias at most",
		    ALIAS_RESULTS);
	return add_target(r, &t, p);
}

static int
read_targets(struct reader *r, struct alias *a)
{
	size_t n;

	for (;;) {
		if (!more(r))
			return wrong(r, r->p, "no target behind %s; " NAMES,
			    a->ntargets > 0 ? "the comma" : "the name");
		if (read_target(r, a) == -1)
			return -1;
		if (!more(r))
			return 0;
		if (*r->p == ',') {
			r->p++;
			continue;
		}
		n = target_word(r->p, r->end, ",");
		if (is_until(r->p, n))
			return read_until(r, r->p, n, a);
		return wrong(r, r->p,
		    "no comma between two targets; bob, alice was meant");
	}
}

/* "name", "user@domain" or "@domain", and the colon */
static int
read_key(struct reader *r, struct alias *a)
{
	static const char meant[] = "bob:, bob@example.org: or @example.org: "
				    "was meant";
	const char *p = r->p, *why;
	size_t n = target_word(p, r->end, ":");
	struct mailbox m = { 0 };

	if (n == 0)
		return wrong(r, p, "no name; %s", meant);
	why = *p == '@' ? domain_parse(m.domain, p + 1, n - 1, ADDRESS_UTF8) :
			  target_mailbox(&m, p, n);
	if (why != NULL)
		return wrong(r, p, "%s; %s", why, meant);
	r->p += n;
	while (r->p < r->end && is_blank(*r->p))
		r->p++;
	if (r->p == r->end || *r->p != ':')
		return wrong(r, r->p, "no colon behind the name; %s", meant);
	r->p++;
	a->local = keep(r, m.local);
	a->domain = keep(r, m.domain);
	return 0;
}

static int
read_entry(struct reader *r)
{
	struct aliases *a = r->a;
	struct alias *v, e = { .line = (uint32_t)r->line };
	const size_t first = a->ntargets;

	if (is_blank(*r->p))
		return wrong(r, r->p,
		    "continues nothing; a name in the first column was meant");
	if (a->n == ALIASES_MAX)
		return wrong(r, r->p, "too many aliases; %d were meant",
		    ALIASES_MAX);
	if (read_key(r, &e) == -1 || read_targets(r, &e) == -1)
		return -1;
	e.ntargets = (uint32_t)(a->ntargets - first);
	v = grow(a->v, a->n, &r->size, sizeof(*v));
	if (v == NULL)
		return wrong(r, r->p, "out of memory");
	a->v = v;
	a->v[a->n++] = e;
	return 0;
}

static int
compare(const struct alias *a, const struct alias *b)
{
	const int r = strcasecmp(a->local, b->local);

	return r != 0 ? r : strcmp(a->domain, b->domain);
}

static int
compare_sorted(const void *a, const void *b, void *all)
{
	const struct alias *v = all;
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const int r = compare(v + x, v + y);

	return r != 0 ? r : (x > y) - (x < y);
}

/* those given twice, each against the first of them */
static void
find_twice(struct reader *r)
{
	struct aliases *a = r->a;
	const struct alias *e, *first;
	size_t i;

	for (i = 0; i < a->n; i++)
		a->sorted[i] = (uint32_t)i;
	qsort_r(a->sorted, a->n, sizeof(*a->sorted), compare_sorted, a->v);
	for (i = 0; i < a->n; i++) {
		e = a->v + i;
		first = aliases_find(a, e->local, e->domain);
		r->line = e->line;
		r->bol = r->p;
		if (first != e)
			wrong(r, r->p,
			    "%s%s%s: given twice, first in line %u; one line "
			    "with all targets was meant",
			    e->local, *e->domain != '\0' ? "@" : "", e->domain,
			    first->line);
	}
}

/* 0: all of it is right */
static int
finish(struct reader *r)
{
	struct aliases *a = r->a;
	size_t i, n = 0;

	a->sorted = calloc(a->n + 1, sizeof(*a->sorted));
	if (a->sorted == NULL)
		return wrong(r, r->bol, "out of memory");
	find_twice(r);
	if (r->errors > 0)
		return -1;
	for (i = 0; i < a->n; n += a->v[i++].ntargets)
		a->v[i].targets = a->targets + n;
	return 0;
}

struct aliases *
aliases_new(const char *text, size_t len, unsigned int flags,
    void (*complain)(size_t, size_t, const char *, void *), void *arg)
{
	struct reader r = { .flags = flags,
		.p = text,
		.end = text + len,
		.bol = text,
		.line = 1,
		.complain = complain,
		.arg = arg };

	if (len > ALIASES_BYTES) {
		wrong(&r, text, "too long, %d bytes at most", ALIASES_BYTES);
		return NULL;
	}
	if ((r.a = calloc(1, sizeof(*r.a))) == NULL ||
	    (r.a->pool = malloc(len + 2)) == NULL) {
		wrong(&r, text, "out of memory");
		free(r.a);
		return NULL;
	}
	for (next_line(&r); r.p < r.end && r.errors < ALIASES_ERRORS;
	     next_line(&r))
		if (read_entry(&r) == -1)
			skip_entry(&r);
	if (finish(&r) == 0)
		return r.a;
	aliases_free(r.a);
	return NULL;
}

void
aliases_free(struct aliases *a)
{
	if (a == NULL)
		return;
	free(a->pool);
	free(a->v);
	free(a->targets);
	free(a->sorted);
	free(a);
}

const struct alias *
aliases_find(const struct aliases *a, const char *local, const char *domain)
{
	const struct alias key = { .local = local, .domain = domain };
	size_t low = 0, high = a->n, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (compare(a->v + a->sorted[middle], &key) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == a->n || compare(a->v + a->sorted[low], &key) != 0)
		return NULL;
	return a->v + a->sorted[low];
}

const struct alias *
aliases_at(const struct aliases *a, size_t i)
{
	return i < a->n ? a->v + i : NULL;
}

int
alias_is_over(const struct alias *a, time_t now)
{
	return a->until != 0 && now >= a->until;
}

/*
 * deliver: see deliver.h. Touches nothing; the text is a stranger's. A line of
 * the header is held back until its name is known, nothing else is. In the
 * header a CR alone becomes a blank: readers that take it for a line end would
 * find fields there that were never taken out. In the body it stays.
 * RFC 5322 2.2, 3.6.7, 4.5.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "deliver.h"

#define OURS "X-Gatelodge-"
#define STRAY OURS "Stray:"

enum state { START, NAME, VALUE, BODY };
enum kind { FIRST, KEPT, GONE, DELIVERED };

_Static_assert(sizeof(OURS) <= DELIVER_NAME &&
	DELIVER_NAME + sizeof(STRAY) + 1 <= DELIVER_MORE,
    "what is held back, and what is put in, have room");
_Static_assert(2 * (MAILBOX_TEXT + 20) + 2 * (DELIVER_VALUE + 200) <=
	DELIVER_HEAD,
    "two long fields have room");

struct put {
	char *p;
	size_t n, size;
	int full;
};

static void
put(struct put *o, const char *s, size_t n)
{
	if (n > o->size - o->n) {
		o->full = 1;
		return;
	}
	memcpy(o->p + o->n, s, n);
	o->n += n;
}

static void
put_str(struct put *o, const char *s)
{
	put(o, s, strlen(s));
}

void
deliver_count(struct deliver_size *t, const void *text, size_t n)
{
	const char *p = text, *end = p + n, *lf;

	if (n == 0)
		return;
	t->size += n;
	t->wire += n;
	for (; p < end; p = lf + 1) {
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL)
			break;
		if (lf > (const char *)text ? lf[-1] != '\r' : !t->cr)
			t->wire++;
	}
	t->cr = end[-1] == '\r';
}

/* --- our own fields ------------------------------------------------- */

static int
is_good(const struct deliver_field *f)
{
	const char *p;

	if (strncasecmp(f->name, OURS, sizeof(OURS) - 1) != 0 ||
	    strlen(f->name) > 64 || strlen(f->value) > DELIVER_VALUE)
		return 0;
	for (p = f->name; *p > 0x20 && *p < 0x7f && *p != ':'; p++)
		;
	if (*p != '\0')
		return 0;
	for (p = f->value; *p >= 0x20 && *p < 0x7f; p++)
		;
	return *p == '\0';
}

size_t
deliver_start(struct deliver *d, const struct mailbox *from,
    const struct mailbox *to, const struct deliver_field *f, size_t n,
    char *out)
{
	struct put o = { .p = out, .size = DELIVER_HEAD };
	char path[MAILBOX_TEXT + 1];

	memset(d, 0, sizeof(*d));
	mailbox_format(from, path);
	mailbox_format(to, d->to);
	put_str(&o, "Return-Path: <");
	put_str(&o, path);
	put_str(&o, ">\nDelivered-To: ");
	put_str(&o, d->to);
	put_str(&o, "\n");
	for (; n > 0; n--, f++) {
		if (!is_good(f))
			o.full = 1;
		put_str(&o, f->name);
		put_str(&o, ": ");
		put_str(&o, f->value);
		put_str(&o, "\n");
	}
	if (o.full) {
		errno = EINVAL;
		return 0;
	}
	deliver_count(&d->out, out, o.n);
	return o.n;
}

/* --- the header ----------------------------------------------------- */

static int
is_name(const struct deliver *d, const char *name)
{
	return d->nname == strlen(name) &&
	    strncasecmp(d->name, name, d->nname) == 0;
}

static enum kind
kind_of(const struct deliver *d)
{
	if (is_name(d, "Return-Path") ||
	    (d->nname >= sizeof(OURS) - 1 &&
		strncasecmp(d->name, OURS, sizeof(OURS) - 1) == 0))
		return GONE;
	return is_name(d, "Delivered-To") ? DELIVERED : KEPT;
}

/* the field is over: was it a Delivered-To of this recipient? */
static void
judge(struct deliver *d)
{
	if (d->kind != DELIVERED)
		return;
	while (d->nvalue > 0 && strchr(" \t", d->value[d->nvalue - 1]) != NULL)
		d->nvalue--;
	if (d->nvalue == strlen(d->to) &&
	    strncasecmp(d->value, d->to, d->nvalue) == 0)
		d->loop = 1;
	d->nvalue = 0;
}

/* a byte of a Delivered-To behind its name */
static void
collect(struct deliver *d, char c)
{
	if (c == '\n' || (d->nvalue == 0 && strchr(" \t:", c) != NULL))
		return;
	/* what is cut is longer than any address, and no address */
	if (d->nvalue < sizeof(d->value))
		d->value[d->nvalue++] = c;
}

static void
named(struct deliver *d, struct put *o)
{
	d->kind = kind_of(d);
	if (d->kind != GONE)
		put(o, d->name, d->nname);
	d->nname = 0;
	d->state = VALUE;
}

static void
value(struct deliver *d, char c, struct put *o)
{
	if (d->kind != GONE)
		put(o, &c, 1);
	if (d->kind == DELIVERED)
		collect(d, c);
	if (c == '\n')
		d->state = START;
}

static int
is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* a byte of the header, of which no CR is left */
static void
header(struct deliver *d, char c, struct put *o)
{
	if (d->state == START && is_blank(c)) {
		/* it would go on with a field of ours, and change it */
		if (d->kind == FIRST) {
			put_str(o, STRAY);
			d->kind = KEPT;
		}
		d->state = VALUE;
	} else if (d->state == START) {
		judge(d);
		d->state = NAME;
		if (c == '\n') {
			put(o, &c, 1);
			d->state = BODY;
			return;
		}
	}
	if (d->state == NAME) {
		if (c != ':' && c != '\n' && !is_blank(c)) {
			d->name[d->nname++] = c;
			if (d->nname == sizeof(d->name))
				named(d, o);
			return;
		}
		named(d, o);
	}
	value(d, c, o);
}

/* --- the text ------------------------------------------------------- */

/* n > 0 bytes of the body; no CR is held back */
static void
body(struct deliver *d, const char *p, size_t n, struct put *o)
{
	const char *end = p + n, *lf;
	size_t line;

	for (; p < end; p = lf + 1) {
		lf = memchr(p, '\n', (size_t)(end - p));
		line = (size_t)((lf == NULL ? end : lf) - p);
		d->cr = line > 0 && p[line - 1] == '\r';
		put(o, p, line - (size_t)d->cr);
		if (lf == NULL)
			return;
		d->cr = 0;
		put(o, "\n", 1);
	}
}

/* the CR that was held back stands in front of something else than LF */
static void
lone_cr(struct deliver *d, struct put *o)
{
	d->cr = 0;
	if (d->state == BODY)
		put(o, "\r", 1);
	else
		header(d, ' ', o);
}

size_t
deliver_feed(struct deliver *d, const void *text, size_t n, char *out)
{
	struct put o = { .p = out, .size = n + DELIVER_MORE };
	const char *p = text, *end = p + n;

	while (p < end) {
		if (d->cr && *p != '\n')
			lone_cr(d, &o);
		d->cr = 0;
		if (d->state == BODY) {
			body(d, p, (size_t)(end - p), &o);
			break;
		}
		if (*p == '\r')
			d->cr = 1;
		else
			header(d, *p, &o);
		p++;
	}
	deliver_count(&d->out, out, o.n);
	return o.n;
}

size_t
deliver_end(struct deliver *d, char *out)
{
	struct put o = { .p = out, .size = DELIVER_MORE };

	if (d->cr)
		lone_cr(d, &o);
	if (d->state == NAME)
		named(d, &o);
	judge(d);
	deliver_count(&d->out, out, o.n);
	return o.n;
}

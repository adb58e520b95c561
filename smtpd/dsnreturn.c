/*
 * dsnreturn: what comes back of the message: all of it, if that was asked for,
 * is not too much and can pass any host as it is; else its header, in lines
 * that can. The message is a stranger's.
 */
#include <string.h>

#include "dsnpart.h"
#include "fold.h"
#include "header.h"
#include "limits.h"

enum { LINE = 998 };

struct copy {
	struct buf *out;
	const char *msg;
	size_t from; /* bytes in out before */
	int failed;
};

static void
put(struct copy *c, const char *p, size_t n)
{
	if (buf_add(c->out, p, n) == -1)
		c->failed = 1;
}

/* one that no host has to mend */
static int
is_clean(const char *p, size_t n)
{
	size_t i, column = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == '\n')
			column = 0;
		else if (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n')
			continue;
		else if (p[i] == '\0' || p[i] == '\r' || ++column > LINE)
			return 0;
	}
	return 1;
}

static void
put_all(struct copy *c, const char *p, size_t n)
{
	const char *end = p + n, *lf;
	size_t line;

	for (; p < end; p = lf + 1) {
		if ((lf = memchr(p, '\n', (size_t)(end - p))) == NULL)
			lf = end;
		line = (size_t)(lf - p);
		if (line > 0 && p[line - 1] == '\r')
			line--;
		put(c, p, line);
		put(c, "\r\n", 2);
		if (lf == end)
			break;
	}
}

/* a field in lines that are short enough, cut between characters */
static void
put_field(struct copy *c, const char *p, size_t n)
{
	size_t i, column = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n')
			continue;
		if (p[i] == '\n') {
			put(c, "\r\n", 2);
			column = 0;
			continue;
		}
		if (column >= LINE - 4 &&
		    ((p[i] & 0xc0) != 0x80 || column == LINE)) {
			put(c, "\r\n ", 3);
			column = 1;
		}
		put(c, p[i] == '\r' ? " " : p + i, 1);
		column++;
	}
	if (n == 0 || p[n - 1] != '\n')
		put(c, "\r\n", 2);
}

static void
on_field(void *arg, const struct header_field *h)
{
	struct copy *c = arg;
	const size_t n = h->end - h->start;

	if (h->name != HEADER_MBOX && c->out->len - c->from < DSN_RETURNED &&
	    DSN_RETURNED - (c->out->len - c->from) >= n)
		put_field(c, c->msg + h->start, n);
}

int
dsn_returned(const struct dsn *d, struct buf *out, int *all)
{
	struct copy c = { .out = out, .msg = d->msg, .from = out->len };
	struct header h = { .field = on_field, .arg = &c };
	size_t used;

	*all = d->full && d->len <= DSN_RETURNED && is_clean(d->msg, d->len);
	if (*all)
		put_all(&c, d->msg, d->len);
	else {
		header_feed(&h, d->msg, d->len, &used);
		header_end(&h);
	}
	return c.failed ? -1 : 0;
}

/*
 * reply: see reply.h. A line is gathered and judged once, when its LF is
 * there. A bare LF ends a line, too: some servers write it, and a reply holds
 * nothing that could be smuggled. Of codes that differ the last one counts.
 */
#include <stdio.h>
#include <string.h>

#include "reply.h"

static int
is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* up to three digits; how many, 0: none, or too many */
static size_t
number(const char *s)
{
	size_t n = 0;

	while (n < 4 && is_digit(s[n]))
		n++;
	return n < 4 ? n : 0;
}

/* bytes of "class.subject.detail" in front; 0: there is none that fits */
static size_t
enhanced(const char *s, char class)
{
	size_t a, b;

	if (s[0] != class || s[1] != '.' || (a = number(s + 2)) == 0 ||
	    s[2 + a] != '.' || (b = number(s + 3 + a)) == 0)
		return 0;
	a += b + 3;
	return s[a] == ' ' || s[a] == '\0' ? a : 0;
}

/* what people may read of a line */
static void
keep(struct reply *r, const char *s, size_t n)
{
	size_t i, start = r->textlen;
	char c;

	for (i = 0; i < n && r->textlen + 2 < sizeof(r->text); i++) {
		c = s[i] & 0x80 ? '?' : s[i];
		if (c <= ' ' || c == 0x7f) {
			c = ' ';
			if (r->textlen == start ||
			    r->text[r->textlen - 1] == ' ')
				continue;
		} else if (r->textlen == start && start > 0)
			r->text[r->textlen++] = ' ';
		r->text[r->textlen++] = c;
	}
	while (r->textlen > start && r->text[r->textlen - 1] == ' ')
		r->textlen--;
	r->text[r->textlen] = '\0';
}

/* a line without its end, line[0] to line[got - 1] */
static enum reply_event
judge(struct reply *r)
{
	char *s = r->line, sep;
	size_t n = r->got, skip;

	s[n] = '\0';
	r->got = 0;
	if (n < 3 || s[0] < '2' || s[0] > '5' || !is_digit(s[1]) ||
	    !is_digit(s[2]))
		return REPLY_BAD;
	sep = n > 3 ? s[3] : ' ';
	if ((sep != ' ' && sep != '-') || ++r->lines > REPLY_LINES)
		return REPLY_BAD;
	r->code = (s[0] - '0') * 100 + (s[1] - '0') * 10 + (s[2] - '0');
	skip = n > 3 ? 4 : 3;
	r->linelen = n - skip;
	memmove(s, s + skip, r->linelen + 1);
	skip = enhanced(s, (char)('0' + r->code / 100));
	if (skip > 0 && skip < sizeof(r->status)) {
		memcpy(r->status, s, skip);
		r->status[skip] = '\0';
	}
	keep(r, s + skip, r->linelen - skip);
	if (sep == '-')
		return REPLY_PART;
	if (r->status[0] - '0' != r->code / 100)
		snprintf(r->status, sizeof(r->status), "%d.0.0", r->code / 100);
	r->ended = 1;
	return REPLY_LAST;
}

static void
fresh(struct reply *r)
{
	r->code = 0;
	r->status[0] = r->text[0] = '\0';
	r->textlen = r->bytes = 0;
	r->lines = 0;
	r->ended = 0;
}

enum reply_event
reply_feed(struct reply *r, const void *data, size_t n, size_t *used)
{
	const char *p = data, *lf;
	enum reply_event ev;

	*used = 0;
	if (r->bad)
		return REPLY_BAD;
	if (n == 0)
		return REPLY_MORE;
	if (r->ended)
		fresh(r);
	lf = memchr(p, '\n', n);
	*used = lf != NULL ? (size_t)(lf - p) + 1 : n;
	r->bytes += *used;
	n = *used - (lf != NULL);
	if (n >= sizeof(r->line) - r->got || r->bytes > REPLY_BYTES) {
		r->bad = 1;
		return REPLY_BAD;
	}
	memcpy(r->line + r->got, p, n);
	r->got += n;
	if (lf == NULL)
		return REPLY_MORE;
	if (r->got > 0 && r->line[r->got - 1] == '\r')
		r->got--;
	ev = judge(r);
	r->bad = ev == REPLY_BAD;
	return ev;
}

/*
 * forward: see forward.h. Touches nothing; the text is the user's. All of it
 * is read before anybody is taken: a slip in one line sends no mail on.
 */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "forward.h"
#include "limits.h"

struct reader {
	const char *user;
	unsigned int flags;
	void (*take)(const struct target *, void *); /* NULL: not yet */
	void (*complain)(size_t, size_t, const char *, void *);
	void *arg;
	size_t line;
	const char *bol;
	size_t targets;
	int keeps, errors;
};

static void
wrong(struct reader *r, const char *p, const char *why)
{
	static const char meant[] = "; bob@example.org or his own name was "
				    "meant";
	char text[256];

	r->errors++;
	snprintf(text, sizeof(text), "%s%s", why,
	    strchr(why, ';') == NULL ? meant : "");
	r->complain(r->line, (size_t)(p - r->bol) + 1, text, r->arg);
}

static void
read_word(struct reader *r, const char *p, size_t len)
{
	const int last = *p == '\\'; /* "\alice": here it ends */
	const char *why;
	struct target t;

	if (last)
		why = target_mailbox(&t.to, p + 1, len - 1);
	else
		why = target_parse(&t, p, len, r->flags);
	if (why != NULL)
		wrong(r, p, why);
	else if ((last || t.kind == TARGET_NAME) && t.to.domain[0] == '\0' &&
	    strcasecmp(t.to.local, r->user) == 0)
		r->keeps = 1;
	else if (last)
		wrong(r, p, "not his own name behind the \\");
	else if (r->take != NULL)
		r->take(&t, r->arg);
	r->targets++;
}

/* a line: words with commas between, blanks and comments anywhere */
static void
read_line(struct reader *r, const char *p, const char *end)
{
	const char *at;
	size_t n;
	int comma = 1;

	for (r->bol = p; p < end; p += n) {
		n = 1;
		if (*p == ' ' || *p == '\t' || *p == '\r')
			continue;
		if (*p == '#' && (p == r->bol || p[-1] == ' ' || p[-1] == '\t'))
			return;
		if (*p == ',') {
			comma = 1;
			continue;
		}
		at = p;
		n = target_word(p, end, ",");
		if (!comma) {
			wrong(r, at,
			    "no comma between two targets; one was meant");
			return;
		}
		comma = 0;
		read_word(r, at, n);
	}
}

static void
read_text(struct reader *r, const char *p, size_t len)
{
	const char *end = p + len, *nl;

	r->line = r->targets = 0;
	r->keeps = 0;
	while (p < end) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (nl == NULL)
			nl = end;
		if (++r->line >= FORWARD_LINES) {
			r->bol = p;
			wrong(r, p, "too many lines; fewer than 50 were meant");
			return;
		}
		read_line(r, p, nl);
		p = nl < end ? nl + 1 : end;
	}
}

int
forward_parse(const char *text, size_t len, const char *user,
    unsigned int flags, void (*take)(const struct target *, void *),
    void (*complain)(size_t, size_t, const char *, void *), void *arg)
{
	struct reader r = { .user = user,
		.flags = flags,
		.complain = complain,
		.arg = arg };

	if (len >= FORWARD_BYTES) {
		complain(1, 1, "too long; less than 8 KiB were meant", arg);
		return -1;
	}
	read_text(&r, text, len);
	if (r.errors > 0)
		return -1;
	r.take = take;
	read_text(&r, text, len);
	return r.keeps || r.targets == 0;
}

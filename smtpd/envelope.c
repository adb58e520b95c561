/*
 * envelope: see envelope.h; two tables print and parse. Recipients are
 * counted before memory is asked for.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "envelope.h"
#include "text.h"

#define AT(f) offsetof(struct envelope, f)
#define RCPT(f) offsetof(struct recipient, f)
#define RESULT(f) offsetof(struct result, f)
#define CLOCK(f) offsetof(struct spool_clock, f)
#define COUNT(t) (sizeof(t) / sizeof(*(t)))

static const char *const bodies[] = { "7bit", "8bit" };
static const char *const answers[] = { "no", "yes" };
static const char *const rets[] = { "-", "full", "hdrs" };
static const char *const routes[] = { "local", "remote" };
static const char *const states[] = { "waiting", "delivered", "failed" };
static const char *const notifies[] = { "-", "s", "f", "sf", "d", "sd", "fd",
	"sfd", "never" };

/* clang-format off */
static const struct text keys[] = {
{ "id",        TEXT_ID,      AT(id) },
{ "from",      TEXT_ADDRESS, AT(from) },
{ "auth",      TEXT_STRING,  AT(auth),      ENVELOPE_USER },
{ "received",  TEXT_STRING,  AT(received),  ENVELOPE_RECEIVED },
{ "rdate",     TEXT_NUMBER,  AT(rdate),     UINT64_MAX },
{ "queued",    TEXT_NUMBER,  AT(queued),    UINT64_MAX },
{ "size",      TEXT_NUMBER,  AT(size),      UINT64_MAX },
{ "body",      TEXT_WORD,    AT(body),      BODY_8BIT, bodies },
{ "smtputf8",  TEXT_WORD,    AT(smtputf8),  1, answers },
{ "ret",       TEXT_WORD,    AT(ret),       RET_HDRS, rets },
{ "envid",     TEXT_STRING,  AT(envid),     ENVELOPE_ENVID },
{ "hop",       TEXT_NUMBER,  AT(hop),       UINT16_MAX },
{ "notbefore", TEXT_NUMBER,  AT(notbefore), UINT64_MAX },
{ "hold",      TEXT_WORD,    AT(hold),      1, answers },
};

static const struct text of_rcpt[] = {
{ "n",         TEXT_NUMBER,  RCPT(n),       RECIPIENTS_MAX - 1 },
{ "addr",      TEXT_ADDRESS, RCPT(addr) },
{ "orcpt",     TEXT_STRING,  RCPT(orcpt),   ENVELOPE_ORCPT },
{ "notify",    TEXT_WORD,    RCPT(notify),  NOTIFY_NEVER, notifies },
{ "route",     TEXT_WORD,    RCPT(route),   ROUTE_REMOTE, routes },
{ "user",      TEXT_STRING,  RCPT(user),    ENVELOPE_USER },
{ "detail",    TEXT_STRING,  RCPT(detail),  LOCAL_MAX + 1 },
{ "state",     TEXT_WORD,    RCPT(state),   RCPT_FAILED, states },
{ "tries",     TEXT_NUMBER,  RCPT(tries),   UINT16_MAX },
{ "when",      TEXT_NUMBER,  RCPT(when),    UINT64_MAX },
{ "said",      TEXT_STRING,  RCPT(said),    ENVELOPE_SAID },
};

static const struct text of_result[] = {
{ "n",         TEXT_NUMBER,  RESULT(n),     RECIPIENTS_MAX - 1 },
{ "state",     TEXT_WORD,    RESULT(state), RCPT_FAILED, states },
{ "tries",     TEXT_NUMBER,  RESULT(tries), UINT16_MAX },
{ "when",      TEXT_NUMBER,  RESULT(when),  UINT64_MAX },
{ "said",      TEXT_STRING,  RESULT(said),  ENVELOPE_SAID },
};

static const struct text of_clock[] = {
{ "queue",     TEXT_NUMBER,  CLOCK(queue),  UINT64_MAX },
{ "wall",      TEXT_NUMBER,  CLOCK(wall),   UINT64_MAX },
{ "boot",      TEXT_NUMBER,  CLOCK(boot),   UINT64_MAX },
};

static const struct text of_number[] = {
{ "value",     TEXT_NUMBER,  0,             UINT64_MAX },
};
/* clang-format on */

/* "name word word ...\n" */
static int
print(struct buf *b, const char *name, const struct text *t, size_t n,
    const void *from)
{
	if (buf_add(b, name, strlen(name)) == -1)
		return -1;
	for (; n > 0; n--, t++)
		if (buf_add(b, " ", 1) == -1 || text_put(b, t, from) == -1)
			return -1;
	return buf_add(b, "\n", 1);
}

static int
parse_words(const char *line, size_t len, const char *name,
    const struct text *t, size_t n, void *to)
{
	const char *p = line, *end = line + len, *word;
	size_t wordlen;

	if (text_word(&p, end, &word, &wordlen) == -1 ||
	    wordlen != strlen(name) || memcmp(word, name, wordlen) != 0)
		return -1;
	for (; n > 0; n--, t++)
		if (text_word(&p, end, &word, &wordlen) == -1 ||
		    text_get(t, word, wordlen, to) == -1)
			return -1;
	return p == NULL ? 0 : -1;
}

static int
parse(const char **p, const char *end, const char *name, const struct text *t,
    size_t n, void *to)
{
	const char *line;
	size_t len;

	if (text_line(p, end, &line, &len) == 0 &&
	    parse_words(line, len, name, t, n, to) == 0)
		return 0;
	errno = EINVAL;
	return -1;
}

int
envelope_print(struct buf *b, const struct envelope *e)
{
	struct recipient r;
	size_t i;

	if (e->nrcpt == 0 || e->nrcpt > RECIPIENTS_MAX) {
		errno = EINVAL;
		return -1;
	}
	for (i = 0; i < COUNT(keys); i++)
		if (print(b, keys[i].name, keys + i, 1, e) == -1)
			return -1;
	for (i = 0; i < e->nrcpt; i++) {
		r = e->rcpt[i];
		r.n = i;
		if (print(b, "rcpt", of_rcpt, COUNT(of_rcpt), &r) == -1)
			return -1;
	}
	return buf_add(b, "\n", 1);
}

/* how many lines there are up to the empty one; 0: too many, or none */
static size_t
count_rcpts(const char *p, const char *end)
{
	const char *line;
	size_t len, n = 0;

	while (text_line(&p, end, &line, &len) == 0 && n <= RECIPIENTS_MAX) {
		if (len == 0)
			return n;
		n++;
	}
	return 0;
}

static int
parse_rcpts(struct envelope *e, const char **p, const char *end)
{
	size_t i;

	errno = EINVAL;
	if ((e->nrcpt = count_rcpts(*p, end)) == 0)
		return -1;
	if ((e->rcpt = calloc(e->nrcpt, sizeof(*e->rcpt))) == NULL)
		return -1;
	for (i = 0; i < e->nrcpt; i++)
		if (parse(p, end, "rcpt", of_rcpt, COUNT(of_rcpt),
			&e->rcpt[i]) == -1 ||
		    e->rcpt[i].n != i) {
			envelope_free(e);
			errno = EINVAL;
			return -1;
		}
	++*p; /* the empty line, which has been counted up to */
	return 0;
}

int
envelope_parse(struct envelope *e, const void *data, size_t n, size_t *used)
{
	const char *p = data,
		   *end = p + (n < ENVELOPE_GROWN ? n : ENVELOPE_GROWN);
	size_t i;

	memset(e, 0, sizeof(*e));
	for (i = 0; i < COUNT(keys); i++)
		if (parse(&p, end, keys[i].name, keys + i, 1, e) == -1)
			return -1;
	if (parse_rcpts(e, &p, end) == -1)
		return -1;
	*used = (size_t)(p - (const char *)data);
	return 0;
}

void
envelope_free(struct envelope *e)
{
	if (e->rcpt != NULL)
		explicit_bzero(e->rcpt, e->nrcpt * sizeof(*e->rcpt));
	free(e->rcpt);
	e->rcpt = NULL;
	e->nrcpt = 0;
}

int
result_print(struct buf *b, const struct result *r)
{
	return print(b, "rcpt", of_result, COUNT(of_result), r);
}

int
result_parse(struct result *r, const char **p, const char *end)
{
	return parse(p, end, "rcpt", of_result, COUNT(of_result), r);
}

int
clock_print(struct buf *b, const struct spool_clock *c)
{
	return print(b, "clock", of_clock, COUNT(of_clock), c);
}

/* the whole of it is one line */
static int
parse_all(const void *data, size_t n, const char *name, const struct text *t,
    size_t nt, void *to)
{
	const char *p = data, *end = p + n;

	if (parse(&p, end, name, t, nt, to) == 0 && p == end)
		return 0;
	errno = EINVAL;
	return -1;
}

int
clock_parse(struct spool_clock *c, const void *p, size_t n)
{
	return parse_all(p, n, "clock", of_clock, COUNT(of_clock), c);
}

int
number_print(struct buf *b, uint64_t v)
{
	return print(b, "value", of_number, COUNT(of_number), &v);
}

int
number_parse(uint64_t *v, const void *p, size_t n)
{
	return parse_all(p, n, "value", of_number, COUNT(of_number), v);
}

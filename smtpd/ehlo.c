/* ehlo: see ehlo.h; words of RFC 5321 4.1.1.1, in any case */
#include <string.h>
#include <strings.h>

#include "ehlo.h"

/* clang-format off */
static const struct { const char *word; enum ehlo_has has; } words[] = {
	{ "STARTTLS",   EHLO_STARTTLS },   { "SIZE",     EHLO_SIZE },
	{ "8BITMIME",   EHLO_8BITMIME },   { "SMTPUTF8", EHLO_SMTPUTF8 },
	{ "PIPELINING", EHLO_PIPELINING }, { "DSN",      EHLO_DSN },
	{ "CHUNKING",   EHLO_CHUNKING },
};
/* clang-format on */

/* the next word, n bytes; NULL: there is none */
static const char *
next(const char **p, const char *end, size_t *n)
{
	const char *word;

	while (*p < end && **p == ' ')
		(*p)++;
	word = *p;
	while (*p < end && **p != ' ')
		(*p)++;
	*n = (size_t)(*p - word);
	return *n > 0 ? word : NULL;
}

static int
is(const char *word, size_t n, const char *what)
{
	return n == strlen(what) && strncasecmp(word, what, n) == 0;
}

static uint64_t
number(const char *s, size_t n)
{
	uint64_t v = 0;

	for (; n > 0; s++, n--) {
		if (*s < '0' || *s > '9' || v > UINT64_MAX / 10 - 1)
			return 0;
		v = v * 10 + (uint64_t)(*s - '0');
	}
	return v;
}

void
ehlo_line(struct ehlo *e, const char *line, size_t len)
{
	const char *p = line, *end = line + len, *word;
	size_t i, n;

	if ((word = next(&p, end, &n)) == NULL)
		return;
	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (is(word, n, words[i].word))
			e->has |= words[i].has;
	if (is(word, n, "SIZE")) {
		if ((word = next(&p, end, &n)) != NULL)
			e->size = number(word, n);
	} else if (is(word, n, "AUTH"))
		while ((word = next(&p, end, &n)) != NULL)
			if (is(word, n, "PLAIN"))
				e->has |= EHLO_PLAIN;
}

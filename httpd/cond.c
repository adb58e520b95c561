/*
 * cond: If-Match, If-None-Match, If-Modified-Since, If-Unmodified-Since in the
 * order of RFC 9110 13.2.2. A list that cannot be read matches nothing; a date
 * that cannot be read is not there. Touches nothing.
 */
#include <string.h>

#include "cond.h"
#include "date.h"

/* "*" or 1#entity-tag holds etag; strong: W/ ones do not count (8.8.3.2) */
static int
listed(const char *s, const char *etag, int strong)
{
	size_t n, len = strlen(etag);
	int weak, found = 0;

	if (strcmp(s, "*") == 0)
		return 1;
	for (;;) {
		s += strspn(s, " \t,");
		if (*s == '\0')
			return found;
		weak = strncmp(s, "W/", 2) == 0;
		s += weak ? 2 : 0;
		if (*s != '"')
			return 0;
		n = strcspn(s + 1, "\" \t");
		if (s[n + 1] != '"')
			return 0;
		n += 2;
		if (n == len && memcmp(s, etag, n) == 0 && !(weak && strong))
			found = 1;
		s += n;
		s += strspn(s, " \t");
		if (*s != ',' && *s != '\0')
			return 0;
	}
}

/* 1: the date says that nothing changed after it; 0: it did; -1: no date */
static int
unchanged(const char *date, time_t changed, time_t now)
{
	time_t t;

	if (date == NULL || date_parse(date, now, &t) == -1)
		return -1;
	return changed <= t;
}

int
cond_check(const struct head *h, const char *etag, time_t changed, time_t now)
{
	const char *match = h->field[FIELD_IF_MATCH];
	const char *none = h->field[FIELD_IF_NONE_MATCH];
	int reads = h->method == METHOD_GET || h->method == METHOD_HEAD;

	if (match != NULL) {
		if (!listed(match, etag, 1))
			return 412;
	} else if (unchanged(h->field[FIELD_IF_UNMODIFIED_SINCE], changed,
		       now) == 0)
		return 412;
	if (none != NULL)
		return !listed(none, etag, 0) ? 0 : reads ? 304 : 412;
	if (reads &&
	    unchanged(h->field[FIELD_IF_MODIFIED_SINCE], changed, now) == 1)
		return 304;
	return 0;
}

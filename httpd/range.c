/*
 * range: "bytes=first-last", "bytes=first-", "bytes=-suffix". What is not one
 * range of this grammar is ignored, as RFC 9110 14.2 permits. Touches nothing.
 */
#include <string.h>
#include <strings.h>

#include "date.h"
#include "range.h"

/* digits, moved behind; too large ones stay at the top; -1: none there */
static int
number(const char **s, uint64_t *v)
{
	const char *p = *s;

	*v = 0;
	for (; *p >= '0' && *p <= '9'; p++)
		*v = *v > (UINT64_MAX - 9) / 10 ?
		    UINT64_MAX :
		    *v * 10 + (uint64_t)(*p - '0');
	if (p == *s)
		return -1;
	*s = p;
	return 0;
}

enum range_kind
range_parse(const char *s, uint64_t size, uint64_t *first, uint64_t *last)
{
	uint64_t n;

	if (strncasecmp(s, "bytes=", 6) != 0)
		return RANGE_WHOLE;
	s += 6;
	if (*s == '-') {
		s++;
		if (number(&s, &n) == -1 || *s != '\0')
			return RANGE_WHOLE;
		if (n == 0)
			return RANGE_NONE;
		if (size == 0)
			return RANGE_WHOLE; /* no Content-Range can say it */
		*first = n < size ? size - n : 0;
		*last = size - 1;
		return RANGE_PART;
	}
	if (number(&s, first) == -1 || *s++ != '-')
		return RANGE_WHOLE;
	if (*s == '\0')
		*last = UINT64_MAX;
	else if (number(&s, last) == -1 || *s != '\0' || *last < *first)
		return RANGE_WHOLE;
	if (*first >= size)
		return RANGE_NONE;
	if (*last >= size)
		*last = size - 1;
	return RANGE_PART;
}

int
range_if(const char *s, const char *etag, time_t changed, time_t now)
{
	time_t t;

	if (date_parse(s, now, &t) == -1)
		return strcmp(s, etag) == 0;
	/* a date is strong only when its second is over: RFC 9110 8.8.2.2 */
	return t == changed && now > changed + 1;
}

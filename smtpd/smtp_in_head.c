/*
 * smtp_in_head: the header section of a mail as it passes, byte by byte: how
 * large it is, how many fields, how often it has been received. It ends with
 * the empty line, or with a line that is no field. Believes no byte. RFC 5322
 * 2.2.
 */
#include <string.h>

#include "smtp_in_impl.h"

enum { FIRST, NAME, BLANK, VALUE, START, START_CR, OVER };

static const char received[] = "received";

static const char *
named(struct smtp_in_head *h)
{
	h->at = VALUE;
	if (++h->fields > HEADER_FIELDS)
		return "554 5.6.0 Too many header fields";
	if (h->matched == sizeof(received) - 1 && ++h->received > RECEIVED_MAX)
		return "554 5.4.6 Too many Received fields: a loop";
	return NULL;
}

/* in the name of a field, or in blanks behind it */
static const char *
name(struct smtp_in_head *h, char c)
{
	if (c == ':')
		return named(h);
	if (c == ' ' || c == '\t')
		h->at = BLANK;
	else if (c < '!' || c > '~' || h->at == BLANK)
		h->at = OVER;
	else if (h->matched < sizeof(received) - 1 &&
	    (c | 32) == received[h->matched])
		h->matched++;
	else
		h->matched = sizeof(received);
	return NULL;
}

static const char *
start(struct smtp_in_head *h, char c)
{
	if (c == '\r' && h->at != START_CR) {
		h->at = START_CR;
		return NULL;
	}
	if (h->at == START_CR || c == ':') { /* empty; or no field */
		h->at = OVER;
		return NULL;
	}
	if (c == ' ' || c == '\t') {
		h->at = h->at == FIRST ? OVER : VALUE;
		return NULL;
	}
	h->at = NAME;
	h->field = 1;
	h->matched = 0;
	return name(h, c);
}

const char *
smtp_in_headers(struct smtp_in_head *h, const char *p, size_t n, size_t *at)
{
	const char *why = NULL;

	for (*at = 0; *at < n && h->at != OVER; ++*at) {
		h->field++;
		if (++h->bytes > HEADER_BYTES)
			return "554 5.6.0 Header section too large";
		if (h->at == NAME || h->at == BLANK)
			why = name(h, p[*at]);
		else if (h->at != VALUE)
			why = start(h, p[*at]);
		else if (p[*at] == '\n')
			h->at = START;
		if (why != NULL)
			return why;
		if (h->field > FIELD_BYTES)
			return "554 5.6.0 Header field too large";
	}
	return NULL;
}

/*
 * header: one byte after the other up to a colon, then line by line; no byte
 * is looked at twice. A line that is neither a field nor a folded part of one
 * ends the header section and belongs to the body, as other servers read it.
 * Touches and trusts nothing. RFC 5322 2.2, 3.6, 4.5.
 */
#include <string.h>

#include "header.h"
#include "limits.h"

enum state {
	LINE, /* at its first byte */
	CR,   /* the line began with it */
	NAME,
	BLANK, /* behind the name, before the colon */
	VALUE, /* up to LF */
	BODY,
	DEAD
};

/* clang-format off */
static const struct { const char *text; enum header_name name; } names[] = {
{ "bcc",          HEADER_BCC },
{ "cc",           HEADER_CC },
{ "date",         HEADER_DATE },
{ "delivered-to", HEADER_DELIVERED_TO },
{ "from",         HEADER_FROM },
{ "message-id",   HEADER_MESSAGE_ID },
{ "received",     HEADER_RECEIVED },
{ "resent-bcc",   HEADER_RESENT_BCC },
{ "return-path",  HEADER_RETURN_PATH },
{ "sender",       HEADER_SENDER },
{ "to",           HEADER_TO },
};
/* clang-format on */

static const char ours[] = "x-gatelodge-";

static enum header_name
name_of(const struct header *h)
{
	size_t i;

	if (strncmp(h->name, ours, sizeof(ours) - 1) == 0)
		return HEADER_OURS;
	for (i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (strcmp(h->name, names[i].text) == 0)
			return names[i].name;
	return HEADER_OTHER;
}

static enum header_event
fail(struct header *h, enum header_fault fault)
{
	h->fault = fault;
	h->state = DEAD;
	return HEADER_FAULT;
}

/* a bare address, or one in angle brackets, as we and others write it */
static int
is_sought(const struct header *h)
{
	const char *p = h->value;
	size_t n = h->value_len;
	struct mailbox m;

	if (n > 1 && *p == '<' && p[n - 1] == '>') {
		p++;
		n -= 2;
	}
	return h->value_len < sizeof(h->value) &&
	    mailbox_parse(&m, p, n, ADDRESS_UTF8) == NULL &&
	    mailbox_same(&m, h->to);
}

/* the field that is open, if any, ends before this line */
static void
close_field(struct header *h)
{
	if (h->fields == 0)
		return;
	if (h->now.name == HEADER_DELIVERED_TO && h->to != NULL && is_sought(h))
		h->delivered = 1;
	h->now.end = h->line;
	if (h->field != NULL)
		h->field(h->arg, &h->now);
}

/* the first byte of the body stands at body */
static enum header_event
over(struct header *h, size_t body)
{
	close_field(h);
	h->end = h->line;
	h->body = body;
	h->state = BODY;
	return HEADER_BODY;
}

static enum header_event
no_field(struct header *h)
{
	h->malformed = 1;
	return over(h, h->line);
}

/* the name is whole, c was the colon or the first byte of an mbox line */
static enum header_event
open_field(struct header *h, enum header_name name)
{
	if (h->fields == HEADER_FIELDS)
		return fail(h, HEADER_MANY);
	close_field(h);
	h->fields++;
	h->now.name = name;
	h->now.start = h->line;
	h->now.value = name == HEADER_MBOX ? h->line : h->at;
	h->value_len = 0;
	h->state = VALUE;
	if (name == HEADER_RECEIVED && ++h->received > RECEIVED_MAX)
		return fail(h, HEADER_LOOP);
	return HEADER_MORE;
}

/* a byte of a line that may yet be none of a field */
static enum header_event
name_byte(struct header *h, unsigned char c)
{
	if (c == ':' && h->name_len > 0)
		return open_field(h, name_of(h));
	if (c == ' ' || c == '\t') {
		h->state = BLANK;
		return HEADER_MORE;
	}
	if (h->state == BLANK && h->fields == h->received && c > ' ' &&
	    (strcmp(h->name, "from") == 0 || strcmp(h->name, ">from") == 0))
		return open_field(h, HEADER_MBOX);
	if (h->state == BLANK || c <= ' ' || c > '~' || c == ':')
		return no_field(h);
	if (h->name_len < sizeof(h->name) - 1) {
		h->name[h->name_len++] =
		    (char)(c >= 'A' && c <= 'Z' ? c | 32 : c);
		h->name[h->name_len] = '\0';
	}
	return HEADER_MORE;
}

static enum header_event
line_start(struct header *h, unsigned char c)
{
	h->line = h->at - 1;
	switch (c) {
	case '\r':
		h->state = CR;
		return HEADER_MORE;
	case '\n':
		return over(h, h->at);
	case ' ':
	case '\t':
		if (h->fields == 0)
			return no_field(h);
		h->state = VALUE;
		return HEADER_MORE;
	default:
		h->state = NAME;
		h->name_len = 0;
		h->name[0] = '\0';
		return name_byte(h, c);
	}
}

static size_t
least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/*
 * Up to the end of the line, or as far as there are bytes, or one beyond a cap:
 * how a message is cut must not change what is found. How many.
 */
static size_t
value_bytes(struct header *h, const char *p, size_t n)
{
	const char *lf;
	size_t i, take;

	n = least(n, HEADER_BYTES + 1 - h->at);
	n = least(n, FIELD_BYTES + 1 - (h->at - h->now.start));
	lf = memchr(p, '\n', n);
	take = lf != NULL ? (size_t)(lf - p) + 1 : n;
	if (h->now.name == HEADER_DELIVERED_TO && h->to != NULL)
		for (i = 0; i < take; i++)
			if (strchr(" \t\r\n", p[i]) == NULL &&
			    h->value_len < sizeof(h->value))
				h->value[h->value_len++] = p[i];
	if (lf != NULL)
		h->state = LINE;
	return take;
}

static enum header_event
byte(struct header *h, unsigned char c)
{
	h->at++;
	switch (h->state) {
	case LINE:
		return line_start(h, c);
	case CR:
		return c == '\n' ? over(h, h->at) : no_field(h);
	default:
		return name_byte(h, c);
	}
}

/* what only a count can tell; a field's bytes count while they arrive */
static enum header_event
caps(struct header *h)
{
	if (h->at > HEADER_BYTES)
		return fail(h, HEADER_BIG);
	if (h->fields > 0 && (h->state == VALUE || h->state == LINE) &&
	    h->at - h->now.start > FIELD_BYTES)
		return fail(h, HEADER_FIELD_BIG);
	return HEADER_MORE;
}

enum header_event
header_feed(struct header *h, const void *data, size_t n, size_t *used)
{
	enum header_event ev = HEADER_MORE;
	const char *p = data;
	size_t i, take;

	for (i = 0; i < n && ev == HEADER_MORE && h->state < BODY; i += take) {
		take = 1;
		if (p[i] == '\0')
			ev = fail(h, HEADER_NUL);
		else if (h->state != VALUE)
			ev = byte(h, (unsigned char)p[i]);
		else {
			take = value_bytes(h, p + i, n - i);
			if (memchr(p + i, '\0', take) != NULL)
				ev = fail(h, HEADER_NUL);
			h->at += take;
		}
		if (ev == HEADER_MORE)
			ev = caps(h);
	}
	*used = i;
	return h->state == BODY ? HEADER_BODY :
	    h->state == DEAD	? HEADER_FAULT :
				  HEADER_MORE;
}

enum header_event
header_end(struct header *h)
{
	switch (h->state) {
	case BODY:
		return HEADER_BODY;
	case DEAD:
		return HEADER_FAULT;
	case NAME:
	case BLANK:
	case CR:
		return no_field(h);
	default:
		h->line = h->at;
		return over(h, h->at);
	}
}

const char *
header_reply(enum header_fault fault)
{
	switch (fault) {
	case HEADER_BIG:
		return "554 5.6.0 Header section longer than 256 KiB";
	case HEADER_MANY:
		return "554 5.6.0 More than 1000 header fields";
	case HEADER_FIELD_BIG:
		return "554 5.6.0 Header field longer than 64 KiB";
	case HEADER_LOOP:
		return "554 5.4.6 More than 100 Received fields: a loop";
	case HEADER_NUL:
		return "554 5.6.0 NUL in the header section";
	default:
		return NULL;
	}
}

/*
 * smtp_in_body: DATA and BDAT. Bytes are handed on where they lie, dots
 * unstuffed; of what was read only a place in its line is remembered. Nothing
 * but CRLF.CRLF ends DATA, and behind a body that is refused no command is
 * read: whoever sees other ends than we do smuggles nothing. RFC 5321 4.1.1.4,
 * 4.5.2, 3030.
 */
#include <string.h>
#include <strings.h>

#include "smtp_in.h"

static const char too_large[] = "552 5.3.4 Mail too large";

/* where it is behind this byte; IN_END: that was the end of DATA */
enum { IN_END = -1 };

static int
step(int at, char c, int lf)
{
	switch (c) {
	case '\n':
		if (at == IN_DOT_CR || (lf && at == IN_DOT))
			return IN_END;
		return lf || at == IN_CR ? IN_LINE : IN_MID;
	case '\r':
		return at == IN_DOT ? IN_DOT_CR : IN_CR;
	case '.':
		return at == IN_LINE ? IN_DOT : IN_MID;
	default:
		return IN_MID;
	}
}

static void
begin(struct smtp_in *s)
{
	struct smtp_in_own *o = &s->own;

	o->at = IN_LINE;
	o->size = o->wire = 0;
	o->width = 0;
	o->begun = o->heard = o->now;
	memset(&o->head, 0, sizeof(o->head));
}

/* no more of this mail: its rest is swallowed, then that reply; then state */
static void
refuse(struct smtp_in *s, const char *reply, enum smtp_in_state then)
{
	s->own.fault = reply;
	s->own.back = then;
	s->own.drained = 0;
	smtp_in_enter(s, IN_DRAIN);
	if (then == IN_CLOSED)
		smtp_in_forget(s);
}

/* bytes of the mail; how many were good: less than n, and it is refused */
static size_t
hand_on(struct smtp_in *s, const char *p, size_t n)
{
	struct smtp_in_own *o = &s->own;
	const uint64_t max = s->conf->max_size;
	const uint64_t room = max > o->size ? max - o->size : 0;
	const char *why;
	size_t good;

	why = smtp_in_headers(&o->head, p, n < room ? n : (size_t)room, &good);
	if (why == NULL) {
		good = n < room ? n : (size_t)room;
		why = good < n ? too_large : NULL;
	}
	if (why != NULL) {
		refuse(s, why, IN_CLOSED);
		return good;
	}
	o->size += n;
	s->data = (const uint8_t *)p;
	s->ndata = n;
	smtp_in_due(s, SMTP_IN_BODY);
	return n;
}

/* bytes in front of the next that needs a look; n at most */
static size_t
plain(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] == '\r' || p[i] == '\n' || p[i] == '\0')
			break;
	return i;
}

/* so many bytes can be handed on as they are; where and width move along */
static size_t
scan(const struct smtp_in *s, const char *p, size_t n, int *at, size_t *width)
{
	size_t i = 0, k, max;

	while (i < n && *width < BODY_LINE) {
		if (*at == IN_LINE && p[i] == '.' && !s->own.chunk)
			break;
		if (*at == IN_CR && p[i] == '\n') {
			*at = IN_LINE;
			*width = 0;
			i++;
			continue;
		}
		if (*at == IN_CR && s->conf->reject_cr)
			break;
		max = n - i < BODY_LINE - *width ? n - i : BODY_LINE - *width;
		k = plain(p + i, max);
		*at = k < max && p[i + k] == '\r' ? IN_CR :
		    k > 0			  ? IN_MID :
						    *at;
		if (k < max && p[i + k] == '\r')
			k++;
		if (k == 0)
			break;
		*width += k;
		i += k;
	}
	return i;
}

/* the byte where scan() stopped; 1: it was taken */
static size_t
look(struct smtp_in *s, char c)
{
	struct smtp_in_own *o = &s->own;

	if (o->width >= BODY_LINE)
		refuse(s, "554 5.6.0 Line too long", IN_CLOSED);
	else if (o->at == IN_LINE && c == '.' && !o->chunk) {
		o->at = IN_DOT;
		return 1;
	} else if (o->at == IN_CR && s->conf->reject_cr)
		refuse(s, "550 5.5.2 CR without LF", IN_CLOSED);
	else if (c == '\0')
		refuse(s, "554 5.6.0 NUL in the mail", IN_CLOSED);
	else if (s->conf->lf == SMTP_IN_LF_REJECT)
		refuse(s, "550 5.5.2 LF without CR", IN_CLOSED);
	else {
		o->at = s->conf->lf == SMTP_IN_LF_LOCAL ? IN_LINE : IN_MID;
		o->width = 0;
		hand_on(s, "\r\n", 2);
		return 1;
	}
	return 0;
}

/* behind a dot that begins a line, maybe a CR too; 1: the byte was taken */
static size_t
dot(struct smtp_in *s, char c)
{
	struct smtp_in_own *o = &s->own;
	int at = step(o->at, c, s->conf->lf == SMTP_IN_LF_LOCAL);

	if (at == IN_END) {
		smtp_in_ask(s, IN_COMMITTING, SMTP_IN_COMMIT);
		return 1;
	}
	if (at == IN_DOT_CR) {
		o->at = at;
		return 1;
	}
	o->width = 1;
	if (o->at == IN_DOT_CR) {
		o->at = IN_CR;
		hand_on(s, "\r", 1);
	} else
		o->at = IN_MID; /* its dot is gone */
	return 0;
}

static size_t
text(struct smtp_in *s, const char *p, size_t n)
{
	struct smtp_in_own *o = &s->own;
	int at = o->at;
	size_t i, width = o->width, good;

	if (at == IN_DOT || at == IN_DOT_CR)
		return dot(s, *p);
	if ((n = scan(s, p, n, &at, &width)) == 0)
		return look(s, *p);
	good = hand_on(s, p, n);
	if (good < n) { /* the end is looked for from there */
		at = o->at;
		for (i = 0; i < good; i++)
			at = step(at, p[i], 0);
	}
	o->at = at;
	o->width = width;
	return good;
}

static size_t
chunk_over(struct smtp_in *s)
{
	struct smtp_in_own *o = &s->own;

	if (!o->last) {
		smtp_in_enter(s, IN_CHUNK);
		smtp_in_reply(s, "250 2.0.0 %llu bytes so far",
		    (unsigned long long)o->size);
	} else if (o->at == IN_CR && s->conf->reject_cr)
		refuse(s, "550 5.5.2 CR without LF", IN_CLOSED);
	else if (o->width > 0) { /* a mail consists of lines */
		o->width = 0;
		o->at = IN_LINE;
		hand_on(s, "\r\n", 2);
	} else
		smtp_in_ask(s, IN_COMMITTING, SMTP_IN_COMMIT);
	return 0;
}

size_t
smtp_in_body(struct smtp_in *s, const char *p, size_t n)
{
	struct smtp_in_own *o = &s->own;
	size_t used;

	if (o->chunk && o->left == 0)
		return chunk_over(s);
	if (o->chunk && n > o->left)
		n = (size_t)o->left;
	used = text(s, p, n);
	if (o->chunk)
		o->left -= used;
	o->wire += used;
	o->heard = o->now;
	return used;
}

size_t
smtp_in_drain(struct smtp_in *s, const char *p, size_t n)
{
	const int lf = s->conf->lf == SMTP_IN_LF_LOCAL;
	struct smtp_in_own *o = &s->own;
	size_t used = 0;
	int over;

	if (o->chunk) {
		used = n < o->left ? n : (size_t)o->left;
		o->left -= used;
		over = o->left == 0;
	} else {
		while (used < n && o->at != IN_END)
			o->at = step(o->at, p[used++], lf);
		over = o->at == IN_END;
	}
	o->drained += used;
	if (over && o->back != IN_CLOSED) {
		smtp_in_enter(s, o->back);
		smtp_in_reply(s, "%s", o->fault);
	} else if (over || o->drained > DRAIN_BYTES)
		smtp_in_end(s, o->fault);
	return used;
}

/* why a body is not wanted now; NULL: it is */
static const char *
unwanted(const struct smtp_in *s)
{
	if (s->own.state == IN_RCPT || s->own.state == IN_CHUNK)
		return NULL;
	return s->own.state == IN_MAIL && s->own.refused > 0 ?
	    "554 5.5.1 No valid recipients" :
	    "503 5.5.1 MAIL and RCPT first";
}

void
smtp_in_data(struct smtp_in *s, const char *p, const char *end)
{
	const char *why = unwanted(s);

	if (p != end)
		smtp_in_reply(s, "501 5.5.4 DATA is said alone");
	else if (why != NULL)
		smtp_in_reply(s, "%s", why);
	else {
		begin(s);
		s->own.chunk = 0;
		smtp_in_enter(s, IN_DATA);
		smtp_in_reply(s, "354 End it with a dot on a line");
	}
}

/* "size [LAST]"; -1: it is not */
static int
chunk(struct smtp_in *s, const char *p, const char *end)
{
	struct smtp_in_own *o = &s->own;
	const char *from = p;

	o->left = 0;
	for (; p < end && *p >= '0' && *p <= '9' && p - from < 18; p++)
		o->left = o->left * 10 + (uint64_t)(*p - '0');
	o->last = p < end;
	if (p == from || (p < end && *p != ' '))
		return -1;
	while (p < end && *p == ' ')
		p++;
	return !o->last || (end - p == 4 && strncasecmp(p, "LAST", 4) == 0) ?
	    0 :
	    -1;
}

void
smtp_in_bdat(struct smtp_in *s, const char *p, const char *end)
{
	struct smtp_in_own *o = &s->own;
	const char *why = unwanted(s);

	/* without its size nobody knows where the next command begins */
	if (chunk(s, p, end) == -1) {
		smtp_in_end(s, "501 5.5.4 Say BDAT size [LAST]");
		return;
	}
	o->chunk = 1;
	if (why != NULL) {
		refuse(s, why, o->state);
		return;
	}
	if (o->state == IN_RCPT)
		begin(s);
	o->heard = o->now;
	smtp_in_enter(s, IN_BDAT);
	if (o->left > s->conf->max_size ||
	    o->size > s->conf->max_size - o->left)
		refuse(s, too_large, IN_CLOSED);
}

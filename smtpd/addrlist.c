/*
 * addrlist: a tokenizer, and an element's reader above it that takes what real
 * senders write: phrases with dots and at signs, blanks around the dots of an
 * address, dots where none may be, empty elements, a semicolon for a comma.
 * Whoever judges a list by its mailboxes sees all of them: what cannot be
 * read is told as bad, never passed over. Touches and trusts nothing.
 */
#include <string.h>

#include "addrlist.h"
#include "limits.h"

enum kind {
	ATOM = 256, /* below: the special character itself */
	QUOTED,
	LITERAL,
	CUT, /* a comment, quotes or brackets without an end */
	END
};

struct token {
	int kind;
	const char *p; /* quotes and brackets among the bytes */
	size_t len;
};

struct spec { /* a local part as it is read */
	char text[LOCAL_MAX + 1];
	size_t n;
	int seen;   /* words and dots */
	int word;   /* the last one was a word */
	int phrase; /* two words without a dot, or too much: no local part */
};

static int
is_atom(unsigned char c)
{
	return c > ' ' && c != 127 && strchr("()<>[]:;@\\,.\"", c) == NULL;
}

/* to behind the quoted string or literal that begins there; NULL: no end */
static const char *
enclosed(const char *p, const char *end, char close)
{
	for (p++; p < end && *p != close; p++)
		if (*p == '\\' && ++p == end)
			return NULL;
	return p < end ? p + 1 : NULL;
}

/* behind comments and blanks; NULL: a comment without an end */
static const char *
skip(const char *p, const char *end)
{
	size_t depth = 0;

	for (; p < end; p++) {
		if (*p == '(')
			depth++;
		else if (depth == 0) {
			if (strchr(" \t\r\n", *p) == NULL || *p == '\0')
				return p;
		} else if (*p == ')')
			depth--;
		else if (*p == '\\' && ++p == end)
			return NULL;
	}
	return depth == 0 ? p : NULL;
}

static const char *
until_mark(const char *p, const char *end)
{
	for (; p < end && strchr("?<>@", *p) == NULL; p++)
		if (*p <= ' ' || *p > '~')
			return NULL;
	return p < end && *p == '?' ? p : NULL;
}

/*
 * To behind the encoded word there, or NULL: its commas part nothing. One with
 * what makes an address is none to us, lest others see an address in it.
 */
static const char *
encoded_word(const char *p, const char *end)
{
	if (end - p < 2 || p[0] != '=' || p[1] != '?' ||
	    (p = until_mark(p + 2, end)) == NULL ||
	    (p = until_mark(p + 1, end)) == NULL ||
	    (p = until_mark(p + 1, end)) == NULL || end - p < 2 || p[1] != '=')
		return NULL;
	return p + 2;
}

static struct token
next(struct addrlist *l)
{
	const char *p = skip(l->p, l->end), *to;
	struct token t = { CUT, l->end, 0 };

	if (p == NULL) {
		l->p = l->end;
		return t;
	}
	t.p = to = p;
	if (p == l->end)
		t.kind = END;
	else if (*p == '"' || *p == '[') {
		to = enclosed(p, l->end, *p == '[' ? ']' : '"');
		if (to != NULL)
			t.kind = *p == '[' ? LITERAL : QUOTED;
		else
			to = l->end;
	} else if (!is_atom((unsigned char)*p)) {
		t.kind = (unsigned char)*p;
		to = p + 1;
	} else {
		t.kind = ATOM;
		if ((to = encoded_word(p, l->end)) == NULL)
			for (to = p; to < l->end && is_atom((unsigned char)*to);
			     to++)
				;
	}
	t.len = (size_t)(to - p);
	l->p = to;
	return t;
}

static void
spec_byte(struct spec *s, char c)
{
	if (s->n == LOCAL_MAX)
		s->phrase = 1;
	else
		s->text[s->n++] = c;
}

static void
spec_word(struct spec *s, const struct token *t)
{
	const char *p = t->p, *end = p + t->len;

	if (s->word)
		s->phrase = 1;
	s->word = s->seen = 1;
	if (t->kind == QUOTED) {
		p++;
		end--;
	}
	for (; p < end; p++) {
		if (t->kind == QUOTED && *p == '\\')
			p++;
		else if (*p == '\r' || *p == '\n')
			continue; /* folded */
		spec_byte(s, *p);
	}
}

static void
spec_dot(struct spec *s)
{
	s->word = 0;
	s->seen = 1;
	spec_byte(s, '.');
}

/* what address.c would take, too; there is a local part at all */
static int
spec_local(const struct spec *s, struct mailbox *m)
{
	struct mailbox with = { .domain = "x" }, same;
	char text[MAILBOX_TEXT];
	size_t n;

	memset(m, 0, sizeof(*m));
	if (s->phrase || s->n == 0 || memchr(s->text, '\0', s->n) != NULL)
		return 0;
	memcpy(with.local, s->text, s->n);
	n = mailbox_format(&with, text);
	if (mailbox_parse(&same, text, n, ADDRESS_UTF8) != NULL)
		return 0;
	memcpy(m->local, with.local, s->n + 1);
	return 1;
}

/* behind the at sign; the token behind the domain stays */
static int
domain(struct addrlist *l, struct mailbox *m)
{
	char text[DOMAIN_MAX + 2];
	struct token t = next(l);
	const char *back;
	size_t n = 0;

	if (t.kind != LITERAL && t.kind != ATOM) {
		l->p = t.kind == CUT ? l->p : t.p;
		return 0;
	}
	for (;;) {
		if (t.len > sizeof(text) - n)
			return 0;
		memcpy(text + n, t.p, t.len);
		n += t.len;
		if (t.kind == LITERAL)
			break;
		back = l->p;
		t = next(l);
		if (t.kind != '.' && (t.kind != ATOM || text[n - 1] != '.')) {
			l->p = back;
			break;
		}
	}
	return domain_parse(m->domain, text, n, ADDRESS_UTF8) == NULL;
}

/* "a, @b:" behind the at sign of a route, nothing else; 1: so it is */
static int
route(struct addrlist *l)
{
	struct mailbox m;
	struct token t;

	for (;;) {
		if (!domain(l, &m))
			return 0;
		if ((t = next(l)).kind == ':')
			return 1;
		if (t.kind != ',')
			break;
		while (t.kind == ',')
			t = next(l);
		if (t.kind != '@')
			break;
	}
	l->p = t.p;
	return 0;
}

/* behind <: a route, an address, >; 1: so it is */
static int
angle(struct addrlist *l, struct mailbox *m)
{
	struct spec s = { 0 };
	struct token t = next(l);
	int good;

	if (t.kind == '@') {
		if (!route(l))
			return 0;
		t = next(l);
	}
	for (; t.kind == ATOM || t.kind == QUOTED || t.kind == '.'; t = next(l))
		if (t.kind == '.')
			spec_dot(&s);
		else
			spec_word(&s, &t);
	good = spec_local(&s, m);
	if (t.kind == '@') {
		good &= domain(l, m);
		t = next(l);
	}
	if (t.kind == ',' || t.kind == ';')
		l->p = t.p; /* it ends the element, bad as that is */
	return good && t.kind == '>';
}

enum reading {
	NOTHING,
	WORDS,	 /* a phrase, or a local part */
	ADDRESS, /* one without brackets, if nothing follows */
	PHRASE,	 /* only brackets can save it */
	WHOLE,	 /* brackets are closed */
	SPOILT
};

/* what a token makes of the element */
static enum reading
read_token(struct addrlist *l, const struct token *t, enum reading r,
    struct spec *s, struct mailbox *m)
{
	if (t->kind == CUT || r == SPOILT || r == WHOLE)
		return SPOILT;
	switch (t->kind) {
	case ATOM:
	case QUOTED:
		spec_word(s, t);
		return r <= WORDS ? WORDS : PHRASE;
	case '.':
		spec_dot(s);
		return r <= WORDS ? WORDS : PHRASE;
	case '@':
		if (r != WORDS)
			return r == NOTHING ? SPOILT : PHRASE;
		return spec_local(s, m) & domain(l, m) ? ADDRESS : PHRASE;
	case '<':
		return angle(l, m) ? WHOLE : SPOILT;
	case LITERAL:
		return PHRASE;
	default:
		return SPOILT;
	}
}

/* the element is over */
static enum addrlist_event
verdict(struct addrlist *l, enum reading r, const struct spec *s,
    struct mailbox *m)
{
	if (r != WHOLE && r != ADDRESS && (r != WORDS || !spec_local(s, m)))
		return ADDRLIST_BAD;
	if (l->n++ == ADDRLIST_MAX) {
		l->n = ADDRLIST_MAX;
		l->p = l->end;
		return ADDRLIST_MANY;
	}
	return ADDRLIST_MAILBOX;
}

void
addrlist_begin(struct addrlist *l, const char *p, size_t len)
{
	memset(l, 0, sizeof(*l));
	l->p = len > 0 ? p : "";
	l->end = l->p + len;
}

enum addrlist_event
addrlist_next(struct addrlist *l, struct mailbox *m)
{
	enum reading r = NOTHING;
	struct spec s = { 0 };
	struct mailbox got;
	enum addrlist_event ev;
	struct token t;

	l->shows = 0;
	for (;;) {
		t = next(l);
		if (t.kind == ':' && !l->group && (r == WORDS || r == PHRASE)) {
			l->group = 1;
			r = NOTHING;
			memset(&s, 0, sizeof(s));
			continue;
		}
		if (t.kind != ',' && t.kind != ';' && t.kind != END) {
			if (r == ADDRESS) {
				l->shown = got;
				l->shows = 1;
			}
			r = read_token(l, &t, r, &s, &got);
			continue;
		}
		if (t.kind == ';')
			l->group = 0;
		if (r != NOTHING)
			break;
		if (t.kind == END)
			return ADDRLIST_END;
	}
	if ((ev = verdict(l, r, &s, &got)) == ADDRLIST_MAILBOX)
		*m = got;
	return ev;
}

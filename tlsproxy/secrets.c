/*
 * secrets: reads the file of accounts from memory. Touches nothing else,
 * keeps and prints no part of a credential. The file is the administrator's,
 * yet all of it is checked: each line that is none is told, with what was
 * meant. RFC 5803 lines.
 */
#include <search.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "limits.h"
#include "secrets.h"

#define DIGITS "0123456789"
#define LETTERS "abcdefghijklmnopqrstuvwxyz"
#define WORD LETTERS DIGITS "-"
#define BASE64 LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZ" DIGITS "+/="
#define SERVICES_IS "services="

struct seen { /* one credential that there is already */
	size_t line;
	enum secret_hash hash;
	char user[SECRET_USER + 1], label[SECRET_LABEL + 1];
};

struct reader {
	size_t line;
	const char *p, *end; /* what is left of the line */
	void *seen;	     /* tree of struct seen */
	void (*complain)(size_t, const char *, void *);
	void *arg;
	int errors;
};

static const struct {
	const char *name;
	enum secret_hash hash;
	size_t keylen;
} mechanisms[] = {
	{ "SCRAM-SHA-256$", SECRET_SHA256, 32 },
	{ "SCRAM-SHA-1$", SECRET_SHA1, 20 },
};

/* always -1 */
static int __attribute__((format(printf, 2, 3)))
wrong(struct reader *r, const char *fmt, ...)
{
	char why[160];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why, sizeof(why), fmt, ap);
	va_end(ap);
	r->complain(r->line, why, r->arg);
	r->errors++;
	return -1;
}

/* bytes in front that are of this set */
static size_t
span(const struct reader *r, const char *set)
{
	const char *p = r->p;

	while (p < r->end && *p != '\0' && strchr(set, *p) != NULL)
		p++;
	return (size_t)(p - r->p);
}

static int
skip(struct reader *r, const char *text)
{
	size_t n = strlen(text);

	if ((size_t)(r->end - r->p) < n || memcmp(r->p, text, n) != 0)
		return 0;
	r->p += n;
	return 1;
}

static int
read_name(struct reader *r, struct secret *s)
{
	size_t n = span(r, WORD "_.");

	if (n == 0 || n > SECRET_USER || strchr(DIGITS "-.", *r->p) != NULL)
		return wrong(r,
		    "not a user name; at most %d of a-z 0-9 _ . - "
		    "were meant, a letter or _ first",
		    SECRET_USER);
	memcpy(s->user, r->p, n);
	r->p += n;
	if (skip(r, "+")) {
		n = span(r, WORD);
		if (n == 0 || n > SECRET_LABEL)
			return wrong(r,
			    "not a label behind the +; 1 to %d of a-z "
			    "0-9 - were meant",
			    SECRET_LABEL);
		memcpy(s->label, r->p, n);
		r->p += n;
	}
	if (skip(r, ":"))
		return 0;
	return wrong(r,
	    "no colon behind the name; NAME:SCRAM-SHA-256$... was "
	    "meant");
}

static int
read_mechanism(struct reader *r, struct secret *s)
{
	size_t i;

	for (i = 0; i < sizeof(mechanisms) / sizeof(*mechanisms); i++)
		if (skip(r, mechanisms[i].name)) {
			s->hash = mechanisms[i].hash;
			s->keylen = mechanisms[i].keylen;
			return 0;
		}
	return wrong(r,
	    "unknown scheme; SCRAM-SHA-256$ or SCRAM-SHA-1$ was meant, no "
	    "password");
}

static int
read_iterations(struct reader *r, struct secret *s)
{
	size_t i, n = span(r, DIGITS);
	uint32_t v = 0;

	for (i = 0; i < n && v <= SECRET_ITERATIONS_MAX; i++)
		v = v * 10 + (uint32_t)(r->p[i] - '0');
	if (n == 0 || *r->p == '0' || r->p + n == r->end || r->p[n] != ':')
		return wrong(r,
		    "iterations: not a number and a colon; "
		    "10000: was meant");
	if (v < SECRET_ITERATIONS_MIN || v > SECRET_ITERATIONS_MAX)
		return wrong(r, "iterations: out of range, %d to %d",
		    SECRET_ITERATIONS_MIN, SECRET_ITERATIONS_MAX);
	s->iterations = v;
	r->p += n + 1;
	return 0;
}

/* base64 up to the text that ends it; len: what was meant, 0: any */
static int
read_bytes(struct reader *r, const char *what, const char *ends, uint8_t *out,
    size_t max, size_t *len)
{
	size_t n = span(r, BASE64);
	ssize_t got = base64_decode(r->p, n, out, max);

	r->p += n;
	if (n == 0 || got == -1)
		return wrong(r,
		    "%s: not base64; groups of four of A-Z a-z 0-9 + / were "
		    "meant, the last one padded with =",
		    what);
	if (*len > 0 && (size_t)got != *len)
		return wrong(r, "%s: wrong length; %zu bytes were meant", what,
		    *len);
	if ((size_t)got > max)
		return wrong(r, "%s: too long, %zu bytes at most", what, max);
	*len = (size_t)got;
	if (ends == NULL ? r->p == r->end || *r->p == ' ' || *r->p == '\t' :
			   skip(r, ends))
		return 0;
	return wrong(r, "%s: %s was meant behind it", what,
	    ends == NULL ? "a blank or the end of the line" : ends);
}

/* one word of the list; twice is a slip */
static int
add_service(struct reader *r, struct secret *s)
{
	size_t n = span(r, WORD), len = strlen(s->services);
	const char *p;

	if (n == 0)
		return wrong(r,
		    "not a service; words of a-z 0-9 - with commas "
		    "between were meant, as in services=imap,smtp");
	if (len + n + 2 > sizeof(s->services))
		return wrong(r, "services: too long, %zu bytes at most",
		    sizeof(s->services) - 1);
	for (p = s->services; *p != '\0'; p += strcspn(p, ",")) {
		p += *p == ',';
		if (strcspn(p, ",") == n && memcmp(p, r->p, n) == 0)
			return wrong(r, "services: %.*s given twice", (int)n,
			    r->p);
	}
	if (len > 0)
		s->services[len++] = ',';
	memcpy(s->services + len, r->p, n);
	r->p += n;
	return 0;
}

static int
read_options(struct reader *r, struct secret *s)
{
	for (;;) {
		r->p += span(r, " \t");
		if (r->p == r->end)
			return 0;
		if (!skip(r, SERVICES_IS))
			return wrong(r,
			    "unknown option; services=imap,smtp or "
			    "nothing was meant");
		if (*s->services != '\0')
			return wrong(r, "services: given twice");
		do {
			if (add_service(r, s) == -1)
				return -1;
		} while (skip(r, ","));
		if (r->p < r->end && *r->p != ' ' && *r->p != '\t')
			return wrong(r,
			    "services: words of a-z 0-9 - with "
			    "commas between were meant");
	}
}

static int
compare(const void *a, const void *b)
{
	const struct seen *s = a, *t = b;
	int r = strcmp(s->user, t->user);

	if (r == 0)
		r = strcmp(s->label, t->label);
	return r != 0 ? r : (int)s->hash - (int)t->hash;
}

static int
is_first(struct reader *r, const struct secret *s)
{
	struct seen *n = calloc(1, sizeof(*n)), **at = NULL;

	if (n != NULL) {
		n->line = r->line;
		n->hash = s->hash;
		memcpy(n->user, s->user, sizeof(n->user));
		memcpy(n->label, s->label, sizeof(n->label));
		at = tsearch(n, &r->seen, compare);
	}
	if (at != NULL && *at == n)
		return 0;
	free(n);
	return at == NULL ?
	    wrong(r, "out of memory") :
	    wrong(r,
		"given before, in line %zu; one line for each name, label and "
		"scheme was meant",
		(*at)->line);
}

static int
read_line(struct reader *r, struct secret *s)
{
	size_t any = 0, key;

	if (read_name(r, s) == -1 || read_mechanism(r, s) == -1 ||
	    read_iterations(r, s) == -1)
		return -1;
	key = s->keylen;
	if (read_bytes(r, "salt", "$", s->salt, SECRET_SALT, &any) == -1 ||
	    read_bytes(r, "StoredKey", ":", s->stored, SECRET_KEY, &key) ==
		-1 ||
	    read_bytes(r, "ServerKey", NULL, s->server, SECRET_KEY, &key) ==
		-1 ||
	    read_options(r, s) == -1)
		return -1;
	s->saltlen = any;
	return is_first(r, s);
}

/* 1: a credential, 0: nothing, -1: complained */
static int
look(struct reader *r, struct secret *s)
{
	memset(s, 0, sizeof(*s));
	s->line = r->line;
	if (r->end > r->p && r->end[-1] == '\r')
		r->end--;
	s->text = r->p;
	s->textlen = (size_t)(r->end - r->p);
	if (memchr(r->p, '\0', (size_t)(r->end - r->p)) != NULL)
		return wrong(r, "holds a NUL; text was meant");
	if (r->end - r->p > SECRET_LINE)
		return wrong(r, "too long, %d bytes at most", SECRET_LINE);
	if (r->p + span(r, " \t") == r->end || *r->p == '#')
		return 0;
	return read_line(r, s) == -1 ? -1 : 1;
}

int
secrets_parse(const char *text, size_t len,
    int (*take)(const struct secret *, void *),
    void (*complain)(size_t, const char *, void *), void *arg)
{
	struct reader r = { .complain = complain, .arg = arg };
	const char *end = text + len, *next;
	struct secret s;
	int taken = 0; /* what take said last; -1: it is not asked again */

	for (; text < end; text = next) {
		r.line++;
		r.p = text;
		r.end = memchr(text, '\n', (size_t)(end - text));
		if (r.end == NULL)
			r.end = end;
		next = r.end < end ? r.end + 1 : end;
		if (look(&r, &s) == 1 && taken != -1)
			taken = take(&s, arg);
		explicit_bzero(&s, sizeof(s));
	}
	tdestroy(r.seen, free);
	return r.errors > 0 || taken == -1 ? -1 : 0;
}

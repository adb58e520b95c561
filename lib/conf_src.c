/*
 * conf_src: the errors of one configuration file. Keeps the address of each
 * value with its place in the file and tells errors in one form, control
 * bytes of the file replaced. Memory that runs out is an error of the file
 * too: a reload then fails like any other and the old configuration stays.
 * Touches standard error only; trusts its callers, not the text it quotes.
 */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_impl.h"

#define LINE 1024

static void
to_stderr(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

void (*conf_report)(const char *) = to_stderr;

static struct conf_src nomem = { .errors = 1 };

static void
vappend(char *line, const char *fmt, va_list ap)
{
	size_t n = strlen(line);

	vsnprintf(line + n, LINE - n, fmt, ap);
}

static void __attribute__((format(printf, 2, 3)))
append(char *line, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vappend(line, fmt, ap);
	va_end(ap);
}

/* the keys from the root down to the node; whether there is one */
static int
append_path(char *line, const struct conf_node *node)
{
	int any;

	if (node == NULL)
		return 0;
	any = append_path(line, node->up);
	if (node->key == NULL)
		return any;
	append(line, "%s%.64s", any ? "." : "", node->key);
	return 1;
}

static void
tell(struct conf_src *s, char *line)
{
	char *c;

	for (c = line; *c != '\0'; c++)
		if ((unsigned char)*c < ' ' || *c == 0x7f)
			*c = '?';
	if (s->def != NULL) {
		fprintf(stderr, "conf: bad default of %s: %s: %s\n",
		    s->def->name, s->def->def, line);
		abort();
	}
	if (++s->errors <= CONF_SHOWN)
		conf_report(line);
	else if (s->errors == CONF_SHOWN + 1) {
		line[0] = '\0';
		append(line, "%s: more errors are not shown", s->file);
		conf_report(line);
	}
}

static void
complain(struct conf_src *s, const struct conf_node *node, size_t at,
    size_t column, const char *fmt, va_list ap)
{
	char line[LINE] = "";

	append(line, "%s:", s->file != NULL ? s->file : "conf");
	if (at > 0)
		append(line, "%zu:%zu:", at, column);
	append(line, " ");
	if (append_path(line, node))
		append(line, ": ");
	vappend(line, fmt, ap);
	tell(s, line);
}

void
conf_complain(struct conf_src *s, const struct conf_node *node, const char *fmt,
    ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(s, node, node->line, node->column, fmt, ap);
	va_end(ap);
}

void
conf_complain_at(struct conf_src *s, size_t line, size_t column,
    const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	complain(s, NULL, line, column, fmt, ap);
	va_end(ap);
}

void *
conf_alloc(struct conf_src *s, size_t n, size_t size)
{
	void *p;

	if ((p = calloc(n, size)) == NULL) {
		s->def = NULL;
		conf_complain_at(s, 0, 0, "out of memory");
	}
	return p;
}

char *
conf_copy(struct conf_src *s, const char *text)
{
	size_t size = strlen(text) + 1;
	char *copy;

	if ((copy = conf_alloc(s, size, 1)) != NULL)
		memcpy(copy, text, size);
	return copy;
}

struct conf_src *
conf_src(const char *file)
{
	struct conf_src *s;

	if ((s = conf_alloc(&nomem, 1, sizeof(*s))) == NULL)
		return &nomem;
	if ((s->file = conf_copy(s, file)) == NULL) {
		free(s);
		return &nomem;
	}
	return s;
}

void
conf_place(struct conf_src *s, const void *field, const struct conf_node *node)
{
	struct conf_place *places;
	size_t room;

	if (s->nplaces == s->room) {
		room = s->room > 0 ? s->room * 2 : 64;
		places = conf_alloc(s, room, sizeof(*places));
		if (places == NULL)
			return;
		if (s->nplaces > 0)
			memcpy(places, s->places, s->nplaces * sizeof(*places));
		free(s->places);
		s->places = places;
		s->room = room;
	}
	s->places[s->nplaces].field = field;
	s->places[s->nplaces++].node = node;
}

int
conf_errors(const struct conf_src *s)
{
	return s->errors;
}

void
conf_error(struct conf_src *s, const void *field, const char *fmt, ...)
{
	const struct conf_node *node = NULL;
	va_list ap;
	size_t i;

	for (i = 0; i < s->nplaces && node == NULL; i++)
		if (s->places[i].field == field)
			node = s->places[i].node;
	va_start(ap, fmt);
	complain(s, node, node != NULL ? node->line : 0,
	    node != NULL ? node->column : 0, fmt, ap);
	va_end(ap);
}

void
conf_close(struct conf_src *s)
{
	struct conf_node *node;

	if (s == NULL || s == &nomem)
		return;
	while ((node = s->nodes) != NULL) {
		s->nodes = node->chain;
		free(node->text);
		free(node);
	}
	free(s->places);
	free(s->file);
	free(s);
}

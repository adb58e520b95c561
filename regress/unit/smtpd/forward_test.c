/* forward: texts of al's ~/.forward, whom they name, what is said of them */
#include <stdio.h>
#include <string.h>

#include "forward.h"
#include "limits.h"
#include "tap.h"

/* clang-format off */
static const struct row {
	const char *text;
	int keeps;
	const char *said; /* targets, or what is wrong */
} rows[] = {
{ "", 1, "" },
{ "\n \n# nothing\n\t# more\n", 1, "" },
{ "a@example.com", 0, "a@example.com " },
{ "a@example.com\n", 0, "a@example.com " },
{ "a@example.com\r\nb@example.com\r\n", 0, "a@example.com b@example.com " },
{ "a@example.com, b@Example.COM ,c@example.com # and\n, d@example.com,\n", 0,
  "a@example.com b@example.com c@example.com d@example.com " },
{ "al", 1, "" }, { "AL", 1, "" }, { "\"al\"", 1, "" }, { "\\al", 1, "" },
{ "\\al, a@example.com", 1, "a@example.com " },
{ "a@example.com\nal\nbo", 1, "a@example.com bo " },
{ "al+x", 0, "al+x " }, /* the queue's to see */
{ "al@example.org", 0, "al@example.org " },
{ "alan", 0, "alan " },
{ "bo", 0, "bo " }, { "\"b o\"", 0, "\"b o\" " },
{ "j\303\274@example.com", 0, "j\303\274@example.com " },
{ "a#b@example.com", 0, "a#b@example.com " },

{ "\\bo", -1, "1:1: not his own name behind the \\; bob@example.org or his own name was meant\n" },
{ "\\al@example.org", -1, "1:1: not his own name behind the \\; bob@example.org or his own name was meant\n" },
{ "\\", -1, "1:1: no local part; bob@example.org or his own name was meant\n" },
{ "a@example.com b@example.com", -1, "1:15: no comma between two targets; one was meant\n" },
{ "a@example.com\n\n a@@example.com,/dev/null\nx@example.com, |cat\n\":include:/etc/passwd\"", -1,
  "3:2: bad character in the domain; bob@example.org or his own name was meant\n"
  "3:17: a file, and no mail is written to files; a name or an address was meant\n"
  "4:16: a pipe, and none are permitted; a name or an address was meant\n"
  "5:1: an :include:, and there is none; its names, here, were meant\n" },
{ "\"| cat\"", -1, "1:1: a pipe, and none are permitted; a name or an address was meant\n" },
{ "<a@example.com>", -1, "1:1: no local part; bob@example.org or his own name was meant\n" },
};
static const struct row pipes[] = {
{ "\"|procmail -a \\\"x y\\\"\"\nal", 1, "|procmail -a \"x y\" " },
{ "|cat", 0, "|cat " },
{ "\"|a, b # c\", bo", 0, "|a, b # c bo " },
{ "|", -1, "1:1: no command; \"|command\" was meant\n" },
{ "\"|  \"", -1, "1:1: no command; \"|command\" was meant\n" },
{ "\"|cat", -1, "1:1: no closing quote at the end of a command; \"|command\" was meant\n" },
{ "\"|cat\"x", -1, "1:1: no closing quote at the end of a command; \"|command\" was meant\n" },
{ "\"|cat\001\"", -1, "1:1: a control character in a command; text was meant\n" },
};
/* clang-format on */

struct said {
	char text[2048];
	size_t n;
};

static void
take(const struct target *t, void *arg)
{
	struct said *s = arg;
	char text[MAILBOX_TEXT];

	mailbox_format(&t->to, text);
	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n,
	    "%s%s ", t->kind == TARGET_PIPE ? "|" : text, t->command);
}

static void
complain(size_t line, size_t column, const char *why, void *arg)
{
	struct said *s = arg;

	s->n += (size_t)snprintf(s->text + s->n, sizeof(s->text) - s->n,
	    "%zu:%zu: %s\n", line, column, why);
}

static int
parse(struct said *s, const char *text, size_t len, unsigned int flags)
{
	memset(s, 0, sizeof(*s));
	return forward_parse(text, len, "al", flags, take, complain, s);
}

static void
all_rows(const struct row *rows_, size_t n, unsigned int flags)
{
	const struct row *r;
	struct said s;
	int keeps;

	for (r = rows_; r < rows_ + n; r++) {
		keeps = parse(&s, r->text, strlen(r->text), flags);
		if (!ok(keeps == r->keeps && strcmp(s.text, r->said) == 0,
			"flags %u, row %d", flags, (int)(r - rows_) + 1))
			printf("# %d, %s\n", keeps, s.text);
	}
}

static void
caps(void)
{
	char text[FORWARD_BYTES + COMMAND_MAX], *p = text;
	struct said s;
	int i;

	memset(text, '\n', sizeof(text));
	ok(parse(&s, text, FORWARD_LINES - 1, 0) == 1, "as many lines");
	ok(parse(&s, text, FORWARD_LINES, 0) == -1 &&
		strcmp(s.text,
		    "50:1: too many lines; fewer than 50 were meant\n") == 0,
	    "too many");
	memset(text, ' ', sizeof(text));
	ok(parse(&s, text, FORWARD_BYTES - 1, 0) == 1, "as long");
	ok(parse(&s, text, FORWARD_BYTES, 0) == -1 &&
		strcmp(s.text, "1:1: too long; less than 8 KiB were meant\n") ==
		    0,
	    "too long");
	*p++ = '|';
	for (i = 0; i < COMMAND_MAX; i++)
		*p++ = 'x';
	ok(parse(&s, text, COMMAND_MAX + 1, TARGET_PIPES) == 0, "a command");
	*p++ = 'x';
	ok(parse(&s, text, COMMAND_MAX + 2, TARGET_PIPES) == -1 &&
		strncmp(s.text, "1:1: a command longer", 21) == 0,
	    "too long a command");
	ok(parse(&s, "a\0b@example.com", 15, 0) == -1, "a NUL");
}

int
main(void)
{
	all_rows(rows, sizeof(rows) / sizeof(*rows), 0);
	all_rows(pipes, sizeof(pipes) / sizeof(*pipes), TARGET_PIPES);
	caps();
	return done();
}

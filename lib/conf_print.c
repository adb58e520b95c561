/*
 * conf_print: a configuration as YAML, its schema as a piece of manual. What
 * is printed here is read by conf_load() as the same values: text is quoted
 * unless it is surely plain, numbers stand in their largest exact unit. The
 * file's strings hold no control characters (conf_tree.c saw to it), so that
 * of all escapes two are enough. Writes to the given stream only; believes
 * the schema and the result.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "conf.h"
#include "conf_impl.h"

static void print_table(const struct conf_key *, const char *, size_t,
    const void *, int, FILE *);

static void
print_text(const char *s, FILE *f)
{
	if (conf_plain(s)) {
		fputs(s, f);
		return;
	}
	putc('"', f);
	for (; *s != '\0'; s++) {
		if (*s == '"' || *s == '\\')
			putc('\\', f);
		putc(*s, f);
	}
	putc('"', f);
}

static void
print_addr(const struct conf_addr *a, FILE *f)
{
	char host[INET6_ADDRSTRLEN] = "*";
	struct sockaddr_in in;
	struct sockaddr_in6 in6;

	if (a->family == AF_INET) {
		memcpy(&in, &a->ss, sizeof(in));
		inet_ntop(AF_INET, &in.sin_addr, host, sizeof(host));
	} else if (a->family == AF_INET6) {
		memcpy(&in6, &a->ss, sizeof(in6));
		inet_ntop(AF_INET6, &in6.sin6_addr, host, sizeof(host));
	}
	fprintf(f, a->family == AF_INET6 ? "\"[%s]:%u\"" : "\"%s:%u\"", host,
	    (unsigned int)a->port);
}

static void
print_scalar(const struct conf_key *k, const void *at, FILE *f)
{
	char number[32];

	switch (k->type & ~CONF_LIST) {
	case CONF_BOOL:
		fputs(*(const int *)at ? "yes" : "no", f);
		break;
	case CONF_STRING:
		print_text(*(char *const *)at, f);
		break;
	case CONF_WORD:
		print_text(k->words[*(const int *)at], f);
		break;
	case CONF_ADDR:
		print_addr(at, f);
		break;
	default:
		conf_number(k->type & ~CONF_LIST, *(const int64_t *)at, 0,
		    number, sizeof(number));
		fputs(number, f);
	}
}

/* what follows "key:", up to the end of its last line */
static void
print_value(const struct conf_key *k, const void *at, int indent, FILE *f)
{
	const struct conf_list *l = at;
	const char *v;
	size_t i;

	if (k->type != CONF_MAP && !(k->type & CONF_LIST)) {
		putc(' ', f);
		print_scalar(k, at, f);
		putc('\n', f);
		return;
	}
	if (l->n == 0)
		fputs(k->type == CONF_MAP ? " {}" : " []", f);
	putc('\n', f);
	for (i = 0, v = l->v; i < l->n; i++) {
		if (k->type == CONF_MAP) {
			fprintf(f, "%*s", indent + 2, "");
			print_text(*(char *const *)(const void *)v, f);
			fputs(k->sub->name == NULL ? ": {}\n" : ":\n", f);
			print_table(k->sub, "", 0, v, indent + 4, f);
			v += k->size;
		} else {
			fprintf(f, "%*s- ", indent + 2, "");
			print_scalar(k, v, f);
			putc('\n', f);
			v += conf_sizeof(k->type & ~CONF_LIST);
		}
	}
}

/* whether a key before k has begun the mapping that k, named so, is in */
static int
begun(const struct conf_key *keys, const struct conf_key *k, size_t len)
{
	for (; keys < k; keys++)
		if (strncmp(keys->name, k->name, len) == 0)
			return 1;
	return 0;
}

/* the keys that begin with the len bytes of prefix ("a.b.") */
static void
print_table(const struct conf_key *keys, const char *prefix, size_t len,
    const void *out, int indent, FILE *f)
{
	const struct conf_key *k;
	const char *name;
	size_t n;

	for (k = keys; k->name != NULL; k++) {
		if (strncmp(k->name, prefix, len) != 0)
			continue;
		name = k->name + len;
		n = strcspn(name, ".");
		if (name[n] == '\0') {
			fprintf(f, "%*s%s:", indent, "", name);
			print_value(k, (const char *)out + k->at, indent, f);
		} else if (!begun(keys, k, len + n + 1)) {
			fprintf(f, "%*s%.*s:\n", indent, "", (int)n, name);
			print_table(keys, k->name, len + n + 1, out, indent + 2,
			    f);
		}
	}
}

void
conf_print(const struct conf_key *keys, const void *out, FILE *f)
{
	print_table(keys, "", 0, out, 0, f);
}

/* one argument of a macro, whatever it holds */
static void
man_word(const char *s, FILE *f)
{
	putc('"', f);
	for (; *s != '\0'; s++)
		if (*s == '"')
			fputs("\\(dq", f);
		else if (*s == '\\')
			fputs("\\e", f);
		else
			putc(*s, f);
	putc('"', f);
}

static void
man_words(const char *const *words, FILE *f)
{
	const char *const *w;

	fputs("One of\n", f);
	for (w = words; *w != NULL; w++) {
		if (w > words && w[1] == NULL)
			fputs("or\n", f);
		fputs(".Ql ", f);
		man_word(*w, f);
		fputs(w[1] == NULL ? " .\n" : w[2] == NULL ? "\n" : " ,\n", f);
	}
}

static void
man_limits(const struct conf_key *k, FILE *f)
{
	int type = k->type & ~CONF_LIST;
	char range[80];

	if (type == CONF_WORD)
		man_words(k->words, f);
	conf_range(k->type, k->lo, k->hi, range, sizeof(range));
	if (range[0] == '\0')
		return;
	if (k->type == CONF_INT || k->type == CONF_SIZE || k->type == CONF_TIME)
		fprintf(f, "Range: %s.\n", range);
	else if (k->type == CONF_STRING)
		fprintf(f, "Length: %s bytes.\n", range);
	else if (k->type != type || type == CONF_MAP)
		fprintf(f, "Entries: %s.\n", range);
}

static const char *
man_type(const struct conf_key *k)
{
	/* clang-format off */
	static const char *const types[][2] = {
		[CONF_INT] = { "number", "numbers" },
		[CONF_SIZE] = { "size", "sizes" },
		[CONF_TIME] = { "time", "times" },
		[CONF_BOOL] = { "yes | no", "yes | no" },
		[CONF_STRING] = { "text", "texts" },
		[CONF_WORD] = { "word", "words" },
		[CONF_ADDR] = { "address", "addresses" },
		[CONF_MAP] = { "mapping", "mapping" },
	};
	/* clang-format on */

	return types[k->type & ~CONF_LIST][(k->type & CONF_LIST) != 0];
}

/* outer: the mappings that keys stand in, as arguments of .It, or NULL */
static void
man_table(const struct conf_key *keys, const char *outer, FILE *f)
{
	const struct conf_key *k;
	char inner[512];

	for (k = keys; k->name != NULL; k++) {
		if (outer == NULL)
			fprintf(f, ".It Ic %s", k->name);
		else
			fprintf(f, ".It %s Ns Ic .%s", outer, k->name);
		fprintf(f, " : Ar %s%s\n%s\n",
		    k->type & CONF_LIST ? "list of " : "", man_type(k), k->doc);
		man_limits(k, f);
		if (k->def != NULL) {
			fputs("Default:\n.Ql ", f);
			man_word(k->def, f);
			fputs(" .\n", f);
		} else
			fputs("It must be given.\n", f);
		if (k->type != CONF_MAP)
			continue;
		snprintf(inner, sizeof(inner), "%s%s%s. Ns Ar name",
		    outer != NULL ? outer : "",
		    outer != NULL ? " Ns Ic ." : "Ic ", k->name);
		man_table(k->sub, inner, f);
	}
}

void
conf_man(const struct conf_key *keys, FILE *f)
{
	man_table(keys, NULL, f);
}

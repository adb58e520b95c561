/*
 * aliases: files of regress/smtpd-aliases (*.in) against what is said of them
 * (*.ok: the errors, or the aliases as they are printed), each result read
 * again; caps; the last day; ten thousand are found. argv[1] names another
 * directory of pairs.
 */
#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "aliases.h"
#include "limits.h"
#include "tap.h"

#include "smtpd/aliasprint.h"

static FILE *out;
static const char *file;
static int complaints;

static void
complain(size_t line, size_t column, const char *why, void *arg)
{
	++*(int *)arg;
	fprintf(out, "%s:%zu:%zu: %s\n", file, line, column, why);
}

/* what is said of a text; to be freed */
static char *
say(const char *name, const char *text, size_t len, unsigned int flags)
{
	const struct alias *a;
	struct aliases *all;
	char *said;
	size_t i, n;

	file = name;
	out = open_memstream(&said, &n);
	all = aliases_new(text, len, flags, complain, &complaints);
	for (i = 0; all != NULL && (a = aliases_at(all, i)) != NULL; i++)
		print_alias(out, a);
	aliases_free(all);
	fclose(out);
	return said;
}

static char *
slurp(const char *dir, const char *name, const char *end, size_t *len)
{
	char path[512], *text = calloc(1, 1 << 16);
	FILE *f;

	*len = 0;
	snprintf(path, sizeof(path), "%s/%.*s%s", dir, (int)strlen(name) - 3,
	    name, end);
	if ((f = fopen(path, "re")) != NULL) {
		*len = fread(text, 1, (1 << 16) - 1, f);
		fclose(f);
	}
	return text;
}

static int
is_in(const struct dirent *d)
{
	const size_t n = strlen(d->d_name);

	return n > 3 && strcmp(d->d_name + n - 3, ".in") == 0;
}

static void
pairs(const char *dir)
{
	struct dirent **names;
	char *in, *want, *got, *again;
	size_t len, unused;
	unsigned int flags;
	int i, n = scandir(dir, &names, is_in, alphasort);

	ok(n > 10, "pairs in %s: %d", dir, n);
	for (i = 0; i < n; i++) {
		in = slurp(dir, names[i]->d_name, ".in", &len);
		want = slurp(dir, names[i]->d_name, ".ok", &unused);
		flags = strncmp(names[i]->d_name, "pipes", 5) == 0 ?
		    TARGET_PIPES :
		    0;
		complaints = 0;
		got = say(names[i]->d_name, in, len, flags);
		if (!ok(strcmp(got, want) == 0, "%s", names[i]->d_name))
			printf("# got:\n%s# end\n", got);
		if (complaints == 0) {
			again = say("again", got, strlen(got), flags);
			ok(strcmp(got, again) == 0, "%s: printed, read again",
			    names[i]->d_name);
			free(again);
		}
		free(in);
		free(want);
		free(got);
		free(names[i]);
	}
	if (n >= 0)
		free(names);
}

static struct aliases *
parse(const char *text, size_t len)
{
	struct aliases *a;
	char *said;
	size_t n;

	file = "text";
	complaints = 0;
	out = open_memstream(&said, &n);
	a = aliases_new(text, len, 0, complain, &complaints);
	fclose(out);
	free(said);
	return a;
}

static void
last_day(void)
{
	static const struct {
		const char *until;
		time_t from; /* when it is over */
	} t[] = {
		{ "1970-01-01", 86400 },
		{ "1999-12-31", 946684800 },
		{ "2000-02-29", 951868800 },
		{ "2024-02-28", 1709164800 },
		{ "2024-02-29", 1709251200 },
		{ "2027-01-31", 1801440000 },
		{ "2100-02-28", 4107542400 },
		{ "9999-12-31", 253402300800 },
	};
	struct aliases *a;
	char text[64];
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		snprintf(text, sizeof(text), "a: b until=%s", t[i].until);
		a = parse(text, strlen(text));
		ok(a != NULL && !alias_is_over(aliases_at(a, 0), 0) &&
			!alias_is_over(aliases_at(a, 0), t[i].from - 1) &&
			alias_is_over(aliases_at(a, 0), t[i].from),
		    "until %s, not longer", t[i].until);
		aliases_free(a);
	}
	a = parse("a: b", 4);
	ok(a != NULL && !alias_is_over(aliases_at(a, 0), 1LL << 40),
	    "without a date: for ever");
	aliases_free(a);
}

static void
caps(void)
{
	static char text[ALIASES_BYTES + 1];
	struct aliases *a;
	char *p;
	int i;

	memset(text, '\n', sizeof(text));
	ok(parse(text, sizeof(text)) == NULL && complaints == 1, "too long");
	a = parse(text, sizeof(text) - 1);
	ok(a != NULL && aliases_at(a, 0) == NULL, "as long as may be");
	aliases_free(a);
	p = text + snprintf(text, sizeof(text), "all: t");
	for (i = 1; i < ALIAS_RESULTS; i++)
		p += snprintf(p, 16, ", t%d", i);
	a = parse(text, (size_t)(p - text));
	ok(a != NULL && aliases_at(a, 0)->ntargets == ALIAS_RESULTS,
	    "%d targets", ALIAS_RESULTS);
	aliases_free(a);
	p += snprintf(p, 16, ", more");
	ok(parse(text, (size_t)(p - text)) == NULL && complaints == 1,
	    "one more is an error");
	for (p = text, i = 0; i < ALIASES_MAX; i++)
		p += snprintf(p, 32, "a%d: b\n", i);
	a = parse(text, (size_t)(p - text));
	ok(a != NULL, "%d aliases", ALIASES_MAX);
	aliases_free(a);
	p += snprintf(p, 32, "more: b\n");
	ok(parse(text, (size_t)(p - text)) == NULL && complaints == 1,
	    "one more is an error");
	for (p = text, i = 0; i < ALIASES_TARGETS; i++)
		p += i % ALIAS_RESULTS == 0 ? snprintf(p, 32, "\na%d: b", i) :
					      snprintf(p, 32, ",b");
	a = parse(text, (size_t)(p - text));
	ok(a != NULL, "%d targets in all", ALIASES_TARGETS);
	aliases_free(a);
	p += snprintf(p, 32, "\nmore: b\n");
	ok(parse(text, (size_t)(p - text)) == NULL && complaints == 1,
	    "one more is an error");
	memset(text, ':', 3000);
	for (i = 1; i < 3000; i += 2)
		text[i] = '\n';
	ok(parse(text, 3000) == NULL && complaints == ALIASES_ERRORS,
	    "%d errors are told, no more", ALIASES_ERRORS);
}

static void
many(void)
{
	enum { N = 10000 };
	char *text = malloc((size_t)N * 64), *p = text, key[32];
	struct timespec from, to;
	struct aliases *a;
	const struct alias *f;
	long ms;
	int i, good = 0;

	for (i = 0; i < N; i++)
		p += snprintf(p, 64, "Name%d: user%d\nv%d@example.org: b\n",
		    i * 7919 % N, i, i);
	a = parse(text, (size_t)(p - text));
	free(text);
	if (!ok(a != NULL, "%d aliases of two kinds", 2 * N))
		return;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &from);
	for (i = 0; i < N; i++) {
		snprintf(key, sizeof(key), "nAME%d", i);
		f = aliases_find(a, key, "");
		good += f != NULL && strncmp(f->local, "Name", 4) == 0;
		snprintf(key, sizeof(key), "V%d", i);
		good += aliases_find(a, key, "example.org") != NULL;
		good += aliases_find(a, key, "") == NULL;
		good += aliases_find(a, "", "example.org") == NULL;
	}
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &to);
	ms = (to.tv_sec - from.tv_sec) * 1000 +
	    (to.tv_nsec - from.tv_nsec) / 1000000;
	ok(good == 4 * N, "each is found, no other");
	ok(ms < 2000, "%d look-ups in %ld ms", 4 * N, ms);
	aliases_free(a);
}

/* the entries that aliases(5) shows */
static void
manual(const char *src)
{
	char path[512], text[4096], line[512];
	struct aliases *a;
	size_t n = 0, blocks = 0;
	int on = 0;
	FILE *f;

	snprintf(path, sizeof(path), "%s/smtpd/aliases.5", src);
	if (!ok((f = fopen(path, "re")) != NULL, "%s", path))
		return;
	while (fgets(line, sizeof(line), f) != NULL &&
	    strcmp(line, ".Sh EXAMPLES\n") != 0)
		;
	while (fgets(line, sizeof(line), f) != NULL &&
	    strncmp(line, ".Sh", 3) != 0)
		if (strncmp(line, ".Bd", 3) == 0 ||
		    strncmp(line, ".Ed", 3) == 0) {
			if (on && text[0] != '#') {
				a = parse(text, n);
				ok(a != NULL && aliases_at(a, 0) != NULL,
				    "example %zu of the manual", ++blocks);
				aliases_free(a);
			}
			on = line[1] == 'B';
			n = 0;
		} else if (on && n + strlen(line) < sizeof(text))
			n += (size_t)snprintf(text + n, sizeof(text) - n, "%s",
			    line);
	fclose(f);
	ok(blocks == 4, "%zu examples", blocks);
}

int
main(int argc, char **argv)
{
	const char *src = getenv("SRC");
	char dir[512];

	if (src == NULL)
		src = ".";
	snprintf(dir, sizeof(dir), "%s/regress/smtpd-aliases", src);
	pairs(argc > 1 ? argv[1] : dir);
	last_day();
	caps();
	many();
	manual(src);
	return done();
}

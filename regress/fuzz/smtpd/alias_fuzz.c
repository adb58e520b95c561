/*
 * alias: a line of settings, "<detail> <catch_all> <postmaster> <recipient>",
 * then any bytes as the aliases. What is read is within its bounds and, printed
 * and read again, the same; whoever is asked for, expansion ends, with no two
 * that are the same; aliases that were found good lead somewhere, each.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aliascheck.h"
#include "expand.h"
#include "senders.h"

#include "smtpd/aliasprint.h"
#include "smtpd/people.h"

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct expansion e;

struct heard {
	int said;
	size_t line;
};

static void
complain(size_t line, size_t column, const char *why, void *arg)
{
	struct heard *h = arg;

	(void)column;
	MUST(*why != '\0' && strchr(why, '\n') == NULL &&
	    strchr(why, ';') != NULL);
	h->said++;
	h->line = line;
}

static void
hear(int depth, const char *line, void *arg)
{
	size_t *n = arg;

	MUST(depth >= 0 && depth <= ALIAS_DEPTH);
	MUST(*line != '\0' && strchr(line, '\n') == NULL);
	MUST(++*n <= 2 * ALIAS_STEPS);
}

/* to be freed */
static char *
print_all(const struct aliases *all)
{
	const struct alias *a;
	char *text;
	size_t i, n;
	FILE *f = open_memstream(&text, &n);

	for (i = 0; (a = aliases_at(all, i)) != NULL; i++) {
		MUST(a->ntargets > 0 && a->ntargets <= ALIAS_RESULTS);
		MUST(strlen(a->local) <= LOCAL_MAX);
		MUST(strlen(a->domain) <= DOMAIN_MAX);
		MUST(*a->local != '\0' || *a->domain != '\0');
		MUST(aliases_find(all, a->local, a->domain) == a);
		print_alias(f, a);
	}
	fclose(f);
	return text;
}

static void
read_again(const struct aliases *all)
{
	char *text = print_all(all), *again;
	struct heard h = { 0 };
	struct aliases *b =
	    aliases_new(text, strlen(text), TARGET_PIPES, complain, &h);

	MUST(b != NULL);
	again = print_all(b);
	MUST(strcmp(text, again) == 0);
	free(text);
	free(again);
	aliases_free(b);
}

static void
ask(const struct directory *d, const struct mailbox *m)
{
	struct senders s = { .dir = d, .room = &e };
	size_t i, j, told = 0;
	enum verdict v = expand(d, m, 0, NOW, &e, hear, &told);

	MUST((v == EXPAND_OK) == (e.n > 0) && e.n <= ALIAS_RESULTS);
	for (i = 0; i < e.n; i++) {
		MUST(e.v[i].kind == FINAL_REMOTE || e.v[i].user < 7);
		MUST(e.v[i].kind != FINAL_REMOTE ||
		    !directory_is_own(d, e.v[i].to.domain));
		for (j = 0; j < i; j++)
			MUST(!final_same(&e.v[i], &e.v[j]));
	}
	for (i = 0; i < 7; i++)
		if (m->local[0] != '\0' &&
		    senders_may(&s, users[i], (uint32_t)i, m, NOW))
			MUST(m->domain[0] != '\0' &&
			    directory_is_own(d, m->domain));
}

static void
ask_all(const struct directory *d)
{
	const struct alias *a;
	struct mailbox m = { 0 };
	struct heard h = { 0 };
	size_t i;
	int good = aliases_check(d, complain, &h);

	MUST(good == (h.said > 0 ? -1 : 0));
	for (i = 0; i < 20 && (a = aliases_at(d->aliases, i)) != NULL; i++) {
		snprintf(m.local, sizeof(m.local), "%s",
		    *a->local != '\0' ? a->local : "zz");
		snprintf(m.domain, sizeof(m.domain), "%s", a->domain);
		ask(d, &m);
		MUST(good == -1 || expand_alias(d, a, 0, &e) == EXPAND_OK);
	}
}

/* the next word of the line, "" if none; *p moves behind it */
static void
word(const char **p, const char *end, char *out, size_t size)
{
	size_t n = 0;

	for (; *p < end && **p != ' ' && **p != '\n' && **p != '\0'; ++*p)
		if (n + 1 < size)
			out[n++] = **p;
	out[n] = '\0';
	*p += *p < end && **p == ' ';
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	const char *p = (const char *)data, *end = p + len;
	char detail[8], catch_all[80], postmaster[80], to[80];
	struct heard h = { 0 };
	struct directory d = { .domains = domains,
		.detail = detail,
		.postmaster = postmaster,
		.find = find_user,
		.arg = (void *)(uintptr_t)users };
	struct aliases *all;
	struct mailbox m;

	word(&p, end, detail, sizeof(detail));
	word(&p, end, catch_all, sizeof(catch_all));
	word(&p, end, postmaster, sizeof(postmaster));
	word(&p, end, to, sizeof(to));
	while (p < end && *p++ != '\n')
		;
	d.catch_all = strcmp(catch_all, "-") == 0 ? NULL : catch_all;
	all = aliases_new(p, (size_t)(end - p), TARGET_PIPES, complain, &h);
	MUST((all == NULL) == (h.said > 0));
	if (all == NULL)
		return 0;
	read_again(all);
	d.aliases = all;
	ask_all(&d);
	if (target_mailbox(&m, to, strlen(to)) == NULL)
		ask(&d, &m);
	aliases_free(all);
	return 0;
}

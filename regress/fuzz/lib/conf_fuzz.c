/*
 * conf: any bytes as a configuration file. It may be refused; what is taken
 * must print as a file that gives the same print, and errors must find the
 * values by their addresses.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_impl.h"

#define AT(field) offsetof(struct result, field)
#define AT_SITE(field) offsetof(struct site, field)

struct site {
	char *name;
	char *root;
	struct conf_addr to;
	struct conf_list hosts, inner;
};

struct result {
	int64_t number, size, time;
	int yes, word;
	char *text;
	struct conf_addr addr;
	struct conf_list numbers, sizes, times, bools, texts, words, addrs;
	struct conf_list sites;
};

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *
check_text(const void *v)
{
	return strcmp(*(char *const *)v, "bad") == 0 ? "bad" : NULL;
}

static const char *
check_site(const void *v)
{
	const struct site *site = v;

	return strcmp(site->name, site->root) == 0 ? "twins" : NULL;
}

/* clang-format off */
static const char *const words[] = { "a", "on", "null", NULL };

static const struct conf_key inner_keys[] = {
{ NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, 0, NULL }
};

static const struct conf_key site_keys[] = {
{ "root",     CONF_STRING,             AT_SITE(root),  0, 9, "/",        "", NULL, NULL, 0, NULL },
{ "up.to",    CONF_ADDR,               AT_SITE(to),    0, 0, "'*:1'",    "", NULL, NULL, 0, NULL },
{ "up.hosts", CONF_LIST | CONF_STRING, AT_SITE(hosts), 0, 3, "[a, 'b']", "", NULL, NULL, 0, check_text },
{ "up.inner", CONF_MAP,                AT_SITE(inner), 0, 3, "{}",       "", NULL, inner_keys, sizeof(char *), NULL },
{ NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, 0, NULL }
};

static const struct conf_key keys[] = {
{ "n",       CONF_INT,                AT(number),  INT64_MIN, INT64_MAX, "-1", "", NULL, NULL, 0, NULL },
{ "a.size",  CONF_SIZE,               AT(size),    0, INT64_MAX, "64k",   "", NULL, NULL, 0, NULL },
{ "a.b.t",   CONF_TIME,               AT(time),    0, 60000,     "10s",   "", NULL, NULL, 0, NULL },
{ "yes",     CONF_BOOL,               AT(yes),     0, 0,         "no",    "", NULL, NULL, 0, NULL },
{ "word",    CONF_WORD,               AT(word),    0, 0,         "a",     "", words, NULL, 0, NULL },
{ "text",    CONF_STRING,             AT(text),    0, INT64_MAX, "''",    "", NULL, NULL, 0, check_text },
{ "addr",    CONF_ADDR,               AT(addr),    0, 0,         "'*:1'", "", NULL, NULL, 0, NULL },
{ "l.n",     CONF_LIST | CONF_INT,    AT(numbers), 0, 5,         "[]",    "", NULL, NULL, 0, NULL },
{ "l.size",  CONF_LIST | CONF_SIZE,   AT(sizes),   0, 5,         "[]",    "", NULL, NULL, 0, NULL },
{ "l.time",  CONF_LIST | CONF_TIME,   AT(times),   0, 5,         "[]",    "", NULL, NULL, 0, NULL },
{ "l.yes",   CONF_LIST | CONF_BOOL,   AT(bools),   0, 5,         "[]",    "", NULL, NULL, 0, NULL },
{ "l.text",  CONF_LIST | CONF_STRING, AT(texts),   0, INT64_MAX, "[x]",   "", NULL, NULL, 0, NULL },
{ "l.word",  CONF_LIST | CONF_WORD,   AT(words),   0, 5,         "[]",    "", words, NULL, 0, NULL },
{ "l.addr",  CONF_LIST | CONF_ADDR,   AT(addrs),   0, 5,         "[]",    "", NULL, NULL, 0, NULL },
{ "sites",   CONF_MAP,                AT(sites),   0, 5,         "{}",    "", NULL, site_keys, sizeof(struct site), check_site },
{ NULL, 0, 0, 0, 0, NULL, NULL, NULL, NULL, 0, NULL }
};
/* clang-format on */

static void
ignore(const char *line)
{
	if (strpbrk(line, "\n\r\033") != NULL)
		abort();
}

/* the print of what was read; NULL: it was refused */
static char *
reprint(const char *text, size_t len)
{
	struct conf_src *s;
	struct result r;
	char *print = NULL;
	size_t size;
	FILE *f;

	memset(&r, 0xff, sizeof(r));
	s = conf_load_mem("fuzz", text, len, keys, &r);
	if (r.text == NULL && conf_errors(s) == 0)
		abort();
	if (conf_errors(s) == 0) {
		f = open_memstream(&print, &size);
		conf_print(keys, &r, f);
		fclose(f);
		conf_error(s, &r.time, "at %p", (void *)&r);
		if (r.sites.n > 0)
			conf_error(s, r.sites.v, "a site");
	}
	conf_close(s);
	conf_free(keys, &r, sizeof(r));
	return print;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *once, *twice;

	conf_report = ignore;
	if ((once = reprint((const char *)data, size)) == NULL)
		return 0;
	twice = reprint(once, strlen(once));
	if (twice == NULL || strcmp(once, twice) != 0)
		abort();
	free(once);
	free(twice);
	return 0;
}

/*
 * secretsedit: each row a text, a credential, what is put in its place and
 * the text wanted. A is al's line of SHA-256, and so on.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "secretsedit.h"
#include "tap.h"

#define K32 "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
#define K20 "QUFBQUFBQUFBQUFBQUFBQUFBQUE="
#define S256 ":SCRAM-SHA-256$4096:QUFB$" K32 ":" K32
#define S1 ":SCRAM-SHA-1$4096:QUFB$" K20 ":" K20
#define NEW ":SCRAM-SHA-256$10000:AQI=$" N32 ":" M32
#define N32 "AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define M32 "AgICAgICAgICAgICAgICAgICAgICAgICAgICAgICAgI="
#define NEW1 ":SCRAM-SHA-1$10000:AQI=$" N20 ":" M20
#define N20 "AQEBAQEBAQEBAQEBAQEBAQEBAQE="
#define M20 "AgICAgICAgICAgICAgICAgICAgI="

/* clang-format off */
static const struct {
	const char *text, *login;
	size_t n, found; /* new lines; lines that were there */
	const char *want;
} t[] = {
{ "", "al", 1, 0, "al" NEW "\n" },
{ "", "al", 2, 0, "al" NEW "\nal" NEW1 "\n" },
{ "", "al+phone", 1, 0, "al+phone" NEW "\n" },
{ "# hello", "al", 1, 0, "# hello\nal" NEW "\n" },
{ "# hello\n\n", "al", 1, 0, "# hello\n\nal" NEW "\n" },
{ "al" S256, "al", 1, 1, "al" NEW "\n" },
{ "al" S256 "\n", "al", 1, 1, "al" NEW "\n" },
{ "al" S256 "\n", "al", 0, 1, "" },
{ "al" S256, "al", 0, 1, "" },
{ "al" S256 " \t\n", "al", 1, 1, "al" NEW "\n" },
{ "al" S256 "\n", "bo", 0, 0, "al" S256 "\n" },
{ "al" S256, "bo", 1, 0, "al" S256 "\nbo" NEW "\n" },
{ "al" S256 "\n", "a", 1, 0, "al" S256 "\na" NEW "\n" },
{ "al" S256 "\n", "al+x", 1, 0, "al" S256 "\nal+x" NEW "\n" },
{ "al+x" S256 "\n", "al", 1, 0, "al+x" S256 "\nal" NEW "\n" },
{ "al+x" S256 "\n", "al", 0, 0, "al+x" S256 "\n" },
{ "al" S256 "\nal+x" S256 "\nal+y" S256, "al+x", 0, 1,
    "al" S256 "\nal+y" S256 },
{ "al" S256 "\nal" S1 "\n", "al", 1, 2, "al" NEW "\n" },
{ "al" S1 "\nbo" S256 "\nal" S256 "\n# end\n", "al", 1, 2,
    "al" NEW "\nbo" S256 "\n# end\n" },
{ "al" S1 "\nbo" S256 "\nal" S256 "\n# end\n", "al", 2, 2,
    "al" NEW "\nal" NEW1 "\nbo" S256 "\n# end\n" },
{ "al" S1 "\nbo" S256 "\nal" S256, "al", 0, 2, "bo" S256 "\n" },
{ "# one\n\n \t\n#al" S256 "\nal" S256 "\n#two", "al", 1, 1,
    "# one\n\n \t\n#al" S256 "\nal" NEW "\n#two" },
{ "# one\r\nal" S256 "\r\nbo" S256 "\r\n", "al", 1, 1,
    "# one\r\nal" NEW "\nbo" S256 "\r\n" },
{ "\n\n\nal" S256 "\n\n\n", "al", 0, 1, "\n\n\n\n\n" },
};

static const struct {
	const char *login, *services, *why; /* NULL: it is good */
} names[] = {
{ "al", "", NULL }, { "al+phone", "", NULL }, { "_a.b-c", "", NULL },
{ "al", "imap,smtp", NULL }, { "al+x", "http", NULL },
{ "", "", "not a user name; at most 32" }, { "Al", "", "not a user name;" },
{ "+x", "", "not a user name;" }, { "al+", "", "not a label" },
{ "al+X", "", "not a label" }, { "al+x+y", "", "no colon behind" },
{ "al@b", "", "no colon behind" }, { "al:", "", "unknown scheme" },
{ "al ", "", "no colon" }, { " al", "", "not a user name;" },
{ "#al", "", "not a user name" }, { "#\nal", "", "not a user name" },
{ "\nal", "", "not a user name" }, { "al\n", "", "no colon" },
{ "al" S256 "\nbo", "", "not a user name" }, { "al\r", "", "no colon" },
{ "al", "imap,", "not a service;" }, { "al", "IMAP", "not a service;" },
{ "al", "imap smtp", "unknown option" }, { "al", "a,a", "services: a given" },
{ "al", "imap ", "not a user name" }, { "al", "imap\n", "not a user name" },
{ "al", "imap\n#", "not a user name" },
{ "al", "a services=b", "services: given twice" },
};
/* clang-format on */

static void
complain(size_t line, const char *why, void *arg)
{
	int *n = arg;

	*n = *n * 10 + (int)line + (*why == '\0');
}

static void
make(struct secret v[2], const struct secretsedit *e)
{
	int i;

	memset(v, 0, 2 * sizeof(*v));
	for (i = 0; i < 2; i++) {
		memcpy(v[i].user, e->user, sizeof(v[i].user));
		memcpy(v[i].label, e->label, sizeof(v[i].label));
		memcpy(v[i].services, e->services, sizeof(v[i].services));
		v[i].hash = i == 0 ? SECRET_SHA256 : SECRET_SHA1;
		v[i].iterations = 10000;
		memcpy(v[i].salt, "\1\2", v[i].saltlen = 2);
		memset(v[i].stored, 1, v[i].keylen = i == 0 ? 32 : 20);
		memset(v[i].server, 2, v[i].keylen);
	}
}

static void
rows(void)
{
	struct secretsedit e;
	struct secret v[2];
	const char *why;
	size_t i, len, outlen = 0;
	char *copy, *out;
	int said = 0;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		len = strlen(t[i].text);
		copy = malloc(len + !len); /* of its size: a byte more shows */
		memcpy(copy, t[i].text, len);
		secretsedit_begin(&e, t[i].login, "", &why);
		secretsedit_find(&e, copy, len, complain, &said);
		make(v, &e);
		out = secretsedit_apply(&e, copy, len, v, t[i].n, &outlen);
		if (!ok(out != NULL && said == 0 && e.n == t[i].found &&
			    outlen == strlen(t[i].want) &&
			    memcmp(out, t[i].want, outlen) == 0,
			"row %zu", i))
			printf("# %zu: %.*s\n", e.n, (int)outlen, out);
		free(copy);
		free(out);
	}
}

static void
logins(void)
{
	struct secretsedit e;
	char long_one[2000];
	const char *why;
	size_t i;
	int r;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		r = secretsedit_begin(&e, names[i].login, names[i].services,
		    &why);
		if (!ok(names[i].why == NULL ? r == 0 :
					       r == -1 &&
				strncmp(why, names[i].why,
				    strlen(names[i].why)) == 0,
			"name %zu", i))
			printf("# %d %s\n", r, why);
	}
	memset(long_one, 'a', sizeof(long_one));
	long_one[sizeof(long_one) - 1] = '\0';
	ok(secretsedit_begin(&e, long_one, "", &why) == -1, "a long name");
	ok(secretsedit_begin(&e, "al", long_one, &why) == -1, "a long list");
}

static void
scope(void)
{
	static const char text[] = "al+x" S256 " services=imap,smtp\nal+x" S1;
	struct secretsedit e;
	struct secret v[2];
	const char *why;
	char line[SECRET_LINE + 2];
	int said = 0;

	secretsedit_begin(&e, "al+x", "http", &why);
	ok(secretsedit_find(&e, text, strlen(text), complain, &said) == 0 &&
		strcmp(e.services, "imap,smtp") == 0,
	    "services of its first line");
	make(v, &e);
	secretsedit_line(v, line);
	ok(strcmp(line, "al+x" NEW " services=imap,smtp\n") == 0,
	    "a line with services");
}

static void
broken(void)
{
	static const char text[] = "al" S256 "\nx\nbo" S256 "\nal" S256 "\n";
	struct secretsedit e;
	const char *why;
	int said = 0;

	secretsedit_begin(&e, "al", "", &why);
	ok(secretsedit_find(&e, text, strlen(text), complain, &said) == -1 &&
		said == 24,
	    "broken lines are told");
}

static void
large(void)
{
	struct secretsedit e;
	struct secret v[2];
	const char *why;
	size_t len, room = strlen("al" NEW "\n");
	char *text = malloc(SECRETS_MAX), *out;
	int said = 0;

	memset(text, '\n', SECRETS_MAX);
	secretsedit_begin(&e, "al", "", &why);
	secretsedit_find(&e, text, SECRETS_MAX - room, complain, &said);
	make(v, &e);
	out = secretsedit_apply(&e, text, SECRETS_MAX - room, v, 1, &len);
	ok(out != NULL && len == SECRETS_MAX, "as large as may be");
	free(out);
	errno = 0;
	ok(secretsedit_apply(&e, text, SECRETS_MAX - room + 1, v, 1, &len) ==
		    NULL &&
		errno == EFBIG,
	    "a byte more");
	free(text);
}

int
main(void)
{
	rows();
	logins();
	scope();
	broken();
	large();
	return done();
}

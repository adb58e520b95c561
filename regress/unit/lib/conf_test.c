/*
 * conf: files of regress/conf (*.in) against what is said of them (*.ok: the
 * errors, or the result as it is printed), each printed result read again;
 * values in memory; errors by address; the manual. argv[1] names another
 * directory of pairs.
 */
#include <sys/resource.h>
#include <sys/wait.h>
#include <netinet/in.h>
#include <dirent.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "conf.h"
#include "conf_impl.h"
#include "conf_test.h"
#include "tap.h"

#ifndef SRCDIR
#define SRCDIR "."
#endif

static char *reported;
static size_t reported_len;
static size_t skip; /* of each line */
static FILE *report;

/* clang-format off */
/* each alone in a file, with a hostname; what is said, "" for nothing */
static const struct { const char *line, *error; } lines[] = {
{ "workers: 2",                        "" },
{ "workers: '64'",                     "" },
{ "workers: 3",                        "2:1: workers: odd; an even number was meant" },
{ "workers: 0x10",                     "2:1: workers: not a number; a decimal such as 25 was meant" },
{ "workers: 010",                      "2:1: workers: not a number; a decimal such as 25 was meant" },
{ "workers: +4",                       "2:1: workers: not a number; a decimal such as 25 was meant" },
{ "workers: 99999999999999999999",     "2:1: workers: out of range, 2 to 64" },
{ "workers:",                          "2:1: workers: no value; a number was meant" },
{ "workers: ~",                        "2:1: workers: no value; a number was meant" },
{ "workers: [4]",                      "2:1: workers: a list; a number was meant" },
{ "workers: {}",                       "2:1: workers: a mapping; a number was meant" },
{ "offset: 9223372036854775807",       "" },
{ "offset: -9223372036854775808",      "" },
{ "offset: 9223372036854775808",       "2:1: offset: out of range" },
{ "offset: -9223372036854775809",      "2:1: offset: out of range" },
{ "offset: '-'",                         "2:1: offset: not a number; a decimal such as 25 was meant" },
{ "limits: {mem: {size: 1G}}",         "" },
{ "limits: {mem: {size: 1025M}}",      "2:16: limits.mem.size: out of range, 1k to 1G" },
{ "limits: {mem: {size: 1m}}",         "2:16: limits.mem.size: not a size; 64k, 10M or 1G was meant" },
{ "limits: {mem: {size: -1}}",         "2:16: limits.mem.size: not a size; 64k, 10M or 1G was meant" },
{ "limits: {mem: {large: 8589934591G}}", "" },
{ "limits: {mem: {large: 8589934592G}}", "2:16: limits.mem.large: out of range, 0 or more" },
{ "limits: {handshake: 60}",           "" },
{ "limits: {handshake: 61}",           "2:10: limits.handshake: out of range, 1s to 60s" },
{ "limits: {handshake: 1s1ms}",        "2:10: limits.handshake: not a time; 250ms, 10s, 5m, 8h or 30d was meant" },
{ "limits: {handshake: s}",            "2:10: limits.handshake: not a time; 250ms, 10s, 5m, 8h or 30d was meant" },
{ "limits: 5",                         "2:1: limits: not a mapping; its keys, indented below it, were meant" },
{ "limits:",                           "2:1: limits: not a mapping; its keys, indented below it, were meant" },
{ "limits.handshake: 5",               "2:1: limits.handshake: unknown key; handshake, indented below limits:, was meant" },
{ "limits.mem: {size: 1M}",            "2:1: limits.mem: unknown key; mem, indented below limits:, was meant" },
{ "handshake: 5",                      "2:1: handshake: unknown key; did you mean limits.handshake?" },
{ "limit: {handshake: 5}",             "2:1: limit: unknown key; did you mean limits?" },
{ "limits: {handshaek: 5}",            "2:10: limits.handshaek: unknown key; did you mean limits.handshake?" },
{ "lisen: ['*:25']",                   "2:1: lisen: unknown key; did you mean listen?" },
{ "xyz: 1",                            "2:1: xyz: unknown key" },
{ "'': 1",                             "2:1: : unknown key" },
{ "<<: {workers: 4}",                  "2:1: <<: unknown key" },
{ "verbose: true",                     "" },
{ "verbose: maybe",                    "2:1: verbose: neither yes nor no; one of them was meant" },
{ "mode: of",                          "2:1: mode: unknown word; off, soft or hard was meant" },
{ "motto: ''",                         "" },
{ "motto: \"\\\\ \\\" # : é€𐍈\"",      "" },
{ "motto: \"null\"",                   "" },
{ "motto: null",                       "2:1: motto: no value; text was meant ('' is an empty one)" },
{ "motto: \"a\\0b\"",                  "2:1: motto: a control character; text was meant" },
{ "motto: \"a\\tb\"",                  "2:1: motto: a control character; text was meant" },
{ "motto: \"a\\x85b\"",                "2:1: motto: a control character; text was meant" },
{ "motto: \"a\\u2028b\"",              "2:1: motto: a control character; text was meant" },
{ "motto: \"a\\ufeffb\"",              "2:1: motto: a control character; text was meant" },
{ "\"mo\\0tto\": a",                   "2:1: mo: a control character; text was meant" },
{ "motto: !!str a",                    "2:1: motto: a tag (!); a value that begins with ! stands in quotes" },
{ "motto: &a a",                       "2:1: motto: an anchor (&); a value that begins with & stands in quotes" },
{ "motto: *a",                         "2:1: motto: an alias (*); a value that begins with * stands in quotes" },
{ "*a : motto",                        "2:1: an alias (*) as key; text was meant" },
{ "? [a]\n: motto",                    "2:3: a list as key; text was meant" },
{ "? {a: b}\n: motto",                 "2:3: a mapping as key; text was meant" },
{ "motto: a: b",                       "2:9: mapping values are not allowed in this context; a value with a colon and a blank stands in quotes" },
{ "motto: \001",                       "2:8: control characters are not allowed; text in UTF-8 was meant" },
{ "motto: \377",                       "2:8: invalid leading UTF-8 octet; text in UTF-8 was meant" },
{ "sites:\n\ta: b",                    "3:1: while scanning for the next token, found character that cannot start any token; blanks indent, tabs do not" },
{ "control: '*:65535'",                "" },
{ "control: 192.0.2.1:1",              "" },
{ "control: '[2001:db8::1]:25'",       "" },
{ "control: '[::ffff:192.0.2.1]:25'",  "" },
{ "control: '*:0'",                    "2:1: control: port out of range, 1 to 65535" },
{ "control: '*:65536'",                "2:1: control: port out of range, 1 to 65535" },
{ "control: *:25",                     "2:11: while scanning an alias, did not find expected alphabetic or numeric character; a value that begins with * or & stands in quotes" },
{ "control: [::1]:25",                 "2:11: while parsing a flow node, did not find expected node content; an address in brackets stands in quotes" },
{ "control: [a]",                      "2:1: control: a list; an address was meant, in quotes" },
{ "control: localhost:25",             "2:1: control: not an address with a port; 192.0.2.1:25, \"[2001:db8::1]:25\" or \"*:25\" was meant" },
{ "control: 192.0.2.1",                "2:1: control: not an address with a port; 192.0.2.1:25, \"[2001:db8::1]:25\" or \"*:25\" was meant" },
{ "control: ::1:25",                   "2:1: control: not an address with a port; 192.0.2.1:25, \"[2001:db8::1]:25\" or \"*:25\" was meant" },
{ "control: '[fe80::1%lo]:25'",        "2:1: control: not an address with a port; 192.0.2.1:25, \"[2001:db8::1]:25\" or \"*:25\" was meant" },
{ "ports: [2, 3, 4]",                  "2:12: ports: odd; an even number was meant" },
{ "ports: [2,\n 4,\n ~]",              "4:2: ports: no value; a number was meant" },
{ "ports: [2, 4, 6, 8]",               "2:1: ports: 4 entries; 0 to 3 were meant" },
{ "listen: []",                        "2:1: listen: 0 entries; 1 to 3 were meant" },
{ "ports: 2",                          "2:1: ports: not a list; [2] was meant" },
{ "listen: *:25",                      "2:10: while scanning an alias, did not find expected alphabetic or numeric character; a value that begins with * or & stands in quotes" },
{ "listen: '*:25'",                    "2:1: listen: not a list; [\"*:25\"] was meant" },
{ "nets: ten",                         "2:1: nets: not a list; [ten] was meant" },
{ "ports: {a: 2}",                     "2:1: ports: a mapping; a list was meant" },
{ "ports:",                            "2:1: ports: no value; a list was meant ([] is an empty one)" },
{ "nets: [a, [b], &c c]",              "2:16: nets: an anchor (&); a value that begins with & stands in quotes\n2:11: nets: a list; text was meant" },
{ "sites:",                            "2:1: sites: not a mapping; names with their keys indented below them, or {} was meant" },
{ "sites: {a: }",                      "2:9: sites.a: not a mapping; its keys, indented below it, or {} was meant" },
{ "sites: {a: {}}",                    "2:9: sites.a.root: missing; text must be given" },
{ "sites: {a: {root: x}}",             "2:13: sites.a.root: not absolute; /... was meant" },
{ "sites: {a: {root: /, users: {u: {quta: 1}}}}", "2:34: sites.a.users.u.quta: unknown key; did you mean quota?" },
{ "sites: {a: {root: /, tls: {on: yes}, users: {u: {}}}}", "2:9: sites.a: https with users; one of them was meant" },
{ "far: {peers: {b: {}, b: {}}}",      "2:22: far.peers.b: given twice, first in line 2" },
{ "far: {peers: {'': {}}}",            "2:15: far.peers.: a name of 0 bytes; 1 to 255 were meant" },
{ "hostname: b",                       "2:1: hostname: given twice, first in line 1" },
{ "---\nhostname: b",                  "2:1: a second document (---); one was meant" },
};
/* clang-format on */

static void
to_report(const char *line)
{
	fprintf(report, "%s\n", line + skip);
}

static void
report_begin(void)
{
	free(reported);
	report = open_memstream(&reported, &reported_len);
}

/* the errors, or the result in print; "" of each that is absent */
static struct conf_src *
load(const char *name, const char *text, size_t len, struct result *r)
{
	struct conf_src *s;

	memset(r, 0xff, sizeof(*r));
	report_begin();
	s = conf_load_mem(name, text, len, keys, r);
	fflush(report);
	if (conf_errors(s) == 0)
		conf_print(keys, r, report);
	fclose(report);
	return s;
}

static int
again(const char *name)
{
	char *first = strdup(reported);
	struct conf_src *s;
	struct result r;
	int same;

	s = load(name, first, strlen(first), &r);
	same = conf_errors(s) == 0 && strcmp(first, reported) == 0;
	if (!same)
		printf("# printed:\n%s# read again:\n%s", first, reported);
	conf_close(s);
	conf_free(keys, &r, sizeof(r));
	free(first);
	return same;
}

static void
test_lines(void)
{
	struct conf_src *s;
	struct result r;
	char text[512], want[512];
	size_t i;
	int good;

	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		snprintf(text, sizeof(text), "hostname: a\n%s\n",
		    lines[i].line);
		snprintf(want, sizeof(want), "%s\n", lines[i].error);
		s = load("f", text, strlen(text), &r);
		if (lines[i].error[0] == '\0')
			good = conf_errors(s) == 0;
		else
			good = strcmp(reported, want) == 0;
		conf_close(s);
		conf_free(keys, &r, sizeof(r));
		if (!ok(good, "line %zu: %.*s", i,
			(int)strcspn(lines[i].line, "\n\001\377"),
			lines[i].line))
			printf("# got: %s# want: %s", reported, want);
		else if (lines[i].error[0] == '\0')
			ok(again("f"), "line %zu, printed and read", i);
	}
}

static char *
slurp(const char *dir, const char *name, const char *end, size_t *len)
{
	char path[1024], *text = calloc(1, 65536);
	FILE *f;

	snprintf(path, sizeof(path), "%s/%.*s%s", dir, (int)(strlen(name) - 3),
	    name, end);
	*len = 0;
	if ((f = fopen(path, "re")) != NULL) {
		*len = fread(text, 1, 65535, f);
		fclose(f);
	}
	return text;
}

static int
is_in(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 3 && strcmp(d->d_name + n - 3, ".in") == 0;
}

static void
test_pairs(const char *dir)
{
	struct dirent **names;
	struct conf_src *s;
	struct result r;
	char *in, *want;
	size_t len, unused;
	int i, n, errors;

	n = scandir(dir, &names, is_in, alphasort);
	ok(n > 0, "pairs in %s", dir);
	for (i = 0; i < n; free(names[i++])) {
		in = slurp(dir, names[i]->d_name, ".in", &len);
		want = slurp(dir, names[i]->d_name, ".ok", &unused);
		s = load(names[i]->d_name, in, len, &r);
		errors = conf_errors(s);
		conf_close(s);
		conf_free(keys, &r, sizeof(r));
		if (!ok(strcmp(reported, want) == 0, "%s", names[i]->d_name))
			printf("# got:\n%s", reported);
		if (errors == 0)
			ok(again(names[i]->d_name), "%s, printed and read",
			    names[i]->d_name);
		free(in);
		free(want);
	}
	if (n >= 0)
		free(names);
}

static void
test_values(void)
{
	static const char text[] =
	    "hostname: a\nsites:\n  b.example:\n"
	    "    root: /b\n    index: [x, y]\n"
	    "listen: ['[::1]:26', '*:25']\nmode: hard\n"
	    "limits:\n  handshake: 1500ms\nverbose: on\n";
	struct conf_addr *a;
	struct sockaddr_in6 in6;
	struct conf_src *s;
	struct result r, zero;
	struct site *site;

	memset(&zero, 0, sizeof(zero));
	s = load("v", text, strlen(text), &r);
	if (!ok(conf_errors(s) == 0 && r.sites.n == 1 && r.listen.n == 2,
		"values are read"))
		exit(done());
	site = r.sites.v;
	a = r.listen.v;
	ok(strcmp(site->name, "b.example") == 0 &&
		strcmp(site->root, "/b") == 0 && site->index.n == 2 &&
		strcmp(((char **)site->index.v)[1], "y") == 0 &&
		site->backend.family == AF_INET6,
	    "map and its default");
	memcpy(&in6, &a[0].ss, sizeof(in6));
	ok(a[0].family == AF_INET6 && a[0].port == 26 &&
		a[0].len == sizeof(in6) && in6.sin6_family == AF_INET6 &&
		in6.sin6_port == htons(26) && in6.sin6_addr.s6_addr[15] == 1,
	    "IPv6 address");
	ok(a[1].family == AF_UNSPEC && a[1].port == 25 && a[1].len == 0,
	    "any address");
	ok(r.mode == 2 && r.verbose == 1 && r.handshake == 1500 &&
		r.idle == 3600000 && r.size == 65536 && r.large == 3LL << 30 &&
		r.offset == -1,
	    "numbers and words");
	report_begin();
	conf_error(s, &r.handshake, "worse than %d", 7);
	conf_error(s, &a[1], "taken");
	conf_error(s, site, "no such host");
	conf_error(s, &((char **)site->index.v)[1], "no such file");
	conf_error(s, &site->backend, "is down");
	conf_error(s, &r.idle, "too idle");
	conf_error(s, &r.workers, "too few");
	conf_error(s, NULL, "no");
	fclose(report);
	ok(conf_errors(s) == 8, "errors are counted");
	if (!ok(strcmp(reported,
		    "v:9:3: limits.handshake: worse than 7\n"
		    "v:6:22: listen: taken\n"
		    "v:3:3: sites.b.example: no such host\n"
		    "v:5:16: sites.b.example.index: no such file\n"
		    "v:3:3: sites.b.example.proxy.to.one: is down\n"
		    "v:8:1: limits.mem.idle: too idle\n"
		    "v:1:1: workers: too few\n"
		    "v: no\n") == 0,
		"errors by address"))
		printf("%s", reported);
	conf_close(s);
	conf_free(keys, &r, sizeof(r));
	ok(memcmp(&r, &zero, sizeof(r)) == 0, "freed is zero");
}

/* nothing given is nothing wrong, if all has a default */
static void
test_empty(void)
{
	static const char *const texts[] = { "", "# a\n", "---\n", "{}",
		"--- {}\n...\n", "%YAML 1.1\n---\n", "\357\273\277" };
	struct conf_src *s;
	struct user u;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
		s = conf_load_mem("e", texts[i], strlen(texts[i]), user_keys,
		    &u);
		ok(conf_errors(s) == 0 && u.groups.n == 1, "empty text %zu", i);
		conf_close(s);
		u.name = NULL;
		conf_free(user_keys, &u, sizeof(u));
	}
}

/* a bad default is a bug of ours, whatever the file says */
static void
test_default(void)
{
	static const char *const defs[] = { "", "yes", "[4]", "100", "3", "*a",
		"4: 4: 4" };
	const struct rlimit none = { 0, 0 };
	struct conf_key bad[2] = { 0 };
	int64_t n;
	size_t i;
	pid_t pid;
	int status;

	for (i = 0; i < sizeof(defs) / sizeof(*defs); i++) {
		bad[0] = keys[2];
		bad[0].at = 0;
		bad[0].def = defs[i];
		fflush(stdout);
		if ((pid = fork()) == 0) {
			setrlimit(RLIMIT_CORE, &none);
			if (freopen("/dev/null", "w", stderr) != NULL)
				conf_load_mem("d", "", 0, bad, &n);
			_exit(0);
		}
		ok(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) &&
			WTERMSIG(status) == SIGABRT,
		    "bad default %s", defs[i]);
	}
}

/* text, repeated; whether it is refused with this */
static void
test_flood(const char *head, const char *text, size_t n, const char *want)
{
	size_t len = strlen(text), at = strlen(head);
	char *all = malloc(at + n * len);
	struct conf_src *s;
	struct result r;
	size_t i;

	memcpy(all, head, at);
	for (i = 0; i < n; i++, at += len)
		memcpy(all + at, text, len);
	s = load("flood", all, at, &r);
	if (!ok(conf_errors(s) > 0 && strstr(reported, want) != NULL,
		"flood of %.1s: %s", text, want))
		printf("# got: %.1000s\n", reported);
	conf_close(s);
	conf_free(keys, &r, sizeof(r));
	free(all);
}

static void
test_file(void)
{
	char path[] = "/tmp/conf_test.XXXXXX";
	struct conf_src *s;
	struct result r;
	int fd = mkstemp(path);

	report_begin();
	ok(fd != -1 && write(fd, "hostname: a\n", 12) == 12, "a file");
	s = conf_load(path, keys, &r);
	ok(conf_errors(s) == 0 && strcmp(r.hostname, "a") == 0, "is read");
	conf_close(s);
	conf_free(keys, &r, sizeof(r));
	unlink(path);
	s = conf_load(path, keys, &r);
	conf_close(s);
	conf_free(keys, &r, sizeof(r));
	s = conf_load("/", keys, &r);
	conf_close(s);
	conf_free(keys, &r, sizeof(r));
	ok(ftruncate(fd, CONF_FILE + 1) == 0, "a large file");
	snprintf(path, sizeof(path), "/dev/fd/%d", fd);
	s = conf_load(path, keys, &r);
	conf_close(s);
	conf_free(keys, &r, sizeof(r));
	close(fd);
	fclose(report);
	ok(strstr(reported, ": No such file or directory\n") != NULL &&
		strstr(reported, "/: Is a directory\n") != NULL &&
		strstr(reported, ": too large; 1024k at most\n") != NULL,
	    "no, wrong and large files");
}

/* a page around the options; mandoc is asked, if it is there */
static void
test_man(void)
{
	char path[] = "/tmp/conf_man.XXXXXX", command[128];
	int fd = mkstemp(path);
	FILE *f = fdopen(fd, "w");

	fputs(".Dd $Mdocdate$\n.Dt CONF 5\n.Os\n.Sh NAME\n.Nm conf\n"
	      ".Nd a test\n.Sh DESCRIPTION\n.Bl -tag -width Ds\n",
	    f);
	conf_man(keys, f);
	fputs(".El\n", f);
	fclose(f);
	snprintf(command, sizeof(command),
	    "! command -v mandoc >/dev/null || "
	    "mandoc -Tlint -Wwarning <%s >&2",
	    path);
	ok(system(command) == 0, "the manual is good mdoc");
	unlink(path);
	report_begin();
	conf_man(keys, report);
	fclose(report);
	ok(strncmp(reported,
	       ".It Ic hostname : Ar text\nName.\nSee\n"
	       ".Xr hostname 7 .\nLength: 1 to 16 bytes.\nIt must be given.\n"
	       ".It Ic listen : Ar list of addresses\nAddresses.\n"
	       "Entries: 1 to 3.\nDefault:\n.Ql \"['*:25']\" .\n",
	       177) == 0 &&
		strstr(reported,
		    ".It Ic sites. Ns Ar name Ns Ic .users. Ns Ar "
		    "name Ns Ic .quota : Ar size\n") != NULL &&
		strstr(reported,
		    "How.\nOne of\n.Ql \"off\" ,\n.Ql \"soft\"\n"
		    "or\n.Ql \"hard\" .\n") != NULL,
	    "the manual says it all");
}

int
main(int argc, char *argv[])
{
	conf_report = to_report;
	skip = strlen("f:");
	test_lines();
	skip = 0;
	test_pairs(argc > 1 ? argv[1] : SRCDIR "/regress/conf");
	test_values();
	test_empty();
	test_default();
	test_flood("", "a: ", 1000, "mapping values");
	test_flood("hostname: ", "[", 1000, "nested too deep; 16 levels");
	test_flood("", "{a: ", 1000, "nested too deep; 16 levels");
	test_flood("", "- ", 10000, "nested too deep; 16 levels");
	test_flood("", "? ", 10000, "mapping as key");
	test_flood("ports: [", "1,", 500000, "too many values; 65536");
	test_flood("", "x: 1\n", 5000, "more errors are not shown");
	test_flood("", "#", CONF_FILE + 1, "too large; 1024k at most");
	test_file();
	test_man();
	free(reported);
	return done();
}

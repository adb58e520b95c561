/*
 * httpctl: asks a running httpd, or looks at its configuration. What goes
 * over the control socket is answered by the daemon. Writes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "httpd.h"

static int ask(int, char **);
static int reload(int, char **);
static int check(int, char **);

/* clang-format off */
static const struct command {
	const char *name, *args;
	int words; /* behind the name */
	int (*run)(int, char **); /* argv[0]: the name; an exit status */
} commands[] = {
{ "status", "",                 0, ask },
{ "stats",  "",                 0, ask },
{ "reload", "",                 0, reload },
{ "stop",   "",                 0, ask },
{ "log",    " brief | verbose", 1, ask },
{ "flush",  "",                 0, ask },
{ "check",  "",                 0, check },
};
/* clang-format on */

static struct {
	const char *file;   /* of the configuration */
	const char *socket; /* NULL: below rundir */
	struct httpd_conf conf;
} self = { .file = SYSCONFDIR "/httpd.conf" };

static void
usage(void)
{
	const struct command *c;

	for (c = commands; c < commands + sizeof(commands) / sizeof(*c); c++)
		fprintf(stderr, "%s httpctl [-f file] [-s socket] %s%s\n",
		    c == commands ? "usage:" : "      ", c->name, c->args);
	exit(1);
}

static void
silent(const char *line)
{
	(void)line;
}

/* how many errors; what could be read is there all the same */
static int
load(void (*report)(const char *))
{
	struct conf_src *src;
	int errors;

	conf_report = report;
	src = conf_load(self.file, httpd_keys, &self.conf);
	errors = conf_errors(src);
	conf_close(src);
	return errors;
}

static int
ask(int argc, char **argv)
{
	const char *dir = RUNDIR;
	char path[256];

	if (self.socket != NULL)
		return ctl_ask(self.socket, argc, argv);
	/* a file that was broken since must not hide the daemon */
	load(silent);
	if (self.conf.parent.rundir != NULL)
		dir = self.conf.parent.rundir;
	snprintf(path, sizeof(path), "%s/httpd.sock", dir);
	return ctl_ask(path, argc, argv);
}

static void
tell(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

/* the daemon says that it refused, the file says why */
static int
reload(int argc, char **argv)
{
	int status = ask(argc, argv);

	if (status == 1) {
		fflush(stdout);
		conf_free(httpd_keys, &self.conf, sizeof(self.conf));
		load(tell);
	}
	return status;
}

static int
check(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (load(tell) > 0)
		return 1;
	if (access(self.conf.root, R_OK | X_OK) == -1) {
		fprintf(stderr, "%s: root: %s: %s\n", self.file, self.conf.root,
		    strerror(errno));
		return 1;
	}
	printf("%s: configuration OK\n", self.file);
	return 0;
}

int
main(int argc, char *argv[])
{
	const struct command *c;
	int ch;

	while ((ch = getopt(argc, argv, "+f:s:")) != -1)
		switch (ch) {
		case 'f':
			self.file = optarg;
			break;
		case 's':
			self.socket = optarg;
			break;
		default:
			usage();
		}
	argc -= optind;
	argv += optind;
	for (c = commands; c < commands + sizeof(commands) / sizeof(*c); c++)
		if (argc == c->words + 1 && strcmp(argv[0], c->name) == 0)
			return c->run(argc, argv);
	usage();
	return 1;
}

/*
 * tool: see tool.h. Run by an administrator or, as far as the daemon lets
 * them, a user; reads the configuration, talks to the daemon's socket.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"
#include "parent.h"
#include "tool.h"

static struct {
	const struct tool *t;
	const char *file;   /* NULL: the usual one */
	const char *socket; /* NULL: below rundir */
	char usual[256];
} self;

void
tool_usage(void)
{
	const struct tool_command *c;

	for (c = self.t->commands; c->name != NULL; c++)
		fprintf(stderr, "%s %s [-f file] [-s socket] %s%s\n",
		    c == self.t->commands ? "usage:" : "      ", self.t->name,
		    c->name, c->args);
	exit(1);
}

static void
silent(const char *line)
{
	(void)line;
}

static void
tell(const char *line)
{
	fprintf(stderr, "%s\n", line);
}

const char *
tool_file(void)
{
	return self.file != NULL ? self.file : self.usual;
}

static int
load(void (*report)(const char *))
{
	const char *file = tool_file();
	struct conf_src *src;
	int errors;

	if (self.file == NULL && access(file, F_OK) == -1 && errno == ENOENT)
		file = "/dev/null";
	conf_free(self.t->keys, self.t->conf, self.t->size);
	conf_report = report;
	src = conf_load(file, self.t->keys, self.t->conf);
	errors = conf_errors(src);
	conf_close(src);
	conf_report = tell;
	return errors == 0 ? 0 : -1;
}

int
tool_load(void)
{
	return load(tell);
}

int
tool_ask(int argc, char **argv)
{
	const struct parent_keys *k = self.t->conf;
	char path[256];

	if (self.socket != NULL)
		return ctl_ask(self.socket, argc, argv);
	/* a file that was broken since must not hide the daemon */
	load(silent);
	snprintf(path, sizeof(path), "%s/%s.sock",
	    k->rundir != NULL ? k->rundir : RUNDIR, self.t->daemon);
	return ctl_ask(path, argc, argv);
}

int
tool_main(const struct tool *t, int argc, char **argv)
{
	const struct tool_command *c;
	int o;

	self.t = t;
	snprintf(self.usual, sizeof(self.usual), SYSCONFDIR "/%s.conf",
	    t->daemon);
	while ((o = getopt(argc, argv, "+f:s:")) != -1)
		switch (o) {
		case 'f':
			self.file = optarg;
			break;
		case 's':
			self.socket = optarg;
			break;
		default:
			tool_usage();
		}
	argc -= optind;
	argv += optind;
	for (c = t->commands; c->name != NULL; c++)
		if (argc > 0 && strcmp(c->name, argv[0]) == 0)
			break;
	if (c->name == NULL || argc - 1 < c->min || argc - 1 > c->max)
		tool_usage();
	o = c->run(argc, argv);
	conf_free(t->keys, t->conf, t->size);
	return fflush(stdout) == EOF ? 1 : o;
}

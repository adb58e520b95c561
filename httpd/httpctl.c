/*
 * httpctl: asks a running httpd, or looks at its configuration. What goes
 * over the control socket is answered by the daemon. Writes nothing.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "httpd.h"
#include "tool.h"

static struct httpd_conf conf;

static int
check(int argc, char **argv)
{
	(void)argc, (void)argv;
	if (tool_load() == -1)
		return 1;
	if (access(conf.root, R_OK | X_OK) == -1) {
		fprintf(stderr, "%s: root: %s: %s\n", tool_file(), conf.root,
		    strerror(errno));
		return 1;
	}
	printf("%s: configuration OK\n", tool_file());
	return 0;
}

/* clang-format off */
static const struct tool_command commands[] = {
{ "status", "",                 0, 0, tool_ask },
{ "stats",  "",                 0, 0, tool_ask },
{ "reload", "",                 0, 0, tool_ask },
{ "stop",   "",                 0, 0, tool_ask },
{ "log",    " brief | verbose", 1, 1, tool_ask },
{ "flush",  "",                 0, 0, tool_ask },
{ "check",  "",                 0, 0, check },
{ 0 }
};
/* clang-format on */

int
main(int argc, char *argv[])
{
	static const struct tool httpctl = { "httpctl", "httpd", commands,
		httpd_keys, &conf, sizeof(conf) };

	return tool_main(&httpctl, argc, argv);
}

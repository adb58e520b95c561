/*
 * tool: main() of a daemon's control tool. It shows usage, finds the socket
 * by the daemon's configuration, and runs the row of the command.
 */
#ifndef TOOL_H
#define TOOL_H

#include "conf.h"

struct tool_command { /* a table of them ends with one of all zeroes */
	const char *name, *args;
	int min, max;		  /* words behind the name */
	int (*run)(int, char **); /* argv[0]: the name; an exit status */
};

struct tool {
	const char *name, *daemon;
	const struct tool_command *commands;
	const struct conf_key *keys;
	void *conf; /* size bytes; begins with struct parent_keys */
	size_t size;
};

/* [-f file] [-s socket] command ...; exits with the command's status */
int tool_main(const struct tool *, int argc, char **argv);

/* a command that the daemon answers; 3: it does not run */
int tool_ask(int, char **);
/*
 * Reads the configuration into .conf. -1: it has errors, which were told; what
 * could be read is there all the same. No file at the usual place: defaults.
 */
int tool_load(void);
const char *tool_file(void);
/* says how it is called, and exits with 1 */
void tool_usage(void) __attribute__((noreturn));
#endif

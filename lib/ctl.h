/* ctl: the client's side of a control socket, for the ctl tools */
#ifndef CTL_H
#define CTL_H

/*
 * Says the words to the daemon whose socket that is; its answer goes to
 * standard output. The exit status it gave; 3: it does not run (said so to
 * standard error), as LSB has it.
 */
int ctl_ask(const char *socket, int argc, char **argv);
#endif

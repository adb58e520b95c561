/*
 * readpass: see readpass.h. Part of tlsctl; touches descriptor 0 and 2 and
 * the terminal's echo. Byte by byte, so that no buffer of stdio keeps a copy.
 */
#include <errno.h>
#include <signal.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "readpass.h"

static const int caught[] = { SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP };
enum { CAUGHT = sizeof(caught) / sizeof(*caught) };

static volatile sig_atomic_t came;

static void
on_signal(int sig)
{
	came = sig;
}

static ssize_t
read_line(char *buf, size_t size)
{
	size_t len = 0;
	ssize_t r = 0;
	char c = '\0';

	while (came == 0 && (r = read(STDIN_FILENO, &c, 1)) == 1 && c != '\n') {
		if (len < size)
			buf[len] = c;
		len++;
	}
	c = '\0';
	if (came != 0)
		errno = EINTR;
	else if (r == 0 && len == 0)
		errno = ENODATA;
	else if (r != -1 && len >= size)
		errno = EMSGSIZE;
	else if (r != -1) {
		buf[len] = '\0';
		return (ssize_t)len;
	}
	explicit_bzero(buf, size);
	return -1;
}

static void
say(const char *text)
{
	if (write(STDERR_FILENO, text, strlen(text)) == -1)
		return; /* whoever sees no prompt can type all the same */
}

static ssize_t
read_terminal(const char *prompt, char *buf, size_t size)
{
	struct sigaction sa = { .sa_handler = on_signal }, was[CAUGHT];
	struct termios shown, hidden;
	ssize_t r = -1;
	int i, e;

	came = 0;
	for (i = 0; i < CAUGHT; i++)
		sigaction(caught[i], &sa, &was[i]);
	if (tcgetattr(STDIN_FILENO, &shown) == 0) {
		hidden = shown;
		hidden.c_lflag &= ~(tcflag_t)(ECHO | ECHONL);
		say(prompt);
		/* what was typed before was seen */
		if (tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden) == 0)
			r = read_line(buf, size);
		e = errno;
		tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown);
		errno = e;
		say("\n");
	}
	e = errno;
	for (i = 0; i < CAUGHT; i++)
		sigaction(caught[i], &was[i], NULL);
	if (came != 0)
		raise(came);
	errno = e;
	return r;
}

ssize_t
readpass(const char *prompt, char *buf, size_t size)
{
	if (isatty(STDIN_FILENO))
		return read_terminal(prompt, buf, size);
	came = 0;
	return read_line(buf, size);
}

/*
 * log: children write lines to descriptor 2, a socket the parent reads; so do
 * libc's last words. Only the parent knows file and syslog, and it alone names
 * the speaker: a child cannot speak as another one, nor forge a line.
 * A log that cannot be written loses lines, never time.
 */
#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

#include "proc.h"

int log_debug, log_stderr, log_early;
void (*log_sink)(const char *, size_t), (*log_echo)(const char *, size_t);

static struct {
	int file;	    /* 0: none */
	unsigned long lost; /* lines since it was last writable */
	const char *daemon;
} self = { .daemon = "gatelodge" };

static void
to_file(const char *line, size_t n)
{
	struct timespec t;
	struct tm tm;
	char b[LOG_LINE + 64];
	int k = 0;

	clock_gettime(CLOCK_REALTIME, &t);
	gmtime_r(&t.tv_sec, &tm);
	k = snprintf(b, sizeof(b), "%04d-%02d-%02dT%02d:%02d:%02d.%03ldZ %.*s",
	    tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min,
	    tm.tm_sec, t.tv_nsec / 1000000, (int)n, line);
	if (self.lost > 0 &&
	    dprintf(self.file, "event=log_lost lines=%lu\n", self.lost) > 0)
		self.lost = 0;
	if (write(self.file, b, k) != k)
		self.lost++;
}

/* syslog(3) would wait for a reader that does not read; we lose the line */
static void
to_syslog(int level, const char *line, size_t n)
{
	static const struct sockaddr_un to = { AF_UNIX, "/dev/log" };
	char b[LOG_LINE + 64];
	int k, s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (s == -1)
		return;
	k = snprintf(b, sizeof(b), "<%d>%s[%d]: %.*s", LOG_DAEMON | level,
	    self.daemon, getpid(), (int)n, line);
	sendto(s, b, (size_t)k, MSG_DONTWAIT | MSG_NOSIGNAL,
	    (const struct sockaddr *)&to, sizeof(to));
	close(s);
}

/* a line with its level in front and its newline behind */
static void
deliver(const char *b, size_t n)
{
	if (log_sink != NULL) {
		log_sink(b, n);
		return;
	}
	if (proc_self != PARENT) {
		if (write(STDERR_FILENO, b, n) == -1)
			return;
		return;
	}
	b++;
	n--;
	if (log_echo != NULL && b[-1] == 'W')
		log_echo(b, n);
	if (log_stderr || (log_early && b[-1] == 'W')) {
		if (write(STDERR_FILENO, b, n) == -1 || log_stderr)
			return;
	}
	if (self.file != 0)
		to_file(b, n);
	if (b[-1] == 'W' || self.file == 0)
		to_syslog(b[-1] == 'W' ? LOG_WARNING : LOG_INFO, b, n - 1);
}

void
log_mask(char *p, size_t n, int but)
{
	for (; n-- > 0; p++)
		if (((unsigned char)*p < ' ' || *p == 127) && *p != but)
			*p = '?';
}

static void
vput(int level, const char *fmt, va_list ap)
{
	char b[LOG_LINE];
	int n;

	b[0] = (char)level;
	n = 1 + vsnprintf(b + 1, sizeof(b) - 2, fmt, ap);
	if (n > (int)sizeof(b) - 2)
		n = (int)sizeof(b) - 2;
	log_mask(b + 1, n > 1 ? (size_t)n - 1 : 0, ' ');
	b[n++] = '\n';
	deliver(b, n);
}

void
log_put(int level, const char *fmt, ...)
{
	va_list ap;

	if (level == 'D' && !log_debug)
		return;
	va_start(ap, fmt);
	vput(level, fmt, ap);
	va_end(ap);
}

void
fatal(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	vput('W', fmt, ap);
	va_end(ap);
	exit(1);
}

int
log_open(const char *daemon, const char *path)
{
	int fd;

	self.daemon = daemon;
	if (*path == '\0')
		return 0;
	if ((fd = open(path,
		 O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK |
		     O_NOFOLLOW,
		 0640)) == -1)
		return -1;
	if (self.file != 0)
		close(self.file);
	self.file = fd;
	return 0;
}

/* one record is one line; one read per event, or a flood would starve us */
int
log_from(int fd, const char *name, int muted)
{
	char b[LOG_LINE];
	ssize_t n;
	int level;

	if ((n = read(fd, b, sizeof(b) - 1)) <= 0)
		return n == -1 && (errno == EAGAIN || errno == EINTR) ? 0 : -1;
	if (muted)
		return 0;
	b[n - (b[n - 1] == '\n')] = '\0';
	level = b[0] == 'W' || b[0] == 'I' || b[0] == 'D' ? b[0] : 0;
	log_put(level ? level : 'I', "%s: %s", name, b + (level != 0));
	return 0;
}

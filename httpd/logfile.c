/*
 * logfile: the access log's file, opened by the parent. Touches it with
 * write() only. Lines leave when half of the buffer is full or the first of
 * them waited a tenth of a second. A full disk loses lines, never time.
 */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <unistd.h>

#include "logfile.h"
#include "server.h"

static struct {
	int fd;
	size_t n;
	int torn; /* the last line there is not whole */
	struct event timer;
	char buf[HTTPD_LOG_BUFFER];
} self = { .fd = -1 };

static void
on_timer(int fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	logfile_flush();
}

void
logfile_init(void)
{
	evtimer_assign(&self.timer, proc_base, on_timer, NULL);
}

int
logfile_is_open(void)
{
	return self.fd != -1;
}

void
logfile_open(int fd)
{
	if (self.fd != -1) {
		logfile_flush();
		close(self.fd);
	}
	self.fd = fd;
	self.torn = 0;
}

void
logfile_flush(void)
{
	ssize_t n;
	size_t i;

	if (self.n == 0)
		return;
	if (self.torn && write(self.fd, "\n", 1) == 1)
		self.torn = 0;
	n = write(self.fd, self.buf, self.n);
	i = n > 0 ? (size_t)n : 0;
	if (i > 0)
		self.torn = self.buf[i - 1] != '\n';
	for (; i < self.n; i++)
		proc_counters[SERVER_log_lost] += self.buf[i] == '\n';
	self.n = 0;
	evtimer_del(&self.timer);
}

void
logfile_room(struct put *o)
{
	*o = (struct put){ .p = self.buf + self.n, .size = HTTPD_LOG_MAX };
}

void
logfile_add(const struct put *o)
{
	static const struct timeval soon = { 0, HTTPD_LOG_MS * 1000L };

	if (self.n == 0)
		evtimer_add(&self.timer, &soon);
	self.n += o->n;
	if (self.n > sizeof(self.buf) / 2)
		logfile_flush();
}

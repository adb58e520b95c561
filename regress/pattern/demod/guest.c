/*
 * guest: one stranger's connection, one process. Holds that connection and a
 * channel to its zygote; has store keep a line. The evil words are crimes for
 * the tests.
 */
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demod.h"
#include "sys.h"

static struct {
	int fd;
	struct event rd;
} self;

static void
everywhere(uint32_t type, const void *data, size_t len)
{
	const struct imsg_head head = { type, 0, 0 };
	int s;

	for (s = 0; s < 512; s++)
		if (s != self.fd)
			imsg_put(s, &head, data, len, -1);
}

static void
evil(const char *word)
{
	const struct sys_peer who = { .peer = P_store };
	int i;

	if (strcmp(word, "crash") == 0)
		abort();
	else if (strcmp(word, "leave") == 0)
		exit(1);
	else if (strcmp(word, "fork") == 0)
		(void)!fork();
	else if (strcmp(word, "row") == 0)
		everywhere(MSG_put, "x", 1);
	else if (strcmp(word, "accuse") == 0)
		everywhere(SYS_CRIME, &who, sizeof(who));
	else if (strcmp(word, "flood") == 0)
		for (i = 0; i < 100000; i++)
			imsg_send(P_store, MSG_word, 0, word, 5, -1);
	else if (strcmp(word, "log") == 0)
		log_info("line of a guest");
	for (i = 0; strcmp(word, "chatter") == 0 && i < 60; i++)
		log_info("chatter");
}

static void
on_line(int fd, short what, void *arg)
{
	char b[256];
	ssize_t n;

	(void)what, (void)arg;
	if ((n = recv(fd, b, sizeof(b) - 1, MSG_DONTWAIT)) <= 0)
		exit(0);
	b[n - (b[n - 1] == '\n')] = '\0';
	evil(b);
	if (strcmp(b, "sleep") != 0)
		imsg_send(P_store, MSG_word, 0, b, (size_t)n, -1);
}

void
guest_job(struct imsg *m)
{
	static const struct timeval limit = { 30, 0 };

	self.fd = imsg_get_fd(m);
	event_assign(&self.rd, proc_base, self.fd, EV_READ | EV_PERSIST,
	    on_line, NULL);
	event_add(&self.rd, NULL);
	event_base_loopexit(proc_base, &limit);
}

void
guest_from_store_word_ok(struct imsg *m)
{
	dprintf(self.fd, "ok %llx\n", (unsigned long long)m->id);
	event_base_loopexit(proc_base, NULL);
}

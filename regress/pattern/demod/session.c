/*
 * session: no file, no network; reads the descriptor the parent passes and
 * has store keep what it reads. Trusts the parent, not store. The evil modes
 * are crimes for the tests.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "demod.h"
#include "sys.h"

static struct {
	char host[64], evil[32];
	uint32_t rounds, fresh;
	int linked;
	struct event tick;
} self;

static void
everywhere(uint32_t type, const void *data, size_t len)
{
	const struct imsg_head head = { type, 0, 0 };
	int s;

	for (s = 4; s < 16; s++)
		imsg_put(s, &head, data, len, -1);
}

/* more than a queue holds, while nobody reads */
static void
fill(void)
{
	static const char big[4096];
	int n = 0;

	while (n < 100000 &&
	    imsg_send(P_store, MSG_put, 0, big, sizeof(big), -1) == 0)
		n++;
	log_info("full=%s bytes=%zu", strerror(errno), imsg_queued(P_store));
}

static void
evil(void)
{
	const struct sys_peer who = { .peer = P_store };
	const struct sys_peer stranger = { .peer = P_login };
	int i;

	if (strcmp(self.evil, "open") == 0)
		log_info("open=%s",
		    open("/etc/passwd", O_RDONLY) == -1 ? strerror(errno) :
							  "yes");
	else if (strcmp(self.evil, "kill") == 0)
		mkdirat(AT_FDCWD, "x", 0700);
	else if (strcmp(self.evil, "wx") == 0)
		mprotect(&self, 4096, PROT_READ | PROT_EXEC);
	else if (strcmp(self.evil, "accuse") == 0)
		imsg_send(PARENT, SYS_CRIME, 0, &who, sizeof(who), -1);
	else if (strcmp(self.evil, "stranger") == 0)
		imsg_send(PARENT, SYS_CRIME, 0, &stranger, sizeof(stranger),
		    -1);
	else if (strcmp(self.evil, "msg") == 0)
		everywhere(MSG_report, &who, 4);
	else if (strcmp(self.evil, "full") == 0)
		fill();
	else if (strcmp(self.evil, "flood") == 0)
		for (i = 0; i < 300; i++)
			log_info("a line of a flood");
	else if (strcmp(self.evil, "forge") == 0)
		log_info("forged\nWdemod: event=up\033[2J\177");
}

static void
tick(int fd, short what, void *arg)
{
	static const struct timeval again = { 0, 5000 };

	(void)fd, (void)what, (void)arg;
	if (!self.linked || self.host[0] == '\0')
		return;
	evil();
	imsg_send(P_store, MSG_put, self.rounds, self.host, strlen(self.host),
	    -1);
	evtimer_add(&self.tick, &again);
}

void
session_init(void)
{
	evtimer_assign(&self.tick, proc_base, tick, NULL);
}

void
session_link(int peer, int up)
{
	const struct sys_peer who = { .peer = P_store };

	self.linked = up;
	self.fresh = (uint32_t)up;
	if (up && strcmp(self.evil, "hasty") == 0)
		imsg_send(PARENT, SYS_CRIME, 0, &who, sizeof(who), -1);
	tick(peer, 0, NULL);
}

void
session_from_parent_conf(struct imsg *m)
{
	size_t n = m->len < sizeof(self.evil) ? m->len : sizeof(self.evil) - 1;

	memcpy(self.evil, m->data, n);
	self.evil[n] = '\0';
}

void
session_from_parent_start(struct imsg *m)
{
	if (read(m->fd, self.host, sizeof(self.host) - 1) <= 0)
		fatal("the parent's file cannot be read");
	tick(-1, 0, NULL);
}

void
session_from_store_put_ok(struct imsg *m)
{
	(void)m;
	self.rounds++;
	proc_counters[ROUNDS]++;
	if (self.fresh)
		imsg_send(PARENT, MSG_report, 0, &self.rounds, 4, -1);
	self.fresh = 0;
}

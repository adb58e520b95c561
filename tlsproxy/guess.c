/*
 * guess: auth's part about guessers: what it hears of them, what relays and
 * people hear, and what the parent keeps on disk. penalty.c judges.
 */
#include <sys/random.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "auth.h"
#include "sealed.h"

#define SAVE_S 600 /* seconds */

static struct {
	struct event save, leave;
} self;

static uint64_t
wall(void)
{
	struct timespec t;

	clock_gettime(CLOCK_REALTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void
auth_to_relays(uint32_t type, const void *data, size_t len)
{
	int i;

	for (i = 0; i < INSTS; i++)
		if (imsg_is_open(PEER(P_relay, i)))
			imsg_send(PEER(P_relay, i), type, 0, data, len, -1);
}

void
auth_spread(void)
{
	struct slow s;

	while (penalty_change(auth.penalties, proc_now(), &s))
		auth_to_relays(MSG_slow, &s, sizeof(s));
}

static void
save(void)
{
	size_t len;
	uint8_t *p = penalties_save(auth.penalties, proc_now(), wall(), &len);
	int fd = p != NULL ? sealed_make(p, len) : -1;

	free(p);
	if (fd == -1)
		log_warn("event=save error=memory");
	else
		imsg_send(PARENT, MSG_save, 0, NULL, 0, fd);
}

static void
on_save(int fd, short what, void *arg)
{
	static const struct timeval tv = { SAVE_S, 0 };

	(void)fd, (void)what, (void)arg;
	save();
	evtimer_add(&self.save, &tv);
}

void
auth_from_relay_abused(struct imsg *m)
{
	static const enum penalty of[] = {
		[ABUSE_GARBAGE] = PENALTY_GARBAGE,
		[ABUSE_RECIPIENT] = PENALTY_RECIPIENT,
		[ABUSE_FLOOD] = PENALTY_FLOOD,
		[ABUSE_HANDSHAKE] = PENALTY_HANDSHAKE,
	};
	struct abused a;

	memcpy(&a, m->data, sizeof(a));
	if (a.kind >= ABUSE_KINDS || a.weight == 0 || a.weight > 100) {
		imsg_crime(m, "abuse of no kind");
		return;
	}
	proc_counters[AUTH_abuse]++;
	penalty_add(auth.penalties, proc_now(), &a.peer, of[a.kind], a.weight,
	    "", 0);
	auth_spread();
}

void
auth_from_parent_restore(struct imsg *m)
{
	off_t size = lseek(m->fd, 0, SEEK_END);
	uint8_t *p = size > 0 ? sealed_read(m->fd, (size_t)size) : NULL;

	if (p == NULL ||
	    penalties_restore(auth.penalties, proc_now(), wall(), p,
		(size_t)size) == -1)
		log_warn("event=restore error=\"not of ours, or damaged\"");
	free(p);
	auth_spread();
}

static void
tell_end(struct imsg *m, uint32_t status)
{
	const struct told_end e = { status, 0 };

	imsg_send(PARENT, MSG_told_end, m->id, &e, sizeof(e), -1);
}

void
auth_from_parent_penalties(struct imsg *m)
{
	char line[TOLD];
	size_t at = 0;

	while (penalty_line(auth.penalties, proc_now(), &at, line,
		   sizeof(line)) &&
	    imsg_send(PARENT, MSG_told, m->id, line, strlen(line), -1) == 0)
		;
	tell_end(m, 0);
}

void
auth_from_parent_forgive(struct imsg *m)
{
	char line[TOLD];
	int n;

	n = snprintf(line, sizeof(line), "%zu forgiven",
	    penalty_forgive(auth.penalties, proc_now(), m->data));
	auth_spread();
	imsg_send(PARENT, MSG_told, m->id, line, (size_t)n, -1);
	tell_end(m, 0);
}

/* all that are refused now, for a new relay */
void
guess_refusals(int relay)
{
	struct slow s;
	size_t at = 0;

	/* what it does not hear is judged here; GRANTED needs the room */
	while (imsg_queued(relay) < IMSG_QUEUE / 2 &&
	    penalty_refusals(auth.penalties, proc_now(), &at, &s))
		imsg_send(relay, MSG_slow, 0, &s, sizeof(s), -1);
}

/* the parent has it on disk before we are gone */
static void
on_leave(int fd, short what, void *arg)
{
	static const struct timeval tv = { 0, 10000 };

	(void)fd, (void)what, (void)arg;
	if (imsg_queued(PARENT) > 0)
		evtimer_add(&self.leave, &tv);
	else
		event_base_loopexit(proc_base, NULL);
}

void
auth_stop(void)
{
	save();
	on_leave(-1, 0, NULL);
}

void
guess_init(void)
{
	static const struct timeval tv = { SAVE_S, 0 };
	static const struct guard_conf none;
	uint8_t key[16];

	evtimer_assign(&self.save, proc_base, on_save, NULL);
	evtimer_assign(&self.leave, proc_base, on_leave, NULL);
	evtimer_add(&self.save, &tv);
	if (getrandom(key, sizeof(key), 0) != sizeof(key) ||
	    (auth.penalties = penalties_new(&none, key)) == NULL)
		fatal("memory");
	explicit_bzero(key, sizeof(key));
}

/* tick: see tick.h. One timer of the loop serves all deadlines. */
#include <event2/event.h>
#include <event2/event_struct.h>

#include "proc.h"
#include "tick.h"

static struct {
	struct wheel wheel;
	struct event timer;
	uint64_t due; /* when it fires, ms; 0: not set */
} self;

static void
rearm(void)
{
	uint64_t now = proc_now();
	int ms = wheel_wait(&self.wheel, now);
	struct timeval tv;

	if (ms == -1 || (self.due != 0 && self.due <= now + (uint64_t)ms))
		return;
	tv = proc_tv(ms);
	evtimer_add(&self.timer, &tv);
	self.due = now + (uint64_t)ms;
}

static void
on_timer(int fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	self.due = 0;
	wheel_run(&self.wheel, proc_now());
	rearm();
}

void
tick_init(void)
{
	wheel_init(&self.wheel, proc_now());
	evtimer_assign(&self.timer, proc_base, on_timer, NULL);
}

void
tick_set(struct deadline *d, uint64_t ms)
{
	wheel_set(&self.wheel, d, proc_now(), ms);
	rearm();
}

void
tick_del(struct deadline *d)
{
	wheel_del(&self.wheel, d);
}

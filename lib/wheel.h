/*
 * wheel: deadlines of many sessions, cheap to move. A hashed timing wheel
 * (Varghese and Lauck 1987) of 128 ms ticks; the clock comes in, no I/O.
 * A deadline fires at its tick or the next, never early.
 */
#ifndef WHEEL_H
#define WHEEL_H

#include <sys/queue.h>
#include <stdint.h>

#define WHEEL_SLOTS 256

struct deadline { /* all zero: not set */
	LIST_ENTRY(deadline) entry;
	uint64_t when; /* tick; 0: not set */
	void (*fire)(struct deadline *);
};

struct wheel {
	LIST_HEAD(, deadline) slot[WHEEL_SLOTS];
	uint64_t tick;	/* all before it have fired */
	unsigned int n; /* set ones */
};

/* now: milliseconds of CLOCK_MONOTONIC */
void wheel_init(struct wheel *, uint64_t now);
/* moves or sets it to ms from now; fire gets it, unset */
void wheel_set(struct wheel *, struct deadline *, uint64_t now, uint64_t ms);
void wheel_del(struct wheel *, struct deadline *);
/* fires what is due; a fire function may set and delete any deadline */
void wheel_run(struct wheel *, uint64_t now);
/* ms until wheel_run() has work (or an upper bound of it); -1: never */
int wheel_wait(const struct wheel *, uint64_t now);
#endif

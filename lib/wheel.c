/*
 * wheel: deadlines. Touches memory only; the caller's clock is believed, and
 * one that goes back fires nothing. Far deadlines share a slot with near ones
 * and are passed over until their round has come.
 */
#include <stddef.h>

#include "wheel.h"

#define TICK 128      /* milliseconds */
#define LOOKED_AT 256 /* by wheel_wait() at most, then it guesses early */

void
wheel_init(struct wheel *w, uint64_t now)
{
	int i;

	for (i = 0; i < WHEEL_SLOTS; i++)
		LIST_INIT(&w->slot[i]);
	w->tick = now / TICK + 1;
	w->n = 0;
}

void
wheel_set(struct wheel *w, struct deadline *d, uint64_t now, uint64_t ms)
{
	wheel_del(w, d);
	d->when = (now + ms + TICK - 1) / TICK;
	if (d->when < w->tick)
		d->when = w->tick;
	LIST_INSERT_HEAD(&w->slot[d->when % WHEEL_SLOTS], d, entry);
	w->n++;
}

void
wheel_del(struct wheel *w, struct deadline *d)
{
	if (d->when == 0)
		return;
	LIST_REMOVE(d, entry);
	d->when = 0;
	w->n--;
}

/* apart first: a fire function may delete or move the one that is next */
static void
run_slot(struct wheel *w, unsigned int slot, uint64_t tick)
{
	LIST_HEAD(, deadline) due = LIST_HEAD_INITIALIZER(due);
	struct deadline *d, *next;

	for (d = LIST_FIRST(&w->slot[slot]); d != NULL; d = next) {
		next = LIST_NEXT(d, entry);
		if (d->when > tick)
			continue;
		LIST_REMOVE(d, entry);
		LIST_INSERT_HEAD(&due, d, entry);
	}
	while ((d = LIST_FIRST(&due)) != NULL) {
		wheel_del(w, d);
		d->fire(d);
	}
}

void
wheel_run(struct wheel *w, uint64_t now)
{
	uint64_t tick = now / TICK, first = w->tick, n;

	if (tick < first)
		return;
	w->tick = tick + 1; /* what is set meanwhile waits for the next run */
	n = tick - first + 1;
	if (n > WHEEL_SLOTS)
		n = WHEEL_SLOTS;
	for (; n > 0 && w->n > 0; n--, first++)
		run_slot(w, first % WHEEL_SLOTS, tick);
}

int
wheel_wait(const struct wheel *w, uint64_t now)
{
	const struct deadline *d;
	uint64_t tick = w->tick, end = w->tick + WHEEL_SLOTS;
	unsigned int looked = 0;

	if (w->n == 0)
		return -1;
	for (; tick < end; tick++) {
		LIST_FOREACH(d, &w->slot[tick % WHEEL_SLOTS], entry)
			if (d->when <= tick || ++looked == LOOKED_AT)
				goto out;
	}
out:
	return tick * TICK <= now ? 0 : (int)(tick * TICK - now);
}

/* wheel: edges, then random deadlines under a jumping clock, with a model */
#include <stdlib.h>
#include <string.h>

#include "tap.h"
#include "wheel.h"

#define N 300
#define TICK 128

static struct wheel w;
static uint64_t now;
static struct mine {
	struct deadline d; /* the first: fire() casts */
	uint64_t from;	   /* not before; 0: not set */
	int fired;
} all[N];
static unsigned long errors, fired;
static int quiet; /* fire functions touch no other deadline */

static void
set(struct mine *m, uint64_t ms)
{
	wheel_set(&w, &m->d, now, ms);
	m->from = now + ms;
}

static void
del(struct mine *m)
{
	wheel_del(&w, &m->d);
	m->from = 0;
}

static void
fire(struct deadline *d)
{
	struct mine *m = (struct mine *)d;

	fired++;
	m->fired++;
	errors += m->from == 0 || m->from > now || d->when != 0;
	m->from = 0;
	if (quiet)
		return;
	if (random() % 3 == 0)
		del(&all[random() % N]);
	if (random() % 3 == 0)
		set(&all[random() % N], (uint64_t)random() % 300000);
	if (random() % 4 == 0)
		set(m, 0);
}

static void
edges(void)
{
	struct mine *a = &all[0], *b = &all[1];

	quiet = 1;
	now = 101000;
	wheel_init(&w, now);
	ok(wheel_wait(&w, now) == -1, "nothing set: for ever");
	del(a);
	ok(w.n == 0, "deleting what is not set");
	set(a, 500);
	wheel_run(&w, now += 499);
	ok(a->fired == 0 && wheel_wait(&w, now) > 0, "not early");
	now += (uint64_t)wheel_wait(&w, now);
	ok(now >= 101500 && now < 101500 + 2 * TICK, "waits for its tick");
	wheel_run(&w, now);
	ok(a->fired == 1 && w.n == 0, "fires, once");
	set(a, 100000);
	set(a, 10);
	set(b, 3600000);
	ok(w.n == 2, "moved, not doubled");
	wheel_run(&w, now += 10 + 2 * TICK);
	ok(a->fired == 2 && b->fired == 0, "an hour takes longer");
	ok(wheel_wait(&w, now) <= (WHEEL_SLOTS + 1) * TICK, "wakes by then");
	wheel_run(&w, now - 5000);
	ok(b->fired == 0, "a clock gone back");
	wheel_run(&w, now += 7200000);
	ok(b->fired == 1 && wheel_wait(&w, now) == -1, "a clock leapt ahead");
	set(a, 0);
	ok(wheel_wait(&w, now) <= 2 * TICK, "at once is soon");
	del(a);
	wheel_run(&w, now += 1000);
	ok(a->fired == 2 && w.n == 0, "deleted: silent");
	wheel_init(&w, 0);
	now = 0;
	set(a, 0);
	ok(w.n == 1 && a->d.when != 0, "at the beginning of time");
	del(a);
}

/* none is overdue, the count is true, and wait sleeps over nothing */
static void
compare(void)
{
	uint64_t first = UINT64_MAX;
	unsigned int n = 0;
	int i, ms = wheel_wait(&w, now);

	for (i = 0; i < N; i++) {
		errors += (all[i].from != 0) != (all[i].d.when != 0);
		if (all[i].from == 0)
			continue;
		n++;
		if (all[i].from < first)
			first = all[i].from;
		errors += now >= all[i].from + 2 * TICK;
	}
	errors += n != w.n || (n == 0) != (ms == -1);
	if (n > 0)
		errors += ms < 0 || now + (uint64_t)ms >= first + 2 * TICK;
}

int
main(void)
{
	unsigned int seed = 20250302;
	int i, round;

	for (i = 0; i < N; i++)
		all[i].d.fire = fire;
	edges();
	quiet = 0;
	srandom(seed);
	wheel_init(&w, now = 123456789);
	for (fired = 0, round = 0; round < 50000 && errors == 0; round++) {
		for (i = (int)(random() % 4); i > 0; i--)
			set(&all[random() % N],
			    (uint64_t)random() %
				(random() % 9 ? 9999 : 900000));
		if (random() % 3 == 0)
			del(&all[random() % N]);
		now += (uint64_t)random() % (random() % 99 ? 300 : 100000);
		wheel_run(&w, now);
		compare();
	}
	ok(errors == 0, "seed %u: %d rounds, %lu fired, as the model says",
	    seed, round, fired);
	return done();
}

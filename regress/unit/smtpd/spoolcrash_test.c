/*
 * spool: the power fails after any call. Of what may then be on the disk (all
 * that was written, only what was synced, torn sectors) each image is opened:
 * what was acknowledged is there once, a commit that was under way is there
 * whole or not at all, ids go on rising, and the spool works on. KILLS makes
 * it longer.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "spoolmodel.h"
#include "tap.h"

enum { ROUNDS = 80, SECONDS = 8 };

static unsigned long crashes, bad, whole;
static int in_commit;
static time_t deadline;

/* works on after the crash, when the clock has fallen back, and is killed */
static int
works_on(const struct model *is, uint64_t highest)
{
	struct fake_disk *killed = disk;
	struct spool *s;
	int good;

	acked = pending = *is;
	model_highest = highest;
	model_clock.wall = 1000;
	s = model_open();
	good = s != NULL && model_mail(s, 2, 900, 0) == 0 &&
	    model_commit(s) == 0 && model_same(s, &acked);
	disk = fake_crash(killed, IMAGE_OLD);
	if (s != NULL) {
		struct fake_disk *now = disk;

		disk = killed;
		spool_close(s, &model_clock);
		disk = now;
	}
	s = model_open();
	good = good && s != NULL && model_same(s, &acked);
	spool_close(s, &model_clock);
	fake_free(disk);
	disk = killed;
	return good;
}

static void
check(enum fake_image how)
{
	struct fake_disk *was = disk;
	struct model was_acked = acked, was_pending = pending;
	struct spool_clock clock = model_clock;
	uint64_t highest = model_highest, safe = model_acked_highest;
	struct spool *s;
	int good, both = 0;

	disk = fake_crash(was, how);
	s = model_open();
	good = s != NULL && model_same(s, &acked);
	if (s != NULL && !good && in_commit)
		both = good = model_same(s, &pending);
	spool_close(s, &model_clock);
	whole += both;
	good = good &&
	    works_on(both ? &was_pending : &was_acked, both ? highest : safe);
	if (model_events[SPOOL_DAMAGE] + model_events[SPOOL_LOST] +
		model_events[SPOOL_ORPHAN] >
	    0) {
		good = 0;
		model_why = "what was never acknowledged is called damage";
	}
	crashes++;
	if (!good && bad++ < 5)
		printf("# crash %lu, image %d: %s\n", crashes, how, model_why);
	fake_free(disk);
	disk = was;
	acked = was_acked;
	pending = was_pending;
	model_clock = clock;
	model_highest = highest;
	model_acked_highest = safe;
}

static void
after(void)
{
	fake_after = NULL;
	check(IMAGE_OLD);
	check(IMAGE_NEW);
	check(IMAGE_TORN);
	check(IMAGE_TORN);
	fake_after = after;
}

/* what was added is committed or, now and then, not */
static void
one_round(struct spool *s)
{
	uint64_t acked_highest = model_acked_highest;
	int i, n = 1 + (int)fake_below(5), failed = 0;

	for (i = 0; i < n; i++)
		failed += model_step(s) == -1 && errno != ENOBUFS;
	in_commit = 1;
	failed += model_commit(s) == -1;
	in_commit = 0;
	for (i = 0; i < 20 && (n = spool_tend(s, &model_clock)) == 1; i++)
		;
	if (failed > 0 || n != 0 || acked_highest > model_acked_highest ||
	    !model_same(s, &acked)) {
		printf("# round: %d failed, %s\n", failed, model_why);
		bad++;
	}
}

static void
run(uint64_t seed)
{
	struct fake_disk *mine = fake_new();
	struct spool *s;
	int i, fds;

	fake_seed = seed;
	model_reset();
	disk = mine;
	fake_after = after;
	s = model_open();
	for (i = 0; i < ROUNDS && s != NULL && time(NULL) < deadline; i++) {
		one_round(s);
		if (fake_below(16) == 0) {
			spool_close(s, &model_clock);
			s = model_open();
		}
	}
	bad += s == NULL;
	spool_close(s, &model_clock);
	fake_after = NULL;
	fds = fake_open_fds(disk);
	bad += fds != 0;
	fake_free(disk);
}

int
main(void)
{
	const char *kills = getenv("KILLS");
	unsigned long longer = kills != NULL ? strtoul(kills, NULL, 10) : 0;
	uint64_t seed = longer > 10 ? (uint64_t)time(NULL) : 1;
	unsigned long runs = 0;

	deadline = time(NULL) + (longer > 10 ? (time_t)longer : SECONDS);
	do {
		run(++seed * 0x9e3779b97f4a7c15ULL);
		runs++;
	} while (bad == 0 && time(NULL) < deadline);
	ok(bad == 0, "%lu crashes in %lu runs, the last of seed %llu", crashes,
	    runs, (unsigned long long)seed);
	ok(crashes > 500, "there were enough of them");
	ok(fake_heads > 10, "%lu segments were used again", fake_heads);
	ok(whole > 0, "%lu kept a commit that was under way", whole);
	return done();
}

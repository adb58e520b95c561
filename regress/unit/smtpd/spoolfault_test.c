/*
 * spool: every call fails once, then the disk stays full, or broken. Faults
 * are told and pass; what was acknowledged stays, what was refused never was.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spoolmodel.h"
#include "tap.h"

enum { ROUNDS = 16, TENDS = 8 };

static unsigned long bad;

static void
check(struct spool *s, const char *when, const char *what, unsigned long n)
{
	unsigned long calls = fake_calls, at = fake_fail_at;

	fake_fail_at = 0;
	if (!model_same(s, &acked) && bad++ < 5)
		printf("# %s %lu: %s: %s\n", what, n, when, model_why);
	fake_calls = calls;
	fake_fail_at = at;
}

/* after the fault it must open */
static struct spool *
open_twice(const char *what, unsigned long n)
{
	struct spool *s = model_open();

	if (s == NULL && fake_failed)
		s = model_open();
	if (s == NULL) {
		printf("# %s %lu: does not open: %s\n", what, n,
		    strerror(errno));
		exit(1);
	}
	return s;
}

static void
check_image(enum fake_image how, const char *what, unsigned long n)
{
	struct fake_disk *was = disk;
	struct spool *s;

	disk = fake_crash(was, how);
	s = open_twice(what, n);
	check(s, "after a crash", what, n);
	spool_close(s, &model_clock);
	fake_free(disk);
	disk = was;
}

static void
workload(const char *what, unsigned long n)
{
	struct spool *s = open_twice(what, n);
	int i, k;

	for (i = 0; i < ROUNDS; i++) {
		for (k = 0; k < 3; k++)
			model_step(s);
		model_commit(s);
		for (k = 0; k < TENDS && spool_tend(s, &model_clock) == 1; k++)
			;
		check(s, "then", what, n);
		if (i == ROUNDS / 2) {
			spool_close(s, &model_clock);
			s = open_twice(what, n);
		}
	}
	fake_fail_at = 0;
	if (model_mail(s, 1, 100, 0) == -1 || model_commit(s) == -1) {
		printf("# %s %lu: refuses: %s\n", what, n, strerror(errno));
		bad++;
	}
	check_image(IMAGE_OLD, what, n);
	check_image(IMAGE_NEW, what, n);
	spool_close(s, &model_clock);
	s = open_twice(what, n);
	check(s, "at the next start", what, n);
	spool_close(s, &model_clock);
	if (fake_open_fds(disk) != 0 && bad++ < 5)
		printf("# %s %lu: descriptors leak\n", what, n);
}

static void
each_call(const char *what, int error, int is_short)
{
	unsigned long n = 0, was = bad;

	do {
		disk = fake_new();
		model_reset();
		fake_seed = 7;
		fake_calls = 0;
		fake_failed = 0;
		fake_fail_at = ++n;
		fake_error = error;
		fake_short = is_short;
		workload(what, n);
		if (model_events[SPOOL_DAMAGE] + model_events[SPOOL_LOST] > 0 &&
		    bad++ < 5)
			printf("# %s %lu: called damage\n", what, n);
		fake_free(disk);
	} while (fake_failed);
	ok(bad == was && n > 100, "%s at each of %lu calls", what, n - 1);
}

static void
no_sync(void)
{
	struct spool *s;
	struct result r = { .state = RCPT_DELIVERED, .tries = 1 };
	uint64_t id;

	disk = fake_new();
	model_reset();
	s = model_open();
	model_mail(s, 1, 500, 0);
	ok(model_commit(s) == 0, "a mail");
	id = acked.mail[0].id;
	spool_tend(s, &model_clock);
	fake_sync_error = EIO;
	model_mail(s, 1, 500, 0);
	ok(model_commit(s) == -1 && errno == EIO, "the disk breaks");
	ok(model_events[SPOOL_ABANDON] == 2 && model_events[SPOOL_REFUSE] == 1,
	    "two segments are abandoned, it refuses, once");
	ok(model_mail(s, 1, 500, 0) == -1 && errno == EIO, "mail");
	ok(spool_add_result(s, id, &r) == 0 && model_commit(s) == -1,
	    "a result is tried");
	ok(model_same(s, &acked), "the mail waits as it did");
	fake_sync_error = 0;
	ok(model_mail(s, 1, 500, 0) == -1 && errno == EIO,
	    "the disk is well: mail is refused until somebody has looked");
	ok(model_result(s, id, 0, RCPT_DELIVERED) == 0 && model_commit(s) == 0,
	    "results are kept");
	spool_resume(s);
	ok(model_mail(s, 1, 500, 0) == 0 && model_commit(s) == 0, "resumed");
	spool_close(s, &model_clock);
	s = model_open();
	ok(model_same(s, &acked), "what was refused did not come back");
	spool_close(s, &model_clock);
	fake_free(disk);
}

static void
stays_broken(void)
{
	struct spool *s;
	size_t names = 0;
	int i, failed = 0;

	disk = fake_new();
	model_reset();
	s = model_open();
	model_mail(s, 1, 500, 0);
	model_commit(s);
	fake_sync_error = EIO;
	for (i = 0; i < 200; i++) {
		spool_add_hold(s, acked.mail[0].id, 1);
		failed += spool_commit(s, &model_clock) == -1;
		spool_tend(s, &model_clock);
	}
	for (i = 0; i < FAKE_FILES; i++)
		names += disk->now[i].name[0] != '\0';
	ok(failed == 200 && names < 24, "broken for long: %zu files", names);
	fake_sync_error = 0;
	spool_close(s, &model_clock);
	s = model_open();
	if (s != NULL && spool_find(s, acked.mail[0].id)->hold)
		acked.mail[0].hold = 1; /* it had no place to be denied in */
	ok(s != NULL && model_same(s, &acked), "and then a start");
	spool_close(s, &model_clock);
	fake_free(disk);
}

/* mail until there is no room, then all of it ends */
static void
full(void)
{
	struct spool *s;
	uint64_t id;
	int i, n = 0, failed = 0;

	disk = fake_new();
	disk->capacity = (size_t)262144 * 4;
	model_segment = 262144;
	model_reset();
	fake_seed = 3;
	s = model_open();
	for (i = 0; i < MODEL_MAILS && model_mail(s, 1, 6000, 0) == 0; i++) {
		failed += model_commit(s) == -1;
		spool_tend(s, &model_clock);
	}
	ok(i < MODEL_MAILS && errno == ENOSPC && failed == 0,
	    "no room: mail is refused after %d", i);
	ok(model_events[SPOOL_FULL] == 1, "told once");
	for (i = 0; i < 20000 && failed == 0; i++)
		if ((id = model_any()) != 0) {
			failed += model_result(s, id, 0, RCPT_WAITING) == -1 ||
			    model_commit(s) == -1;
			while (spool_tend(s, &model_clock) == 1)
				;
		}
	ok(failed == 0, "%d results find room", i);
	while (failed == 0 && (id = model_any()) != 0) {
		failed += model_done(s, id) == -1 || model_commit(s) == -1;
		while (spool_tend(s, &model_clock) == 1)
			;
		n++;
	}
	ok(failed == 0 && model_count(&acked) == 0, "%d ends do", n);
	ok(model_mail(s, 1, 6000, 0) == 0 && model_commit(s) == 0,
	    "there is room again");
	model_segment = 32768;
	spool_close(s, &model_clock);
	fake_free(disk);
}

static void
min_free(void)
{
	struct spool_conf conf = { .dir = FAKE_TOP,
		.proc = -1,
		.segment = model_segment,
		.min_free = 1000000,
		.io = &fake_io };
	struct spool *s;

	disk = fake_new();
	model_reset();
	disk->room = 1000000;
	s = spool_open(&conf);
	ok(model_mail(s, 1, 100, 0) == 0 && model_commit(s) == 0,
	    "min_free is there");
	disk->room = 999999;
	ok(model_mail(s, 1, 100, 0) == -1 && errno == ENOSPC, "is not");
	ok(model_mail(s, 1, 100, 1) == -1 && errno == ENOSPC, "for big ones");
	ok(model_done(s, acked.mail[0].id) == 0 && model_commit(s) == 0,
	    "an end needs none");
	spool_close(s, &model_clock);
	fake_free(disk);
}

static void
calls(void)
{
	struct spool *s;
	unsigned long syncs, writes;
	int i, n = 0;

	disk = fake_new();
	model_reset();
	s = model_open();
	model_mail(s, 1, 10, 0);
	model_commit(s);
	for (i = 0; i < 20; i++)
		n += model_mail(s, 1, 500, 0) == 0;
	syncs = fake_syncs;
	writes = fake_writes;
	model_commit(s);
	ok(n == 20 && fake_syncs == syncs + 1 && fake_writes == writes + 1,
	    "twenty mails: one write, one sync");
	ok(spool_commit(s, &model_clock) == 0 && fake_writes == writes + 1,
	    "nothing was added: nothing is written");
	model_clock.queue += 600000;
	ok(spool_commit(s, &model_clock) == 0 && fake_writes == writes + 2,
	    "after ten minutes the clock is");
	ok(spool_add_done(s, 5) == -1 && errno == ENOENT, "no such mail");
	ok(model_result(s, acked.mail[0].id, 0, RCPT_FAILED) == 0,
	    "a result to be forgotten");
	spool_cancel(s);
	pending = acked;
	ok(model_commit(s) == 0 && model_same(s, &acked), "it is");
	spool_close(s, &model_clock);
	s = model_open();
	ok(spool_clock(s)->queue == model_clock.queue &&
		spool_clock(s)->wall == model_clock.wall,
	    "the clock is known after a start");
	spool_close(s, &model_clock);
	fake_free(disk);
}

static int
count_files(const char *dir)
{
	int i, n = 0;

	for (i = 0; i < FAKE_FILES; i++)
		n += strncmp(disk->now[i].name, dir, strlen(dir)) == 0;
	return n;
}

/* a name in big/ lives as long as its mail */
static void
big(void)
{
	struct spool *s;
	unsigned long syncs;

	disk = fake_new();
	model_reset();
	s = model_open();
	model_mail(s, 1, 9000, 1);
	spool_cancel(s);
	pending = acked;
	ok(count_files("big/") == 0, "forgotten with its file");
	model_mail(s, 1, 9000, 1);
	fake_sync_error = EIO;
	ok(model_commit(s) == -1 && count_files("big/") == 0,
	    "refused with it");
	fake_sync_error = 0;
	spool_resume(s);
	ok(model_mail(s, 1, 9000, 1) == 0 && model_commit(s) == 0 &&
		count_files("big/") == 1,
	    "kept with it");
	spool_tend(s, &model_clock);
	spool_close(s, &model_clock);
	syncs = fake_syncs;
	s = model_open();
	ok(fake_syncs == syncs + 1 && model_same(s, &acked),
	    "what was found is synced before it counts");
	ok(model_done(s, acked.mail[0].id) == 0 && model_commit(s) == 0 &&
		count_files("big/") == 0,
	    "ended with it");
	spool_close(s, &model_clock);
	fake_free(disk);
}

int
main(void)
{
	calls();
	big();
	min_free();
	full();
	no_sync();
	stays_broken();
	each_call("EIO", EIO, 0);
	each_call("ENOSPC", ENOSPC, 0);
	each_call("EMFILE", EMFILE, 0);
	each_call("a short write", 0, 1);
	return done();
}

/*
 * spool: a sync fails, and the kernel goes on to show what the disk does not
 * have. The daemon is started again, then the power fails: what it had found
 * at that start, and what it acknowledged since, is there.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spoolmodel.h"
#include "tap.h"

enum { SEEDS = 40 };

static unsigned long bad, lies;

static struct spool *
must_open(void)
{
	struct spool *s = model_open();

	if (s == NULL) {
		printf("# does not open: %s\n", strerror(errno));
		exit(1);
	}
	return s;
}

static struct spool *
begin(uint64_t seed)
{
	struct spool *s;

	disk = fake_new();
	model_reset();
	fake_seed = seed * 0x9e3779b97f4a7c15ULL;
	s = must_open();
	if (model_mail(s, 1, 700, 0) == -1 || model_commit(s) == -1 ||
	    spool_tend(s, &model_clock) == -1)
		exit(1);
	return s;
}

/* the disk is well again: another mail, then the power fails */
static void
go_on(const char *what, uint64_t seed)
{
	struct spool *s = must_open();
	struct fake_disk *was = disk;
	int good;

	if (spool_count(s) == 0)
		memset(&acked, 0, sizeof(acked));
	pending = acked;
	good = model_mail(s, 1, 700, 0) == 0 && model_commit(s) == 0 &&
	    model_same(s, &acked);
	disk = fake_crash(was, IMAGE_OLD);
	if (good) {
		struct spool *again = must_open();

		good = model_same(again, &acked);
		spool_close(again, &model_clock);
	}
	if (!good && bad++ < 5)
		printf("# %s, seed %llu: %s\n", what, (unsigned long long)seed,
		    model_why);
	fake_free(disk);
	disk = was;
	spool_close(s, &model_clock);
	fake_free(disk);
}

/* neither a commit nor the head behind it reaches the disk */
static void
head(uint64_t seed)
{
	struct spool *s = begin(seed);

	fake_sync_error = EIO;
	lies += model_mail(s, 1, 500, 0) == 0 && model_commit(s) == -1;
	spool_close(s, &model_clock);
	fake_sync_error = 0;
	go_on("a head", seed);
}

/* a commit does not, and there is no segment that could deny it */
static void
commit(uint64_t seed)
{
	struct spool *s = begin(seed);

	spool_close(s, &model_clock);
	fake_unlink(FAKE_TOP, "log/00000002.q");
	fake_unlink(FAKE_TOP, "log/00000003.q");
	disk->room = 0;
	s = must_open();
	fake_sync_error = EIO;
	lies += model_done(s, model_any()) == 0 && model_commit(s) == -1;
	spool_close(s, &model_clock);
	fake_sync_error = 0;
	disk->room = INT64_MAX;
	go_on("a commit", seed);
}

int
main(void)
{
	uint64_t i;

	for (i = 1; i <= SEEDS; i++)
		head(i);
	ok(bad == 0 && lies == SEEDS, "%lu heads that are not there", lies);
	for (bad = 0, lies = 0, i = 1; i <= SEEDS; i++)
		commit(i);
	ok(bad == 0 && lies == SEEDS, "%lu commits that are not there", lies);
	return done();
}

/*
 * spool_bench: how many mails a second become durable, in the log and as
 * files; called by bench/spool.
 */
#include <sys/stat.h>
#include <err.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "spool.h"

enum { BODY = 8192, WAYS = 4, ROUNDS = 32 };

static const size_t ways[WAYS] = { 1, 8, 64, 0 };
static int dir;
static char body[BODY];

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void
add(struct spool *s, uint64_t id)
{
	struct recipient r = { 0 };
	struct envelope e = { .id = id, .size = BODY, .rcpt = &r, .nrcpt = 1 };

	snprintf(r.addr.local, sizeof(r.addr.local), "al");
	snprintf(r.addr.domain, sizeof(r.addr.domain), "a.example");
	e.from = r.addr;
	if (spool_add_msg(s, &e, body, -1) == -1)
		err(1, "spool_add_msg");
}

/* as a busy queue: what came in the commit before ends in the next */
static double
log_rate(size_t batch, double seconds)
{
	const struct spool_conf conf = { .dir = dir, .proc = -1 };
	struct spool_clock c = { 1, 1, 1 };
	struct spool *s = spool_open(&conf);
	uint64_t last[64];
	size_t i, n = 0, have = 0;
	double begin, t;

	if (s == NULL)
		err(1, "spool_open");
	for (begin = t = now(); t - begin < seconds; t = now()) {
		for (i = 0; i < have; i++)
			if (spool_add_done(s, last[i]) == -1)
				err(1, "spool_add_done");
		for (i = 0; i < batch; i++)
			add(s, last[i] = spool_id(s, 1));
		if (spool_commit(s, &c) == -1)
			err(1, "spool_commit");
		have = batch;
		n += batch;
		while (spool_tend(s, &c) == 1)
			;
	}
	for (i = 0; i < have; i++)
		spool_add_done(s, last[i]);
	spool_commit(s, &c);
	spool_close(s, &c);
	return (double)n / (t - begin);
}

static double
file_rate(double seconds)
{
	int d = openat(dir, "files", O_RDONLY | O_DIRECTORY), fd;
	double begin, t;
	size_t i, n = 0;
	char name[32];

	if (d == -1)
		err(1, "files");
	for (begin = t = now(); t - begin < seconds; t = now(), n++) {
		snprintf(name, sizeof(name), "%zu", n);
		if ((fd = openat(d, "new", O_WRONLY | O_CREAT | O_EXCL,
			 0600)) == -1 ||
		    write(fd, body, BODY) != BODY || fsync(fd) == -1 ||
		    close(fd) == -1 || renameat(d, "new", d, name) == -1 ||
		    fsync(d) == -1)
			err(1, "file");
	}
	for (i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "%zu", i);
		unlinkat(d, name, 0);
	}
	close(d);
	return (double)n / (t - begin);
}

static int
by_size(const void *a, const void *b)
{
	const double *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
}

int
main(int argc, char **argv)
{
	double rate[WAYS][ROUNDS], files, seconds;
	size_t i, k, rounds;

	if (argc != 4)
		errx(2, "usage: spool_bench directory seconds rounds");
	seconds = strtod(argv[2], NULL);
	rounds = strtoul(argv[3], NULL, 10);
	if (rounds == 0 || rounds > ROUNDS)
		errx(2, "1 to %d rounds", ROUNDS);
	if ((dir = open(argv[1], O_RDONLY | O_DIRECTORY)) == -1 ||
	    mkdirat(dir, "log", 0700) == -1 ||
	    mkdirat(dir, "big", 0700) == -1 ||
	    mkdirat(dir, "dead", 0700) == -1 ||
	    mkdirat(dir, "files", 0700) == -1)
		err(1, "%s", argv[1]);
	memset(body, 'x', sizeof(body));
	for (i = 0; i < rounds; i++)
		for (k = 0; k < WAYS; k++)
			rate[k][i] = ways[k] == 0 ? file_rate(seconds) :
						    log_rate(ways[k], seconds);
	for (k = 0; k < WAYS; k++)
		qsort(rate[k], rounds, sizeof(double), by_size);
	files = rate[WAYS - 1][rounds / 2];
	for (k = 0; k < WAYS; k++) {
		if (ways[k] > 0)
			printf("log, %2zu to a commit", ways[k]);
		else
			printf("%-21s", "file and rename");
		printf("  %8.0f /s (%.0f-%.0f)  %5.1fx\n", rate[k][rounds / 2],
		    rate[k][0], rate[k][rounds - 1],
		    rate[k][rounds / 2] / files);
	}
	return 0;
}

/*
 * maildir: each system call fails, or is the last one of its process; then
 * clients move what they find; after the next attempt the mail is there, once
 */
#include <sys/wait.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "home.h"

enum { CALLS = 400 }; /* more than an attempt makes */

static const struct order mail = { .key = { 0x0190aabbccdd0001, 2, 1 },
	.folder = "",
	.flags = "",
	.limit = 1000000 };

static void
tell(enum fault f, int err, long at)
{
	call.fault = f;
	call.err = err;
	call.at = at;
	call.n = 0;
}

/* as the queue does it: the next attempt knows how this one ended */
static int
retry(int r, struct order o)
{
	tell(NONE, 0, 0);
	o.uncertain = r == UNCERTAIN;
	return attempt(&told, &o);
}

static int
is_once(void)
{
	struct seen s = see();

	if (s.mails == 1 && s.whole == 1)
		return 1;
	printf("# %zu mails, %zu whole, %zu in tmp\n", s.mails, s.whole, s.tmp);
	return 0;
}

/* what is in maildirsize, or counted, is what is there */
static int
is_counted(const struct order *o)
{
	struct maildir m;
	struct usage u = { 0 };
	int r = maildir_open(&m, &told, home, "Maildir", geteuid(), 0);

	if (r == 0)
		r = quota_read(&m, o->limit, time(NULL), 0, &u);
	maildir_close(&m);
	if (r == 0 && u.count == 1 && u.bytes == (int64_t)sizeof(DELIVERED) - 1)
		return 1;
	printf("# counted: %d, %lld mails, %lld bytes\n", r, (long long)u.count,
	    (long long)u.bytes);
	return 0;
}

/* one fault at each call; old: a home that knows no RENAME_NOREPLACE */
static void
faults(enum fault f, int err, const struct order *order, const char *what)
{
	struct order o = *order;
	long at;
	int r, bad = 0, hit = 1, temps = 0;

	for (at = 1; hit && at < CALLS && !bad; at++) {
		home_new();
		tell(f, err, at);
		o = *order;
		r = attempt(&told, &o);
		hit = call.n >= at;
		tell(NONE, 0, 0);
		if (r == OVER || (r < 0 && (o.what == NULL || errno != err)))
			bad = 1;
		temps += r < 0;
		/* who is told nothing must not find anything */
		if (r == TEMP && see().mails > 0)
			bad = 1;
		if (r < 0 && retry(r, *order) < 0)
			bad = 1;
		if (!is_once() || !is_counted(order))
			bad = 1;
		if (bad)
			printf("# call %ld: %d, %s\n", at, r,
			    o.what != NULL ? o.what : "");
	}
	ok(!bad && !hit && (temps > 0 || f == SHORT || err == EINTR),
	    "%s at each of %ld calls, %d TEMP", what, at - 2, temps);
}

/* --- death ---------------------------------------------------------- */

/* what clients do to a mail that they find */
static void
touch(int how)
{
	struct seen s = see();
	char to[1200];
	const char *name = strrchr(s.path, '/');

	if (s.mails == 0 || how == 0)
		return;
	snprintf(to, sizeof(to), "home/Maildir/%s%s:2,S",
	    how == 1 ? "cur" : ".Archive/cur", name);
	if (how == 2)
		shell("mkdir -p home/Maildir/.Archive/cur");
	if (rename(s.path, to) == -1)
		printf("# rename: %s\n", strerror(errno));
}

/* 1: it died as it was told; 0: it was done before */
static int
dies(enum fault f, long at, struct order o)
{
	pid_t pid;
	int status;

	fflush(stdout);
	if ((pid = fork()) == 0) {
		tell(f, 0, at);
		_exit(attempt(&told, &o) < 0);
	}
	if (waitpid(pid, &status, 0) == -1 || !WIFEXITED(status) ||
	    (WEXITSTATUS(status) != 9 && WEXITSTATUS(status) != 0))
		printf("# status %d\n", status);
	return status != 0;
}

static void
deaths(enum fault f, int how, const struct order *order, const char *what)
{
	struct order o = *order;
	long at;
	int bad = 0, died = 1, found = 0;

	for (at = 1; died && at < CALLS && !bad; at++) {
		home_new();
		died = dies(f, at, *order);
		touch(how);
		o.uncertain = 1;
		tell(NONE, 0, 0);
		switch (attempt(&told, &o)) {
		case 0:
			found++;
			break;
		case 1:
			break;
		default:
			bad = 1;
		}
		if (!is_once() || !is_counted(order) || see().tmp > 1)
			bad = 1;
		if (bad)
			printf("# at call %ld: %s\n", at,
			    o.what != NULL ? o.what : "");
	}
	ok(!bad && !died && found > 1,
	    "death %s each of %ld calls, %s: found "
	    "again %d times",
	    f == DIE_AFTER ? "behind" : "before", at - 2, what, found);
}

/* and the one after the death dies, too */
static void
twice(void)
{
	struct order o = mail;
	long at, then;
	int bad = 0, died = 1, again, n = 0;

	o.uncertain = 1;
	for (at = 1; died && !bad; at += 3)
		for (then = 1 + at % 5, again = 1; again && !bad; then += 5) {
			home_new();
			died = dies(DIE_AFTER, at, mail);
			again = dies(DIE_BEFORE, then, o);
			tell(NONE, 0, 0);
			n++;
			if (attempt(&told, &o) < 0 || !is_once() ||
			    !is_counted(&mail)) {
				printf("# %ld, then %ld\n", at, then);
				bad = 1;
			}
		}
	ok(!bad && !died, "two deaths one after the other, %d times", n);
}

int
main(void)
{
	static const struct {
		int err;
		const char *name;
	} errs[] = { { EIO, "EIO" }, { ENOSPC, "ENOSPC" }, { EDQUOT, "EDQUOT" },
		{ EMFILE, "EMFILE" }, { EINTR, "EINTR" } };
	struct order junk = mail, seen = mail;
	size_t i;
	int fds;

	junk.folder = ".Junk.Far";
	seen.flags = "S";
	home_begin();
	fds = descriptors();
	for (i = 0; i < sizeof(errs) / sizeof(*errs); i++)
		faults(FAIL, errs[i].err, &mail, errs[i].name);
	faults(FAIL, EIO, &junk, "EIO, a new folder");
	faults(FAIL, ENOSPC, &seen, "ENOSPC, into cur");
	faults(LIE, EIO, &mail, "a false EIO");
	faults(LIE, EIO, &junk, "a false EIO, a new folder");
	faults(SHORT, 0, &mail, "half of it");
	call.old = 1;
	faults(FAIL, EIO, &mail, "EIO, no RENAME_NOREPLACE");
	faults(LIE, EIO, &mail, "a false EIO, no RENAME_NOREPLACE");
	deaths(DIE_AFTER, 0, &mail, "no RENAME_NOREPLACE");
	call.old = 0;
	deaths(DIE_BEFORE, 0, &mail, "left alone");
	deaths(DIE_AFTER, 0, &mail, "left alone");
	deaths(DIE_AFTER, 1, &mail, "read by a client");
	deaths(DIE_AFTER, 2, &junk, "filed by a client");
	deaths(DIE_AFTER, 1, &seen, "born in cur");
	twice();
	ok(descriptors() == fds, "no descriptor is left open");
	home_end();
	return done();
}

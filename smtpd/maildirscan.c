/*
 * maildirscan: all folders of a Maildir, gone through. Trusts nothing: the
 * user and her clients make, move and remove files meanwhile. Whether they did
 * is told by the times of the directories, which are summed before the files
 * are read, and once more behind.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maildirimpl.h"

enum {
	LISTING = 32768,
	GRAIN = 20000000, /* ns; times of files are that coarse, at most */
};

struct walk {
	struct maildir *m;
	/* a file in one of them; not 0: that ends it all. NULL: none is read */
	int (*visit)(struct walk *, int dir, const char *name);
	const char *const *in; /* names of directories, the last one is NULL */
	uint64_t sum;	       /* of the times of all of them */
	int64_t from;	       /* ns; when it began */
	int64_t newest;	       /* of their times, none of the future */
	size_t folders, files;
	/* what visits want to know, or say */
	char prefix[MAILDIR_PREFIX];
	size_t len;
	int64_t bytes, count;
	time_t now;
	char root[LISTING], dir[LISTING];
};

static const char *const mails[] = { "new", "cur", NULL };
static const char *const unborn[] = { "tmp", NULL };

static int64_t
nanoseconds(const struct timespec *t)
{
	return (int64_t)t->tv_sec * 1000000000 + t->tv_nsec;
}

static int64_t
now(struct walk *w)
{
	struct timespec t = { 0 };

	w->m->io->clock_gettime(CLOCK_REALTIME, &t);
	return nanoseconds(&t);
}

/* order does not count: the order of folders may be another one */
static void
add_time(struct walk *w, const struct stat *st)
{
	const int64_t t = nanoseconds(&st->st_mtim);
	uint64_t v[4] = { st->st_dev, st->st_ino, (uint64_t)st->st_mtim.tv_sec,
		(uint64_t)st->st_mtim.tv_nsec };
	uint64_t h = 0xcbf29ce484222325ULL;
	size_t i;

	for (i = 0; i < 4; i++) {
		h = (h ^ v[i]) * 0x9e3779b97f4a7c15ULL;
		h ^= h >> 32;
	}
	w->sum += h;
	/* a change now would not bear a time that is to come */
	if (t > w->newest && t < w->from + GRAIN)
		w->newest = t;
}

static int
is_absent(int why)
{
	return why == ENOENT || why == ENOTDIR || why == ELOOP;
}

/* -2: not there, or no directory */
static int
open_dir(struct walk *w, int dir, const char *name)
{
	const struct maildir_io *io = w->m->io;
	struct stat st;
	int saved,
	    fd = io->openat(dir, name,
		O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC, 0);

	if (fd == -1 && is_absent(errno))
		return -2;
	if (fd == -1)
		return maildir_fail(w->m, "open a folder");
	if (io->fstat(fd, &st) == -1) {
		saved = errno;
		io->close(fd);
		errno = saved;
		return maildir_fail(w->m, "look at a folder");
	}
	add_time(w, &st);
	return fd;
}

/* each name but those of directories, or only those */
static int
list(struct walk *w, int fd, char *buf,
    int (*each)(struct walk *, int dir, const char *name), int dirs)
{
	const struct dirent64 *e;
	ssize_t n, at;
	int r;

	for (;;) {
		n = w->m->io->getdents64(fd, buf, LISTING);
		if (n == -1)
			return maildir_fail(w->m, "list a folder");
		if (n == 0)
			return 0;
		for (at = 0; at < n; at += e->d_reclen) {
			e = (const void *)(buf + at);
			if (e->d_type != DT_UNKNOWN &&
			    (e->d_type == DT_DIR) != dirs)
				continue;
			r = each(w, fd, e->d_name);
			if (r != 0)
				return r;
		}
	}
}

static int
file(struct walk *w, int dir, const char *name)
{
	if (*name == '.') /* none of a Maildir begins so */
		return 0;
	if (++w->files > MAILDIR_FILES) {
		errno = E2BIG;
		return maildir_fail(w->m, "go through so many mails");
	}
	return w->visit(w, dir, name);
}

static void
leave(struct walk *w, int fd)
{
	int saved = errno;

	w->m->io->close(fd);
	errno = saved;
}

static int
directories(struct walk *w, int folder)
{
	const char *const *name;
	int fd, r = 0;

	for (name = w->in; *name != NULL && r == 0; name++) {
		fd = open_dir(w, folder, *name);
		if (fd == -2)
			continue;
		if (fd == -1)
			return -1;
		if (w->visit != NULL)
			r = list(w, fd, w->dir, file, 0);
		leave(w, fd);
	}
	return r;
}

static int
folder(struct walk *w, int root, const char *name)
{
	int fd, r;

	if (*name != '.' || strcmp(name, ".") == 0 || strcmp(name, "..") == 0)
		return 0;
	if (++w->folders > MAILDIR_FOLDERS) {
		errno = E2BIG;
		return maildir_fail(w->m, "go through so many folders");
	}
	if ((fd = open_dir(w, root, name)) < 0)
		return fd == -2 ? 0 : -1;
	r = directories(w, fd);
	leave(w, fd);
	return r;
}

/* what a visit said, or 0 */
static int
go(struct walk *w)
{
	int fd, r;

	w->sum = 0;
	w->newest = 0;
	w->from = now(w);
	w->folders = w->files = 0;
	/* anew, as a descriptor remembers how far it was read */
	if ((fd = open_dir(w, w->m->root, ".")) < 0)
		return maildir_fail(w->m, "open the Maildir");
	r = directories(w, fd);
	if (r == 0)
		r = list(w, fd, w->root, folder, 1);
	leave(w, fd);
	return r;
}

/* 1: nothing has changed since the last go(); 0: something has */
static int
is_same(struct walk *w)
{
	const uint64_t before = w->sum;

	w->visit = NULL;
	if (go(w) == -1)
		return -1;
	return w->sum == before;
}

static struct walk *
start(struct maildir *m)
{
	struct walk *w = malloc(sizeof(*w));

	if (w == NULL) {
		maildir_fail(m, "get memory");
		return NULL;
	}
	memset(w, 0, offsetof(struct walk, root));
	w->m = m;
	w->in = mails;
	return w;
}

/* --- a mail --------------------------------------------------------- */

static int
visit_find(struct walk *w, int dir, const char *name)
{
	if (strncmp(name, w->prefix, w->len) != 0)
		return 0;
	/* whoever put it there may have died before its name was on disk */
	if (w->m->io->fsync(dir) == -1)
		return maildir_fail(w->m, "sync the directory");
	return 1;
}

static int
find(struct walk *w)
{
	static const struct timespec grain = { 0, GRAIN };
	int pass, r, fresh;

	for (pass = 0; pass < MAILDIR_PASSES; pass++) {
		w->visit = visit_find;
		if ((r = go(w)) != 0)
			return r;
		/* moved while it was looked for, it may have been missed */
		fresh = w->newest > w->from - GRAIN;
		if ((r = is_same(w)) == -1 || (r == 1 && !fresh))
			return r == 1 ? 0 : -1;
		/* one more change would bear the time it bears already */
		if (fresh)
			w->m->io->nanosleep(&grain, NULL);
	}
	errno = EBUSY;
	return maildir_fail(w->m, "search what keeps changing");
}

int
maildir_find(struct maildir *m, const struct maildir_key *key)
{
	struct walk *w = start(m);
	int r = -1;

	if (w != NULL) {
		w->len = maildir_prefix(key, w->prefix);
		r = find(w);
		free(w);
	}
	m->uncertain = r == -1;
	return r;
}

/* --- what they take ------------------------------------------------- */

/* as the name says it: ",S=<bytes>"; -1: it does not */
static int64_t
said_size(const char *name)
{
	const char *p = strstr(name, ",S=");
	int64_t v = 0;
	size_t n;

	if (p == NULL)
		return -1;
	p += 3;
	n = strspn(p, "0123456789");
	if (n == 0 || n > 15 || strchr(",:", p[n]) == NULL)
		return -1;
	for (; n > 0; n--)
		v = v * 10 + (*p++ - '0');
	return v;
}

static int
visit_count(struct walk *w, int dir, const char *name)
{
	int64_t v = said_size(name);
	struct stat st;

	if (v == -1) {
		if (w->m->io->fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) ==
		    -1) {
			if (errno == ENOENT) /* it was moved, or is gone */
				return 0;
			return maildir_fail(w->m, "look at a mail");
		}
		if (!S_ISREG(st.st_mode))
			return 0;
		v = st.st_size;
	}
	if (__builtin_add_overflow(w->bytes, v, &w->bytes)) {
		errno = EOVERFLOW;
		return maildir_fail(w->m, "count so much");
	}
	w->count++;
	return 0;
}

int
maildir_count(struct maildir *m, int64_t *bytes, int64_t *count)
{
	struct walk *w = start(m);
	int r;

	if (w == NULL)
		return -1;
	w->visit = visit_count;
	if ((r = go(w)) == 0)
		r = is_same(w);
	*bytes = w->bytes;
	*count = w->count;
	free(w);
	return r;
}

/* --- what died ------------------------------------------------------ */

static time_t
later(time_t a, time_t b)
{
	return a > b ? a : b;
}

static int
visit_sweep(struct walk *w, int dir, const char *name)
{
	const struct maildir_io *io = w->m->io;
	struct stat st;
	time_t t;

	if (io->fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == -1 ||
	    S_ISDIR(st.st_mode))
		return 0;
	t = later(later(st.st_atime, st.st_mtime), st.st_ctime);
	if (t < w->now - TMP_STALE && io->unlinkat(dir, name, 0) == 0)
		w->count++;
	return 0;
}

ssize_t
maildir_sweep(struct maildir *m, time_t now)
{
	struct walk *w = start(m);
	ssize_t r;

	if (w == NULL)
		return -1;
	w->visit = visit_sweep;
	w->in = unborn;
	w->now = now;
	r = go(w) == -1 ? -1 : (ssize_t)w->count;
	free(w);
	return r;
}

/* home: see home.h */
#include <sys/mount.h>
#include <sys/wait.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "home.h"

struct call call;

char top[256];

int home = -1;

int is_tmpfs;

void
trace(char what)
{
	size_t n = strlen(call.trace);

	if (n < sizeof(call.trace) - 1 &&
	    (what != 'w' || n == 0 || call.trace[n - 1] != 'w'))
		call.trace[n] = what;
}

int
before(int may_lie)
{
	if (++call.n != call.at)
		return 0;
	if (call.fault == DIE_BEFORE)
		_exit(9);
	if (call.fault == FAIL || (call.fault == LIE && !may_lie)) {
		errno = call.err;
		return 1;
	}
	return 0;
}

ssize_t
after(ssize_t r)
{
	if (call.n == call.at && call.fault == DIE_AFTER)
		_exit(9);
	if (call.n == call.at && call.fault == LIE) {
		errno = call.err;
		return -1;
	}
	return r;
}

static int
t_openat(int dir, const char *name, int flags, mode_t mode)
{
	if (before(0))
		return -1;
	return (int)after(maildir_sys.openat(dir, name, flags, mode));
}

static int
t_mkdirat(int dir, const char *name, mode_t mode)
{
	trace('m');
	return before(1) ? -1 : (int)after(mkdirat(dir, name, mode));
}

static ssize_t
t_read(int fd, void *p, size_t n)
{
	if (before(0))
		return -1;
	if (call.n == call.at && call.fault == SHORT)
		n = (n + 1) / 2;
	return after(read(fd, p, n));
}

static ssize_t
t_write(int fd, const void *p, size_t n)
{
	trace('w');
	if (before(0))
		return -1;
	if (call.n == call.at && call.fault == SHORT)
		n = (n + 1) / 2;
	return after(write(fd, p, n));
}

static int
t_fsync(int fd)
{
	struct stat st = { 0 };

	fstat(fd, &st);
	trace(S_ISDIR(st.st_mode) ? 'd' : 'f');
	return before(1) ? -1 : (int)after(fsync(fd));
}

/* a descriptor is gone whatever close() says */
static int
t_close(int fd)
{
	int bad = before(1), r = close(fd);

	if (bad)
		errno = call.err;
	return bad ? -1 : (int)after(r);
}

static int
t_fstat(int fd, struct stat *st)
{
	return before(0) ? -1 : (int)after(fstat(fd, st));
}

static int
t_fstatat(int dir, const char *name, struct stat *st, int flags)
{
	return before(0) ? -1 : (int)after(fstatat(dir, name, st, flags));
}

static int
t_renameat2(int from, const char *a, int to, const char *b, unsigned int flags)
{
	trace('r');
	if (before(1))
		return -1;
	if (call.old && flags != 0) {
		errno = EINVAL;
		return (int)after(-1);
	}
	return (int)after(renameat2(from, a, to, b, flags));
}

static int
t_linkat(int from, const char *a, int to, const char *b, int flags)
{
	return before(1) ? -1 : (int)after(linkat(from, a, to, b, flags));
}

static int
t_unlinkat(int dir, const char *name, int flags)
{
	return before(1) ? -1 : (int)after(unlinkat(dir, name, flags));
}

static ssize_t
t_getdents64(int fd, void *p, size_t n)
{
	ssize_t r;

	if (before(0))
		return -1;
	r = after(getdents64(fd, p, n));
	if (call.hook != NULL)
		call.hook();
	return r;
}

/* who waits finds that it was long enough */
static int
t_clock_gettime(clockid_t which, struct timespec *t)
{
	int r = clock_gettime(which, t);

	t->tv_sec += call.slept;
	return r;
}

static int
t_nanosleep(const struct timespec *t, struct timespec *left)
{
	(void)t;
	(void)left;
	call.slept++;
	return 0;
}

const struct maildir_io told = { t_openat, t_mkdirat, t_read, t_write, t_fsync,
	t_close, t_fstat, t_fstatat, t_renameat2, t_linkat, t_unlinkat,
	t_getdents64, t_clock_gettime, t_nanosleep };

/* --- a mail, delivered as mda does it ------------------------------- */

static int
deliver_text(struct maildir_mail *d, size_t more, struct deliver_size *size)
{
	static const struct mailbox bo = { "bo", "b.example" };
	static const struct mailbox al = { "al", "a.example" };
	static char piece[8192], out[8192 + DELIVER_MORE];
	struct deliver e;
	char head[DELIVER_HEAD];
	size_t n = deliver_start(&e, &bo, &al, NULL, 0, head), k;

	memset(piece, 'x', sizeof(piece));
	if (maildir_write(d, head, n) == -1)
		return -1;
	n = deliver_feed(&e, MAIL, sizeof(MAIL) - 1, out);
	if (maildir_write(d, out, n) == -1)
		return -1;
	for (; more > 0; more -= k) {
		k = more < sizeof(piece) ? more : sizeof(piece);
		n = deliver_feed(&e, piece, k, out);
		if (maildir_write(d, out, n) == -1)
			return -1;
	}
	n = deliver_end(&e, out);
	if (maildir_write(d, out, n) == -1)
		return -1;
	*size = e.out;
	return 0;
}

static int
put_mail(struct maildir *m, const struct order *o)
{
	struct maildir_mail d;
	struct deliver_size size;
	struct usage u;
	int r;

	if (o->uncertain && (r = maildir_find(m, &o->key)) != 0) {
		if (r == 1)
			quota_forget(m);
		return r == 1 ? 0 : -1;
	}
	if (quota_read(m, o->limit, time(NULL), sizeof(MAIL) + o->more, &u) ==
		0 &&
	    !quota_fits(o->limit, &u, sizeof(MAIL) + o->more))
		return OVER;
	if (maildir_begin(m, &d, o->folder, &o->key, "mx.a.example",
		o->flags) == -1 ||
	    deliver_text(&d, o->more, &size) == -1)
		return -1;
	if ((r = maildir_commit(&d, &size)) == 1)
		quota_add(m, (int64_t)size.size, 1);
	else if (r == 0)
		quota_forget(m);
	return r;
}

int
attempt(const struct maildir_io *io, struct order *o)
{
	struct maildir m;
	int r, saved;

	r = maildir_open(&m, io, home, "Maildir", geteuid(), o->uncertain);
	if (r == 0)
		r = put_mail(&m, o);
	saved = errno;
	if (r == -1)
		o->what = m.what;
	if (r == -1 && m.uncertain)
		r = UNCERTAIN;
	maildir_close(&m);
	errno = saved;
	return r;
}

/* --- what is there -------------------------------------------------- */

static int
is_whole(int dir, const char *name)
{
	char text[sizeof(DELIVERED) + 1];
	int fd = openat(dir, name, O_RDONLY);
	ssize_t n = read(fd, text, sizeof(text));

	close(fd);
	return n >= (ssize_t)sizeof(DELIVERED) - 1 &&
	    memcmp(text, DELIVERED, sizeof(DELIVERED) - 1) == 0;
}

static void
see_dir(struct seen *s, const char *folder, const char *sub)
{
	char path[600];
	struct dirent *e;
	DIR *d;

	snprintf(path, sizeof(path), "home/Maildir/%s/%s", folder, sub);
	if ((d = opendir(path)) == NULL)
		return;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		if (strcmp(sub, "tmp") == 0) {
			s->tmp++;
			continue;
		}
		s->mails++;
		s->whole += (size_t)is_whole(dirfd(d), e->d_name);
		snprintf(s->path, sizeof(s->path), "%s/%s", path, e->d_name);
	}
	closedir(d);
}

struct seen
see(void)
{
	struct seen s = { 0 };
	struct dirent *e;
	DIR *d;

	if ((d = opendir("home/Maildir")) == NULL)
		return s;
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] != '.' || strcmp(e->d_name, "..") == 0)
			continue;
		s.folders++;
		see_dir(&s, e->d_name, "new");
		see_dir(&s, e->d_name, "cur");
		see_dir(&s, e->d_name, "tmp");
	}
	closedir(d);
	s.folders--; /* "." is none */
	return s;
}

int
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	while (readdir(d) != NULL)
		n++;
	closedir(d);
	return n;
}

/* --- the home ------------------------------------------------------- */

void
shell(const char *command)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		execl("/bin/sh", "sh", "-c", command, (char *)NULL);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) == -1 || status != 0)
		printf("# status %d of %s\n", status, command);
}

void
home_new(void)
{
	if (home != -1) {
		close(home);
		shell("rm -rf home");
	}
	mkdir("home", 0700);
	home = open("home", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void
home_begin(void)
{
	const char *tmp = getenv("TMP");

	snprintf(top, sizeof(top), "%s/maildir.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(top) == NULL) {
		perror(top);
		exit(1);
	}
	is_tmpfs = geteuid() == 0 && unshare(CLONE_NEWNS) == 0 &&
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	    mount("tmpfs", top, "tmpfs", 0, "mode=700") == 0;
	if (chdir(top) == -1) {
		perror(top);
		exit(1);
	}
	home_new();
}

void
home_end(void)
{
	close(home);
	shell("rm -rf home");
	if (chdir("/") == 0 && is_tmpfs)
		umount(top);
	rmdir(top);
}

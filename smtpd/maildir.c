/*
 * maildir: see maildir.h. Touches one directory of the user whose uid it has;
 * she may move, link, stop and feed whatever is there, at any time: no name is
 * followed, nothing read is believed. A file has its name in new/ or cur/ only
 * when it is whole and on the disk, and never takes another's place.
 * https://cr.yp.to/proto/maildir.html, Maildir++.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "maildirimpl.h"
#include "msgid.h"

_Static_assert(MAILDIR_PREFIX + MAILDIR_HOST + 46 + 3 + MAILDIR_FLAGS <=
	FOLDER_NAME,
    "a name has room");

static int
sys_openat(int dir, const char *name, int flags, mode_t mode)
{
	return openat(dir, name, flags, mode);
}

const struct maildir_io maildir_sys = {
	.openat = sys_openat,
	.mkdirat = mkdirat,
	.read = read,
	.write = write,
	.fsync = fsync,
	.close = close,
	.fstat = fstat,
	.fstatat = fstatat,
	.renameat2 = renameat2,
	.linkat = linkat,
	.unlinkat = unlinkat,
	.getdents64 = getdents64,
	.clock_gettime = clock_gettime,
	.nanosleep = nanosleep,
};

int
maildir_fail(struct maildir *m, const char *what)
{
	m->what = what;
	return -1;
}

static void
shut(struct maildir *m, int *fd)
{
	int saved = errno;

	if (*fd != -1)
		m->io->close(*fd);
	*fd = -1;
	errno = saved;
}

/* --- directories ---------------------------------------------------- */

int
maildir_enter(struct maildir *m, int dir, const char *name, int *made)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	struct stat st;
	int fd = m->io->openat(dir, name, flags, 0);

	if (fd == -1 && errno == ENOENT && made != NULL) {
		*made = 1; /* also if it says no: it may have been half done */
		if (m->io->mkdirat(dir, name, 0700) == -1 && errno != EEXIST)
			return maildir_fail(m, "make a directory");
		fd = m->io->openat(dir, name, flags, 0);
	}
	if (fd == -1)
		return maildir_fail(m, "open a directory");
	if (m->io->fstat(fd, &st) == -1) {
		shut(m, &fd);
		return maildir_fail(m, "look at a directory");
	}
	if (st.st_uid != m->uid) {
		shut(m, &fd);
		errno = EPERM;
		return maildir_fail(m, "use another user's directory");
	}
	return fd;
}

/* what has been made in dir, and dir in the one above */
static int
settle(struct maildir *m, int dir, int above)
{
	if (m->io->fsync(dir) == -1 || m->io->fsync(above) == -1)
		return maildir_fail(m, "sync a directory");
	return 0;
}

/* its three directories; what tells a folder from a Maildir */
static int
furnish(struct maildir *m, int dir, int folder, int *made)
{
	static const char *const names[] = { "tmp", "new", "cur" };
	size_t i;
	int fd;

	for (i = 0; i < sizeof(names) / sizeof(*names); i++) {
		if ((fd = maildir_enter(m, dir, names[i], made)) == -1)
			return -1;
		shut(m, &fd);
	}
	if (!folder || !*made)
		return 0;
	fd = m->io->openat(dir, "maildirfolder",
	    O_WRONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd == -1)
		return maildir_fail(m, "make maildirfolder");
	shut(m, &fd);
	return 0;
}

/* a Maildir, or a folder, with all that belongs to it */
static int
furnished(struct maildir *m, int above, const char *name, int folder)
{
	int made = m->sync, fd = maildir_enter(m, above, name, &made);

	if (fd == -1)
		return -1;
	if (furnish(m, fd, folder, &made) == -1 ||
	    (made && settle(m, fd, above) == -1)) {
		m->uncertain = made; /* so that the next one does it again */
		shut(m, &fd);
	}
	return fd;
}

int
maildir_open(struct maildir *m, const struct maildir_io *io, int home,
    const char *name, uid_t uid, int uncertain)
{
	*m = (struct maildir){ .io = io,
		.uid = uid,
		.root = -1,
		.sync = uncertain };
	m->root = furnished(m, home, name, 0);
	return m->root == -1 ? -1 : 0;
}

void
maildir_close(struct maildir *m)
{
	shut(m, &m->root);
}

int
maildir_has(struct maildir *m, const char *folder)
{
	int fd;

	if (*folder == '\0')
		return 1;
	if ((fd = maildir_enter(m, m->root, folder, NULL)) == -1)
		return errno == ENOENT ? 0 : -1;
	shut(m, &fd);
	return 1;
}

/* --- names ---------------------------------------------------------- */

size_t
maildir_prefix(const struct maildir_key *k, char out[MAILDIR_PREFIX])
{
	const uint64_t ms = k->id >> 16;
	char id[MSGID_TEXT];

	msgid_format(k->id, id);
	return (size_t)snprintf(out, MAILDIR_PREFIX, "%llu.M%uQ%sR%uA%u.",
	    (unsigned long long)(ms / 1000), (unsigned int)(ms % 1000 * 1000),
	    id, k->rcpt, k->action);
}

static int
is_letter(char c)
{
	return (c | 32) >= 'a' && (c | 32) <= 'z';
}

static int
compare(const void *a, const void *b)
{
	return *(const char *)a - *(const char *)b;
}

/* in the order that readers want, each once; -1: EINVAL */
static int
sort_flags(const char *flags, char out[MAILDIR_FLAGS + 1])
{
	size_t n = 0;

	for (; *flags != '\0'; flags++) {
		if (!is_letter(*flags) || n == MAILDIR_FLAGS) {
			errno = EINVAL;
			return -1;
		}
		if (memchr(out, *flags, n) == NULL)
			out[n++] = *flags;
	}
	out[n] = '\0';
	qsort(out, n, 1, compare);
	return 0;
}

/* what a file's name cannot have, or would be read as something else */
static void
plain_host(const char *host, char out[MAILDIR_HOST + 1])
{
	size_t n;

	for (n = 0; n < MAILDIR_HOST && host[n] != '\0'; n++)
		out[n] = is_letter(host[n]) || strchr("0123456789.-", host[n]) ?
		    host[n] :
		    '_';
	out[n] = '\0';
}

/* --- a mail --------------------------------------------------------- */

int
maildir_new(struct maildir *m, int tmp, const char *with, char *name)
{
	int fd, i;

	/* what an attempt has left may still be written by it */
	for (i = 0; i < MAILDIR_TRIES; i++) {
		snprintf(name, FOLDER_NAME + 1, "%s.T%d", with, i);
		fd = m->io->openat(tmp, name,
		    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
		if (fd != -1 || errno != EEXIST)
			break;
	}
	return fd == -1 ? maildir_fail(m, "make a file in tmp") : fd;
}

int
maildir_put(struct maildir *m, int fd, const void *text, size_t n)
{
	const char *p = text;
	ssize_t k;

	for (; n > 0; p += k, n -= (size_t)k) {
		k = m->io->write(fd, p, n);
		if (k == 0) {
			errno = ENOSPC;
			k = -1;
		}
		if (k == -1 && errno != EINTR)
			return maildir_fail(m, "write");
		if (k == -1)
			k = 0;
	}
	return 0;
}

void
maildir_abort(struct maildir_mail *d)
{
	int saved = errno;

	if (d->fd != -1) {
		d->m->io->close(d->fd);
		d->fd = -1;
	}
	if (d->name[0] != '\0')
		d->m->io->unlinkat(d->tmp, d->name, 0);
	d->name[0] = '\0';
	shut(d->m, &d->tmp);
	shut(d->m, &d->to);
	errno = saved;
}

static int
failed(struct maildir_mail *d, const char *what)
{
	maildir_abort(d);
	return maildir_fail(d->m, what);
}

/* tmp/, and where it shall go; others may have lost them */
static int
ways(struct maildir_mail *d, int dir)
{
	int made = 0;

	d->tmp = maildir_enter(d->m, dir, "tmp", &made);
	if (d->tmp != -1)
		d->to = maildir_enter(d->m, dir,
		    d->flags[0] == '\0' ? "new" : "cur", &made);
	if (d->to == -1)
		return -1;
	if (made && d->m->io->fsync(dir) == -1) {
		d->m->uncertain = 1;
		return maildir_fail(d->m, "sync a directory");
	}
	return 0;
}

int
maildir_begin(struct maildir *m, struct maildir_mail *d, const char *folder,
    const struct maildir_key *key, const char *host, const char *flags)
{
	char with[MAILDIR_PREFIX + MAILDIR_HOST];
	size_t n;
	int dir = m->root, r;

	*d = (struct maildir_mail){ .m = m,
		.tmp = -1,
		.to = -1,
		.fd = -1,
		.key = *key };
	m->uncertain = 0;
	plain_host(host, d->host);
	if (sort_flags(flags, d->flags) == -1)
		return maildir_fail(m, "set such flags");
	if (*folder != '\0' && (dir = furnished(m, m->root, folder, 1)) == -1)
		return -1;
	r = ways(d, dir);
	if (dir != m->root)
		shut(m, &dir);
	if (r == 0) {
		n = maildir_prefix(key, with);
		snprintf(with + n, sizeof(with) - n, "%s", d->host);
		d->fd = maildir_new(m, d->tmp, with, d->name);
	}
	if (d->fd == -1) {
		d->name[0] = '\0'; /* if it is there, it is not ours */
		maildir_abort(d);
		return -1;
	}
	return 0;
}

int
maildir_write(struct maildir_mail *d, const void *text, size_t n)
{
	if (maildir_put(d->m, d->fd, text, n) == -1) {
		maildir_abort(d);
		return -1;
	}
	d->size += n;
	return 0;
}

/* into its place, if that is free; 0: it was not */
static int
place(struct maildir_mail *d, const char *name)
{
	const struct maildir_io *io = d->m->io;
	int r = io->renameat2(d->tmp, d->name, d->to, name, RENAME_NOREPLACE);

	if (r == 0) {
		d->name[0] = '\0';
		return 1;
	}
	/* file systems that do not know the flag */
	if (errno == EINVAL || errno == ENOSYS)
		r = io->linkat(d->tmp, d->name, d->to, name, 0);
	if (r == 0)
		return 1;
	return errno == EEXIST ? 0 : -1;
}

int
maildir_commit(struct maildir_mail *d, const struct deliver_size *t)
{
	struct maildir *m = d->m;
	char name[FOLDER_NAME + 1];
	size_t n;
	int r;

	if (t->size != d->size) { /* not all of it came here */
		errno = EINVAL;
		return failed(d, "name a mail of another size");
	}
	n = maildir_prefix(&d->key, name);
	snprintf(name + n, sizeof(name) - n, "%s,S=%llu,W=%llu%s%s", d->host,
	    (unsigned long long)t->size, (unsigned long long)t->wire,
	    d->flags[0] != '\0' ? ":2," : "", d->flags);
	if (m->io->fsync(d->fd) == -1)
		return failed(d, "sync the mail");
	r = m->io->close(d->fd);
	d->fd = -1;
	if (r == -1 && errno != EINTR)
		return failed(d, "close the mail");
	m->uncertain = 1;
	if ((r = place(d, name)) == -1)
		return failed(d, "give the mail its name");
	/* also if it was there: who put it there may have died too early */
	if (m->io->fsync(d->to) == -1)
		return failed(d, "sync the directory");
	m->uncertain = 0;
	maildir_abort(d);
	return r;
}

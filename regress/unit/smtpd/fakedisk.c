/* fakedisk: see fakedisk.h */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fakedisk.h"

struct fake_disk *disk;

uint64_t fake_seed = 1;

unsigned long fake_heads;

unsigned long fake_calls, fake_fail_at, fake_syncs, fake_writes;

int fake_error, fake_short, fake_sync_error, fake_failed;

void (*fake_after)(void);

static const char *const fake_dirs[] = { "log", "big", "dead" };

uint64_t
fake_random(void)
{
	fake_seed ^= fake_seed << 13;
	fake_seed ^= fake_seed >> 7;
	fake_seed ^= fake_seed << 17;
	return fake_seed;
}

uint64_t
fake_below(uint64_t n)
{
	return (fake_random() >> 20) % n;
}

/* 1: this call fails */
static int
fake_fails(void)
{
	if (++fake_calls != fake_fail_at)
		return 0;
	fake_failed = 1;
	errno = fake_error;
	return fake_error != 0;
}

static void
fake_changed(void)
{
	int error = errno;

	if (fake_after != NULL)
		fake_after();
	errno = error;
}

static void
fake_drop_writes(struct fake_inode *f)
{
	struct fake_write *w;

	while ((w = f->first) != NULL) {
		f->first = w->next;
		free(w->p);
		free(w);
	}
	f->last = &f->first;
}

/* --- names --------------------------------------------------------- */

static struct fake_name *
fake_find(struct fake_name *names, const char *name)
{
	int i;

	for (i = 0; i < FAKE_FILES; i++)
		if (strcmp(names[i].name, name) == 0)
			return &names[i];
	return NULL;
}

static void
fake_set(struct fake_name *names, const char *name, int inode)
{
	struct fake_name *n = fake_find(names, name);

	if (n == NULL && (n = fake_find(names, "")) == NULL)
		abort();
	snprintf(n->name, sizeof(n->name), "%s", inode == -1 ? "" : name);
	n->inode = inode;
}

static int
fake_dir_of(const char *name)
{
	int i;

	for (i = 0; i < 3; i++)
		if (strncmp(name, fake_dirs[i], strlen(fake_dirs[i])) == 0)
			return i;
	abort();
}

void
fake_change(const char *name, int inode)
{
	struct fake_change *c = calloc(1, sizeof(*c));

	snprintf(c->name, sizeof(c->name), "%s", name);
	c->inode = inode;
	c->dir = fake_dir_of(name);
	*disk->last = c;
	disk->last = &c->next;
	fake_set(disk->now, name, inode);
}

static void
fake_path(int dir, const char *name, char out[48])
{
	int d = dir == FAKE_TOP ? -1 : disk->fd[dir - FAKE_FD].dir;

	snprintf(out, 48, "%s%s%s", d == -1 ? "" : fake_dirs[d],
	    d == -1 ? "" : "/", name);
}

/* 1: a name, a change or a descriptor has it */
static int
fake_in_use(int inode)
{
	const struct fake_change *c;
	int i;

	for (i = 0; i < FAKE_FILES; i++)
		if ((disk->now[i].name[0] != '\0' &&
			disk->now[i].inode == inode) ||
		    (disk->synced[i].name[0] != '\0' &&
			disk->synced[i].inode == inode))
			return 1;
	for (c = disk->first; c != NULL; c = c->next)
		if (c->inode == inode)
			return 1;
	for (i = 0; i < FAKE_FDS; i++)
		if (disk->fd[i].used && disk->fd[i].inode == inode)
			return 1;
	return 0;
}

/* nobody can reach it any more */
static void
fake_collect(void)
{
	struct fake_inode *f;
	int i;

	for (i = 0; i < FAKE_FILES; i++) {
		f = &disk->inode[i];
		if (!f->used || fake_in_use(i))
			continue;
		disk->bytes -= f->nnow;
		fake_drop_writes(f);
		free(f->now);
		free(f->synced);
		memset(f, 0, sizeof(*f));
	}
}

int
fake_inode(void)
{
	int i;

	fake_collect();
	for (i = 0; i < FAKE_FILES && disk->inode[i].used; i++)
		;
	if (i == FAKE_FILES)
		abort();
	disk->inode[i].used = 1;
	disk->inode[i].last = &disk->inode[i].first;
	return i;
}

static int
fake_fd(int inode, int dir)
{
	int i;

	for (i = 0; i < FAKE_FDS && disk->fd[i].used; i++)
		;
	if (i == FAKE_FDS)
		abort();
	disk->fd[i].used = 1;
	disk->fd[i].inode = inode;
	disk->fd[i].dir = dir;
	return FAKE_FD + i;
}

static int
fake_openat(int dir, const char *name, int flags)
{
	char path[48];
	struct fake_name *n;
	int i;

	if (fake_fails())
		return -1;
	if ((flags & O_TMPFILE) == O_TMPFILE)
		return fake_fd(fake_inode(), -1);
	for (i = 0; i < 3 && (flags & O_DIRECTORY); i++)
		if (strcmp(name, fake_dirs[i]) == 0)
			return fake_fd(-1, i);
	fake_path(dir, name, path);
	n = fake_find(disk->now, path);
	if (n == NULL && !(flags & O_CREAT)) {
		errno = ENOENT;
		return -1;
	}
	if (n != NULL && (flags & O_EXCL)) {
		errno = EEXIST;
		return -1;
	}
	if (n == NULL) {
		i = fake_inode();
		fake_change(path, i);
		fake_changed();
		return fake_fd(i, -1);
	}
	return fake_fd(n->inode, -1);
}

int
fake_close(int fd)
{
	if (fd < FAKE_FD)
		return close(fd);
	if (!disk->fd[fd - FAKE_FD].used)
		abort(); /* closed twice */
	disk->fd[fd - FAKE_FD].used = 0;
	return fake_fails() ? -1 : 0;
}

/* --- bytes --------------------------------------------------------- */

static struct fake_inode *
fake_file(int fd)
{
	if (!disk->fd[fd - FAKE_FD].used)
		abort();
	return &disk->inode[disk->fd[fd - FAKE_FD].inode];
}

ssize_t
fake_pread(int fd, void *p, size_t n, off_t at)
{
	struct fake_inode *f;

	if (fake_fails())
		return -1;
	if (fd < FAKE_FD)
		return pread(fd, p, n, at);
	f = fake_file(fd);
	if ((size_t)at >= f->nnow)
		return 0;
	if (n > f->nnow - (size_t)at)
		n = f->nnow - (size_t)at;
	memcpy(p, f->now + at, n);
	return (ssize_t)n;
}

void
fake_put(uint8_t **to, size_t *size, size_t at, const uint8_t *p, size_t n)
{
	if (at + n > *size) {
		*to = realloc(*to, at + n);
		memset(*to + *size, 0, at + n - *size);
		*size = at + n;
	}
	memcpy(*to + at, p, n);
}

ssize_t
fake_pwrite(int fd, const void *p, size_t n, off_t at)
{
	struct fake_inode *f;
	struct fake_write *w;

	if (fake_fails())
		return -1;
	if (fd < FAKE_FD)
		return pwrite(fd, p, n, at);
	if (fake_short && fake_calls == fake_fail_at && n > 1)
		n /= 2;
	f = fake_file(fd);
	if ((size_t)at + n > f->nnow) {
		if (disk->capacity > 0 &&
		    disk->bytes + ((size_t)at + n - f->nnow) > disk->capacity) {
			errno = ENOSPC;
			return -1;
		}
		disk->bytes += (size_t)at + n - f->nnow;
	}
	fake_heads += at == 0 && f->nnow > 4 && memcmp(f->now, "GLq", 3) == 0;
	w = calloc(1, sizeof(*w));
	w->at = (size_t)at;
	w->n = n;
	w->p = malloc(n);
	memcpy(w->p, p, n);
	*f->last = w;
	f->last = &w->next;
	fake_put(&f->now, &f->nnow, (size_t)at, p, n);
	fake_writes++;
	fake_changed();
	return (ssize_t)n;
}

/* after a fault some of it may be there; the kernel knows of nothing more */
static int
fake_lose(struct fake_inode *f, int error)
{
	struct fake_write *w;

	for (w = f->first; w != NULL; w = w->next)
		if (fake_below(2))
			fake_put(&f->synced, &f->nsynced, w->at, w->p, w->n);
	fake_drop_writes(f);
	errno = error;
	return -1;
}

static int
fake_fdatasync(int fd)
{
	struct fake_inode *f = fake_file(fd);
	struct fake_write *w;

	fake_syncs++;
	if (fake_fails())
		return fake_lose(f, errno);
	if (fake_sync_error)
		return fake_lose(f, fake_sync_error);
	for (w = f->first; w != NULL; w = w->next)
		fake_put(&f->synced, &f->nsynced, w->at, w->p, w->n);
	fake_drop_writes(f);
	fake_changed();
	return 0;
}

static int
fake_fsync(int fd)
{
	int dir = disk->fd[fd - FAKE_FD].dir;
	struct fake_change **c, *gone;

	if (dir == -1)
		return fake_fdatasync(fd);
	if (fake_fails())
		return -1;
	for (c = &disk->first; *c != NULL;) {
		if ((gone = *c)->dir != dir) {
			c = &gone->next;
			continue;
		}
		fake_set(disk->synced, gone->name, gone->inode);
		*c = gone->next;
		free(gone);
	}
	disk->last = c;
	fake_changed();
	return 0;
}

static int64_t
fake_size(int fd)
{
	return fake_fails() ? -1 : (int64_t)fake_file(fd)->nnow;
}

/* --- directories --------------------------------------------------- */

static int
fake_link(int fd, int proc, int dir, const char *name)
{
	char path[48];

	(void)proc;
	if (fake_fails())
		return -1;
	fake_path(dir, name, path);
	if (fake_find(disk->now, path) != NULL) {
		errno = EEXIST;
		return -1;
	}
	fake_change(path, disk->fd[fd - FAKE_FD].inode);
	fake_changed();
	return 0;
}

static int
fake_rename(int dir, const char *from, const char *to)
{
	char path[48];
	struct fake_name *n;
	int inode;

	if (fake_fails())
		return -1;
	fake_path(dir, from, path);
	if ((n = fake_find(disk->now, path)) == NULL) {
		errno = ENOENT;
		return -1;
	}
	inode = n->inode;
	fake_change(path, -1);
	fake_path(dir, to, path);
	fake_change(path, inode);
	fake_changed();
	return 0;
}

int
fake_unlink(int dir, const char *name)
{
	char path[48];

	if (fake_fails())
		return -1;
	fake_path(dir, name, path);
	if (fake_find(disk->now, path) == NULL) {
		errno = ENOENT;
		return -1;
	}
	fake_change(path, -1);
	fake_changed();
	return 0;
}

static int
fake_list(int dir, void (*each)(void *, const char *), void *arg)
{
	const char *d = fake_dirs[disk->fd[dir - FAKE_FD].dir];
	struct fake_name names[FAKE_FILES];
	size_t n = strlen(d);
	int i;

	if (fake_fails())
		return -1;
	memcpy(names, disk->now, sizeof(names));
	for (i = 0; i < FAKE_FILES; i++)
		if (strncmp(names[i].name, d, n) == 0 &&
		    names[i].name[n + 1] != '.')
			each(arg, names[i].name + n + 1);
	return 0;
}

static int64_t
fake_room(int dir)
{
	(void)dir;
	if (fake_fails())
		return -1;
	if (disk->capacity == 0)
		return disk->room;
	fake_collect();
	return (int64_t)(disk->capacity - disk->bytes);
}

static int
fake_memfd(void)
{
	return fake_fails() ? -1 : spool_io_system.memfd();
}

static int
fake_seal(int fd)
{
	return fake_fails() ? -1 : spool_io_system.seal(fd);
}

static int
fake_entropy(void *p, size_t n)
{
	uint8_t *b = p;

	if (fake_fails())
		return -1;
	while (n-- > 0)
		*b++ = (uint8_t)(fake_random() >> 24);
	return 0;
}

const struct spool_io fake_io = {
	.openat = fake_openat,
	.close = fake_close,
	.pread = fake_pread,
	.pwrite = fake_pwrite,
	.fdatasync = fake_fdatasync,
	.fsync = fake_fsync,
	.size = fake_size,
	.link = fake_link,
	.rename = fake_rename,
	.unlink = fake_unlink,
	.list = fake_list,
	.room = fake_room,
	.memfd = fake_memfd,
	.seal = fake_seal,
	.random = fake_entropy,
};

/* --- whole disks --------------------------------------------------- */

struct fake_disk *
fake_new(void)
{
	struct fake_disk *d = calloc(1, sizeof(*d));

	d->last = &d->first;
	d->room = INT64_MAX;
	return d;
}

void
fake_free(struct fake_disk *d)
{
	struct fake_change *c;
	int i;

	for (i = 0; i < FAKE_FILES; i++) {
		fake_drop_writes(&d->inode[i]);
		free(d->inode[i].now);
		free(d->inode[i].synced);
	}
	while ((c = d->first) != NULL) {
		d->first = c->next;
		free(c);
	}
	free(d);
}

int
fake_open_fds(const struct fake_disk *d)
{
	int i, n = 0;

	for (i = 0; i < FAKE_FDS; i++)
		n += d->fd[i].used;
	return n;
}

/* a write as far as it came: all of it, nothing, some of its sectors */
static void
fake_replay(const struct fake_write *w, enum fake_image how,
    struct fake_inode *to)
{
	size_t at, n;
	int fate = how == IMAGE_NEW ? 1 : (int)fake_below(3);

	for (at = w->at; at < w->at + w->n; at += n) {
		n = FAKE_SECTOR - at % FAKE_SECTOR;
		if (n > w->at + w->n - at)
			n = w->at + w->n - at;
		if (fate == 1 || (fate == 2 && fake_below(2)))
			fake_put(&to->synced, &to->nsynced, at,
			    w->p + (at - w->at), n);
	}
}

struct fake_disk *
fake_crash(const struct fake_disk *from, enum fake_image how)
{
	struct fake_disk *d = fake_new();
	const struct fake_change *c;
	const struct fake_write *w;
	const struct fake_inode *f;
	struct fake_inode *to;
	uint64_t keep = fake_below(4);
	int i;

	memcpy(d->synced, from->synced, sizeof(d->synced));
	for (c = from->first; c != NULL && how != IMAGE_OLD; c = c->next) {
		if (how == IMAGE_TORN && fake_below(4) < keep)
			break; /* directories keep their order */
		fake_set(d->synced, c->name, c->inode);
	}
	memcpy(d->now, d->synced, sizeof(d->now));
	for (i = 0; i < FAKE_FILES; i++) {
		f = &from->inode[i];
		to = &d->inode[i];
		to->used = f->used;
		to->last = &to->first;
		if (f->nsynced > 0)
			fake_put(&to->synced, &to->nsynced, 0, f->synced,
			    f->nsynced);
		for (w = f->first; w != NULL && how != IMAGE_OLD; w = w->next)
			fake_replay(w, how, to);
		if (to->nsynced > 0)
			fake_put(&to->now, &to->nnow, 0, to->synced,
			    to->nsynced);
	}
	d->bytes = from->bytes;
	return d;
}

struct fake_inode *
fake_named(const char *name)
{
	struct fake_name *n = fake_find(disk->now, name);

	return n != NULL ? &disk->inode[n->inode] : NULL;
}

/*
 * state: what outlives a restart, in a directory of its own: the secret of
 * salts, made once, and the penalties, bytes of auth's which the parent does
 * not read: it knows whether they are whole, no more. A file is written
 * beside the old one and takes its place when it is on the disk.
 */
#include <sys/random.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checksum.h"
#include "sealed.h"
#include "tlsproxy.h"

static struct {
	int dir;
	char path[256]; /* of the directory, to name it */
	uint8_t salt[32];
} self = { .dir = -1 };

static void
warn(const char *name)
{
	log_warn("%s/%s: %s", self.path, name, strerror(errno));
}

/* what cannot be used stays for whoever wants to know */
static void
set_aside(const char *name, const char *why)
{
	char bad[32];

	snprintf(bad, sizeof(bad), "%s.bad", name);
	log_warn("%s/%s: %s; it is %s now, and begun anew", self.path, name,
	    why, bad);
	if (renameat(self.dir, name, self.dir, bad) == -1)
		warn(bad);
}

static int
write_all(int fd, const uint8_t *p, size_t len)
{
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = write(fd, p, len)) <= 0)
			return -1;
	return fsync(fd);
}

/* all of it, or the old one stays; -1: said why */
static int
store(const char *name, const uint8_t *p, size_t len)
{
	char fresh[32];
	int fd, r;

	snprintf(fresh, sizeof(fresh), "%s.new", name);
	unlinkat(self.dir, fresh, 0); /* of one that was killed */
	fd = openat(self.dir, fresh,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd == -1) {
		warn(fresh);
		return -1;
	}
	r = write_all(fd, p, len);
	if (r == -1)
		warn(fresh);
	close(fd);
	if (r == 0 && (r = renameat(self.dir, fresh, self.dir, name)) == -1)
		warn(name);
	if (r == -1)
		unlinkat(self.dir, fresh, 0);
	else if ((r = fsync(self.dir)) == -1)
		warn(".");
	return r;
}

/* 0, or -1: *why; EBADMSG: it is no file of ours, another errno: it may be
 * one, but cannot be read now */
static int
slurp(int fd, size_t max, uint8_t **p, size_t *len, const char **why)
{
	struct stat st;
	ssize_t r = 0;
	size_t n;

	if (fstat(fd, &st) == -1)
		goto fail;
	*why = !S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
		(st.st_mode & 077) != 0 ?
	    "not a file of ours, mode 600" :
	    st.st_size > (off_t)max ? "too large" :
				      NULL;
	if (*why != NULL) {
		errno = EBADMSG;
		return -1;
	}
	n = (size_t)st.st_size;
	if ((*p = malloc(n + 1)) == NULL)
		goto fail;
	while (*len < n && (r = read(fd, *p + *len, n - *len)) > 0)
		*len += (size_t)r;
	if (r != -1)
		return 0;
fail:
	*why = strerror(errno);
	return -1;
}

/* a file of ours, to be freed; NULL: *why, or that NULL: it is not there */
static uint8_t *
load(const char *name, size_t max, size_t *len, const char **why)
{
	uint8_t *p = NULL;
	int e,
	    fd = openat(self.dir, name,
		O_RDONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC);

	*len = 0;
	*why = NULL;
	if (fd == -1) {
		if (errno != ENOENT)
			*why = strerror(errno);
		if (errno == ELOOP)
			errno = EBADMSG;
		return NULL;
	}
	if (slurp(fd, max, &p, len, why) == 0) {
		close(fd);
		return p;
	}
	e = errno;
	close(fd);
	free(p);
	errno = e;
	return NULL;
}

/* once made it stays: another one would tell which names are not there */
static int
load_salt(void)
{
	const char *why;
	size_t len;
	uint8_t *p = load("salt", sizeof(self.salt), &len, &why);

	if (p != NULL && len == sizeof(self.salt)) {
		memcpy(self.salt, p, len);
		explicit_bzero(p, len);
		free(p);
		return 0;
	}
	if (p == NULL && why != NULL && errno != EBADMSG) {
		warn("salt"); /* a passing trouble must not change it */
		return -1;
	}
	if (p != NULL)
		why = "too short";
	free(p);
	if (why != NULL)
		set_aside("salt", why);
	if (getrandom(self.salt, sizeof(self.salt), 0) != sizeof(self.salt)) {
		warn("salt");
		return -1;
	}
	return store("salt", self.salt, sizeof(self.salt));
}

static int
open_directory(const char *path)
{
	char up[256];
	struct stat st;
	const char *slash = strrchr(path, '/');
	int fd;

	if (mkdir(path, 0700) == -1 && errno == ENOENT) {
		snprintf(up, sizeof(up), "%.*s", (int)(slash - path), path);
		if (mkdir(up, 0755) == 0)
			mkdir(path, 0700);
	}
	fd = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd == -1 || fstat(fd, &st) == -1)
		log_warn("%s: %s", path, strerror(errno));
	else if (st.st_uid == geteuid() && (st.st_mode & 022) == 0)
		return fd;
	else
		log_warn("%s: mode %o, owner %u; mode 700, owner %u was meant",
		    path, st.st_mode & 0777, st.st_uid, geteuid());
	if (fd != -1)
		close(fd);
	return -1;
}

int
state_open(const struct gate_conf *c)
{
	int dir = open_directory(c->state);

	if (dir == -1)
		return -1;
	if (self.dir != -1)
		close(self.dir);
	self.dir = dir;
	snprintf(self.path, sizeof(self.path), "%s", c->state);
	return load_salt();
}

const uint8_t *
state_salt(void)
{
	return self.salt;
}

static int
is_whole(const uint8_t *p, size_t len)
{
	uint64_t sum;

	if (len < sizeof(sum))
		return 0;
	memcpy(&sum, p + len - sizeof(sum), sizeof(sum));
	return checksum(p, len - sizeof(sum)) == sum;
}

int
state_penalties(void)
{
	const char *why;
	size_t len;
	uint8_t *p = load("penalties", PENALTIES_BYTES, &len, &why);
	int fd = -1;

	if (p == NULL && why != NULL && errno != EBADMSG) {
		warn("penalties");
		return -1;
	}
	if (p != NULL && !is_whole(p, len))
		why = "damaged";
	if (why != NULL)
		set_aside("penalties", why);
	else if (p != NULL && (fd = sealed_make(p, len)) == -1)
		warn("penalties");
	free(p);
	return fd;
}

void
state_save(int memfd)
{
	struct stat st;
	uint8_t *p = NULL;

	if (fstat(memfd, &st) == 0 && st.st_size <= PENALTIES_BYTES)
		p = sealed_read(memfd, (size_t)st.st_size);
	if (p == NULL)
		log_warn("penalties: auth gave none that can be saved");
	else
		store("penalties", p, (size_t)st.st_size);
	free(p);
	close(memfd);
}

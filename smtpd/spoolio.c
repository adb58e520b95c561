/* spoolio: see spoolio.h; the real one. Touches what it is told to */
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "spoolio.h"

#define SEALS (F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL)

enum { FD_TEXT = 12 };

static int
sys_openat(int dir, const char *name, int flags)
{
	return openat(dir, name, flags | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static int64_t
sys_size(int fd)
{
	struct stat st;

	return fstat(fd, &st) == -1 ? -1 : st.st_size;
}

static int
sys_link(int fd, int proc, int dir, const char *name)
{
	char from[FD_TEXT];

	if (proc == -1)
		return linkat(fd, "", dir, name, AT_EMPTY_PATH);
	snprintf(from, sizeof(from), "%d", fd);
	return linkat(proc, from, dir, name, AT_SYMLINK_FOLLOW);
}

static int
sys_rename(int dir, const char *from, const char *to)
{
	return renameat(dir, from, dir, to);
}

static int
sys_unlink(int dir, const char *name)
{
	return unlinkat(dir, name, 0);
}

static int
sys_list(int dir, void (*each)(void *, const char *), void *arg)
{
	int fd = openat(dir, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC), error;
	struct dirent *e;
	DIR *d;

	if (fd == -1)
		return -1;
	if ((d = fdopendir(fd)) == NULL) {
		error = errno;
		close(fd);
		errno = error;
		return -1;
	}
	errno = 0;
	/* cppcheck-suppress readdirCalled */
	while ((e = readdir(d)) != NULL)
		if (e->d_name[0] != '.')
			each(arg, e->d_name);
	error = errno;
	closedir(d);
	errno = error;
	return error == 0 ? 0 : -1;
}

static int64_t
sys_room(int dir)
{
	struct statvfs st;

	if (fstatvfs(dir, &st) == -1)
		return -1;
	return (int64_t)(st.f_bavail * st.f_frsize);
}

static int
sys_memfd(void)
{
	return memfd_create("mail", MFD_CLOEXEC | MFD_ALLOW_SEALING);
}

static int
sys_seal(int fd)
{
	return fcntl(fd, F_ADD_SEALS, SEALS);
}

static int
sys_random(void *p, size_t n)
{
	return getentropy(p, n);
}

const struct spool_io spool_io_system = {
	.openat = sys_openat,
	.close = close,
	.pread = pread,
	.pwrite = pwrite,
	.fdatasync = fdatasync,
	.fsync = fsync,
	.size = sys_size,
	.link = sys_link,
	.rename = sys_rename,
	.unlink = sys_unlink,
	.list = sys_list,
	.room = sys_room,
	.memfd = sys_memfd,
	.seal = sys_seal,
	.random = sys_random,
};

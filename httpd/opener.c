/*
 * opener: a path in, a descriptor out. May read beneath the document root and
 * nowhere else; reads no byte of what it opens. A taken-over server can ask it
 * for exactly what any visitor may see.
 */
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "msgs.h"
#include "path.h"

enum { TRIES = 3 }; /* a rename on the way says EAGAIN */

static int root = -1;

void
opener_from_parent_root(struct imsg *m)
{
	if (root != -1)
		close(root);
	root = imsg_get_fd(m);
}

static int
look(const char *path)
{
	struct open_how how = { .flags = O_RDONLY | O_NONBLOCK | O_CLOEXEC |
		    O_NOCTTY,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_MAGICLINKS };
	long fd = -1;
	int i;

	for (i = 0; i < TRIES; i++) {
		fd = syscall(SYS_openat2, root, path, &how, sizeof(how));
		if (fd != -1 || errno != EAGAIN)
			break;
	}
	return (int)fd;
}

/* a time of change can be set, an inode used again; this one not */
static uint64_t
version(const struct stat *st)
{
	const uint64_t ino = st->st_ino;

	return (ino << 32 | ino >> 32) ^
	    ((uint64_t)st->st_ctim.tv_sec * 1000000000 +
		(uint64_t)st->st_ctim.tv_nsec);
}

void
opener_from_server_look(struct imsg *m)
{
	const char *path = m->data;
	struct found f = { 0 };
	struct stat st;
	int fd;

	if (path[0] != '/' || memchr(path, '\0', m->len) != path + m->len - 1 ||
	    path_hidden(path)) {
		imsg_crime(m, "not a path");
		return;
	}
	if ((fd = look(path + 1)) == -1 || fstat(fd, &st) == -1)
		f.error = errno;
	else {
		f.stat.size = (uint64_t)st.st_size;
		f.stat.version = version(&st);
		f.stat.sec = st.st_mtim.tv_sec;
		f.stat.nsec = (uint32_t)st.st_mtim.tv_nsec;
		f.stat.mode = st.st_mode;
	}
	if (fd != -1 && (f.error != 0 || !S_ISREG(st.st_mode))) {
		close(fd);
		fd = -1;
	}
	imsg_reply(m, fd == -1 ? MSG_found : MSG_opened, &f, sizeof(f), fd);
}

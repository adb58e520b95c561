/*
 * cage: granted paths, a root of its own, ids, capabilities, the way back to
 * root. Each check is a process of its own; its exit status has a bit for
 * each thing that is wrong. Not root: paths, and what needs no root.
 */
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <fcntl.h>
#include <grp.h>
#include <stdlib.h>
#include <string.h>

#include "cage.h"
#include "tap.h"

static char dir[] = "/tmp/cage_test.XXXXXX";

static int
opens(const char *name, int flags)
{
	char path[128];
	int fd;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	fd = open(path, flags | O_CLOEXEC, 0600);
	if (fd != -1)
		close(fd);
	return fd != -1;
}

static int
grant(struct cage *c, const char *name, const char *perm)
{
	char path[128];
	struct grant *g = &c->grant[c->ngrants++];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	g->fd = open(path, O_PATH | O_CLOEXEC);
	snprintf(g->perm, sizeof(g->perm), "%s", perm);
	return g->fd;
}

static int
landlock(void)
{
	return (int)syscall(444, NULL, 0, 1) > 0;
}

/* bits of what was possible, as a user who may all of it */
static int
reach(void)
{
	struct cage c = cage("stdio rpath wpath cpath");
	char path[128], other[128];
	int r = 0;

	c.paths = 1;
	grant(&c, "read", "r");
	grant(&c, "open", "rwc");
	grant(&c, "file", "rw");
	if (sandbox(&c) == -1)
		return 200;
	r |= opens("read/x", O_RDONLY);
	r |= opens("open/x", O_RDWR) << 1;
	r |= opens("open/y", O_RDWR | O_CREAT) << 2;
	r |= opens("file", O_RDWR) << 3;
	snprintf(path, sizeof(path), "%s/open/y", dir);
	r |= (unlink(path) == 0) << 4;
	if (r != 31)
		return r;
	r = opens("read/x", O_WRONLY);
	r |= opens("read/y", O_WRONLY | O_CREAT) << 1;
	r |= opens("none/x", O_RDONLY) << 2;
	r |= opens("other", O_RDONLY) << 3;
	snprintf(path, sizeof(path), "%s/read/x", dir);
	snprintf(other, sizeof(other), "%s/open/z", dir);
	r |= (rename(path, other) == 0) << 4;
	r |= (unlink(path) == 0) << 5;
	snprintf(path, sizeof(path), "%s/read/d", dir);
	r |= (mkdir(path, 0700) == 0) << 6;
	return r;
}

/* no path at all, and no path by climbing out */
static int
nowhere(void)
{
	struct cage c = cage("stdio rpath");

	c.paths = 1;
	if (sandbox(&c) == -1)
		return 200;
	return opens("file", O_RDONLY) | opens("read/x", O_RDONLY) << 1 |
	    (open("/", O_RDONLY) != -1) << 2;
}

static int
in_child(int (*f)(void))
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(f());
	return end_of(pid);
}

static void
paths(void)
{
	int r;

	if (!landlock()) {
		ok(1, "granted paths # SKIP no Landlock in this kernel");
		return;
	}
	r = in_child(reach);
	ok(r == 0, "granted paths, and what is granted on them (%d)", r);
	r = in_child(nowhere);
	ok(r == 0, "no grant: no path (%d)", r);
}

static uint64_t
status(const char *name)
{
	char line[256];
	uint64_t v = ~0ULL;
	FILE *f = fopen("/proc/self/status", "r");

	while (f != NULL && fgets(line, sizeof(line), f) != NULL)
		if (strncmp(line, name, strlen(name)) == 0)
			v = strtoull(line + strlen(name) + 1, NULL, 16);
	if (f != NULL)
		fclose(f);
	return v;
}

/* without a filter, so that all can be tried; bits of what is wrong */
static int
become(void)
{
	struct cage c = cage(NULL);
	int r;

	if (sandbox(&c) == -1)
		return 200;
	r = status("CapEff") != 0 || status("CapPrm") != 0 ||
	    status("CapInh") != 0;
	r |= (status("NoNewPrivs") != 1) << 1;
	r |= (setuid(0) == 0 || setgid(0) == 0) << 2;
	r |= (getuid() != c.uid || getegid() != c.gid) << 3;
	r |= (prctl(PR_GET_DUMPABLE) != 0) << 4;
	return r | (!sandbox_root_gone(c.uid, c.gid)) << 5;
}

static int
caged(void)
{
	struct cage c = cage(NULL);
	gid_t g[8];
	int r;

	c.root = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (sandbox(&c) == -1)
		return 200;
	r = open("/file", O_RDONLY) == -1;
	r |= (open("/etc/passwd", O_RDONLY) != -1) << 1;
	r |= (open("../../../etc/passwd", O_RDONLY) != -1) << 2;
	r |= (getgroups(8, g) != 1 || g[0] != c.gid) << 3;
	r |= (chroot(".") == 0) << 4;
	return r | (status("CapBnd") == 0) << 5; /* /proc is not there */
}

static int
bounded(void)
{
	struct cage c = cage(NULL);

	return sandbox(&c) == -1 ? 200 : status("CapBnd") != 0;
}

static int
as_root(void)
{
	struct cage c = cage(NULL);

	c.uid = 0;
	return sandbox(&c) == -1 ? errno : 0;
}

static int
as_wheel(void)
{
	struct cage c = cage(NULL);

	c.gid = 0;
	return sandbox(&c) == -1 ? errno : 0;
}

static int
capable(void)
{
	const uint64_t want = 0x1e0, had = status("CapBnd");

	if (sandbox_keep_caps(want) == -1)
		return 200;
	return status("CapEff") != (want & had) ||
	    status("CapPrm") != (want & had) || status("CapInh") != 0 ||
	    status("CapBnd") != (want & had);
}

static void
identity(void)
{
	int r = in_child(become);

	ok(r == 0, "no capability, no privilege, no dump, no way back (%d)", r);
	if (geteuid() != 0) {
		ok(1, "roots, ids, capabilities # SKIP not root");
		return;
	}
	r = in_child(caged);
	ok(r == 0, "a root of its own, one group (%d)", r);
	ok(in_child(bounded) == 0, "an empty bounding set");
	ok(in_child(as_root) == EPERM, "user 0 is refused");
	ok(in_child(as_wheel) == EPERM, "group 0 is refused");
	ok(in_child(capable) == 0, "a parent keeps what it names");
}

static void
touch(const char *name, int is_dir)
{
	char path[128];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (is_dir)
		mkdir(path, 0777);
	else
		close(open(path, O_WRONLY | O_CREAT, 0666));
}

int
main(void)
{
	char command[64];

	umask(0);
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) == -1)
		abort();
	touch("read", 1);
	touch("open", 1);
	touch("none", 1);
	touch("read/x", 0);
	touch("open/x", 0);
	touch("none/x", 0);
	touch("file", 0);
	touch("other", 0);
	paths();
	identity();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command) != 0)
		printf("# %s is left\n", dir);
	return done();
}

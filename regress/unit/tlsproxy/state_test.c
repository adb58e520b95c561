/* state: the directory, the salt and the penalties, good ones and bad ones */
#include <sys/mman.h>
#include <sys/stat.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checksum.h"
#include "sealed.h"
#include "tap.h"
#include "tlsproxy.h"

const struct proc procs[1] = { { .name = "test" } };
const struct msg msgs[1];
const int nprocs = 1, nmsgs, ngate;

static char top[200], path[256], said[4096];
static struct gate_conf conf;

static void
hear(const char *line, size_t len)
{
	size_t n = strlen(said);

	if (len < sizeof(said) - n) {
		memcpy(said + n, line, len);
		said[n + len] = '\0';
	}
}

static const char *
in(const char *name)
{
	static char file[512];

	snprintf(file, sizeof(file), "%s/%s", path, name);
	return file;
}

static void
put(const char *name, const void *p, size_t len, mode_t mode)
{
	int fd = open(in(name), O_WRONLY | O_CREAT | O_TRUNC, mode);

	if (fd == -1 || write(fd, p, len) != (ssize_t)len ||
	    fchmod(fd, mode) == -1)
		abort();
	close(fd);
}

/* its bytes; -1: not there */
static ssize_t
get(const char *name, void *p, size_t size)
{
	int fd = open(in(name), O_RDONLY);
	ssize_t n;

	if (fd == -1)
		return -1;
	n = read(fd, p, size);
	close(fd);
	return n;
}

static unsigned int
mode_of(const char *file)
{
	struct stat st;

	return lstat(file, &st) == -1 ? 0 : st.st_mode & 07777;
}

/* how many names are in it */
static int
names(void)
{
	DIR *d = opendir(path);
	const struct dirent *e;
	int n = 0;

	while ((e = readdir(d)) != NULL)
		n += e->d_name[0] != '.';
	closedir(d);
	return n;
}

static int
heard(const char *words)
{
	int r = strstr(said, words) != NULL;

	if (!r)
		printf("# said: %s\n", said);
	*said = '\0';
	return r;
}

static void
directory(void)
{
	char deep[300], link[300];

	snprintf(path, sizeof(path), "%s/a/gate", top);
	conf.state = path;
	ok(state_open(&conf) == 0 && *said == '\0', "made, and its parent");
	ok(mode_of(path) == 0700 && mode_of(in("salt")) == 0600 && names() == 1,
	    "modes, and a salt alone in it");
	ok(state_penalties() == -1 && *said == '\0', "no penalties, no word");
	snprintf(deep, sizeof(deep), "%s/b/c/gate", top);
	conf.state = deep;
	ok(state_open(&conf) == -1 && heard("No such file"), "no deeper");
	chmod(path, 0722);
	conf.state = path;
	ok(state_open(&conf) == -1 && heard("mode 722, owner"),
	    "one that others may write");
	chmod(path, 0700);
	snprintf(link, sizeof(link), "%s/link", top);
	if (symlink(path, link) == -1)
		abort();
	conf.state = link;
	ok(state_open(&conf) == -1 && heard("link: "), "a symbolic link");
	snprintf(link, sizeof(link), "%s/a/gate/salt", top);
	ok(state_open(&conf) == -1 && heard("salt: "), "a file");
	conf.state = path;
}

static void
salt(void)
{
	uint8_t first[32], file[64];

	memcpy(first, state_salt(), sizeof(first));
	ok(get("salt", file, sizeof(file)) == 32 &&
		memcmp(first, file, sizeof(first)) == 0,
	    "the salt is the file");
	ok(state_open(&conf) == 0 &&
		memcmp(first, state_salt(), sizeof(first)) == 0 &&
		*said == '\0',
	    "and stays");
	put("salt", first, 31, 0600);
	ok(state_open(&conf) == 0 && heard("salt: too short; it is salt.bad") &&
		memcmp(first, state_salt(), 31) != 0 &&
		get("salt.bad", file, sizeof(file)) == 31 &&
		get("salt", file, sizeof(file)) == 32,
	    "a short one");
	put("salt", file, 33, 0600);
	ok(state_open(&conf) == 0 && heard("salt: too large"), "a long one");
	chmod(in("salt"), 0640);
	ok(state_open(&conf) == 0 && heard("not a file of ours"),
	    "one that others have read");
	unlink(in("salt"));
	if (symlink("nowhere", in("salt")) == -1)
		abort();
	ok(state_open(&conf) == 0 && heard("salt: ") &&
		mode_of(in("salt")) == 0600,
	    "a link");
	memset(first, 0, sizeof(first));
	ok(memcmp(first, state_salt(), sizeof(first)) != 0, "not all zero");
	unlink(in("salt.bad"));
}

/* n bytes, the last eight their sum */
static uint8_t *
whole(size_t n)
{
	uint8_t *p = malloc(n);
	uint64_t sum;

	memset(p, 'x', n);
	sum = checksum(p, n - sizeof(sum));
	memcpy(p + n - sizeof(sum), &sum, sizeof(sum));
	return p;
}

static void
round_trip(size_t n)
{
	uint8_t *p = whole(n), *q = NULL;
	int fd;

	state_save(sealed_make(p, n));
	ok(*said == '\0' && mode_of(in("penalties")) == 0600 && names() == 2,
	    "saved, %zu bytes, and nothing beside it", n);
	fd = state_penalties();
	if (fd != -1)
		q = sealed_read(fd, n);
	ok(q != NULL && memcmp(p, q, n) == 0, "the same comes back, sealed");
	free(p);
	free(q);
	close(fd);
}

static void
bad_files(void)
{
	static const struct {
		size_t len;
		mode_t mode;
		const char *why;
	} t[] = { { 0, 0600, "damaged" }, { 7, 0600, "damaged" },
		{ 100, 0600, "damaged" }, { 8, 0644, "not a file of ours" } };
	uint8_t *p = calloc(1, PENALTIES_BYTES + 1);
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		put("penalties", p, t[i].len, t[i].mode);
		ok(state_penalties() == -1 && heard(t[i].why) &&
			get("penalties", p, 1) == -1 &&
			mode_of(in("penalties.bad")) == t[i].mode,
		    "%zu bytes, mode %o, set aside", t[i].len, t[i].mode);
	}
	put("penalties", p, PENALTIES_BYTES + 1, 0600);
	ok(state_penalties() == -1 && heard("too large"), "too large");
	mkdir(in("penalties"), 0700);
	ok(state_penalties() == -1 && heard("not a file"), "a directory");
	rmdir(in("penalties"));
	rmdir(in("penalties.bad"));
	unlink(in("penalties.bad"));
	free(p);
}

static void
bad_saves(void)
{
	uint8_t *p = whole(100);
	char was[200], is[200];
	int fd;

	state_save(sealed_make(p, 100));
	get("penalties", was, sizeof(was));
	p[0] = 'y';
	fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	ok(write(fd, p, 100) == 100, "a memfd without seals");
	state_save(fd);
	ok(heard("auth gave none") && fcntl(fd, F_GETFD) == -1,
	    "is not saved, and closed");
	fd = memfd_create("t", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	if (ftruncate(fd, PENALTIES_BYTES + 1) == -1 ||
	    fcntl(fd, F_ADD_SEALS,
		F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) == -1)
		abort();
	state_save(fd);
	ok(heard("auth gave none"), "nor is one that is too large");
	state_save(open("/dev/null", O_RDONLY));
	ok(heard("auth gave none"), "nor what is none");
	put("penalties.new", "old", 3, 0600);
	state_save(sealed_make(p, 100));
	ok(names() == 2 && get("penalties", is, sizeof(is)) == 100 &&
		is[0] == 'y',
	    "a rest of one that was killed does no harm");
	mkdir(in("penalties.new"), 0700);
	p[0] = 'z';
	state_save(sealed_make(p, 100));
	ok(heard("penalties.new: ") &&
		get("penalties", is, sizeof(is)) == 100 && is[0] == 'y',
	    "what cannot be written leaves the old one");
	rmdir(in("penalties.new"));
	free(p);
}

int
main(void)
{
	const char *tmp = getenv("TMP");

	snprintf(top, sizeof(top), "%s/state.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	if (mkdtemp(top) == NULL)
		abort();
	log_sink = hear;
	directory();
	salt();
	round_trip(8);
	round_trip(100000);
	round_trip(PENALTIES_BYTES);
	bad_files();
	bad_saves();
	unlink(in("penalties"));
	unlink(in("salt"));
	rmdir(path);
	snprintf(path, sizeof(path), "%s/a", top);
	rmdir(path);
	snprintf(path, sizeof(path), "%s/link", top);
	unlink(path);
	ok(rmdir(top) == 0, "nothing is left");
	return done();
}

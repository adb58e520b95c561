/* log: what a child may say, and how it looks then; files that fill up */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"
#include "tap.h"

const struct proc procs[1] = { { .name = "test" } };
const struct msg msgs[1];
const int nprocs = 1, nmsgs, ngate;

static char last[2 * LOG_LINE];
static int lines;

static void
sink(const char *line, size_t n)
{
	memcpy(last, line, n);
	last[n] = '\0';
	lines++;
}

/* clang-format off */
static const struct {
	const char *what;
	const char *said;
	size_t len; /* 0: strlen */
	const char *want; /* NULL: nothing */
} t[] = {
{ "information", "Ievent=x\n", 0, "Isession: event=x\n" },
{ "a warning", "Wevent=x\n", 0, "Wsession: event=x\n" },
{ "debugging, which is off", "Devent=x\n", 0, NULL },
{ "no level: libc's last words", "double free\n", 0,
    "Isession: double free\n" },
{ "no newline", "Ievent=x", 0, "Isession: event=x\n" },
{ "a second line", "Ia\nWb: c\n", 0, "Isession: a?Wb: c\n" },
{ "escapes", "Ia\033[2Jb\177\r\t\n", 0, "Isession: a?[2Jb???\n" },
{ "bytes above", "I\303\244 \377\n", 0, "Isession: \303\244 \377\n" },
{ "a NUL ends it", "Ia\0b\n", 5, "Isession: a\n" },
{ "a NUL alone", "\0", 1, "Isession: \n" },
{ "a newline alone", "\n", 0, "Isession: \n" },
{ "a level alone", "W", 0, "Wsession: \n" },
{ "formats", "I%s%n%d\n", 0, "Isession: %s%n%d\n" },
};
/* clang-format on */

static int s[2];

static int
say(const void *text, size_t len)
{
	last[0] = '\0';
	lines = 0;
	if (send(s[1], text, len, 0) == -1)
		abort();
	return log_from(s[0], "session", 0);
}

static void
records(void)
{
	char big[3 * LOG_LINE];
	size_t i, n;
	int r;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		n = t[i].len != 0 ? t[i].len : strlen(t[i].said);
		r = say(t[i].said, n);
		if (!ok(r == 0 && lines == (t[i].want != NULL) &&
			    (t[i].want == NULL || strcmp(last, t[i].want) == 0),
			"%s", t[i].what))
			printf("# %s\n", last);
	}
	log_debug = 1;
	say("Devent=x\n", 9);
	ok(strcmp(last, "Dsession: event=x\n") == 0, "debugging, which is on");
	log_debug = 0;
	memset(big, 'x', sizeof(big));
	big[sizeof(big) - 1] = '\0';
	r = say(big, sizeof(big) - 1);
	n = strlen(last);
	ok(r == 0 && lines == 1 && n <= LOG_LINE && last[n - 1] == '\n' &&
		memcmp(last, "Isession: xxx", 13) == 0,
	    "what is too long is cut");
	lines = 0;
	ok(log_from(s[0], "session", 0) == 0 && lines == 0,
	    "and its rest is gone");
	send(s[1], "Ix\n", 3, 0);
	ok(log_from(s[0], "session", 1) == 0 && lines == 0,
	    "a muted one is read and lost");
	close(s[1]);
	ok(log_from(s[0], "session", 0) == -1, "its end");
	log_warn("%s", big + 1);
	n = strlen(last);
	ok(n <= LOG_LINE && last[n - 1] == '\n' && last[0] == 'W',
	    "a line of our own is cut too");
}

static size_t
read_all(const char *path, char *b, size_t size)
{
	int fd = open(path, O_RDONLY);
	ssize_t n = read(fd, b, size - 1);

	close(fd);
	b[n > 0 ? n : 0] = '\0';
	return n > 0 ? (size_t)n : 0;
}

/* the file may grow by so many bytes; then writes fail */
static void
room(const char *path, long bytes)
{
	struct rlimit r;
	struct stat st;

	getrlimit(RLIMIT_FSIZE, &r);
	stat(path, &st);
	r.rlim_cur = bytes == -1 ? r.rlim_max : (rlim_t)(st.st_size + bytes);
	setrlimit(RLIMIT_FSIZE, &r);
}

static void
files(void)
{
	char dir[] = "/tmp/log_test.XXXXXX", path[64], old[64], b[4096];
	struct stat st;

	if (mkdtemp(dir) == NULL)
		abort();
	snprintf(path, sizeof(path), "%s/log", dir);
	snprintf(old, sizeof(old), "%s/old", dir);
	log_sink = NULL;
	umask(0);
	ok(log_open("test", path) == 0 && stat(path, &st) == 0 &&
		(st.st_mode & 0777) == 0640,
	    "a file that the group may read");
	log_info("one");
	read_all(path, b, sizeof(b));
	ok(strlen(b) == 29 && b[10] == 'T' && b[23] == 'Z' &&
		strcmp(b + 24, " one\n") == 0,
	    "the time is in front");
	rename(path, old);
	log_info("two");
	ok(read_all(old, b, sizeof(b)) == 58,
	    "it is written until opened anew");
	log_open("test", path);
	log_info("three");
	ok(read_all(old, b, sizeof(b)) == 58 &&
		read_all(path, b, sizeof(b)) == 31,
	    "then the new one is");
	signal(SIGXFSZ, SIG_IGN);
	room(path, 0);
	log_info("lost");
	log_info("lost");
	log_info("lost");
	ok(read_all(path, b, sizeof(b)) == 31, "a full disk");
	room(path, -1);
	log_info("four");
	read_all(path, b, sizeof(b));
	ok(strstr(b, "event=log_lost lines=3\n") != NULL &&
		strstr(b, " four\n") != NULL,
	    "what was lost is counted");
	log_info("five");
	read_all(path, b, sizeof(b));
	ok(strstr(b, "five") != NULL &&
		strstr(strstr(b, "log_lost") + 1, "log_lost") == NULL,
	    "once");
	unlink(path);
	if (symlink(old, path) == -1)
		abort();
	ok(log_open("test", path) == -1, "a symbolic link is not followed");
	ok(log_open("test", "/nowhere/log") == -1, "no such directory");
	log_info("six");
	unlink(path);
	unlink(old);
	rmdir(dir);
}

int
main(void)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK, 0, s) == -1)
		abort();
	log_sink = sink;
	records();
	files();
	return done();
}

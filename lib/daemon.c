/*
 * daemon: main() of every daemon: options, configuration, the step into the
 * background, reload. Runs as root in the parent; reads the configuration
 * file and nothing else.
 */
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "parentimpl.h"

static struct {
	struct daemon *d;
	char file[512], libexec[512];
	int background; /* who waits for us to be up; 0: nobody */
} self;

static void
usage(void)
{
	fprintf(stderr, "usage: %s [-AdMnv] [-f file] [-L directory]\n",
	    procs[PARENT].name);
	exit(1);
}

static void
report(const char *line)
{
	log_warn("%s", line);
}

/* into conf; -1: has told every error */
static int
load(void *conf)
{
	struct daemon *d = self.d;
	struct conf_src *src;
	int errors;

	memset(conf, 0, d->size);
	src = conf_load(self.file, d->keys, conf);
	if (d->check != NULL && conf_errors(src) == 0)
		d->check(src, conf);
	errors = conf_errors(src);
	conf_close(src);
	if (errors == 0)
		return 0;
	conf_free(d->keys, conf, d->size);
	return -1;
}

void *
daemon_reread(void)
{
	void *conf = malloc(self.d->size);

	conf_report = report;
	if (conf == NULL || load(conf) == 0)
		return conf;
	free(conf);
	return NULL;
}

void
daemon_commit(void *conf)
{
	struct daemon *d = self.d;
	const struct parent_keys *old = d->conf, *new = conf;
	int moved = strcmp(old->log, new->log) != 0;

	conf_free(d->keys, d->conf, d->size);
	memcpy(d->conf, conf, d->size);
	free(conf);
	if (moved && !log_stderr &&
	    log_open(procs[PARENT].name, old->log) == -1)
		log_warn("%s: %s", old->log, strerror(errno));
}

void
daemon_discard(void *conf)
{
	conf_free(self.d->keys, conf, self.d->size);
	free(conf);
}

static void
notify(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	static const char ready[] = "READY=1";
	size_t n = strlen(path);
	int s;

	if (n >= sizeof(sun.sun_path))
		return;
	memcpy(sun.sun_path, path, n);
	if (*path == '@') /* abstract */
		sun.sun_path[0] = '\0';
	s = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s == -1)
		return;
	sendto(s, ready, sizeof(ready) - 1, MSG_NOSIGNAL,
	    (struct sockaddr *)&sun,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n));
	close(s);
}

/* all children are ready: tell whoever started us */
static void
up(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	log_info("event=up pid=%d", getpid());
	if (path != NULL)
		notify(path);
	if (self.background == 0)
		return;
	log_early = 0;
	dup2(STDIN_FILENO, STDERR_FILENO); /* the terminal's no more */
	if (write(self.background, "", 1) == -1)
		log_warn("event=start error=\"%s\"", strerror(errno));
	close(self.background);
	self.background = 0;
}

/* 0 to 2 are there, or the first sockets would take their places */
static void
stand(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd != -1 && fd <= STDERR_FILENO);
	if (fd == -1)
		fatal("/dev/null: %s", strerror(errno));
	close(fd);
}

static void
take(char path[static 512], const char *from)
{
	if (strlen(from) >= 512)
		usage();
	memcpy(path, from, strlen(from) + 1);
}

/* as seen from / too */
static void
absolute(char path[static 512])
{
	char cwd[512], full[1024];

	if (*path == '/')
		return;
	if (getcwd(cwd, sizeof(cwd)) == NULL)
		fatal("%s: %s", path, strerror(errno));
	snprintf(full, sizeof(full), "%s/%s", cwd, path);
	take(path, full);
}

/* the one who was called waits until its child is up, or ends without it */
static void
background(void)
{
	int p[2], null;
	char c;

	absolute(self.file);
	absolute(self.libexec);
	if (pipe2(p, O_CLOEXEC) == -1)
		fatal("pipe: %s", strerror(errno));
	switch (fork()) {
	case -1:
		fatal("fork: %s", strerror(errno));
	case 0:
		break;
	default:
		close(p[1]);
		_exit(read(p[0], &c, 1) == 1 ? 0 : 1);
	}
	close(p[0]);
	self.background = p[1];
	log_early = 1;
	setsid();
	if (chdir("/") == -1 || (null = open("/dev/null", O_RDWR)) == -1)
		fatal("/dev/null: %s", strerror(errno));
	dup2(null, STDIN_FILENO);
	dup2(null, STDOUT_FILENO);
	if (null > STDERR_FILENO)
		close(null);
}

static int
check(int again)
{
	if (again > 1)
		conf_print(self.d->keys, self.d->conf, stdout);
	else
		printf("%s: configuration OK\n", self.file);
	return 0;
}

static int
run(void)
{
	const struct parent_keys *k = self.d->conf;

	umask(022);
	if (setenv("TZ", "UTC0", 1) == -1)
		fatal("environment");
	tzset();
	if (!log_stderr && log_open(procs[PARENT].name, k->log) == -1)
		fatal("%s: %s", k->log, strerror(errno));
	return parent_main(self.d, self.libexec, up);
}

int
daemon_main(struct daemon *d, int argc, char **argv)
{
	int c, n = 0;

	self.d = d;
	take(self.libexec, LIBEXECDIR);
	snprintf(self.file, sizeof(self.file), SYSCONFDIR "/%s.conf",
	    procs[PARENT].name);
	while ((c = getopt(argc, argv, "Adf:L:Mnvx:")) != -1)
		switch (c) {
		case 'A':
			arch_print();
			return 0;
		case 'M':
			conf_man(d->keys, stdout);
			return 0;
		case 'd':
			log_stderr = 1;
			break;
		case 'f':
			take(self.file, optarg);
			break;
		case 'L':
			take(self.libexec, optarg);
			break;
		case 'n':
			n++;
			break;
		case 'v':
			log_debug = 1;
			break;
		case 'x':
			proc_self = ANY;
			proc_child(optarg);
		default:
			usage();
		}
	if (optind != argc)
		usage();
	stand();
	if (load(d->conf) == -1)
		return 1;
	if (n > 0)
		return check(n);
	syscall(SYS_close_range, 3, ~0U, 0); /* what our caller forgot */
	if (!log_stderr && getenv("NOTIFY_SOCKET") == NULL)
		background();
	return run();
}

/*
 * passwd: sets or deletes a credential in the file of accounts. Part of
 * tlsctl, run by root; reads a password from whoever runs it, writes keys
 * derived from it: a new file beside the old one, which takes its place when
 * it is on the disk. One tlsctl at a time, by a lock. Believes the file to be
 * root's, checks that it is. RFC 5802, 5803, 7677.
 */
#include <sys/file.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "check.h"
#include "passwd.h"
#include "readpass.h"
#include "saslprep.h"
#include "scram.h"
#include "secretsedit.h"
#include "tool.h"

enum {
	ITERATIONS = 10000,
	SALT = 16,	 /* bytes */
	LOCK_MS = 10000, /* another tlsctl may take */
	LOCK_STEP_MS = 20,
};

struct wish { /* what the command line says */
	const char *login;
	const char *services; /* NULL: as they are */
	uint32_t iterations;
	int delete, sha1;
	struct secretsedit edit;
};

static void
complain(size_t line, const char *why, void *arg)
{
	fprintf(stderr, "%s:%zu: %s\n", (const char *)arg, line, why);
}

/* --- what is wanted ------------------------------------------------ */

static int
number(const char *text, uint32_t *v)
{
	char *end;
	long n;

	errno = 0;
	n = strtol(text, &end, 10);
	if (end == text || *end != '\0' || errno != 0 ||
	    n < SECRET_ITERATIONS_MIN || n > SECRET_ITERATIONS_MAX) {
		fprintf(stderr, "-i %s: %d to %d was meant\n", text,
		    SECRET_ITERATIONS_MIN, SECRET_ITERATIONS_MAX);
		return -1;
	}
	*v = (uint32_t)n;
	return 0;
}

static int
read_options(int argc, char **argv, struct wish *w)
{
	const char *why;
	int c, iterations = 0;

	optind = 0; /* begin anew, behind the command */
	while ((c = getopt(argc, argv, "+1di:s:")) != -1)
		switch (c) {
		case '1':
			w->sha1 = 1;
			break;
		case 'd':
			w->delete = 1;
			break;
		case 'i':
			iterations = 1;
			if (number(optarg, &w->iterations) == -1)
				return -1;
			break;
		case 's':
			w->services = optarg;
			break;
		default:
			tool_usage();
		}
	if (optind != argc - 1 ||
	    (w->delete &&(w->sha1 || iterations || w->services != NULL)))
		tool_usage();
	w->login = argv[optind];
	if (secretsedit_begin(&w->edit, w->login,
		w->services != NULL ? w->services : "", &why) == 0)
		return 0;
	fprintf(stderr, "%s: %s\n", w->login, why);
	return -1;
}

/* a slip of the pen is seen at once */
static void
look_up(const struct wish *w, const struct gate_conf *conf)
{
	const struct passwd *pw = getpwnam(w->edit.user);

	if (pw == NULL || pw->pw_uid < (uid_t)conf->min_uid)
		fprintf(stderr, "%s: %s; the gate leaves such a line out\n",
		    w->edit.user,
		    pw == NULL ? "no such user" : "its id is below min-uid");
}

/* --- the password -------------------------------------------------- */

static ssize_t
ask(const char *prompt, char raw[SASLPREP_MAX + 1])
{
	ssize_t len = readpass(prompt, raw, SASLPREP_MAX + 1);

	if (len == -1 && errno == EMSGSIZE)
		fprintf(stderr, "the password is too long, %d bytes at most\n",
		    SASLPREP_MAX);
	else if (len == -1)
		fprintf(stderr, "no password: %s\n",
		    errno == ENODATA ? "there was no line" : strerror(errno));
	return len;
}

static ssize_t
ask_twice(char raw[SASLPREP_MAX + 1])
{
	char again[SASLPREP_MAX + 1];
	ssize_t len, len2;
	int same;

	if (!isatty(STDIN_FILENO))
		return ask("", raw);
	if ((len = ask("New password: ", raw)) == -1 ||
	    (len2 = ask("Once more: ", again)) == -1)
		return -1;
	same = len == len2 && memcmp(raw, again, (size_t)len) == 0;
	explicit_bzero(again, sizeof(again));
	if (!same)
		fprintf(stderr,
		    "these were two passwords; nothing was "
		    "changed\n");
	return same ? len : -1;
}

/* prepared, as clients will do it; its length, or -1: said why */
static ssize_t
read_password(char password[SASLPREP_MAX + 1])
{
	char raw[SASLPREP_MAX + 1] = { 0 };
	ssize_t len = ask_twice(raw);
	int r = -1;

	if (len != -1) {
		r = saslprep(raw, (size_t)len, password, SASLPREP_MAX + 1);
		if (r == -1)
			fprintf(stderr,
			    "not a password: %s; nothing was changed\n",
			    len == 0		  ? "it is empty" :
				errno == EMSGSIZE ? "too long" :
						    "UTF-8 without control or "
						    "unassigned characters "
						    "was meant");
	}
	explicit_bzero(raw, sizeof(raw));
	return r == -1 ? -1 : (ssize_t)strlen(password);
}

static int
derive(const struct wish *w, enum secret_hash hash, const char *password,
    size_t len, struct secret *s)
{
	const struct secretsedit *e = &w->edit;

	memset(s, 0, sizeof(*s));
	memcpy(s->user, e->user, sizeof(s->user));
	memcpy(s->label, e->label, sizeof(s->label));
	memcpy(s->services, e->services, sizeof(s->services));
	s->hash = hash;
	s->iterations = w->iterations;
	s->saltlen = SALT;
	s->keylen = hash == SECRET_SHA1 ? 20 : 32;
	if (getrandom(s->salt, SALT, 0) != SALT) {
		fprintf(stderr, "getrandom: %s\n", strerror(errno));
		return -1;
	}
	scram_keys(hash, password, len, s->salt, SALT, s->iterations, s->stored,
	    s->server);
	return 0;
}

/* --- the file ------------------------------------------------------ */

/* the lock file stays: who unlinks it locks nothing. -1: said why */
static int
lock(const char *secrets)
{
	static const struct timespec step = { 0, LOCK_STEP_MS * 1000000L };
	char path[300];
	int fd, i;

	snprintf(path, sizeof(path), "%s.lock", secrets);
	fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (fd == -1) {
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
		return -1;
	}
	for (i = 0; i < LOCK_MS / LOCK_STEP_MS; i++) {
		if (flock(fd, LOCK_EX | LOCK_NB) == 0)
			return fd;
		nanosleep(&step, NULL);
	}
	fprintf(stderr, "%s: another tlsctl has it\n", path);
	close(fd);
	return -1;
}

/* the caller's to wipe and free; none there: empty. NULL: said why */
static uint8_t *
read_secrets(const char *path, size_t *len)
{
	struct stat st;
	uint8_t *p = NULL;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	*len = 0;
	if (fd == -1 && errno == ENOENT)
		return calloc(1, 1);
	if (fd == -1 || fstat(fd, &st) == -1)
		fprintf(stderr, "%s: %s\n", path,
		    errno == ELOOP ? "a symbolic link; a file was meant" :
				     strerror(errno));
	else if (!S_ISREG(st.st_mode) || st.st_uid != geteuid() ||
	    (st.st_mode & 077) != 0)
		fprintf(stderr,
		    "%s: mode %o, owner %u; a file of mode 600, owner %u was "
		    "meant\n",
		    path, st.st_mode & 0777, st.st_uid, geteuid());
	else if ((p = check_read(fd, SECRETS_MAX, len)) == NULL)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	if (fd != -1)
		close(fd);
	return p;
}

static int
write_all(int fd, const char *p, size_t len)
{
	ssize_t n;

	for (; len > 0; p += n, len -= (size_t)n)
		if ((n = write(fd, p, len)) <= 0)
			return -1;
	return fchmod(fd, 0600) == -1 ? -1 : fsync(fd);
}

/* its entry is on the disk, too */
static int
sync_directory(const char *path)
{
	char dir[300];
	const char *slash = strrchr(path, '/');
	int fd, r;

	snprintf(dir, sizeof(dir), "%.*s/", (int)(slash - path), path);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		return -1;
	r = fsync(fd);
	close(fd);
	return r;
}

/* all of it, or the old one stays; we have the lock */
static int
write_secrets(const char *path, const char *text, size_t len)
{
	char fresh[300];
	int fd, r = -1, e;

	snprintf(fresh, sizeof(fresh), "%s.new", path);
	unlink(fresh); /* of one that was killed */
	fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	if (fd != -1) {
		r = write_all(fd, text, len);
		e = errno;
		if (close(fd) == -1 && r == 0) {
			r = -1;
			e = errno;
		}
		errno = e;
		if (r == 0)
			r = rename(fresh, path);
		e = errno;
		if (r == -1)
			unlink(fresh);
		errno = e;
	}
	if (r == -1) {
		fprintf(stderr, "%s: %s; nothing was changed\n", fresh,
		    strerror(errno));
		return -1;
	}
	if (sync_directory(path) == -1)
		fprintf(stderr,
		    "%s: changed, but it may not survive a loss "
		    "of power: %s\n",
		    path, strerror(errno));
	return 0;
}

/* --- all of it ----------------------------------------------------- */

static void
say_done(const struct wish *w, const char *path)
{
	const struct secretsedit *e = &w->edit;

	if (w->delete)
		printf("%s: deleted from %s\n", w->login, path);
	else
		printf("%s: %s in %s, for %s\n", w->login,
		    e->n > 0 ? "changed" : "added", path,
		    *e->services != '\0' ? e->services : "all services");
	if (!w->delete &&!w->sha1 && e->n == SECRETS_OF_ONE)
		printf("%s: its line for SCRAM-SHA-1 is gone; -1 makes one\n",
		    w->login);
}

static int
edit(struct wish *w, const char *path, const char *old, size_t len,
    const char *password, size_t passlen)
{
	struct secretsedit *e = &w->edit;
	size_t n = w->delete ? 0 : w->sha1 ? 2 : 1, outlen;
	struct secret v[2];
	char *text = NULL;
	int r = -1;

	if (secretsedit_find(e, old, len, complain, (void *)path) == -1)
		return -1;
	if (w->delete &&e->n == 0) {
		fprintf(stderr, "%s: no such line in %s\n", w->login, path);
		return -1;
	}
	if (w->services != NULL)
		snprintf(e->services, sizeof(e->services), "%s", w->services);
	if ((n == 0 || derive(w, SECRET_SHA256, password, passlen, v) == 0) &&
	    (n < 2 || derive(w, SECRET_SHA1, password, passlen, &v[1]) == 0)) {
		text = secretsedit_apply(e, old, len, v, n, &outlen);
		if (text == NULL)
			fprintf(stderr, "%s: %s\n", path, strerror(errno));
		else
			r = write_secrets(path, text, outlen);
	}
	if (text != NULL)
		explicit_bzero(text, outlen);
	free(text);
	explicit_bzero(v, sizeof(v));
	return r;
}

static int
edit_locked(struct wish *w, const char *path, const char *password,
    size_t passlen)
{
	uint8_t *old;
	size_t len;
	int fd, r = -1;

	if ((fd = lock(path)) == -1)
		return -1;
	if ((old = read_secrets(path, &len)) != NULL) {
		r = edit(w, path, (char *)old, len, password, passlen);
		explicit_bzero(old, len);
		free(old);
	}
	close(fd);
	return r;
}

int
passwd_main(int argc, char **argv, const struct gate_conf *conf)
{
	static const struct rlimit none;
	struct wish w = { .iterations = ITERATIONS };
	char password[SASLPREP_MAX + 1] = { 0 };
	ssize_t len = 0;
	int r = -1;

	setrlimit(RLIMIT_CORE, &none);
	if (read_options(argc, argv, &w) == -1 || tool_load() == -1)
		return 1;
	if (!w.delete) {
		look_up(&w, conf);
		len = read_password(password);
	}
	if (len != -1)
		r = edit_locked(&w, conf->secrets, password, (size_t)len);
	explicit_bzero(password, sizeof(password));
	if (r == -1)
		return 1;
	say_done(&w, conf->secrets);
	return 0;
}

/*
 * check: the files of the gate as the gate would see them, and what an
 * administrator should know of them. Part of tlsctl; reads configuration,
 * certificates, keys and secrets as whoever runs it, changes nothing, wipes
 * what it read of keys and secrets.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cert.h"
#include "check.h"
#include "keystore.h"
#include "secrets.h"

enum { DAYS_FEW = 7, DAYS_SOON = 21 };

enum level { OK, NOTE, BAD };

static struct {
	int brief;
	int bad;
	const char *secrets; /* its path */
	size_t credentials;
} self;

static void __attribute__((format(printf, 2, 3)))
say(enum level level, const char *fmt, ...)
{
	static const char *const words[] = { "ok  ", "note", "bad " };
	va_list ap;

	self.bad += level == BAD;
	if (self.brief && level != BAD)
		return;
	printf("%s ", words[level]);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
}

static void
say_conf(const char *line)
{
	say(BAD, "%s", line);
}

uint8_t *
check_read(int fd, size_t max, size_t *len)
{
	uint8_t *p = malloc(max + 1);
	ssize_t r = 0;

	for (*len = 0; p != NULL && *len <= max; *len += (size_t)r)
		if ((r = read(fd, p + *len, max + 1 - *len)) <= 0)
			break;
	if (p != NULL && r == 0)
		return p;
	if (p != NULL && r > 0)
		errno = EFBIG;
	if (p != NULL)
		explicit_bzero(p, *len);
	free(p);
	return NULL;
}

static uint8_t *
read_path(const char *path, size_t max, size_t *len)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	uint8_t *p = NULL;

	if (fd != -1) {
		p = check_read(fd, max, len);
		close(fd);
	}
	return p;
}

/* of a file that nobody else may read; -1: said why */
static int
open_private(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);

	if (fd == -1 || fstat(fd, &st) == -1) {
		say(BAD, "%s: %s", path,
		    errno == ELOOP ? "a symbolic link; a file was meant" :
				     strerror(errno));
		return fd;
	}
	if (S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    (st.st_mode & 077) == 0)
		return fd;
	say(BAD,
	    "%s: mode %o, owner %u; a file of mode 600, owner %u was meant",
	    path, st.st_mode & 0777, st.st_uid, geteuid());
	close(fd);
	return -1;
}

/* whoever may write here can put another key in the place of ours */
static void
check_directory(const char *path)
{
	struct stat st;

	if (stat(path, &st) == -1)
		say(BAD, "%s: %s", path, strerror(errno));
	else if (!S_ISDIR(st.st_mode))
		say(BAD, "%s: not a directory", path);
	else if (st.st_uid != geteuid() || (st.st_mode & 022) != 0)
		say(BAD, "%s: mode %o, owner %u; mode 700, owner %u was meant",
		    path, st.st_mode & 0777, st.st_uid, geteuid());
	else
		say(OK, "%s: mode %o", path, st.st_mode & 0777);
}

static void
judge_chain(const char *path, const char *name, const struct cert *c)
{
	time_t now = time(NULL);
	int days = cert_days(c, now);
	enum cert_verdict v = cert_check(c, c->id, now);
	char line[512];

	cert_summary(c, line, sizeof(line));
	if (v != CERT_OK)
		say(BAD, "%s: %s: %s", path, cert_verdict_text(v), line);
	else if (!cert_covers(c, name))
		say(BAD, "%s: does not name %s: %s", path, name, line);
	else
		say(days < DAYS_FEW	 ? BAD :
			days < DAYS_SOON ? NOTE :
					   OK,
		    "%s: %s, %d days left", path, line, days);
}

static struct cert *
check_chain(const char *path, const char *name)
{
	const char *why = NULL;
	struct cert *c = NULL;
	uint8_t *p;
	size_t len;

	if ((p = read_path(path, CERT_PEM_MAX, &len)) == NULL)
		why = strerror(errno);
	else
		c = cert_parse(p, len, &why);
	free(p);
	if (c == NULL)
		say(BAD, "%s: %s", path, why);
	else
		judge_chain(path, name, c);
	return c;
}

static void
check_key(const char *path, const struct cert *c)
{
	struct keystore *ks = keystore_new();
	uint8_t id[KEYID_LEN];
	const char *why = NULL;
	int fd;

	if (ks != NULL && (fd = open_private(path)) != -1) {
		if (keystore_load(ks, fd, 0, id, &why) == -1)
			say(BAD, "%s: %s", path, why);
		else if (c != NULL && memcmp(c->id, id, sizeof(id)) != 0)
			say(BAD, "%s: %s", path,
			    cert_verdict_text(CERT_OTHER_KEY));
		else
			say(OK, "%s: %s", path,
			    c != NULL ? "fits its certificate" : "readable");
		close(fd);
	}
	keystore_free(ks);
}

static void
check_staple(const char *path, const struct cert *c)
{
	const char *why;
	char until[32] = "?";
	struct tm tm;
	time_t next = 0;
	uint8_t *p;
	size_t len;

	if ((p = read_path(path, CERT_OCSP_MAX, &len)) == NULL) {
		if (errno != ENOENT)
			say(BAD, "%s: %s", path, strerror(errno));
		return;
	}
	why = cert_ocsp(c, p, len, time(NULL), &next);
	free(p);
	if (why != NULL) {
		say(BAD, "%s: not to be stapled: %s", path, why);
		return;
	}
	if (gmtime_r(&next, &tm) != NULL)
		strftime(until, sizeof(until), "%Y-%m-%d %H:%M UTC", &tm);
	say(OK, "%s: good until %s", path, until);
}

static void
check_pair(const char *dir, const char *name)
{
	char path[512];
	struct cert *c;

	snprintf(path, sizeof(path), "%s/%s.crt", dir, name);
	c = check_chain(path, name);
	snprintf(path, sizeof(path), "%s/%s.key", dir, name);
	check_key(path, c);
	snprintf(path, sizeof(path), "%s/%s.ocsp", dir, name);
	if (c != NULL)
		check_staple(path, c);
	cert_free(c);
}

static int
count(const struct secret *s, void *arg)
{
	(void)s, (void)arg;
	self.credentials++;
	return 0;
}

static void
complain(size_t line, const char *why, void *arg)
{
	(void)arg;
	say(BAD, "%s:%zu: %s", self.secrets, line, why);
}

static void
check_secrets(const char *path)
{
	uint8_t *p;
	size_t len;
	int fd;

	self.secrets = path;
	self.credentials = 0;
	if (access(path, F_OK) == -1 && errno == ENOENT) {
		say(NOTE, "%s: not there; there are no accounts", path);
		return;
	}
	if ((fd = open_private(path)) == -1)
		return;
	if ((p = check_read(fd, SECRETS_MAX, &len)) == NULL)
		say(BAD, "%s: %s", path, strerror(errno));
	else if (secrets_parse((char *)p, len, count, complain, NULL) == 0)
		say(OK, "%s: %zu credentials", path, self.credentials);
	if (p != NULL)
		explicit_bzero(p, len);
	free(p);
	close(fd);
}

static void
check_ca(const struct gate_conf *c)
{
	const struct gate_service *s = c->services.v;
	size_t i, asking = 0;

	for (i = 0; i < c->services.n; i++)
		asking += s[i].ask != 0;
	if (asking == 0 || *c->ca == '\0')
		return;
	if (access(c->ca, R_OK) == -1)
		say(BAD, "%s: %s; no client's certificate is trusted", c->ca,
		    strerror(errno));
	else
		say(OK, "%s: readable", c->ca);
}

int
check_all(const char *file, int brief)
{
	struct gate_conf c = { 0 };
	const char *const *names;
	struct conf_src *src;
	size_t i;

	self.brief = brief;
	self.bad = 0;
	conf_report = say_conf;
	src = conf_load(file, gate_keys, &c);
	if (conf_errors(src) == 0)
		gate_check(src, &c);
	if (conf_errors(src) == 0) {
		say(OK, "%s: %zu services, %zu certificates", file,
		    c.services.n, c.certificates.n);
		if (c.certificates.n > 0)
			check_directory(c.tls);
		names = c.certificates.v;
		for (i = 0; i < c.certificates.n; i++)
			check_pair(c.tls, names[i]);
		check_ca(&c);
		check_secrets(c.secrets);
	}
	conf_close(src);
	conf_free(gate_keys, &c, sizeof(c));
	return self.bad;
}

/*
 * tlsctl: asks a running gate, looks at its files, makes its first
 * certificate, sets passwords. What goes over the control socket is answered
 * by the gate; the rest works without it. Writes to the directory of
 * certificates, and never over a file that is there; passwd.c to the file of
 * accounts.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cert.h"
#include "check.h"
#include "keystore.h"
#include "passwd.h"
#include "tool.h"

enum {
	NOT_RUNNING = 3,
	DAYS = 365,
	DAYS_MAX = 3650,
	PORTS_MAX = SERVICES * LISTENERS_MAX
};

static struct gate_conf conf;

/* the daemon says that it refused, the files say why */
static int
reload(int argc, char **argv)
{
	int status = tool_ask(argc, argv);

	if (status == 1) {
		fflush(stdout);
		check_all(tool_file(), 1);
	}
	return status;
}

static int
check(int argc, char **argv)
{
	(void)argc, (void)argv;
	return check_all(tool_file(), 0) > 0;
}

/* the file, then the gate, if there is one */
static int
passwd(int argc, char **argv)
{
	char name[] = "reload", *words[] = { name, NULL };
	int status = passwd_main(argc, argv, &conf);

	if (status != 0)
		return status;
	printf("asking the gate to reload\n");
	fflush(stdout);
	status = reload(1, words);
	return status == NOT_RUNNING ? 0 : status;
}

/* --- init ---------------------------------------------------------- */

struct file { /* of a pair */
	const char *suffix;
	mode_t mode;
	struct cert_text text;
};

static void
beside(const char *name, const struct file *f, char *path, size_t size)
{
	snprintf(path, size, "%s%s.%d", name, f->suffix, (int)getpid());
}

/* a file beside the place of this one, on the disk */
static int
write_beside(int dir, const char *name, const struct file *f)
{
	char path[300];
	int fd, r = -1;

	beside(name, f, path, sizeof(path));
	fd = openat(dir, path,
	    O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, f->mode);
	if (fd == -1)
		return -1;
	errno = EIO;
	if (write(fd, f->text.p, f->text.len) == (ssize_t)f->text.len &&
	    fchmod(fd, f->mode) == 0 && fsync(fd) == 0)
		r = 0;
	close(fd);
	if (r == -1)
		unlinkat(dir, path, 0);
	return r;
}

/* takes its place, unless there is another one */
static int
move(int dir, const char *name, const struct file *f)
{
	char from[300], to[300];

	beside(name, f, from, sizeof(from));
	snprintf(to, sizeof(to), "%s%s", name, f->suffix);
	return renameat2(dir, from, dir, to, RENAME_NOREPLACE);
}

/* both or none; -1: errno */
static int
store(int dir, const char *name, const struct file *f)
{
	int written = 0, moved = 0, saved;
	char path[300];

	while (written < 2 && write_beside(dir, name, &f[written]) == 0)
		written++;
	while (written == 2 && moved < 2 && move(dir, name, &f[moved]) == 0)
		moved++;
	if (moved == 2)
		return fsync(dir);
	saved = errno;
	while (written-- > 0) {
		if (written < moved)
			snprintf(path, sizeof(path), "%s%s", name,
			    f[written].suffix);
		else
			beside(name, &f[written], path, sizeof(path));
		unlinkat(dir, path, 0);
	}
	errno = saved;
	return -1;
}

static int
open_directory(const char *path)
{
	int fd;

	if (mkdir(path, 0700) == 0)
		printf("%s: made\n", path);
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd == -1)
		fprintf(stderr, "%s: %s\n", path, strerror(errno));
	return fd;
}

static int
is_listed(const char *name)
{
	const char *const *v = conf.certificates.v;
	size_t i;

	for (i = 0; i < conf.certificates.n; i++)
		if (strcmp(v[i], name) == 0)
			return 1;
	return 0;
}

static int
make(int dir, const char *const *names, size_t n, int days)
{
	struct file f[2] = { { .suffix = ".key", .mode = 0600 },
		{ .suffix = ".crt", .mode = 0644 } };
	const char *tls = conf.tls;
	int r;

	if (cert_selfsigned(names, n, time(NULL), days, &f[0].text,
		&f[1].text) == -1) {
		fprintf(stderr, "init: %s\n", strerror(errno));
		return 1;
	}
	r = store(dir, names[0], f);
	if (r == -1)
		fprintf(stderr, "%s/%s: %s\n", tls, names[0],
		    errno == EEXIST ? ".key or .crt is there already; nothing "
				      "was changed" :
				      strerror(errno));
	else
		printf("%s/%s.crt: self-signed, %d days\n%s/%s.key: its key\n",
		    tls, names[0], days, tls, names[0]);
	if (r == 0 && !is_listed(names[0]))
		printf("%s: add it to certificates in %s\n", names[0],
		    tool_file());
	cert_text_free(&f[0].text);
	cert_text_free(&f[1].text);
	return r == -1;
}

static int
init(int argc, char **argv)
{
	char *end = NULL;
	long days = DAYS;
	int c, i, dir, status;

	optind = 0; /* begin anew, behind the command */
	while ((c = getopt(argc, argv, "+d:")) != -1) {
		if (c != 'd')
			tool_usage();
		days = strtol(optarg, &end, 10);
		if (end == optarg || *end != '\0' || days < 1 ||
		    days > DAYS_MAX) {
			fprintf(stderr, "-d %s: 1 to %d was meant\n", optarg,
			    DAYS_MAX);
			return 1;
		}
	}
	if (optind == argc)
		tool_usage();
	for (i = optind; i < argc; i++)
		if (!cert_is_name(argv[i])) {
			fprintf(stderr,
			    "%s: not a host name; lower case letters, digits, "
			    "- and dots were meant\n",
			    argv[i]);
			return 1;
		}
	if (tool_load() == -1 || (dir = open_directory(conf.tls)) == -1)
		return 1;
	status = make(dir, (const char *const *)argv + optind,
	    (size_t)(argc - optind), (int)days);
	close(dir);
	return status;
}

/* --- tlsa ---------------------------------------------------------- */

/* those of services with TLS, each once */
static size_t
ports_of(const struct gate_conf *c, uint16_t ports[PORTS_MAX])
{
	const struct gate_service *s = c->services.v;
	const struct conf_addr *a;
	size_t i, j, k, n = 0;

	for (i = 0; i < c->services.n; i++)
		for (j = 0; s[i].tls != KIND_PLAIN && j < s[i].listen.n; j++) {
			a = (const struct conf_addr *)s[i].listen.v + j;
			for (k = 0; k < n && ports[k] != a->port; k++)
				;
			if (k == n && n < PORTS_MAX)
				ports[n++] = a->port;
		}
	return n;
}

static struct cert *
open_cert(const char *name, const char *suffix, const char **why)
{
	struct cert *c = NULL;
	uint8_t *p = NULL;
	char path[512];
	size_t len;
	int fd;

	snprintf(path, sizeof(path), "%s/%s%s.crt", conf.tls, name, suffix);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1 ||
	    (p = check_read(fd, CERT_PEM_MAX, &len)) == NULL)
		*why = strerror(errno);
	else
		c = cert_parse(p, len, why);
	if (fd != -1)
		close(fd);
	free(p);
	return c;
}

/* of a key that has no certificate yet; -1: there is none, or said why */
static int
id_of_key(const char *name, uint8_t id[KEYID_LEN])
{
	struct keystore *ks = keystore_new();
	const char *why = "out of memory";
	char path[512];
	int fd, r = -1;

	snprintf(path, sizeof(path), "%s/%s.next.key", conf.tls, name);
	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
		why = errno == ENOENT ? NULL : strerror(errno);
	else if (ks != NULL)
		r = keystore_load(ks, fd, 0, id, &why);
	if (r == -1 && why != NULL)
		fprintf(stderr, "%s: %s\n", path, why);
	if (fd != -1)
		close(fd);
	keystore_free(ks);
	return r;
}

static void
print_tlsa(const char *host, const uint8_t id[KEYID_LEN])
{
	uint16_t ports[PORTS_MAX];
	size_t i, n = ports_of(&conf, ports);
	char rdata[CERT_TLSA_LEN];

	cert_tlsa(id, rdata);
	for (i = 0; i < n; i++)
		printf("_%u._tcp.%s. IN TLSA %s\n", ports[i], host, rdata);
}

/* 1 if the certificate of that name is not for this host */
static int
tlsa_of(const char *name, const char *host)
{
	struct cert *c, *next;
	uint8_t id[KEYID_LEN];
	const char *why;
	int other;

	if ((c = open_cert(name, "", &why)) == NULL) {
		fprintf(stderr, "%s/%s.crt: %s\n", conf.tls, name, why);
		return 1;
	}
	other = strcmp(name, host) != 0 && !cert_covers(c, host);
	if (!other) {
		print_tlsa(host, c->id);
		next = open_cert(name, ".next", &why);
		if (next != NULL)
			memcpy(id, next->id, sizeof(id));
		if ((next != NULL || id_of_key(name, id) == 0) &&
		    memcmp(id, c->id, sizeof(id)) != 0)
			print_tlsa(host, id);
		cert_free(next);
	}
	cert_free(c);
	return other;
}

static int
tlsa(int argc, char **argv)
{
	const char *const *v;
	size_t i;
	int bad = 0;

	if (tool_load() == -1)
		return 1;
	v = conf.certificates.v;
	for (i = 0; i < conf.certificates.n && argc == 1; i++)
		if (*v[i] == '*')
			printf(
			    "; %s: tlsctl tlsa HOST prints those of a host\n",
			    v[i]);
		else
			bad |= tlsa_of(v[i], v[i]);
	if (argc == 1)
		return bad;
	if (is_listed(argv[1]))
		return tlsa_of(argv[1], argv[1]);
	for (i = 0; i < conf.certificates.n; i++)
		if (tlsa_of(v[i], argv[1]) == 0)
			return 0;
	fprintf(stderr, "%s: no certificate names it\n", argv[1]);
	return 1;
}

/* clang-format off */
static const struct tool_command commands[] = {
{ "status", "",                     0, 0,  tool_ask },
{ "stats",  "",                     0, 0,  tool_ask },
{ "reload", "",                     0, 0,  reload },
{ "stop",   "",                     0, 0,  tool_ask },
{ "log",    " brief | verbose",     1, 1,  tool_ask },
{ "drain",  "",                     0, 0,  tool_ask },
{ "check",  "",                     0, 0,  check },
{ "init",   " [-d days] name ...",  1, 99, init },
{ "tlsa",   " [name]",              0, 1,  tlsa },
{ "passwd", " [-1d] [-i iterations] [-s services] name[+label]", 1, 7, passwd },
{ "penalties", "",                  0, 0,  tool_ask },
{ "forgive", " address[/bits] | all", 1, 1, tool_ask },
{ 0 }
};
/* clang-format on */

int
main(int argc, char **argv)
{
	static const struct tool tlsctl = { "tlsctl", "tlsproxy", commands,
		gate_keys, &conf, sizeof(conf) };

	return tool_main(&tlsctl, argc, argv);
}

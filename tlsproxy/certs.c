/*
 * certs: certificate chains, staples and trusted CAs, read here as bytes;
 * private keys, opened here and read by the signer alone. What they say and
 * whether they fit is judge.c's matter, which asks inspector and signer.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "certs.h"
#include "sealed.h"
#include "tlsproxy.h"

struct certs certs;

void
certs_free(struct set *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++) {
		close(s->v[i].memfd);
		close(s->v[i].key);
	}
	if (s->ca != -1)
		close(s->ca);
	free(s);
}

/* of at most max bytes, at the end of those in p; 0 at once if missing */
static int
append(const char *path, uint8_t **p, size_t *len, size_t max)
{
	struct stat st;
	uint8_t *q;
	ssize_t r = -1;
	int fd;

	if ((fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)) == -1)
		return -1;
	errno = EFBIG;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) &&
	    (size_t)st.st_size <= max &&
	    (q = realloc(*p, *len + (size_t)st.st_size + 1)) != NULL) {
		*p = q;
		r = read(fd, q + *len, (size_t)st.st_size);
		if (r >= 0)
			q[ *len += (size_t)r] = '\0';
	}
	close(fd);
	return r == -1 ? -1 : 0;
}

/* the file of a key: root's, and nobody else may look */
static int
open_key(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);

	if (fd == -1 || fstat(fd, &st) == -1) {
		log_warn("%s: %s", path, strerror(errno));
		return fd;
	}
	if (S_ISREG(st.st_mode) && st.st_uid == geteuid() &&
	    (st.st_mode & 077) == 0)
		return fd;
	log_warn("%s: mode %o, owner %u; a file of mode 600, owner %u was "
		 "meant",
	    path, st.st_mode & 0777, st.st_uid, geteuid());
	close(fd);
	return -1;
}

/* -1: said why */
static int
pair_load(struct pair *p, const char *dir, const char *name)
{
	char path[512];
	uint8_t *b = NULL;
	size_t len = 0;

	p->key = p->memfd = -1;
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(path, sizeof(path), "%s/%s.crt", dir, name);
	if (append(path, &b, &len, CERT_PEM_MAX) == -1)
		goto fail;
	p->chainlen = len;
	snprintf(path, sizeof(path), "%s/%s.ocsp", dir, name);
	if (append(path, &b, &len, CERT_OCSP_MAX) == -1 && errno != ENOENT)
		log_warn("%s: %s", path, strerror(errno));
	p->ocsplen = len - p->chainlen;
	snprintf(path, sizeof(path), "%s/%s.key", dir, name);
	if ((p->memfd = sealed_make(b, len)) == -1)
		goto fail;
	free(b);
	if ((p->key = open_key(path)) != -1)
		return 0;
	close(p->memfd);
	return -1;
fail:
	log_warn("%s: %s", path, strerror(errno));
	free(b);
	return -1;
}

static void
ca_load(struct set *s, const char *path)
{
	uint8_t *b = NULL;
	size_t len = 0;

	s->ca = -1;
	if (*path == '\0')
		return;
	if (append(path, &b, &len, CA_MAX) == 0)
		s->ca = sealed_make(b, len);
	if (s->ca == -1)
		log_info("%s: %s; no CA is trusted", path, strerror(errno));
	free(b);
}

static int
asks_clients(const struct gate_conf *c)
{
	const struct gate_service *s = c->services.v;
	size_t i;

	for (i = 0; i < c->services.n; i++)
		if (s[i].ask)
			return 1;
	return 0;
}

int
certs_load(const struct gate_conf *c)
{
	const char *const *names = c->certificates.v;
	struct set *s = calloc(1, sizeof(*s));
	size_t i;

	if (s == NULL)
		return -1;
	s->ca = -1;
	s->generation = ++certs.generation;
	snprintf(s->dir, sizeof(s->dir), "%s", c->tls);
	for (i = 0; i < c->certificates.n; i++) {
		if (pair_load(&s->v[i], c->tls, names[i]) == -1) {
			certs_free(s);
			return -1;
		}
		s->v[i].client = strcmp(names[i], c->client) == 0;
		s->n++;
	}
	s->asks = asks_clients(c);
	if (s->asks || c->out)
		ca_load(s, c->ca);
	certs_free(certs.next);
	certs.next = s;
	return 0;
}

/* a descriptor with an offset of its own: the file is read from its start */
int
certs_anew(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static int
staple_is_fresh(const struct pair *p)
{
	return p->facts.staple_until > time(NULL);
}

int
certs_unstapled(void)
{
	const struct pair *p;

	for (p = certs.now->v; p < certs.now->v + certs.now->n; p++)
		if (p->stapled && !staple_is_fresh(p))
			return 1;
	return 0;
}

void
certs_send(int relay)
{
	struct set *s = certs.now;
	struct relay_cert c;
	struct pair *p;

	for (p = s->v; p < s->v + s->n; p++) {
		p->stapled = staple_is_fresh(p);
		c.chain = (uint32_t)p->chainlen;
		c.ocsp = p->stapled ? (uint32_t)p->ocsplen : 0;
		imsg_send(relay, MSG_cert, 0, &c, sizeof(c),
		    certs_anew(p->memfd));
	}
	if (s->asks && s->ca != -1)
		imsg_send(relay, MSG_ca, 0, NULL, 0, certs_anew(s->ca));
}

/* fewer days, more noise; how many are left at least */
int
certs_watch(void)
{
	const struct pair *p;
	int days, least = 36500;

	for (p = certs.now->v; p < certs.now->v + certs.now->n; p++) {
		days = facts_days(&p->facts.is, time(NULL));
		if (days < 7)
			log_warn("certificate %s: %d days left", p->name, days);
		else if (days < 21)
			log_info("certificate %s: %d days left", p->name, days);
		least = days < least ? days : least;
	}
	return least;
}

void
certs_status(struct ctl *ctl, int *worst)
{
	const struct pair *p;
	int days;

	for (p = certs.now->v; p < certs.now->v + certs.now->n; p++) {
		days = facts_days(&p->facts.is, time(NULL));
		if (days < *worst)
			*worst = days;
		ctl_printf(ctl, "certificate %s days=%d staple=%s\n", p->name,
		    days, staple_is_fresh(p) ? "yes" : "no");
	}
}

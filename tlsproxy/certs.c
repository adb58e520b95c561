/*
 * certs: certificate chains and staples, read here; private keys, opened here
 * and read by the signer alone. A set takes the place of another only when
 * the signer has found each key to fit its certificate.
 */
#include <sys/mman.h>
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cert.h"
#include "tlsproxy.h"

struct pair {
	char name[256];
	struct cert *cert;
	size_t chainlen, ocsplen;
	int memfd; /* chain, then staple; sealed */
	int key;   /* descriptor of the key file */
	int judged;
};

struct set {
	struct pair v[CERTS_MAX];
	size_t n;
	int ca; /* sealed memfd; -1: none */
	uint64_t generation;
};

void (*certs_judged)(int, const char *);

static struct {
	struct set *now, *next;
	uint64_t generation;
	char why[512];
} self;

static void
set_free(struct set *s)
{
	size_t i;

	if (s == NULL)
		return;
	for (i = 0; i < s->n; i++) {
		cert_free(s->v[i].cert);
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

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) == -1)
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

static int
sealed(const void *p, size_t len)
{
	int fd = memfd_create("gatelodge", MFD_CLOEXEC | MFD_ALLOW_SEALING);

	if (fd != -1 && write(fd, p, len) == (ssize_t)len &&
	    fcntl(fd, F_ADD_SEALS,
		F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) == 0)
		return fd;
	if (fd != -1)
		close(fd);
	return -1;
}

/* the file of a key: root's, and nobody else may look */
static int
open_key(const char *path)
{
	struct stat st;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

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

/* a staple that cannot be used is none: never a reason not to start */
static void
staple(struct pair *p, const char *path, uint8_t **b, size_t *len)
{
	const char *why;
	time_t next;

	if (append(path, b, len, CERT_OCSP_MAX) == -1) {
		if (errno != ENOENT)
			log_warn("%s: %s", path, strerror(errno));
		return;
	}
	p->ocsplen = *len - p->chainlen;
	why =
	    cert_ocsp(p->cert, *b + p->chainlen, p->ocsplen, time(NULL), &next);
	if (why == NULL)
		return;
	log_warn("%s: not stapled: %s", path, why);
	p->ocsplen = 0;
	*len = p->chainlen;
}

/* -1: said why */
static int
pair_load(struct pair *p, const char *dir, const char *name)
{
	char path[512];
	const char *why = NULL;
	uint8_t *b = NULL;
	size_t len = 0;

	p->key = p->memfd = -1;
	snprintf(p->name, sizeof(p->name), "%s", name);
	snprintf(path, sizeof(path), "%s/%s.crt", dir, name);
	if (append(path, &b, &len, CERT_PEM_MAX) == -1)
		why = strerror(errno);
	else
		p->cert = cert_parse(b, len, &why);
	p->chainlen = len;
	if (p->cert == NULL) {
		log_warn("%s: %s", path, why);
		goto fail;
	}
	snprintf(path, sizeof(path), "%s/%s.ocsp", dir, name);
	staple(p, path, &b, &len);
	snprintf(path, sizeof(path), "%s/%s.key", dir, name);
	if ((p->key = open_key(path)) == -1)
		goto fail;
	if ((p->memfd = sealed(b, len)) == -1) {
		log_warn("memfd: %s", strerror(errno));
		goto fail;
	}
	free(b);
	return 0;
fail:
	if (p->key != -1)
		close(p->key);
	cert_free(p->cert);
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
		s->ca = sealed(b, len);
	if (s->ca == -1)
		log_info("%s: %s; no client's certificate is trusted", path,
		    strerror(errno));
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
	s->generation = ++self.generation;
	for (i = 0; i < c->certificates.n; i++) {
		if (pair_load(&s->v[i], c->tls, names[i]) == -1) {
			set_free(s);
			return -1;
		}
		s->n++;
	}
	if (asks_clients(c))
		ca_load(s, c->ca);
	set_free(self.next);
	self.next = s;
	return 0;
}

/* a descriptor with an offset of its own: the file is read from its start */
static int
anew(int fd)
{
	char path[64];

	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open(path, O_RDONLY | O_CLOEXEC);
}

static void
ask(struct set *s)
{
	struct key k = { s->generation, 0, 0 };
	size_t i;

	for (i = 0; i < s->n; i++) {
		k.index = (uint32_t)i;
		s->v[i].judged = 0;
		imsg_send(P_signer, MSG_key, 0, &k, sizeof(k),
		    anew(s->v[i].key));
	}
}

static void
settle(int good)
{
	struct generation g = { self.generation, (uint64_t)good };

	imsg_send(P_signer, MSG_keys, 0, &g, sizeof(g), -1);
}

void
certs_ask(void)
{
	ask(self.next);
	if (self.next->n == 0)
		certs_judged(1, NULL);
}

void
certs_to_signer(void)
{
	ask(self.now);
	settle(1);
	if (self.next != NULL) /* it had not judged them yet */
		ask(self.next);
}

/* the same certificate as now may go on, however old; so may the first */
static int
in_force(const struct pair *p)
{
	size_t i;

	for (i = 0; self.now != NULL && i < self.now->n; i++)
		if (memcmp(self.now->v[i].cert->id, p->cert->id,
			sizeof(p->cert->id)) == 0 &&
		    self.now->v[i].cert->not_after == p->cert->not_after)
			return 1;
	return 0;
}

/* what is wrong with the pair, now that its key is known; NULL: nothing */
static const char *
judge(struct pair *p, const struct key_is *is)
{
	enum cert_verdict v;

	if (!is->good)
		return is->why;
	v = cert_check(p->cert, is->id, time(NULL));
	if (v == CERT_OK)
		return NULL;
	if (v != CERT_OTHER_KEY && in_force(p)) {
		log_warn("certificate %s: %s; it is served all the same",
		    p->name, cert_verdict_text(v));
		return NULL;
	}
	return cert_verdict_text(v);
}

void
parent_from_signer_key_is(struct imsg *m)
{
	struct set *s = self.next != NULL ? self.next : self.now;
	struct key_is is;
	const char *why;
	size_t i;

	memcpy(&is, m->data, sizeof(is));
	is.why[sizeof(is.why) - 1] = '\0';
	if (is.generation != s->generation || is.index >= s->n)
		return; /* of a set that was given up, or again of this one */
	if ((why = judge(&s->v[is.index], &is)) != NULL) {
		snprintf(self.why, sizeof(self.why), "certificate %s: %s",
		    s->v[is.index].name, why);
		certs_judged(0, self.why);
		return;
	}
	s->v[is.index].judged = 1;
	for (i = 0; i < s->n; i++)
		if (!s->v[i].judged)
			return;
	certs_judged(1, NULL);
}

/* the first set is in force before it is judged: nobody uses it yet */
void
certs_first(void)
{
	self.now = self.next;
	self.next = NULL;
}

void
certs_commit(void)
{
	settle(1);
	set_free(self.now);
	self.now = self.next;
	self.next = NULL;
}

void
certs_abort(void)
{
	if (self.next != NULL && self.now != NULL)
		settle(0);
	set_free(self.next);
	self.next = NULL;
}

void
certs_send(int relay)
{
	const struct set *s = self.now;
	struct relay_cert c;
	size_t i;

	for (i = 0; i < s->n; i++) {
		c.chain = (uint32_t)s->v[i].chainlen;
		c.ocsp = (uint32_t)s->v[i].ocsplen;
		imsg_send(relay, MSG_cert, 0, &c, sizeof(c),
		    anew(s->v[i].memfd));
	}
	if (s->ca != -1)
		imsg_send(relay, MSG_ca, 0, NULL, 0, anew(s->ca));
}

uint64_t
certs_generation(void)
{
	return self.now->generation;
}

/* fewer days, more noise; how many are left at least */
int
certs_watch(void)
{
	const struct pair *p;
	int days, least = 36500;

	for (p = self.now->v; p < self.now->v + self.now->n; p++) {
		days = cert_days(p->cert, time(NULL));
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

	for (p = self.now->v; p < self.now->v + self.now->n; p++) {
		days = cert_days(p->cert, time(NULL));
		if (days < *worst)
			*worst = days;
		ctl_printf(ctl, "certificate %s days=%d staple=%s\n", p->name,
		    days, p->ocsplen > 0 ? "yes" : "no");
	}
}

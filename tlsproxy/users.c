/*
 * users: the accounts. An account is a Unix user with a line in secrets; the
 * file is checked here, line by line (RFC 5803), and its names are looked up
 * in NSS, by the parent alone. An index is never given to another user while
 * the gate lives. Nothing of a line is kept but the descriptor of its file:
 * auth gets the lines, at each of its starts, and the copy is wiped.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "secrets.h"
#include "tlsproxy.h"

struct users {
	struct account *v;
	size_t n;
	int fd; /* of the file as it was read; 0: there is none */
};

static struct {
	struct users now, next;
	uint64_t generation;
	struct account *known; /* name, uid and index of all there ever were */
	size_t nknown;
} self;

static int
index_of(struct account *a)
{
	struct account *k;
	size_t i;

	for (i = 0; i < self.nknown; i++)
		if (self.known[i].uid == a->uid &&
		    strcmp(self.known[i].name, a->name) == 0) {
			a->index = self.known[i].index;
			return 0;
		}
	k = reallocarray(self.known, self.nknown + 1, sizeof(*k));
	if (k == NULL)
		return -1;
	self.known = k;
	a->index = (uint32_t)self.nknown;
	k[self.nknown++] = *a;
	return 0;
}

/* one account a name, whatever the number of its lines */
static int
add(const struct secret *s, void *arg)
{
	const struct gate_conf *c = arg;
	struct users *u = &self.next;
	struct account *a;
	struct passwd *pw;
	size_t i;

	for (i = 0; i < u->n; i++)
		if (strcmp(u->v[i].name, s->user) == 0)
			return 0;
	errno = 0;
	if ((pw = getpwnam(s->user)) == NULL && errno != 0 && errno != ENOENT &&
	    errno != ESRCH) {
		log_warn("%s:%zu: %s: %s", c->secrets, s->line, s->user,
		    strerror(errno));
		return -1;
	}
	if (pw == NULL || pw->pw_uid < (uid_t)c->min_uid ||
	    strlen(pw->pw_dir) >= sizeof(a->home)) {
		log_warn("%s:%zu: %s: left out, %s", c->secrets, s->line,
		    s->user,
		    pw == NULL ? "no such user" :
			pw->pw_uid < (uid_t)c->min_uid ?
				 "its id is below min-uid" :
				 "its home is too long");
		return 0;
	}
	if (u->n == USERS_MAX) {
		log_warn("%s:%zu: more than %d accounts", c->secrets, s->line,
		    USERS_MAX);
		return -1;
	}
	if ((a = reallocarray(u->v, u->n + 1, sizeof(*a))) == NULL)
		return -1;
	u->v = a;
	a += u->n;
	memset(a, 0, sizeof(*a));
	a->generation = self.generation;
	a->uid = pw->pw_uid;
	a->gid = pw->pw_gid;
	memcpy(a->name, s->user, strlen(s->user));
	memcpy(a->home, pw->pw_dir, strlen(pw->pw_dir));
	if (index_of(a) == -1)
		return -1;
	u->n++;
	return 0;
}

/* from its begin on; the caller's to wipe and free. NULL: said why */
static char *
slurp(const char *path, int fd, size_t *len)
{
	struct stat st;
	char *p = NULL;
	ssize_t r = 0;

	*len = 0;
	if (fstat(fd, &st) == -1 || !S_ISREG(st.st_mode) ||
	    st.st_size > SECRETS_MAX)
		log_warn("%s: not a file of at most %d bytes", path,
		    SECRETS_MAX);
	else if (st.st_uid != geteuid() || (st.st_mode & 077) != 0)
		log_warn("%s: mode %o, owner %u; mode 600 and owner %u was "
			 "meant",
		    path, st.st_mode & 0777, st.st_uid, geteuid());
	else if ((p = malloc((size_t)st.st_size + 1)) != NULL)
		while (*len < (size_t)st.st_size &&
		    (r = pread(fd, p + *len, (size_t)st.st_size - *len,
			 (off_t)*len)) > 0)
			*len += (size_t)r;
	if (r != -1)
		return p;
	log_warn("%s: %s", path, strerror(errno));
	explicit_bzero(p, *len);
	free(p);
	return NULL;
}

static void
complain(size_t line, const char *what, void *arg)
{
	const struct gate_conf *c = arg;

	log_warn("%s:%zu: %s", c->secrets, line, what);
}

int
users_load(const struct gate_conf *c)
{
	size_t len;
	char *p;
	int r;

	users_abort();
	self.generation++;
	self.next.fd =
	    open(c->secrets, O_RDONLY | O_NONBLOCK | O_CLOEXEC | O_NOFOLLOW);
	if (self.next.fd == -1) {
		self.next.fd = 0;
		if (errno == ENOENT && self.now.fd == 0) {
			log_info("%s: not there; there are no accounts",
			    c->secrets);
			return 0;
		}
		/* an empty one would say that nobody has an account any more */
		log_warn("%s: %s", c->secrets, strerror(errno));
		return -1;
	}
	if ((p = slurp(c->secrets, self.next.fd, &len)) == NULL) {
		users_abort();
		return -1;
	}
	r = secrets_parse(p, len, add, complain, (void *)c);
	explicit_bzero(p, len);
	free(p);
	if (r == 0)
		return 0;
	users_abort();
	return -1;
}

static void
drop(struct users *u)
{
	free(u->v);
	if (u->fd > 0)
		close(u->fd);
	memset(u, 0, sizeof(*u));
}

void
users_commit(void)
{
	drop(&self.now);
	self.now = self.next;
	memset(&self.next, 0, sizeof(self.next));
}

void
users_abort(void)
{
	drop(&self.next);
}

struct telling {
	const struct gate_conf *conf;
	int auth;
	uint64_t n; /* lines, whether they could be sent or not */
};

/* to auth, if its user is an account */
static int
tell(const struct secret *s, void *arg)
{
	struct {
		struct secret_line head;
		char text[SECRET_LINE];
	} m = { { 0 } };
	struct telling *t = arg;
	size_t i = 0;

	while (i < self.now.n && strcmp(self.now.v[i].name, s->user) != 0)
		i++;
	if (i == self.now.n)
		return 0;
	m.head.generation = self.now.v[i].generation;
	m.head.account = self.now.v[i].index;
	memcpy(m.text, s->text, s->textlen);
	t->n++;
	if (imsg_send(t->auth, MSG_secret, 0, &m, sizeof(m.head) + s->textlen,
		-1) == -1)
		log_warn("%s:%zu: not sent to auth, %s", t->conf->secrets,
		    s->line, strerror(errno));
	explicit_bzero(&m, sizeof(m));
	return 0;
}

/* it was good when it was loaded: somebody writes it in its place */
static void
changed(size_t line, const char *what, void *arg)
{
	const struct telling *t = arg;

	complain(line, what, (void *)t->conf);
}

uint64_t
users_tell(const struct gate_conf *c, int auth)
{
	struct telling t = { c, auth, 0 };
	size_t len;
	char *p;

	if (self.now.fd == 0 ||
	    (p = slurp(c->secrets, self.now.fd, &len)) == NULL)
		return 0;
	secrets_parse(p, len, tell, changed, &t);
	explicit_bzero(p, len);
	free(p);
	return t.n;
}

void
users_send(int house)
{
	struct accounts end = { self.now.n > 0 ? self.now.v[0].generation :
						 self.generation,
		self.now.n };
	size_t i;

	for (i = 0; i < self.now.n; i++)
		imsg_send(house, MSG_account, 0, &self.now.v[i],
		    sizeof(self.now.v[i]), -1);
	imsg_send(house, MSG_accounts, 0, &end, sizeof(end), -1);
}

void
users_publish(void)
{
	int row;

	for (row = 1; row < nprocs; row++)
		if (procs[row].daemon != NULL && imsg_is(row, R_house) &&
		    imsg_is_open(row))
			users_send(row);
}

size_t
users_count(void)
{
	return self.now.n;
}

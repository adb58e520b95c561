/*
 * join: a connection that logged in. Whose it is counts from auth, the
 * descriptor from its relay, the words from login; they come in any order.
 * Each is believed in its own part only: auth and relay must agree about the
 * account, what login says of it is passed on and nothing else.
 */
#include <sys/queue.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "account.h"
#include "control.h"
#include "imaptestd.h"

enum { JOINS_MAX = 64, HAVE_GRANT = 1, HAVE_FD = 2, HAVE_WORDS = 4, ALL = 7 };

struct join {
	LIST_ENTRY(join) entry;
	uint64_t id;
	int have;
	int fd;
	struct grant grant;
	struct adopt adopt;
	uint8_t *words;
	size_t len;
	struct event late;
};

static struct {
	LIST_HEAD(, join) half;
	struct timeval patience;
	unsigned int n, done, late, full, differ;
} self;

void
join_configure(int64_t ms)
{
	self.patience = proc_tv(ms);
}

void
join_tell(struct ctl *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	ctl_printf(c, "half=%u done=%u late=%u full=%u differ=%u\n", self.n,
	    self.done, self.late, self.full, self.differ);
	ctl_done(c, 0);
}

static struct join *
find(uint64_t id)
{
	struct join *j;

	LIST_FOREACH(j, &self.half, entry)
		if (j->id == id)
			break;
	return j;
}

static void
drop(struct join *j)
{
	LIST_REMOVE(j, entry);
	self.n--;
	event_del(&j->late);
	if (j->fd != -1)
		close(j->fd);
	if (j->words != NULL)
		explicit_bzero(j->words, j->len);
	free(j->words);
	free(j);
}

static void
on_late(int fd, short what, void *arg)
{
	struct join *j = arg;

	(void)fd, (void)what;
	self.late++;
	log_info("event=late id=%llx have=%d", (unsigned long long)j->id,
	    j->have);
	drop(j);
}

/* the one that this message belongs to; NULL: its descriptor is closed */
static struct join *
part(struct imsg *m, int of)
{
	struct join *j = find(m->id);

	if (j != NULL && j->have & of) {
		imsg_crime(m, "said twice");
		return NULL;
	}
	if (j == NULL &&
	    (self.n == JOINS_MAX || (j = calloc(1, sizeof(*j))) == NULL)) {
		self.full++;
		log_warn("event=full joins=%u id=%llx", self.n,
		    (unsigned long long)m->id);
		return NULL;
	}
	if (j->have == 0) {
		j->id = m->id;
		j->fd = -1;
		LIST_INSERT_HEAD(&self.half, j, entry);
		self.n++;
		evtimer_assign(&j->late, proc_base, on_late, j);
		evtimer_add(&j->late, &self.patience);
	}
	j->have |= of;
	return j;
}

static void
hand_on(struct join *j, const struct account *a)
{
	uint8_t b[sizeof(struct adopted) + SASL_DATA_MAX + AHEAD_MAX];
	struct adopted to = { .account = a->index };
	size_t n = offsetof(struct adopted, ahead);
	int fd = j->fd;

	memcpy(to.name, a->name, sizeof(to.name));
	memcpy(b, &to, n);
	memcpy(b + n, j->words, j->len);
	j->fd = -1;
	if (imsg_send(P_user, MSG_adopted, j->id, b, n + j->len, fd) == 0)
		self.done++;
	explicit_bzero(b, sizeof(b));
}

/* all three are there, or it waits */
static void
consider(struct join *j)
{
	const struct account *a;

	if (j->have != ALL)
		return;
	a = account_of(j->grant.account);
	if (j->grant.account != j->adopt.account ||
	    j->grant.credential != j->adopt.credential) {
		self.differ++;
		log_warn("event=differ id=%llx auth=%u relay=%u",
		    (unsigned long long)j->id, j->grant.account,
		    j->adopt.account);
	} else if (a == NULL)
		log_warn("event=nobody id=%llx account=%u",
		    (unsigned long long)j->id, j->grant.account);
	else
		hand_on(j, a);
	drop(j);
}

void
holder_from_auth_grant(struct imsg *m)
{
	struct join *j = part(m, HAVE_GRANT);

	if (j == NULL)
		return;
	memcpy(&j->grant, m->data, sizeof(j->grant));
	consider(j);
}

/* it ended before it came here, or it is a user's already */
void
holder_from_auth_ungrant(struct imsg *m)
{
	struct join *j = find(m->id);

	if (j != NULL && j->have & HAVE_GRANT)
		drop(j);
}

void
adopter_from_relay_adopt(struct imsg *m)
{
	struct adopt a;
	struct join *j;

	memcpy(&a, m->data, sizeof(a));
	if (a.conn.tls.nnames > TLS_NAMES ||
	    m->len != sizeof(a) + a.conn.tls.nnames * sizeof(struct tlsname)) {
		imsg_crime(m, "ADOPT of another length");
		return;
	}
	if ((j = part(m, HAVE_FD)) == NULL)
		return;
	j->adopt = a;
	j->fd = imsg_get_fd(m);
	consider(j);
}

void
parent_from_login_readahead(struct imsg *m)
{
	struct readahead r;
	struct join *j;

	memcpy(&r, m->data, sizeof(r));
	if (r.datalen > SASL_DATA_MAX || r.len > AHEAD_MAX ||
	    m->len != sizeof(r) + r.datalen + r.len ||
	    r.tag[sizeof(r.tag) - 1] != '\0' ||
	    r.user[sizeof(r.user) - 1] != '\0') {
		imsg_crime(m, "READAHEAD of another length");
		return;
	}
	if ((j = part(m, HAVE_WORDS)) == NULL)
		return;
	if ((j->words = malloc(m->len)) == NULL) {
		drop(j);
		return;
	}
	memcpy(j->words, m->data, m->len);
	j->len = m->len;
	consider(j);
}

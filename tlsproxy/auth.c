/*
 * auth: knows the verifiers of all passwords, judges who somebody is, tells
 * those who must know, and makes guessers wait. Reads what logins carry from
 * strangers; believes relays about their own connections, the parent about
 * users, and logins nothing. RFC 4422.
 */
#include <event2/event.h>
#include <event2/event_struct.h>
#include <string.h>

#include "client.h"

enum { MINUTE = 60000, LINES = 500 };

struct auth auth;

static struct {
	struct event tick;
	uint64_t due; /* when tick fires, ms; 0: not set */
	uint64_t minute;
	unsigned int lines; /* in it, about strangers */
} self;

static void
on_tick(int fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	self.due = 0;
	wheel_run(&auth.wheel, proc_now());
	auth_deadline(NULL, 0);
}

void
auth_deadline(struct deadline *d, uint64_t ms)
{
	uint64_t now = proc_now();
	struct timeval tv;
	int wait;

	if (d != NULL)
		wheel_set(&auth.wheel, d, now, ms);
	wait = wheel_wait(&auth.wheel, now);
	if (wait == -1 || (self.due != 0 && self.due <= now + (uint64_t)wait))
		return;
	tv = proc_tv(wait);
	evtimer_add(&self.tick, &tv);
	self.due = now + (uint64_t)wait;
}

int
auth_tells(void)
{
	uint64_t now = proc_now();

	if (now - self.minute >= MINUTE) {
		if (self.lines > LINES)
			log_info("event=login untold=%u", self.lines - LINES);
		self.minute = now;
		self.lines = 0;
	}
	return ++self.lines <= LINES;
}

/* --- connections, from relays --------------------------------------- */

void
auth_from_relay_open(struct imsg *m)
{
	struct opened o;

	memcpy(&o, m->data, sizeof(o));
	if (memchr(o.service, '\0', sizeof(o.service)) == NULL ||
	    client_opened(m->id, m->from, &o) == -1)
		imsg_crime(m, "OPEN out of order");
}

void
auth_from_relay_shut(struct imsg *m)
{
	struct client *c = client_find(m->id);

	if (c != NULL && c->relay != m->from)
		imsg_crime(m, "another relay's connection");
	else if (c != NULL)
		client_free(c);
}

/* --- SASL, from logins ---------------------------------------------- */

/* nothing is known of it: it is gone, or there are too many */
static void
unknown(int login, uint64_t id)
{
	const struct sasl_done d = { .result = SASL_RESULT_TEMPORARY };

	proc_counters[AUTH_temporary]++;
	imsg_send(login, MSG_sasl_done, id, &d, sizeof(d), -1);
}

/* its relay spoke before the login could (of TLS, too): unread yet, maybe */
static struct client *
find(uint64_t id)
{
	struct client *c = client_find(id);
	int relay = PEER(P_relay, (int)(id >> 56));

	if ((c != NULL && c->is.tls != 0) || id >> 56 >= INSTS)
		return c;
	imsg_drain(relay);
	return client_find(id);
}

void
auth_from_login_sasl_start(struct imsg *m)
{
	struct {
		struct sasl_start start;
		uint8_t initial[SASL_MAX];
	} s; /* reading the relay takes the place of m->data */
	size_t len = m->len - sizeof(s.start);
	const int from = m->from;
	const uint64_t id = m->id;
	struct client *c;

	memcpy(&s, m->data, m->len);
	c = find(id);
	if (memchr(s.start.mech, '\0', sizeof(s.start.mech)) == NULL ||
	    s.start.initial > 1 || s.start.final > 1 ||
	    (s.start.initial == 0 && len > 0))
		imsg_crime(m, "malformed START");
	else if (c != NULL &&
	    (c->service.login != ROW(from) ||
		(c->login != -1 && c->login != from)))
		imsg_crime(m, "another row's connection");
	/* granted before our time, or while it gave up: it heard of neither */
	else if (c == NULL || (c->state == CLIENT_GRANTED && c->told == 0))
		unknown(from, id);
	else if (c->state != CLIENT_OPEN)
		imsg_crime(m, "START out of order");
	else
		exchange_start(c, from, &s.start, len);
	explicit_bzero(&s, sizeof(s));
}

void
auth_from_login_sasl_response(struct imsg *m)
{
	struct client *c = client_find(m->id);

	if (c == NULL || c->state == CLIENT_OPEN) {
		/* it was broken off, and DONE is on its way */
		if (c == NULL)
			unknown(m->from, m->id);
	} else if (c->login != m->from || c->state != CLIENT_ASKED)
		imsg_crime(m, "response out of order");
	else
		exchange_response(c, m->data, m->len);
}

void
auth_from_login_sasl_abort(struct imsg *m)
{
	struct client *c = client_find(m->id);

	if (c == NULL || c->state == CLIENT_OPEN)
		return;
	if (c->login != m->from)
		imsg_crime(m, "abort out of order");
	else if (c->state == CLIENT_GRANTED)
		grant_end(c); /* DONE is on its way: nobody will hear it */
	else
		exchange_drop(c);
}

/* --- links ---------------------------------------------------------- */

static void
lost(struct client *c, void *arg)
{
	const int peer = *(int *)arg;

	if (c->relay == peer)
		client_free(c);
	else if (c->service.holder == peer && c->state == CLIENT_GRANTING)
		exchange_break(c); /* the next one has not heard of it */
	else if (c->login == peer) {
		exchange_drop(c);
		c->login = -1;
	}
}

void
auth_link(int peer, int up)
{
	if (!up)
		clients_each(lost, &peer);
	else if (ROW(peer) == P_relay)
		guess_refusals(peer);
	else if (imsg_is(ROW(peer), R_login))
		credentials_announce(peer);
	else if (imsg_is(ROW(peer), R_holder))
		grant_again(peer);
}

void
auth_init(void)
{
	wheel_init(&auth.wheel, proc_now());
	evtimer_assign(&self.tick, proc_base, on_tick, NULL);
	exchange_init();
	guess_init();
}

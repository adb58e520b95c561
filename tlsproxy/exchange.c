/*
 * exchange: one SASL exchange of a client, step by step. The engine judges;
 * here are its times: the penalty is waited for once, as soon as the name is
 * known and before anything dear or telling is done; what costs a PBKDF2
 * queues, a few per turn of the loop; no exchange lasts for ever. An offence
 * counts when it is seen, not when its answer leaves: nobody may wait for it.
 */
#include <sys/random.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stddef.h>
#include <string.h>

#include "client.h"

enum {
	EXCHANGES = 3, /* of one connection */
	EXCHANGE_MS = 60000,
	CHECKS = 4, /* PBKDF2s per turn of the loop */
	/* a failed PLAIN takes that long, however many labels were tried */
	FAIL_MS = 250,
};

static struct {
	struct checks checks;
	struct event turn;
} self;

static const struct {
	const char *name;
	enum penalty penalty;
	int counts;
} faults[] = {
	[SASL_NO_FAULT] = { "none", 0, 0 },
	[SASL_GARBAGE] = { "garbage", PENALTY_GARBAGE, 1 },
	[SASL_PASSWORD] = { "password", PENALTY_PASSWORD, 1 },
	[SASL_UNKNOWN] = { "unknown", PENALTY_UNKNOWN, 1 },
	[SASL_SCOPE] = { "scope", 0, 0 },
	[SASL_AUTHZID] = { "authzid", PENALTY_PASSWORD, 1 },
	[SASL_DOWNGRADE] = { "downgrade", PENALTY_GARBAGE, 1 },
};

static void on_deadline(struct deadline *);
static void advance(struct client *, enum sasl_step);

static void
arm(struct client *c, uint64_t ms)
{
	c->deadline.fire = on_deadline;
	auth_deadline(&c->deadline, ms);
}

/* ms that the exchange may still last, one at least */
static uint64_t
left(const struct client *c)
{
	uint64_t age = proc_now() - c->since;

	return age < EXCHANGE_MS ? EXCHANGE_MS - age : 1;
}

void
exchange_drop(struct client *c)
{
	if (c->state == CLIENT_CHECKING)
		checks_del(&self.checks, &c->check);
	sasl_free(c->sasl);
	c->sasl = NULL;
	wheel_del(&auth.wheel, &c->deadline);
	if (c->state == CLIENT_GRANTED)
		return;
	grant_end(c); /* some may have heard it already */
	c->state = CLIENT_OPEN;
}

void
exchange_break(struct client *c)
{
	if (c->state == CLIENT_OPEN || c->state == CLIENT_GRANTED)
		return;
	exchange_drop(c);
	grant_done(c, SASL_RESULT_TEMPORARY);
}

/* --- what is dear --------------------------------------------------- */

static struct client *
of(struct check *k)
{
	return (struct client *)((char *)k - offsetof(struct client, check));
}

static void
on_turn(int fd, short what, void *arg)
{
	static const struct timeval at_once = { 0, 0 };
	struct check *k;
	struct client *c;
	int i;

	(void)fd, (void)what, (void)arg;
	for (i = 0; i < CHECKS; i++) {
		if ((k = checks_take(&self.checks)) == NULL)
			return;
		c = of(k);
		c->state = CLIENT_ASKED;
		advance(c, sasl_check(c->sasl));
	}
	evtimer_add(&self.turn, &at_once);
}

static void
queue(struct client *c)
{
	static const struct timeval at_once = { 0, 0 };
	struct check *out;

	out = checks_put(&self.checks, &c->check, &c->is.peer);
	c->state = CLIENT_CHECKING;
	if (out != NULL) { /* it is in no queue any more */
		of(out)->state = CLIENT_ASKED;
		exchange_break(of(out));
	}
	evtimer_add(&self.turn, &at_once);
}

void
exchange_init(void)
{
	checks_init(&self.checks);
	evtimer_assign(&self.turn, proc_base, on_turn, NULL);
}

/* the name that was tried, for the log: it is the client's own text */
static const char *
printable(const struct client *c)
{
	static char name[VERIFIER_LOGIN];
	const char *p = sasl_login(c->sasl);
	size_t i;

	for (i = 0; i < sizeof(name) - 1 && p[i] != '\0'; i++)
		name[i] =
		    p[i] <= ' ' || p[i] == '"' || p[i] == '\\' ? '?' : p[i];
	name[i] = '\0';
	return name;
}

/* --- what comes out ------------------------------------------------- */

static void
blame(const struct client *c)
{
	enum sasl_fault fault = sasl_fault(c->sasl);

	if (faults[fault].counts) {
		if (fault == SASL_GARBAGE)
			proc_counters[AUTH_garbage]++;
		penalty_add(auth.penalties, proc_now(), &c->is.peer,
		    faults[fault].penalty, 1, sasl_login(c->sasl),
		    sasl_guess(c->sasl));
		auth_spread();
	}
	if (!auth_tells())
		return;
	log_info("event=login result=fail id=%llx service=%s peer=%s "
		 "user=\"%s\" why=%s",
	    (unsigned long long)c->id, c->service.name, client_address(c),
	    printable(c), faults[fault].name);
}

static void
fail(struct client *c)
{
	exchange_drop(c);
	grant_done(c, SASL_RESULT_FAIL);
}

static void
succeed(struct client *c)
{
	penalty_good(auth.penalties, proc_now(), &c->is.peer,
	    sasl_who(c->sasl)->is.user);
	grant_begin(c);
}

static void
challenge(struct client *c)
{
	size_t len;
	const uint8_t *p = sasl_out(c->sasl, &len);

	c->state = CLIENT_ASKED;
	arm(c, left(c));
	if (imsg_send(c->login, MSG_sasl_challenge, c->id, p, len, -1) == -1)
		exchange_break(c);
}

/* the penalty is over, or there was none */
static void
release(struct client *c)
{
	uint64_t age = proc_now() - c->since;

	switch (c->step) {
	case SASL_CHALLENGE:
		challenge(c);
		break;
	case SASL_CHECK:
		queue(c);
		break;
	case SASL_OK:
		succeed(c);
		break;
	case SASL_FAIL:
		if (age < FAIL_MS) {
			c->state = CLIENT_LEAVING;
			arm(c, FAIL_MS - age);
		} else
			fail(c);
		break;
	}
}

/* a name is known: what its network has deserved is waited for, once */
static void
advance(struct client *c, enum sasl_step step)
{
	const char *user = sasl_login(c->sasl);
	const struct addr *a = &c->is.peer;
	uint64_t now = proc_now();
	uint32_t ms;

	c->step = step;
	if (*user == '\0' && step == SASL_CHALLENGE) {
		release(c);
		return;
	}
	/* at each step: others of its network may have failed meanwhile */
	if (penalty_refused(auth.penalties, now, a, user)) {
		proc_counters[AUTH_refused]++;
		exchange_break(c);
		return;
	}
	if (step == SASL_FAIL)
		blame(c);
	if (c->waited) {
		release(c);
		return;
	}
	c->waited = 1;
	if ((ms = penalty_wait(auth.penalties, now, a, user)) == 0) {
		release(c);
		return;
	}
	proc_counters[AUTH_delayed]++;
	c->wait = ms;
	c->since += ms; /* the client's own time stands still */
	c->state = CLIENT_HELD;
	arm(c, ms);
}

static void
on_deadline(struct deadline *d)
{
	struct client *c =
	    (struct client *)((char *)d - offsetof(struct client, deadline));

	if (c->state == CLIENT_HELD)
		release(c);
	else if (c->state == CLIENT_LEAVING)
		fail(c);
	else
		exchange_break(c);
}

/* --- what comes in -------------------------------------------------- */

void
exchange_start(struct client *c, int login, const struct sasl_start *s,
    size_t len)
{
	uint8_t nonce[18];

	c->login = login;
	c->since = proc_now();
	c->wait = 0;
	c->waited = 0;
	c->state = CLIENT_ASKED;
	proc_counters[AUTH_started]++;
	c->ground.verifiers = auth.verifiers;
	if (auth.verifiers == NULL || c->spent ||
	    getrandom(nonce, sizeof(nonce), 0) != sizeof(nonce)) {
		exchange_break(c);
		return;
	}
	errno = 0;
	if (++c->exchanges <= EXCHANGES)
		c->sasl = sasl_new(&c->ground, s->mech, s->final, nonce);
	if (c->sasl == NULL && errno == ENOMEM) {
		exchange_break(c);
		return;
	}
	if (c->sasl == NULL) { /* too many, no such mechanism, no TLS */
		fail(c);
		return;
	}
	arm(c, EXCHANGE_MS);
	advance(c,
	    sasl_step(c->sasl, s->initial ? (const uint8_t *)(s + 1) : NULL,
		len));
}

void
exchange_response(struct client *c, const void *p, size_t len)
{
	advance(c, sasl_step(c->sasl, p, len));
}

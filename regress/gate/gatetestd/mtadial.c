/*
 * mtadial: names to dial, results to the test, and lines to and from what it
 * connected to. At most DIALS_MAX are under way, others wait here.
 *	dial mx|srv|host|literal NAME [PORT|_service._tcp] [tlsa]
 *	    [4first|4only|6only] [ms=N]
 *	crowd N KIND NAME ...: so many at once, which the counters tell of
 *	say REF TEXT	hear REF	close REF	evil CRIME
 */
#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "mta.h"
#include "tlsa.h"

enum { HEAR_MS = 5000, WAIT_MS = 10000 };

/* by number, in the order of the enums of dialmsg.h */
static const char *const kinds[] = { "mx", "srv", "host", "literal", NULL };
static const char *const orders[] = { "any", "4first", "4only", "6only", NULL };
static const char *const verdicts[] = { "insecure", "secure", "bogus" };
static const char *const whys[] = { "none", "nxdomain", "null", "temporary",
	"bogus", "rule", "connect", "deadline", "malformed" };

static int
word(const char *const *list, const char *w)
{
	int i;

	for (i = 0; list[i] != NULL; i++)
		if (strcmp(list[i], w) == 0)
			return i;
	return -1;
}

static void
send_waiting(void)
{
	struct out *o;
	int n = 0;

	LIST_FOREACH(o, &outs, entry)
		n += o->at == P_dial;
	LIST_FOREACH(o, &outs, entry) {
		if (n >= DIALS_MAX || !imsg_is_open(P_dial))
			return;
		if (!o->waits)
			continue;
		o->waits = 0;
		o->at = P_dial;
		imsg_send(P_dial, MSG_dial, o->ref, &o->dial, sizeof(o->dial),
		    -1);
		n++;
	}
}

void
dial_linked(int up)
{
	if (up)
		send_waiting();
}

static int
option(struct dial *d, const char *w)
{
	int i;

	if (strcmp(w, "tlsa") == 0)
		d->tlsa = 1;
	else if ((i = word(orders, w)) != -1)
		d->family = (uint8_t)i;
	else if (strncmp(w, "ms=", 3) == 0)
		d->deadline = (uint32_t)strtoul(w + 3, NULL, 10);
	else if (*w == '_' && strlen(w) < sizeof(d->service))
		memcpy(d->service, w, strlen(w));
	else if ((i = (int)strtoul(w, NULL, 10)) > 0)
		d->port = (uint16_t)i;
	else
		return -1;
	return 0;
}

/* 0: it is in d; -1: what was meant? */
static int
words(struct dial *d, int argc, char **argv)
{
	int i, kind = word(kinds, argv[0]);

	memset(d, 0, sizeof(*d));
	d->deadline = WAIT_MS;
	d->kind = (uint32_t)kind;
	if (kind == -1 || strlen(argv[1]) >= sizeof(d->name))
		return -1;
	memcpy(d->name, argv[1], strlen(argv[1]));
	for (i = 2; i < argc; i++)
		if (option(d, argv[i]) == -1)
			return -1;
	return 0;
}

static void
dial(uint64_t ask, int argc, char **argv)
{
	struct dial d;
	struct out *o;

	if (words(&d, argc - 1, argv + 1) == -1) {
		mta_say(ask, "what to dial?");
		mta_end(ask);
		return;
	}
	o = out_new(ask);
	o->dial = d;
	o->waits = 1;
	send_waiting();
}

static void
crowd(uint64_t ask, int argc, char **argv)
{
	long n = strtol(argv[1], NULL, 10);
	struct dial d;
	struct out *o;

	if (words(&d, argc - 2, argv + 2) == -1)
		mta_say(ask, "what to dial?");
	else
		for (; n > 0; n--) {
			o = out_new(NO_ASK);
			o->dial = d;
			o->waits = o->crowd = 1;
		}
	mta_end(ask);
	send_waiting();
}

/* of a request that dial has got; NULL: dial's crime */
static struct out *
asked(struct imsg *m)
{
	struct out *o = out_find(m->id);

	if (o != NULL && o->at == P_dial)
		return o;
	imsg_crime(m, "an answer to nothing");
	return NULL;
}

static void
told(struct out *o)
{
	out_told(o);
	send_waiting();
}

void
caller_from_dial_addresses(struct imsg *m)
{
	const struct addresses *a = m->data;
	const struct target *t = (const struct target *)(a + 1);
	struct out *o = asked(m);
	uint32_t i;

	if (o == NULL)
		return;
	if (a->verdict > VERDICT_SECURE || a->n == 0 || a->n > TARGETS_MAX ||
	    m->len != sizeof(*a) + a->n * sizeof(*t)) {
		imsg_crime(m, "no list of addresses");
		return;
	}
	COUNT_MTA(addresses);
	mta_say(o->ask, "addresses ref=%llu verdict=%s n=%u",
	    (unsigned long long)o->ref, verdicts[a->verdict], a->n);
	for (i = 0; i < a->n; i++)
		mta_say(o->ask,
		    "target preference=%u weight=%u port=%u name=%s",
		    t[i].preference, t[i].weight, t[i].port, t[i].name);
	told(o);
}

static void
say_addr(uint64_t ask, const char *key, const struct addr *a)
{
	char ip[INET6_ADDRSTRLEN] = "?";

	inet_ntop(a->family, a->ip, ip, sizeof(ip));
	mta_say(ask, "%s=%s/%u", key, ip, a->port);
}

static void
say_records(const struct out *o)
{
	char hex[200];
	struct tlsa t;
	size_t at = 0, i;

	while (tlsa_next(o->tlsa, o->tlsalen, &at, &t) == 1) {
		hex[0] = '\0';
		for (i = 0; i < t.len && i < sizeof(hex) / 2; i++)
			snprintf(hex + 2 * i, 3, "%02x", t.data[i]);
		mta_say(o->ask,
		    "tlsa usage=%u selector=%u mtype=%u len=%zu "
		    "data=%s",
		    t.usage, t.selector, t.mtype, t.len, hex);
	}
}

void
caller_from_dial_connected(struct imsg *m)
{
	struct out *o = asked(m);
	struct connected *c;

	if (o == NULL)
		return;
	c = &o->is;
	memcpy(c, m->data, sizeof(*c));
	o->tlsalen = m->len - sizeof(*c);
	memcpy(o->tlsa, (const char *)m->data + sizeof(*c), o->tlsalen);
	if (c->verdict > VERDICT_SECURE || c->tlsa > VERDICT_SECURE ||
	    c->ntlsa > TLSA_MAX || c->base[DIAL_NAME - 1] != '\0') {
		imsg_crime(m, "connected, but how?");
		return;
	}
	o->fd = imsg_get_fd(m);
	COUNT_MTA(connected);
	mta_say(o->ask,
	    "connected ref=%llu verdict=%s tlsa=%s ntlsa=%u base=%s",
	    (unsigned long long)o->ref, verdicts[c->verdict], verdicts[c->tlsa],
	    c->ntlsa, c->base);
	say_addr(o->ask, "peer", &c->peer);
	say_addr(o->ask, "local", &c->local);
	say_records(o);
	told(o);
}

void
caller_from_dial_unreached(struct imsg *m)
{
	struct out *o = asked(m);
	struct unreached u;

	if (o == NULL)
		return;
	memcpy(&u, m->data, sizeof(u));
	if (u.why > UNREACHED_MALFORMED || u.verdict > VERDICT_BOGUS) {
		imsg_crime(m, "unreached, but why?");
		return;
	}
	COUNT_MTA(unreached);
	mta_say(o->ask,
	    "unreached ref=%llu why=%s verdict=%s error=%d tried=%u",
	    (unsigned long long)o->ref, whys[u.why], verdicts[u.verdict],
	    u.error, u.tried);
	told(o);
}

static struct out *
connection(uint64_t ask, const char *ref)
{
	struct out *o = out_named(ref);

	if (o != NULL && o->fd != -1)
		return o;
	mta_say(ask, "no connection");
	mta_end(ask);
	return NULL;
}

static void
say(uint64_t ask, int argc, char **argv)
{
	struct out *o = connection(ask, argv[1]);
	struct buf b = { .cap = WORDS };
	int i;

	if (o == NULL)
		return;
	for (i = 2; i < argc; i++)
		buf_printf(&b, "%s%s", argv[i], i + 1 < argc ? " " : "\r\n");
	if (send(o->fd, buf_data(&b), b.len, MSG_NOSIGNAL | MSG_DONTWAIT) !=
	    (ssize_t)b.len)
		mta_say(ask, "error %d", errno);
	buf_free(&b);
	mta_end(ask);
}

/* the line that came; 0: not yet */
static int
heard(struct out *o)
{
	ptrdiff_t n = buf_find(&o->in, '\n');

	if (n == -1)
		return 0;
	mta_say(o->ask, "%.*s",
	    (int)n - (n > 0 && buf_data(&o->in)[n - 1] == '\r'),
	    (const char *)buf_data(&o->in));
	buf_take(&o->in, (size_t)n + 1);
	return 1;
}

static void
on_bytes(int fd, short what, void *arg)
{
	const struct timeval tv = proc_tv(HEAR_MS);
	struct out *o = arg;
	size_t room = WORDS / 2 - o->in.len;
	ssize_t n = 0;

	if (what & EV_READ && room > 0)
		n = recv(fd, buf_room(&o->in, room), room, MSG_DONTWAIT);
	if (n > 0)
		buf_grew(&o->in, (size_t)n);
	if (!heard(o)) {
		if (n > 0) {
			event_add(&o->rd, &tv);
			return;
		}
		mta_say(o->ask, what & EV_TIMEOUT ? "silence" : "end");
	}
	mta_end(o->ask);
	o->ask = NO_ASK;
}

static void
hear(uint64_t ask, int argc, char **argv)
{
	const struct timeval tv = proc_tv(HEAR_MS);
	struct out *o = connection(ask, argv[1]);

	(void)argc;
	if (o == NULL)
		return;
	if (o->ask != NO_ASK) {
		mta_say(ask, "one hears it already");
		mta_end(ask);
		return;
	}
	o->ask = ask;
	event_assign(&o->rd, proc_base, o->fd, EV_READ, on_bytes, o);
	if (o->in.len > 0 && heard(o)) {
		mta_end(ask);
		o->ask = NO_ASK;
	} else
		event_add(&o->rd, &tv);
}

static void
close_one(uint64_t ask, int argc, char **argv)
{
	struct out *o = connection(ask, argv[1]);

	(void)argc;
	if (o == NULL)
		return;
	if (o->ask != NO_ASK)
		mta_end(o->ask);
	out_free(o);
	mta_end(ask);
}

/* each must end this process; so nobody ever answers */
static void
evil(uint64_t ask, int argc, char **argv)
{
	struct dial d = { .kind = DIAL_HOST,
		.deadline = WAIT_MS,
		.port = 25,
		.name = "silent.example" };
	int i, n = 1;

	(void)argc;
	mta_end(ask);
	if (strcmp(argv[1], "many") == 0)
		n = DIALS_MAX + 1;
	else if (strcmp(argv[1], "again") == 0)
		imsg_send(P_dial, MSG_dial, 1, &d, sizeof(d), -1);
	else if (strcmp(argv[1], "kind") == 0)
		d.kind = DIAL_LITERAL + 1;
	else if (strcmp(argv[1], "family") == 0)
		d.family = FAMILY_6_ONLY + 1;
	else if (strcmp(argv[1], "deadline") == 0)
		d.deadline = 600001;
	else if (strcmp(argv[1], "never") == 0)
		d.deadline = 0;
	else if (strcmp(argv[1], "zero") == 0)
		d.zero = 1;
	else if (strcmp(argv[1], "name") == 0)
		memset(d.name, 'a', sizeof(d.name));
	else if (strcmp(argv[1], "behind") == 0)
		d.name[sizeof(d.name) - 1] = 'a';
	else if (strcmp(argv[1], "service") == 0)
		memset(d.service, 'a', sizeof(d.service));
	for (i = 0; i < n; i++)
		imsg_send(P_dial, MSG_dial, (uint64_t)i + 1, &d, sizeof(d), -1);
}

const struct mta_command dial_commands[] = {
	{ "dial", 2, 7, dial },
	{ "crowd", 3, 8, crowd },
	{ "say", 2, 9, say },
	{ "hear", 1, 1, hear },
	{ "close", 1, 1, close_one },
	{ "evil", 1, 1, evil },
	{ NULL, 0, 0, NULL },
};

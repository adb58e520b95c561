/*
 * resolver: which server is asked, and when again. libunbound and the clock
 * are played here; the loop's timers are real, and faster.
 */
#include <sys/socket.h>
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

#include "log.h"
#include "proc.h"
#include "resolver.h"
#include "tap.h"

enum {
	SECOND = 60 /* ms of a timer's */,
	PENDING = 2000,
	BOGUS = 1,
	SECURE = 2
};

struct event_base *proc_base;
uint64_t proc_counters[COUNTERS];
static uint64_t now = 1;
static char said[256]; /* the last line of the log */

uint64_t
proc_now(void)
{
	return now;
}

struct timeval
proc_tv(int64_t ms)
{
	int64_t us = (ms < 6000 ? ms : 6000) * SECOND;

	return (struct timeval){ us / 1000000, us % 1000000 };
}

void
proc_settle(void)
{
}

void
log_put(int level, const char *fmt, ...)
{
	va_list ap;

	(void)level;
	va_start(ap, fmt);
	vsnprintf(said, sizeof(said), fmt, ap);
	va_end(ap);
}

/* --- libunbound ---------------------------------------------------- */

struct ub_ctx {
	int validates;
	char forwarders[64];
};

static struct question {
	struct ub_ctx *ctx;
	char name[DIAL_NAME];
	int type;
	void *arg;
	ub_event_callback_type cb;
} pending[PENDING];
static size_t npending;
static int contexts, broken;

struct ub_ctx *
ub_ctx_create_event(struct event_base *b)
{
	contexts += b == proc_base;
	return calloc(1, sizeof(struct ub_ctx));
}

int
ub_ctx_set_option(struct ub_ctx *c, const char *name, const char *value)
{
	if (strcmp(name, "module-config:") == 0)
		c->validates = strcmp(value, "validator iterator") == 0;
	return 0;
}

int
ub_ctx_set_fwd(struct ub_ctx *c, const char *a)
{
	strncat(c->forwarders, a,
	    sizeof(c->forwarders) - strlen(c->forwarders) - 1);
	return 0;
}

int
ub_ctx_add_ta(struct ub_ctx *c, const char *ta)
{
	return c->validates && *ta == '.' ? 0 : -1;
}

int
ub_ctx_debugout(struct ub_ctx *c, void *out)
{
	(void)c, (void)out;
	return 0;
}

const char *
ub_strerror(int r)
{
	return r == -9 ? "played" : "another";
}

int
ub_resolve_event(struct ub_ctx *c, const char *name, int type, int class,
    void *arg, ub_event_callback_type cb, int *id)
{
	struct question *q = &pending[npending];

	(void)id;
	if (broken || class != 1 || npending == PENDING)
		return -9;
	*q = (struct question){ .ctx = c, .type = type, .arg = arg, .cb = cb };
	snprintf(q->name, sizeof(q->name), "%s", name);
	npending++;
	return 0;
}

/* the i-th question that is open: rcode, no such record */
static void
answer(size_t i, int rcode, int sec)
{
	uint8_t packet[12] = { 0, 0, 0x80 };
	struct question q = pending[i];

	if (i >= npending) /* not asked: a test before this one failed */
		return;
	pending[i] = pending[--npending];
	q.cb(q.arg, rcode, rcode == 0 ? packet : NULL,
	    rcode == 0 ? (int)sizeof(packet) : 0, sec, NULL, 0);
}

void
ub_ctx_delete(struct ub_ctx *c)
{
	size_t i = 0;

	while (i < npending)
		if (pending[i].ctx == c)
			answer(i, 2, 0);
		else
			i++;
	contexts -= c != NULL;
	free(c);
}

/* --- */

static struct addr servers[2];
static struct lookup looked[3];
static int ends[3]; /* how often they did */
static enum dns_result results[3];

static void
on_done(struct lookup *l)
{
	ends[l - looked]++;
	results[l - looked] = l->answer->result;
}

static void
start(int i)
{
	ends[i] = 0;
	looked[i] = (struct lookup){ .name = "a.example",
		.type = DNS_MX,
		.done = on_done };
	lookup_start(&looked[i]);
}

/* what the loop has to do at once */
static void
run(void)
{
	int i;

	for (i = 0; i < 5; i++)
		event_base_loop(proc_base, EVLOOP_NONBLOCK);
}

/* seven seconds, in which nobody says anything */
static void
pass(void)
{
	const struct timeval tv = proc_tv(7000);

	run();
	now += 7000;
	event_base_loopexit(proc_base, &tv);
	event_base_dispatch(proc_base);
	run();
}

static void
configure(size_t n, const char *anchors)
{
	now += 10000000;
	resolver_configure(servers, n, strdup(anchors));
	run();
}

/* the only open question: is it that one, of a validator, to these? */
static int
is_open(const char *name, int validates, const char *to)
{
	return npending == 1 && strcmp(pending[0].name, name) == 0 &&
	    pending[0].ctx->validates == validates &&
	    strcmp(pending[0].ctx->forwarders, to) == 0;
}

static int
ended(int i, enum dns_result result, enum verdict v)
{
	return ends[i] == 1 && results[i] == result && looked[i].verdict == v;
}

static void
strip(void)
{
	configure(2, ". DS");
	start(0);
	run();
	ok(is_open(".", 1, "192.0.2.1@53"), "the first one is tried");
	answer(0, 0, BOGUS);
	run();
	ok(is_open(".", 1, "192.0.2.2@53"), "it strips: the second one");
	answer(0, 0, BOGUS);
	run();
	ok(strstr(said, "all of dial.servers") != NULL &&
		is_open("a.example", 0, "192.0.2.1@53192.0.2.2@53"),
	    "all strip: without security");
	answer(0, 0, SECURE);
	run();
	ok(ends[0] == 1, "an answer");
	now += 600000;
	start(0);
	run();
	ok(is_open(".", 1, "192.0.2.1@53"), "later the first one again");
	answer(0, 0, SECURE);
	run();
	ok(is_open("a.example", 1, "192.0.2.1@53"), "it is good now");
	answer(0, 0, SECURE);
	run();
	ok(ended(0, DNS_NONE, VERDICT_SECURE), "and its answers are secure");
}

/* one strips, and is good later; nobody waits for it */
static void
regained(void)
{
	configure(2, ". DS");
	start(0);
	run();
	answer(0, 0, BOGUS);
	run();
	answer(0, 0, SECURE);
	run();
	ok(is_open("a.example", 1, "192.0.2.2@53"), "one strips, one is good");
	answer(0, 0, SECURE);
	run();
	now += 600000;
	start(0);
	ok(npending == 2, "later both are asked");
	answer(0, 0, SECURE);
	answer(0, 0, SECURE);
	run();
	start(0);
	ok(is_open("a.example", 1, "192.0.2.1@53"), "then the first one again");
	answer(0, 0, SECURE);
	run();
}

static void
slow(void)
{
	configure(2, ". DS");
	start(0);
	run();
	answer(0, 0, SECURE);
	pass();
	ok(is_open(".", 1, "192.0.2.2@53") == 0 && npending == 2,
	    "a slow one: the second one is tried, too");
	answer(pending[0].type == DNS_DNSKEY ? 0 : 1, 0, BOGUS);
	run();
	ok(ended(0, DNS_FAILED, VERDICT_INSECURE), "it strips: no answer");
	answer(0, 0, SECURE);
	start(0);
	pass();
	ok(ends[0] == 0 && npending == 1, "the only good one has its time");
	answer(0, 0, SECURE);
	run();
	ok(ended(0, DNS_NONE, VERDICT_SECURE), "and its answer counts");
}

static void
silent(void)
{
	configure(1, ". DS");
	start(0);
	pass();
	ok(ended(0, DNS_FAILED, VERDICT_INSECURE), "silence: no answer");
	ok(strstr(said, "server=192.0.2.1 port=53: no answer") != NULL, "said");
	answer(0, 0, SECURE);
	start(0);
	run();
	ok(ended(0, DNS_FAILED, VERDICT_INSECURE) && npending == 0,
	    "for a minute it is left alone");
	now += 60000;
	start(0);
	run();
	answer(0, 0, SECURE);
	run();
	ok(is_open("a.example", 1, "192.0.2.1@53"), "then it is good");
	answer(0, 3, 0);
	run();
	ok(ended(0, DNS_FAILED, VERDICT_INSECURE), "an error is no answer");
}

/* a reload, a caller's end and an answer at once, in each order */
static void
ends_once(void)
{
	configure(0, ". DS");
	start(0);
	start(1);
	start(2);
	lookup_stop(&looked[2]);
	ok(npending == 3, "three are asked");
	answer(2, 0, SECURE);
	answer(0, 0, SECURE);
	resolver_configure(servers, 0, strdup(". DS"));
	run();
	ok(contexts == 1 && npending == 2 && ends[0] + ends[1] == 0,
	    "a reload: two are asked anew, one that had an answer, too");
	answer(0, 0, SECURE);
	lookup_stop(&looked[1]);
	answer(0, 0, SECURE);
	run();
	ok(ends[0] + ends[1] == 1 && ends[2] == 0, "each ends once, or never");
	lookup_stop(&looked[0]);
	broken = 1;
	start(0);
	run();
	broken = 0;
	ok(ended(0, DNS_FAILED, VERDICT_INSECURE) &&
		strstr(said, "error=\"played\"") != NULL,
	    "a library that cannot: no answer, and why");
}

/* the library goes when nobody has asked for long; nothing else does */
static void
idle(void)
{
	configure(1, ". DS");
	start(0);
	run();
	answer(0, 0, SECURE);
	run();
	pass();
	ok(contexts == 1 && npending == 1 && ends[0] == 0,
	    "not while it is asked");
	answer(0, 0, SECURE);
	run();
	ok(ended(0, DNS_NONE, VERDICT_SECURE), "an answer");
	pass();
	ok(contexts == 0, "nobody asks: it goes");
	start(0);
	run();
	ok(contexts == 1 && is_open("a.example", 1, "192.0.2.1@53"),
	    "a question brings it back, and its server is good still");
	answer(0, 0, SECURE);
	run();
	ok(ended(0, DNS_NONE, VERDICT_SECURE), "an answer");
}

/* forgotten questions count until they are over */
static void
full(void)
{
	size_t i;

	configure(0, "");
	for (i = 0; i < LOOKUPS_MAX; i++) {
		start(0);
		lookup_stop(&looked[0]);
	}
	start(0);
	run();
	ok(npending == LOOKUPS_MAX && !pending[0].ctx->validates &&
		ended(0, DNS_FAILED, VERDICT_INSECURE),
	    "one too many");
	answer(7, 0, 0);
	start(0);
	answer(npending - 1, 0, 0);
	run();
	ok(ended(0, DNS_NONE, VERDICT_INSECURE), "there is room again");
}

int
main(void)
{
	proc_base = event_base_new();
	servers[0] = (struct addr){ .family = AF_INET,
		.port = 53,
		.ip = { 192, 0, 2, 1 } };
	servers[1] = servers[0];
	servers[1].ip[3] = 2;
	strip();
	regained();
	slow();
	silent();
	ends_once();
	idle();
	full();
	configure(0, "");
	ok(npending == 0, "nothing is open");
	event_base_free(proc_base);
	return done();
}

/*
 * server: messages, deadlines and caps of the process that speaks HTTP. Holds
 * no directory and opens nothing. It knows what the parent told it; believes
 * relay what it says of a connection, the opener what lies at a path.
 */
#include <sys/resource.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "logfile.h"
#include "session.h"

enum {
	FILES_OURS = 1024, /* kept open, channels, what is on its way */
	FULL_SLACK = 256,  /* connections that come before a relay hears */
};

struct server server;

static struct {
	struct wheel wheel;
	struct event tick;
	uint64_t due;	/* when it fires, ms; 0: not set */
	uint32_t files; /* sessions that descriptors are enough for */
	int paused;
	char services[HTTPD_SERVICES][16]; /* that brought connections */
} self;

void
server_prepare(void)
{
	struct rlimit r = { 0, 0 };
	uint32_t n = HTTPD_FILES;

	/* each may send a file of its own */
	if (getrlimit(RLIMIT_NOFILE, &r) == 0 && r.rlim_max < n)
		n = (uint32_t)r.rlim_max;
	self.files = n > 2 * FILES_OURS ? (n - FILES_OURS) / 2 : n / 4;
}

void
server_turn(void)
{
	server.now = proc_now();
	server.time = time(NULL);
}

static void
arm(uint64_t ms)
{
	struct timeval tv = { (time_t)(ms / 1000),
		(suseconds_t)(ms % 1000 * 1000) };

	evtimer_add(&self.tick, &tv);
	self.due = server.now + ms;
}

static void
on_tick(int fd, short what, void *arg)
{
	int ms;

	(void)fd, (void)what, (void)arg;
	server_turn();
	self.due = 0;
	wheel_run(&self.wheel, server.now);
	ms = wheel_wait(&self.wheel, server.now);
	if (ms != -1 && (self.due == 0 || self.due > server.now + (uint64_t)ms))
		arm((uint64_t)ms);
}

/* a later deadline costs no call: the timer then fires once for nothing */
void
server_deadline(struct deadline *d, uint64_t ms)
{
	wheel_set(&self.wheel, d, server.now, ms);
	if (self.due == 0 || self.due > server.now + ms)
		arm(ms);
}

void
server_no_deadline(struct deadline *d)
{
	wheel_del(&self.wheel, d);
}

void
server_init(void)
{
	server_turn();
	wheel_init(&self.wheel, server.now);
	evtimer_assign(&self.tick, proc_base, on_tick, NULL);
	files_init();
	logfile_init();
}

/* a service in a message to a relay, or all of them to all relays */
static void
say(int relay, const char *service, uint32_t type)
{
	struct pause p;

	memcpy(p.service, service, sizeof(p.service));
	imsg_send(relay, type, 0, &p, sizeof(p), -1);
}

static void
say_all(uint32_t type)
{
	int i, k;

	for (i = 0; i < INSTS; i++)
		for (k = 0; imsg_is_open(PEER(P_relay, i)) &&
		     k < HTTPD_SERVICES && self.services[k][0] != '\0';
		     k++)
			say(PEER(P_relay, i), self.services[k], type);
}

static uint32_t
most(void)
{
	uint32_t n = server.serving->is.connections;

	return n < self.files ? n : self.files;
}

void
server_opened(void)
{
	proc_worked();
	proc_counters[SERVER_open] = ++server.open;
	if (self.paused || server.open < most())
		return;
	self.paused = 1;
	say_all(MSG_pause);
}

/* there is room again; who stops takes none, whoever leaves */
static void
relax(void)
{
	if (!self.paused || server.stopping ||
	    server.open > most() - most() / 8)
		return;
	self.paused = 0;
	say_all(MSG_resume);
}

void
server_closed(void)
{
	proc_counters[SERVER_open] = --server.open;
	if (server.stopping && server.open == 0) {
		logfile_flush();
		event_base_loopexit(proc_base, NULL);
	}
	relax();
}

static void
know_service(const char name[16])
{
	int i, k;

	for (k = 0; k < HTTPD_SERVICES && self.services[k][0] != '\0'; k++)
		if (memcmp(self.services[k], name, 16) == 0)
			return;
	if (k == HTTPD_SERVICES)
		return;
	memcpy(self.services[k], name, 16);
	for (i = 0; i < INSTS && self.paused; i++)
		if (imsg_is_open(PEER(P_relay, i)))
			say(PEER(P_relay, i), name, MSG_pause);
}

void
server_link(int peer, int up)
{
	int k;

	if (ROW(peer) == P_opener) {
		if (up)
			files_flush();
		if (up || !imsg_is_open(PEER(P_opener, !INST(peer))))
			files_opener(up ? peer : -1);
		return;
	}
	for (k = 0; up && self.paused && k < HTTPD_SERVICES &&
	     self.services[k][0] != '\0';
	     k++)
		say(peer, self.services[k], MSG_pause);
}

/* running requests end, idle connections at once; no new ones */
void
server_stop(void)
{
	server_turn();
	server.stopping = 1;
	self.paused = 1;
	say_all(MSG_pause);
	server.open++; /* its end is not to be noticed before the last one's */
	session_stop_all();
	server_closed();
}

struct serving *
serving_take(void)
{
	server.serving->refs++;
	return server.serving;
}

void
serving_drop(struct serving *s)
{
	if (--s->refs == 0)
		free(s);
}

void
server_from_parent_conf(struct imsg *m)
{
	struct serving *s = calloc(1, sizeof(*s));
	int i;

	if (s == NULL)
		fatal("memory");
	memcpy(&s->is, m->data, sizeof(s->is));
	for (i = 0; i < HTTPD_INDEX_MAX && s->is.index[i][0] != '\0'; i++)
		s->index[i] = s->is.index[i];
	s->site = (struct site){ .host = s->is.host,
		.port = s->is.port,
		.https_only = s->is.https_only,
		.index = s->index };
	s->refs = 1;
	if (server.serving != NULL)
		serving_drop(server.serving);
	server.serving = s;
	if (!s->is.log)
		logfile_open(-1);
	relax(); /* its limit may be a higher one */
}

void
server_from_parent_log(struct imsg *m)
{
	logfile_open(imsg_get_fd(m));
}

void
server_from_parent_flush(struct imsg *m)
{
	(void)m;
	files_flush();
}

void
taker_from_relay_conn(struct imsg *m)
{
	const struct reason full = { DONE_OVERLOAD };
	struct conninfo c;

	memcpy(&c, m->data, sizeof(c));
	if (c.service[15] != '\0' || c.service[0] == '\0' ||
	    memchr(c.tls.sni, '\0', sizeof(c.tls.sni)) == NULL) {
		imsg_crime(m, "not a connection");
		return;
	}
	server_turn();
	know_service(c.service);
	if (server.open < most() + FULL_SLACK &&
	    session_new(m->from, m->id, &c, imsg_get_fd(m)) == 0)
		return;
	COUNT(refused);
	imsg_send(m->from, MSG_done, m->id, &full, sizeof(full), -1);
}

/* the pair's other end says it, too, behind the last byte */
void
taker_from_relay_gone(struct imsg *m)
{
	(void)m;
}

/* HTTP knows no STARTTLS */
void
taker_from_relay_tls_on(struct imsg *m)
{
	imsg_crime(m, "nobody asked");
}

void
taker_from_relay_tls_failed(struct imsg *m)
{
	imsg_crime(m, "nobody asked");
}

/*
 * relay: a whole relay but for TLS (notls.h), its parent, two processes of a
 * daemon and some clients; the input says who does what next. The daemon may
 * say any bytes on its channels. Whatever they do, each message of the relay
 * is one of its rows, and in the end nothing is left.
 */
#define IN_relay 1
#include "../../../tlsproxy/tlsproxy.c"

#include <sys/mman.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdio.h>

#include "conn.h"

#include "notls.h"

#define MUST(x)                                                    \
	do {                                                       \
		if (!(x)) {                                        \
			fprintf(stderr, "%d: %s\n", __LINE__, #x); \
			abort();                                   \
		}                                                  \
	} while (0)

enum { TAKERS = 2, CLIENTS = 8, ENDS = 16, TURNS = 50 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const int taker[TAKERS] = { P_smtpd_session, P_smtpd_submit };

static struct {
	const uint8_t *p; /* of the input, what is left */
	size_t n;
	int chan[TAKERS]; /* the daemon's ends; -1: it is away */
	int client[CLIENTS];
	struct end_of { /* of a connection, at the daemon */
		int fd, taker;
		uint64_t id;
	} end[ENDS];
	int ends;
} self;

static uint8_t
u8(void)
{
	if (self.n == 0)
		return 0;
	self.n--;
	return *self.p++;
}

/* fills it, with zeroes behind the input's end */
static void *
fill(void *to, size_t size)
{
	size_t n = size < self.n ? size : self.n;

	memset(to, 0, size);
	memcpy(to, self.p, n);
	self.p += n;
	self.n -= n;
	return to;
}

static void
quiet(const char *line, size_t n)
{
	(void)line, (void)n;
}

static void
lost(int peer, int e)
{
	(void)e;
	if (!imsg_is_open(peer))
		return;
	imsg_close(peer);
	if (peer != PARENT)
		relay_link(peer, 0);
}

static void
sys(struct imsg *m)
{
	imsg_crime(m, "not here");
}

static void
drop(struct end_of *e)
{
	if (e->fd != -1)
		close(e->fd);
	e->fd = -1;
}

static void
hear(int k)
{
	static uint8_t b[MSG_MAX];
	struct imsg_head h;
	struct end_of *e;
	ssize_t n;
	int fd;

	while (self.chan[k] != -1 &&
	    (n = imsg_get(self.chan[k], &h, b, sizeof(b), &fd)) != -1) {
		MUST(imsg_row(h.type, P_relay, taker[k], (size_t)n, fd) !=
		    NULL);
		if (fd == -1)
			continue;
		e = &self.end[self.ends++ % ENDS];
		drop(e);
		e->fd = fd;
		e->taker = k;
		e->id = h.id;
	}
}

static void
turn(void)
{
	int k;

	event_base_loop(proc_base, EVLOOP_NONBLOCK);
	for (k = 0; k < TAKERS; k++)
		hear(k);
}

static void
away(int k)
{
	if (self.chan[k] != -1)
		close(self.chan[k]);
	self.chan[k] = -1;
}

static void
there(int k)
{
	int s[2];

	away(k);
	turn();
	MUST(imsg_pair(s) == 0);
	imsg_open(taker[k], s[0]);
	relay_link(taker[k], 1);
	self.chan[k] = s[1];
}

static int
memfd(size_t n, int sealed)
{
	static uint8_t b[4096];
	int fd = memfd_create("fuzz", MFD_ALLOW_SEALING);

	MUST(fd != -1 && write(fd, fill(b, n), n) == (ssize_t)n);
	if (sealed)
		MUST(fcntl(fd, F_ADD_SEALS,
			 F_SEAL_WRITE | F_SEAL_SHRINK | F_SEAL_GROW) == 0);
	return fd;
}

/* --- what the parent says */

static void
configured(void)
{
	struct relay_conf c = { 1, 1, 16 + u8() % 64, 1 + u8() % 16,
		1 + u8() % 8, 1 + u8() % 4, 1 + u8(), 60000, 60000 };
	struct relay_service s;
	uint32_t i, n = u8() % 5;
	char why[256];

	context_begin(&c);
	for (i = 0; i < n; i++) {
		memset(&s, 0, sizeof(s));
		s.index = i;
		s.kind = u8() % 3;
		s.ask = u8() % 2;
		s.name[0] = (char)('a' + u8() % 6);
		memcpy(s.daemon, "smtpd", 5);
		memcpy(s.row, u8() % 2 ? "session" : "submit", 6);
		if (s.row[1] == 'e')
			s.row[6] = 'n';
		MUST(context_service(&s) == 0);
	}
	context_apply(why, sizeof(why));
	listen_consider();
}

/* any bytes in the parts of a configuration that is then given up, or not */
static void
misconfigured(void)
{
	struct relay_conf c;
	struct relay_service s;
	struct relay_cert cert;
	char why[256];
	int fd, what;

	memset(&c, 0, sizeof(c));
	context_begin(&c);
	while ((what = u8() % 8) < 5 && self.n > 0) {
		if (what == 0)
			context_service(fill(&s, sizeof(s)));
		else if (what == 1)
			context_listen(u8(), open("/dev/null", O_RDONLY));
		if (what < 2)
			continue;
		fd = memfd((size_t)u8() * 16, u8() & 1);
		if (what == 2)
			context_ca(fd);
		else
			context_cert(fill(&cert, sizeof(cert)), fd);
		close(fd);
	}
	if (what == 5)
		context_apply(why, sizeof(why));
}

/* the pairs here have no address: as if the client had just left */
int
getpeername(int s, struct sockaddr *sa, socklen_t *len)
{
	(void)s, (void)sa, (void)len;
	errno = ENOTCONN;
	return -1;
}

/* --- what clients do */

static void
connects(void)
{
	struct addr from = { .family = AF_INET, .ip = { 127, 0, 0, u8() % 4 } };
	struct serving *s = &relay.serving[u8() % SERVICES];
	int p[2], *c = &self.client[u8() % CLIENTS];

	if (s->is.name[0] == '\0' || s->retired)
		return;
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, p) == 0);
	if (*c != -1)
		close(*c);
	*c = p[1];
	if (u8() % 4 == 0) /* the smallest: a slow reader */
		setsockopt(p[0], SOL_SOCKET, SO_SNDBUF, &(int){ 1 },
		    sizeof(int));
	conn_accepted(s, p[0], &from);
}

static void
bytes(int fd)
{
	static uint8_t b[65536];
	size_t n = u8();

	if (n > 200) /* more than a pair holds */
		n = sizeof(b);
	else
		fill(b, n);
	if (fd != -1 && send(fd, b, n, MSG_DONTWAIT | MSG_NOSIGNAL) == -1)
		return;
}

static void
reads(int fd)
{
	static uint8_t b[65536];

	if (fd != -1 && recv(fd, b, sizeof(b), MSG_DONTWAIT) == -1)
		return;
}

/* --- what the daemon says */

static void
record(int k, uint32_t type, uint64_t id, const void *data, size_t n, int fd)
{
	const struct imsg_head h = { type, 0, id };

	if (self.chan[k] != -1)
		imsg_put(self.chan[k], &h, data, n, fd);
}

static void
starttls(struct end_of *e)
{
	record(e->taker, MSG_starttls, e->id, NULL, 0, e->fd);
	drop(e);
}

static void
says(struct end_of *e)
{
	const struct reason r = { u8() % 6 };
	struct pause p = { "" };

	switch (u8() % 4) {
	case 0:
		record(e->taker, MSG_done, e->id, &r, sizeof(r), -1);
		break;
	case 1:
	case 2:
		memcpy(p.service, relay.serving[u8() % SERVICES].is.name,
		    sizeof(p.service));
		record(e->taker, u8() % 2 ? MSG_pause : MSG_resume, 0, &p,
		    sizeof(p), -1);
		break;
	default:
		starttls(e);
	}
}

static void
raves(struct end_of *e)
{
	uint8_t b[64];
	uint32_t type = u8();
	size_t n = u8() % sizeof(b);
	uint64_t id = u8() % 2 ? e->id : u8();
	int fd = u8() % 2 ? open("/dev/null", O_RDWR) : -1;

	if (type > NMSG) /* the library's own */
		type += 0xff00 - NMSG;
	record(u8() % TAKERS, type, id, fill(b, n), n, fd);
	if (fd != -1)
		close(fd);
}

static void
step(void)
{
	struct end_of *e;
	int op = u8() % 16, *c;

	e = &self.end[u8() % ENDS];
	c = &self.client[(e - self.end) % CLIENTS];
	if (op < 3) {
		connects();
	} else if (op < 5) {
		bytes(*c);
	} else if (op < 7) {
		bytes(e->fd);
	} else if (op == 7) {
		reads(*c);
	} else if (op == 8) {
		reads(e->fd);
	} else if (op == 9 && *c != -1) {
		shutdown(*c, u8() % 2 ? SHUT_WR : SHUT_RDWR);
	} else if (op == 10 && e->fd != -1) {
		shutdown(e->fd, u8() % 3);
	} else if (op == 11) {
		drop(e);
	} else if (op == 12) {
		says(e);
	} else if (op == 13) {
		raves(e);
	} else if (op == 14) {
		(u8() % 2 ? there : away)(e->taker);
	} else if (op == 15) {
		(u8() % 2 ? configured : misconfigured)();
	}
}

static void
begin(void)
{
	int i;

	proc_self = P_relay;
	log_sink = quiet;
	imsg_on_lost = lost;
	imsg_on_sys = sys;
	proc_loop();
	relay_init();
	for (i = 0; i < TAKERS; i++)
		self.chan[i] = -1;
	memset(self.client, 0xff, sizeof(self.client));
	for (i = 0; i < ENDS; i++)
		self.end[i].fd = -1;
}

/* all leave: so must every connection */
static void
finish(void)
{
	const struct relay_conf none = { 0 };
	char why[256];
	int i;

	for (i = 0; i < CLIENTS; i++) {
		if (self.client[i] != -1)
			close(self.client[i]);
		self.client[i] = -1;
	}
	for (i = 0; i < TAKERS; i++)
		away(i);
	for (i = 0; i < TURNS && (!conn_none() || i < 3); i++)
		turn();
	for (i = 0; i < ENDS; i++)
		drop(&self.end[i]);
	for (i = 0; i < TURNS && !conn_none(); i++)
		turn();
	MUST(conn_none() && conn_handshakes() == 0);
	for (i = 0; i < SERVICES; i++)
		MUST(relay.serving[i].conns == 0);
	context_begin(&none);
	MUST(context_apply(why, sizeof(why)) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	int i;

	if (proc_base == NULL)
		begin();
	self.p = data;
	self.n = len;
	configured();
	for (i = 0; i < TAKERS; i++)
		there(i);
	while (self.n > 0) {
		step();
		turn();
	}
	finish();
	return 0;
}

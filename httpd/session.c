/*
 * session: phases, deadlines and the end of a client's connection. The
 * client may be anybody. In each phase exactly one thing is waited for, with a
 * deadline; while an answer cannot leave nothing more is read. Idle, a session
 * gives its buffers back and is about a kilobyte.
 */
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "session.h"

#define OF(p, member) \
	((struct session *)((char *)(p)-offsetof(struct session, member)))

static LIST_HEAD(, session) sessions = LIST_HEAD_INITIALIZER(sessions);

static void on_ready(int, short, void *);
static void settle(struct session *);

/* its part of the total, which has a cap */
static void
count(struct session *s, size_t n)
{
	server.memory += n - s->counted;
	s->counted = n;
}

static void
session_free(struct session *s)
{
	struct reason r = { s->why };

	/* the relay sees the pair's end; not a plain one's, nor abuse */
	if (!s->conn.pair || r.why != DONE_OK)
		imsg_send(s->relay, MSG_done, s->id, &r, sizeof(r), -1);
	serve_forget(s);
	out_forget(s);
	server_no_deadline(&s->deadline);
	conn_close(&s->conn);
	http1_free(&s->http);
	buf_free(&s->in);
	buf_free(&s->out);
	LIST_REMOVE(s, entry);
	count(s, 0);
	free(s);
	server_closed();
}

static uint32_t
time_for(enum phase phase)
{
	const struct server_conf *c = &server.serving->is;

	switch (phase) {
	case PHASE_IDLE: /* it came when we had to stop: not for long */
		return server.stopping && c->idle_ms > HTTPD_LINGER_MS ?
		    HTTPD_LINGER_MS :
		    c->idle_ms;
	case PHASE_HEAD:
		return c->header_ms;
	case PHASE_BODY:
		return c->body_ms;
	case PHASE_LOOK:
		return HTTPD_LOOK_MS;
	case PHASE_WRITE:
		return c->write_ms;
	default:
		return HTTPD_LINGER_MS;
	}
}

/* some phases have their time from the first to the last moment */
static void
enter(struct session *s, enum phase phase)
{
	static const short want[] = { [PHASE_IDLE] = EV_READ,
		[PHASE_HEAD] = EV_READ,
		[PHASE_BODY] = EV_READ,
		[PHASE_WRITE] = EV_WRITE,
		[PHASE_LINGER] = EV_READ };

	if (s->phase != phase || phase == PHASE_IDLE || s->moved) {
		s->phase = phase;
		server_deadline(&s->deadline, time_for(phase));
	}
	s->moved = 0;
	if (phase != PHASE_LOOK) /* until a client speaks meanwhile */
		conn_want(&s->conn, want[phase], on_ready, s);
}

/* all is said. A pair's bytes are the relay's now; TCP would lose them */
static void
bye(struct session *s)
{
	if (s->conn.pair || s->eof) {
		session_free(s);
		return;
	}
	conn_end(&s->conn);
	http1_free(&s->http);
	buf_free(&s->in);
	count(s, sizeof(*s));
	s->progress = 0;
	enter(s, PHASE_LINGER);
}

/* what the session waits for from now on, or its end */
static void
settle(struct session *s)
{
	int out = s->broken ? -1 : s->full ? 0 : out_push(s);

	s->full = 0;
	if (out == -1) {
		session_free(s);
		return;
	}
	if (http1_idle(&s->http))
		http1_rest(&s->http); /* who speaks next gets the memory */
	count(s,
	    sizeof(*s) + s->http.size + s->in.size + s->out.size +
		(s->parked != NULL ? sizeof(*s->parked) : 0));
	if (out == 0)
		enter(s, PHASE_WRITE);
	else if (s->parked != NULL)
		enter(s, PHASE_LOOK);
	else if (s->closing || s->eof ||
	    (server.stopping && http1_idle(&s->http)))
		bye(s);
	else if (http1_idle(&s->http))
		enter(s, PHASE_IDLE);
	else
		enter(s, s->answered ? PHASE_BODY : PHASE_HEAD);
}

/* what the client still says after our end is of no interest */
static void
linger(struct session *s)
{
	static uint8_t nowhere[HTTPD_INPUT];
	ssize_t n = conn_read(&s->conn, nowhere, sizeof(nowhere));

	if (n > 0)
		s->progress += (size_t)n;
	if (n == 0 || (n == -1 && errno != EAGAIN) ||
	    s->progress > HTTPD_LINGER_MAX)
		session_free(s);
}

static void
readable(struct session *s)
{
	static uint8_t input[HTTPD_INPUT];
	ssize_t n = conn_read(&s->conn, input, sizeof(input));

	if (n == -1 && errno == EAGAIN)
		return;
	if (n == -1) {
		session_free(s);
		return;
	}
	if (n == 0)
		s->eof = 1;
	else
		serve(s, input, (size_t)n);
	settle(s);
}

static void
on_ready(int fd, short what, void *arg)
{
	struct session *s = arg;
	int out;

	(void)fd, (void)what;
	server_turn();
	switch (s->phase) {
	case PHASE_LOOK: /* one thing after the other */
		conn_want(&s->conn, 0, on_ready, s);
		break;
	case PHASE_LINGER:
		linger(s);
		break;
	case PHASE_WRITE:
		if ((out = out_push(s)) == 1)
			serve_rest(s);
		s->broken |= out == -1;
		s->full |= out == 0;
		settle(s);
		break;
	default:
		readable(s);
	}
}

static void
on_deadline(struct deadline *d)
{
	struct session *s = OF(d, deadline);

	switch (s->phase) {
	case PHASE_IDLE:
		s->closing = 1;
		bye(s);
		break;
	case PHASE_HEAD:
		COUNT(expired);
		serve_refuse(s, 408);
		settle(s);
		break;
	case PHASE_LOOK:
		serve_found(s, NULL);
		settle(s);
		break;
	default:
		if (s->phase != PHASE_LINGER)
			COUNT(expired);
		session_free(s);
	}
}

static void
on_found(struct file_wait *w, struct file *f)
{
	struct session *s = OF(w, wait);

	server_turn();
	serve_found(s, f);
	settle(s);
}

int
session_new(int relay, uint64_t id, const struct conninfo *c, int fd)
{
	size_t n = strlen(c->tls.sni) + 1;
	struct session *s = calloc(1, sizeof(*s) + n);

	COUNT(accepted);
	if (s == NULL) {
		close(fd);
		return -1;
	}
	memcpy(s->sni, c->tls.sni, n);
	s->from.tls = c->tls.version != 0;
	s->from.sni = s->sni;
	s->peer = c->peer;
	s->id = id;
	s->relay = relay;
	s->http.body_max = HTTPD_DRAIN_MAX;
	s->in.cap = HTTPD_INPUT;
	s->out.cap = HTTPD_OUTPUT;
	s->wait.wake = on_found;
	s->deadline.fire = on_deadline;
	s->phase = PHASE_LOOK; /* anything but the next one */
	conn_open(&s->conn, fd, s->from.tls);
	LIST_INSERT_HEAD(&sessions, s, entry);
	count(s, sizeof(*s));
	server_opened();
	enter(s, PHASE_IDLE);
	return 0;
}

void
session_stop_all(void)
{
	struct session *s, *next;

	for (s = LIST_FIRST(&sessions); s != NULL; s = next) {
		next = LIST_NEXT(s, entry);
		if (s->phase == PHASE_IDLE)
			bye(s);
	}
}

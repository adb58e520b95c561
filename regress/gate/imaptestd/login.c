/*
 * login: takes connections, reads one command at a time. Touches clients'
 * sockets; believes relays about them and auth about who they are.
 */
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "login.h"

enum { OUT_MAX = 65536 };

struct clients clients = LIST_HEAD_INITIALIZER(clients);

struct client *
client_find(uint64_t id)
{
	struct client *c;

	LIST_FOREACH(c, &clients, entry)
		if (c->id == id)
			return c;
	return NULL;
}

/* the relay learns of one that moved by its end: the pair is closed */
void
client_end(struct client *c, enum done why)
{
	const struct reason r = { why };

	if (c->relay != -1 && c->state != LEAVING)
		imsg_send(c->relay, MSG_done, c->id, &r, sizeof(r), -1);
	sasl_forget(c);
	if (c->fd != -1) {
		event_del(&c->rd);
		event_del(&c->wr);
		close(c->fd);
	}
	buf_free(&c->in);
	buf_free(&c->out);
	LIST_REMOVE(c, entry);
	explicit_bzero(c, sizeof(*c));
	free(c);
	proc_counters[LOGIN_open]--;
}

static void
on_io(int fd, short what, void *arg)
{
	(void)fd;
	if (what & EV_TIMEOUT) /* it moves, and the relay does not shut it */
		client_end(arg, DONE_OVERLOAD);
	else
		client_go(arg);
}

static void
begin(struct client *c, int fd)
{
	c->fd = fd;
	c->state = LINES;
	c->in.cap = AHEAD_MAX;
	c->out.cap = OUT_MAX;
	event_assign(&c->rd, proc_base, fd, EV_READ, on_io, c);
	event_assign(&c->wr, proc_base, fd, EV_WRITE, on_io, c);
	event_add(&c->rd, NULL);
}

/* the go-ahead is out: what comes now is for TLS */
static void
hand_over(struct client *c)
{
	int fd = c->fd;

	event_del(&c->rd);
	event_del(&c->wr);
	c->fd = -1;
	c->state = AWAY;
	if (imsg_send(c->relay, MSG_starttls, c->id, NULL, 0, fd) == -1)
		client_end(c, DONE_OVERLOAD);
}

/* 1: all is out, 0: it waits, -1: they are gone */
static int
flush(struct client *c)
{
	ssize_t n;

	while (c->out.len > 0) {
		n = send(c->fd, buf_data(&c->out), c->out.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1)
			return errno == EAGAIN ? 0 : -1;
		buf_take(&c->out, (size_t)n);
	}
	return 1;
}

/* 1: there was a line, 0: not yet, -1: it is none */
static int
one_line(struct client *c)
{
	char line[STEP + 1];
	ptrdiff_t n = buf_find(&c->in, '\n');

	if (n == -1)
		return c->in.len < STEP ? 0 : -1;
	memcpy(line, buf_data(&c->in), (size_t)n);
	buf_take(&c->in, (size_t)n + 1);
	line[n] = '\0';
	line[strcspn(line, "\r")] = '\0';
	line_do(c, line);
	explicit_bzero(line, sizeof(line));
	return 1;
}

/* at most what makes one step of it; 0: that was all, -1: the end */
static int
fill(struct client *c)
{
	size_t room = STEP - c->in.len;
	ssize_t n = recv(c->fd, buf_room(&c->in, room), room, MSG_DONTWAIT);

	if (n > 0)
		buf_grew(&c->in, (size_t)n);
	return n > 0 ? 1 : n == -1 && errno == EAGAIN ? 0 : -1;
}

/* lines, as long as they are what we wait for; 0: it waits, -1: it ended */
static int
lines(struct client *c)
{
	int r = 1, filled = 0;

	while (c->state == LINES || c->state == ANSWERS) {
		if ((r = one_line(c)) == -1) {
			client_end(c, DONE_GARBAGE);
			return -1;
		}
		if (c->out.len > 0)
			return 1;
		if (r == 1)
			continue;
		if (filled++ || (r = fill(c)) == 0) {
			event_add(&c->rd, NULL);
			return 0;
		}
		if (r == -1) {
			client_end(c, DONE_OK);
			return -1;
		}
	}
	return 1;
}

void
client_go(struct client *c)
{
	int r;

	while ((r = flush(c)) == 1) {
		if (c->state == ENDING) {
			client_end(c, DONE_OK);
			return;
		}
		if (c->state == HANDING) {
			hand_over(c);
			return;
		}
		if (c->state == LEAVING) {
			move_go(c);
			return;
		}
		if (lines(c) != 1 || c->state == ASKED)
			return;
	}
	if (r == 0)
		event_add(&c->wr, NULL);
	else
		client_end(c, DONE_OK);
}

/* the other end is gone: what it had sees its end */
void
login_link(int peer, int up)
{
	struct client *c, *next;

	if (!up && peer == P_auth)
		sasl_unlinked();
	for (c = LIST_FIRST(&clients); !up && c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		if (c->relay != peer)
			continue;
		c->relay = -1;
		if (c->fd == -1)
			client_end(c, DONE_OK);
	}
}

void
taker_from_relay_conn(struct imsg *m)
{
	struct client *c = calloc(1, sizeof(*c));

	if (c == NULL)
		fatal("memory");
	c->id = m->id;
	c->relay = m->from;
	memcpy(&c->is, m->data, sizeof(c->is));
	LIST_INSERT_HEAD(&clients, c, entry);
	proc_counters[LOGIN_open]++;
	proc_counters[LOGIN_conns]++;
	begin(c, imsg_get_fd(m));
}

void
taker_from_relay_tls_on(struct imsg *m)
{
	struct client *c = client_find(m->id);

	if (c == NULL || c->state != AWAY || c->relay != m->from) {
		imsg_crime(m, "TLS_ON of nobody");
		return;
	}
	memcpy(&c->is.tls, m->data, sizeof(c->is.tls));
	proc_counters[LOGIN_tls_on]++;
	begin(c, imsg_get_fd(m));
}

void
taker_from_relay_tls_failed(struct imsg *m)
{
	struct client *c = client_find(m->id);

	if (c == NULL || c->state != AWAY || c->relay != m->from) {
		imsg_crime(m, "TLS_FAILED of nobody");
		return;
	}
	c->relay = -1; /* it has forgotten it */
	client_end(c, DONE_OK);
}

void
taker_from_relay_gone(struct imsg *m)
{
	struct client *c = client_find(m->id);

	if (c != NULL && c->relay == m->from)
		c->relay = -1;
}

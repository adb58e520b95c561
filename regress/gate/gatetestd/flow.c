/* flow: bytes of a client, in and out; who does not read is not read */
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <string.h>

#include "taker.h"

enum { CHUNK = 32768, LINE = 8192, OUT_MAX = 1024 * 1024 };

static void
on_io(int fd, short what, void *arg)
{
	(void)fd, (void)what;
	flow_go(arg);
}

static void
on_timer(int fd, short what, void *arg)
{
	struct client *c = arg;

	(void)fd, (void)what;
	c->mode = ECHO;
	flow_go(c);
}

void
flow_start(struct client *c)
{
	c->in.cap = LINE;
	c->out.cap = OUT_MAX;
	event_assign(&c->rd, proc_base, c->fd, EV_READ, on_io, c);
	event_assign(&c->wr, proc_base, c->fd, EV_WRITE, on_io, c);
	evtimer_assign(&c->timer, proc_base, on_timer, c);
	event_add(&c->rd, NULL);
}

void
flow_stop(struct client *c)
{
	if (c->fd == -1)
		return;
	event_del(&c->rd);
	event_del(&c->wr);
	event_del(&c->timer);
}

void
flow_deaf(struct client *c, int ms)
{
	const struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	c->mode = DEAF;
	evtimer_add(&c->timer, &tv);
}

/* 1: all is out, 0: it waits, -1: they are gone */
static int
flush(struct client *c)
{
	uint8_t b[CHUNK];
	ssize_t n;
	size_t i;

	for (;;) {
		for (i = 0; c->out.len == 0 && i < CHUNK && c->tosend > 0;
		     i++) {
			b[i] = PATTERN(c->sent);
			c->sent++;
			c->tosend--;
		}
		if (c->out.len == 0 && i > 0)
			buf_add(&c->out, b, i);
		if (c->out.len == 0)
			return 1;
		n = send(c->fd, buf_data(&c->out), c->out.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1)
			return errno == EAGAIN ? 0 : -1;
		buf_take(&c->out, (size_t)n);
	}
}

static void
compare(struct client *c, const uint8_t *p, size_t n)
{
	for (; n > 0; n--, p++, c->got++)
		c->bad += *p != PATTERN(c->got);
}

/* lines until one of them changes what lines are; -1: ended */
static int
lines(struct client *c)
{
	char line[LINE];
	ptrdiff_t n;

	while (c->mode == LINES && !c->handing && !c->ending &&
	    c->turn != AUTH && c->tosend == 0 &&
	    (n = buf_find(&c->in, '\n')) != -1) {
		memcpy(line, buf_data(&c->in), (size_t)n);
		buf_take(&c->in, (size_t)n + 1);
		line[n] = '\0';
		line[strcspn(line, "\r")] = '\0';
		line_do(c, line);
	}
	if (c->in.len == LINE && buf_find(&c->in, '\n') == -1) {
		client_end(c, DONE_GARBAGE);
		return -1;
	}
	return 0;
}

static void
take(struct client *c)
{
	if (c->mode == ECHO)
		buf_add(&c->out, buf_data(&c->in), c->in.len);
	else if (c->mode == SINK)
		compare(c, buf_data(&c->in), c->in.len);
	else
		return;
	buf_take(&c->in, c->in.len);
}

/* what they say after their last byte is nothing; we answer and close */
static void
at_eof(struct client *c)
{
	c->eof = 1;
	event_del(&c->rd);
	if (c->mode == SINK && c->halved)
		log_info("event=sunk bytes=%llu bad=%llu",
		    (unsigned long long)c->got, (unsigned long long)c->bad);
	else if (c->mode == SINK)
		buf_printf(&c->out, "%llu %llu\r\n", (unsigned long long)c->got,
		    (unsigned long long)c->bad);
	c->ending = CLOSE;
}

static void
fill(struct client *c)
{
	size_t room = LINE - c->in.len;
	ssize_t n;

	if (room == 0)
		return;
	n = recv(c->fd, buf_room(&c->in, room), room, MSG_DONTWAIT);
	if (n > 0)
		buf_grew(&c->in, (size_t)n);
	else if (n == 0 || errno != EAGAIN)
		at_eof(c);
}

void
flow_go(struct client *c)
{
	int r, more;

	if (c->mode == DEAF)
		return;
	do {
		if (!c->eof && c->turn != AUTH && c->out.len < OUT_MAX / 2)
			fill(c);
		if (lines(c) == -1)
			return;
		more = c->tosend > 0; /* lines may wait behind it */
		take(c);
		r = flush(c);
	} while (r == 1 && more);
	if (r == -1) {
		client_end(c, DONE_OK);
		return;
	}
	if (r == 0) {
		event_add(&c->wr, NULL);
		event_del(&c->rd);
		return;
	}
	if (c->handing) {
		client_hand_over(c);
		return;
	}
	if (c->ending == HALF) {
		shutdown(c->fd, SHUT_WR);
		c->halved = 1;
		c->ending = STAY;
	} else if (c->ending) {
		client_end(c, c->ending == GARBAGE ? DONE_GARBAGE : DONE_OK);
		return;
	}
	if (!c->eof && c->turn != AUTH && c->mode != DEAF)
		event_add(&c->rd, NULL);
}

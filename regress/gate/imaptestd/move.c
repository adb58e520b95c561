/*
 * move: the relay has shut its side, so what the client said to us ends
 * somewhere. All of it goes to the parent, for the user's process; what it
 * says from now on, the relay sends there.
 */
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <string.h>

#include "login.h"

enum { PATIENCE = 10 }; /* seconds for the relay to shut it */

static void
move(struct client *c)
{
	uint8_t b[sizeof(struct readahead) + SASL_DATA_MAX + AHEAD_MAX];
	size_t n = sizeof(c->ahead);

	c->ahead.len = (uint32_t)c->in.len;
	memcpy(b, &c->ahead, n);
	memcpy(b + n, c->data, c->ahead.datalen);
	n += c->ahead.datalen;
	if (c->in.len > 0)
		memcpy(b + n, buf_data(&c->in), c->in.len);
	n += c->in.len;
	if (imsg_send(PARENT, MSG_readahead, c->id, b, n, -1) == 0)
		proc_counters[LOGIN_moved]++;
	explicit_bzero(b, sizeof(b));
}

void
move_go(struct client *c)
{
	static const struct timeval tv = { PATIENCE, 0 };
	char one;
	size_t room;
	ssize_t n;

	do {
		room = AHEAD_MAX - c->in.len;
		n = recv(c->fd,
		    room > 0 ? buf_room(&c->in, room) : (void *)&one,
		    room > 0 ? room : 1, MSG_DONTWAIT);
		if (n > 0 && room > 0)
			buf_grew(&c->in, (size_t)n);
	} while (n > 0 && room > 0);
	if (n == -1 && errno == EAGAIN) {
		event_add(&c->rd, &tv);
		return;
	}
	if (n == 0)
		move(c);
	else
		proc_counters[LOGIN_overlong]++;
	client_end(c, DONE_OVERLOAD);
}

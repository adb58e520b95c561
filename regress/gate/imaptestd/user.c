/*
 * user: connections after their login. Answers the login, obeys the words
 * that login had read, then the descriptor; to obey is to count each line and
 * say it again.
 */
#include <sys/queue.h>
#include <sys/socket.h>
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base64.h"
#include "buf.h"
#include "imaptestd.h"

enum { OUT_MAX = 65536 };

struct session {
	int fd;
	int eof;
	unsigned long lines;
	struct buf in, out;
	struct event rd, wr;
};

static void
end(struct session *s)
{
	event_del(&s->rd);
	event_del(&s->wr);
	close(s->fd);
	buf_free(&s->in);
	buf_free(&s->out);
	free(s);
	proc_counters[USER_open]--;
}

/* -1: a line that does not end */
static int
obey(struct session *s)
{
	ptrdiff_t n;

	while (s->out.len < OUT_MAX / 2 && (n = buf_find(&s->in, '\n')) != -1) {
		proc_counters[USER_lines]++;
		buf_printf(&s->out, "ECHO %lu ", s->lines++);
		buf_add(&s->out, buf_data(&s->in), (size_t)n + 1);
		buf_take(&s->in, (size_t)n + 1);
	}
	return s->in.len >= AHEAD_MAX && buf_find(&s->in, '\n') == -1 ? -1 : 0;
}

/* 1: all is out, 0: it waits, -1: they are gone */
static int
flush(struct session *s)
{
	ssize_t n;

	while (s->out.len > 0) {
		n = send(s->fd, buf_data(&s->out), s->out.len,
		    MSG_NOSIGNAL | MSG_DONTWAIT);
		if (n == -1)
			return errno == EAGAIN ? 0 : -1;
		buf_take(&s->out, (size_t)n);
	}
	return 1;
}

static void
fill(struct session *s)
{
	size_t room = AHEAD_MAX - s->in.len;
	ssize_t n;

	if (s->eof || room == 0)
		return;
	n = recv(s->fd, buf_room(&s->in, room), room, MSG_DONTWAIT);
	if (n > 0)
		buf_grew(&s->in, (size_t)n);
	else
		s->eof = n == 0 || errno != EAGAIN;
}

static void
go(struct session *s)
{
	int r;

	do {
		if (obey(s) == -1 || (r = flush(s)) == -1) {
			end(s);
			return;
		}
	} while (r == 1 && buf_find(&s->in, '\n') != -1);
	if (r == 0)
		event_add(&s->wr, NULL);
	else if (s->eof)
		end(s);
	else
		event_add(&s->rd, NULL);
}

static void
on_read(int fd, short what, void *arg)
{
	(void)fd, (void)what;
	fill(arg);
	go(arg);
}

static void
on_write(int fd, short what, void *arg)
{
	(void)fd, (void)what;
	go(arg);
}

void
user_from_parent_adopted(struct imsg *m)
{
	char data[BASE64_SIZE(SASL_DATA_MAX)];
	struct session *s = calloc(1, sizeof(*s));
	const uint8_t *p = m->data;
	struct adopted a;

	memcpy(&a, p, sizeof(a));
	p += sizeof(a);
	if (s == NULL || a.ahead.datalen > SASL_DATA_MAX ||
	    m->len != sizeof(a) + a.ahead.datalen + a.ahead.len)
		fatal("the parent says something odd");
	base64_encode(p, a.ahead.datalen, data);
	s->fd = imsg_get_fd(m);
	s->in.cap = AHEAD_MAX;
	s->out.cap = OUT_MAX;
	event_assign(&s->rd, proc_base, s->fd, EV_READ, on_read, s);
	event_assign(&s->wr, proc_base, s->fd, EV_WRITE, on_write, s);
	proc_counters[USER_open]++;
	proc_counters[USER_adopted]++;
	buf_printf(&s->out, "OK account=%u user=%s tag=%s said=%s data=%s\r\n",
	    a.account, a.name, a.ahead.tag, a.ahead.user, data);
	buf_add(&s->in, p + a.ahead.datalen, a.ahead.len);
	go(s);
}

/*
 * out: what leaves a session. One buffer gathers the answers of a turn and is
 * empty again when the turn ends: small files ride in it, one send() for all;
 * the rest of a large one goes from file to socket. What a slow client does
 * not take waits in its file, or is copied. Touches the connection and passed
 * files.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "logfile.h"
#include "session.h"

static struct {
	size_t n;
	char bytes[HTTPD_OUTPUT];
} turn;

_Static_assert(HTTPD_OUTPUT >=
	HTTPD_OUTPUT_FULL + HTTPD_ANSWER_MAX + HTTPD_SMALL + HTTPD_COPY,
    "what is not full has room");

void
out_room(struct put *o)
{
	*o = (struct put){ .p = turn.bytes + turn.n, .size = HTTPD_ANSWER_MAX };
}

void
out_add(size_t n)
{
	turn.n += n;
}

void
out_file(struct session *s, struct file *f, uint64_t at, uint64_t n)
{
	if (f->data != NULL) {
		memcpy(turn.bytes + turn.n, f->data + at, n);
		turn.n += n;
		return;
	}
	s->file = files_take(f);
	s->at = at;
	s->left = n;
	s->copies = 0;
}

int
out_due(const struct session *s)
{
	return turn.n > HTTPD_OUTPUT_FULL || s->left > 0 || s->out.len > 0;
}

/* the file that was being sent is sent, or never will be */
static void
file_done(struct session *s)
{
	out_log(s, &s->http.head, s->status, s->body - s->left);
	files_drop(s->file);
	s->file = NULL;
	s->left = 0;
}

void
out_forget(struct session *s)
{
	turn.n = 0;
	if (s->file != NULL)
		file_done(s);
}

static void
sent(struct session *s, size_t n)
{
	s->moved |= n > 0;
	proc_counters[SERVER_bytes] += n;
}

/* a short rest rides with the turn: its bytes; -1: the file got shorter */
static ssize_t
ride(struct session *s)
{
	ssize_t n;

	if (s->left == 0 || s->left > HTTPD_COPY)
		return 0;
	n = pread(s->file->fd, turn.bytes + turn.n, s->left, (off_t)s->at);
	if (n != (ssize_t)s->left)
		return -1;
	turn.n += (size_t)n;
	return n;
}

static int
push_old(struct session *s)
{
	ssize_t n;

	if (s->out.len == 0)
		return 1;
	n = conn_write(&s->conn, buf_data(&s->out), s->out.len, s->left > 0);
	if (n == -1)
		return errno == EAGAIN ? 0 : -1;
	sent(s, (size_t)n);
	buf_take(&s->out, (size_t)n);
	return s->out.len == 0;
}

/* the turn's bytes from there on become old, or -1 */
static int
keep(struct session *s, size_t from, size_t n)
{
	turn.n = 0;
	return buf_add(&s->out, turn.bytes + from, n) == -1 ? -1 : 0;
}

/* the last of them, if any, rode; those that must wait do so in their file */
static int
push_turn(struct session *s, size_t rode)
{
	ssize_t n;
	size_t had = turn.n, lacks;

	if (had == 0)
		return 1;
	n = conn_write(&s->conn, turn.bytes, had, s->left > rode);
	if (n == -1 && errno != EAGAIN)
		return -1;
	if (n == -1)
		n = 0;
	sent(s, (size_t)n);
	lacks = had - (size_t)n;
	if (rode > 0) {
		s->left = lacks < rode ? lacks : rode;
		s->at += rode - s->left;
		lacks -= s->left;
		if (s->left == 0)
			file_done(s);
	}
	if ((size_t)n < had)
		return keep(s, (size_t)n, lacks);
	turn.n = 0;
	return 1;
}

/* by way of our memory: bytes sent, or -1 */
static ssize_t
copy(struct session *s)
{
	size_t max =
	    s->left < sizeof(turn.bytes) ? (size_t)s->left : sizeof(turn.bytes);
	ssize_t n = pread(s->file->fd, turn.bytes, max, (off_t)s->at);

	return n <= 0 ?
	    n :
	    conn_write(&s->conn, turn.bytes, (size_t)n, (uint64_t)n < s->left);
}

/* from file to socket, one step */
static int
push_file(struct session *s)
{
	uint64_t budget = HTTPD_STEP;
	ssize_t n;

	while (s->left > 0) {
		if (budget == 0)
			return 0;
		if (s->copies)
			n = copy(s);
		else
			n = conn_file(&s->conn, s->file->fd, s->at,
			    s->left < budget ? s->left : budget);
		if (n == -1 && errno == EINVAL && !s->copies) {
			s->copies = 1;
			continue;
		}
		if (n <= 0)
			return n == -1 && errno == EAGAIN ? 0 : -1;
		sent(s, (size_t)n);
		s->at += (uint64_t)n;
		s->left -= (uint64_t)n;
		budget -= (uint64_t)n < budget ? (uint64_t)n : budget;
	}
	file_done(s);
	return 1;
}

int
out_push(struct session *s)
{
	ssize_t rode;
	int r;

	if ((r = push_old(s)) == -1)
		return -1;
	if (r == 0) /* the turn is everybody's: nothing may stay in it */
		return keep(s, 0, turn.n);
	if ((rode = ride(s)) == -1)
		return -1;
	if ((r = push_turn(s, (size_t)rode)) != 1 || s->left == 0)
		return r;
	conn_widen(&s->conn);
	return push_file(s);
}

void
out_log(struct session *s, const struct head *head, int status, uint64_t n)
{
	union {
		struct sockaddr sa;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a = { .sa.sa_family = s->peer.family };
	struct put o;

	proc_counters[SERVER_status_2xx +
	    (status / 100 >= 2 && status / 100 <= 5 ? status / 100 - 2 : 0)]++;
	if (!logfile_is_open())
		return;
	if (s->peer.family == AF_INET)
		memcpy(&a.v4.sin_addr, s->peer.ip, sizeof(a.v4.sin_addr));
	else if (s->peer.family == AF_INET6)
		memcpy(&a.v6.sin6_addr, s->peer.ip, sizeof(a.v6.sin6_addr));
	logfile_room(&o);
	accesslog_line(&o, &a.sa,
	    (enum accesslog_address)server.serving->is.address, server.time,
	    head, status, n);
	logfile_add(&o);
}

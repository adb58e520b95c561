/*
 * serve: a session's requests, one after the other: bytes to the parser, its
 * events to the request engine, paths to the open files, answers to out. The
 * one request in hand is static; only one that must wait for the opener gets
 * memory of its own. Touches nothing itself.
 */
#include <errno.h>
#include <stdlib.h>

#include "session.h"

static struct request hand; /* of the turn */

/* a head that waits keeps the parser's buffer: nothing is fed meanwhile */
static void
park(struct session *s, struct request *r)
{
	if (s->parked != NULL)
		return; /* for another name of the same directory */
	if ((s->parked = malloc(sizeof(*s->parked))) == NULL) {
		files_forget(&s->wait);
		s->broken = 1;
		return;
	}
	s->parked->request = *r;
	s->parked->serving = serving_take();
}

static void
unpark(struct session *s)
{
	if (s->parked == NULL)
		return;
	serving_drop(s->parked->serving);
	free(s->parked);
	s->parked = NULL;
}

void
serve_forget(struct session *s)
{
	files_forget(&s->wait);
	unpark(s);
}

/* head: as the log shall have it */
static void
answer(struct session *s, const struct head *head, struct request *r,
    struct file *f)
{
	struct put o;

	if (++s->served >= server.serving->is.requests || server.stopping)
		r->close = 1;
	out_room(&o);
	request_answer(r, server.time, &o);
	out_add(o.n);
	s->answered = 1;
	s->closing = r->close != 0;
	s->status = r->status;
	s->body = r->body;
	COUNT(requests);
	if (r->length > 0 && f != NULL)
		out_file(s, f, r->offset, r->length);
	if (s->left == 0)
		out_log(s, head, r->status, r->body);
}

/* until an answer is certain or the opener must be asked; f: its answer */
static void
look(struct session *s, struct request *r, enum request_step step,
    struct file *f)
{
	while (step == REQUEST_FILE) {
		if (f == NULL)
			f = files_get(r->path, server.now, &s->wait);
		if (f == NULL && errno == EINPROGRESS) {
			park(s, r);
			return;
		}
		if (f == NULL)
			step = request_file(r, errno, NULL);
		else if (f->error != 0)
			step = request_file(r, f->error, NULL);
		else
			step = request_file(r, 0, &f->stat);
		if (step == REQUEST_FILE)
			f = NULL; /* another index name */
	}
	answer(s, &s->http.head, r, f);
	unpark(s);
}

static void
refuse(struct session *s, const struct head *head, int status)
{
	request_refuse(&hand, &server.serving->site, &s->from, head, status);
	answer(s, head, &hand, NULL);
}

void
serve_refuse(struct session *s, int status)
{
	refuse(s, NULL, status);
}

static int
overloaded(void)
{
	return server.memory > server.serving->is.memory;
}

static void
overload(struct session *s, const struct head *head)
{
	COUNT(refused);
	s->why = DONE_OVERLOAD;
	refuse(s, head, 503);
}

static void
begin(struct session *s)
{
	enum request_step step;

	if (overloaded()) {
		overload(s, &s->http.head);
		return;
	}
	step = request_begin(&hand, &server.serving->site, &s->from,
	    &s->http.head);
	look(s, &hand, step, NULL);
}

static void
malformed(struct session *s)
{
	if (s->http.status == 400) {
		COUNT(garbage);
		s->why = DONE_GARBAGE;
	}
	if (s->answered) /* it has its answer; the body is what is wrong */
		s->closing = 1;
	else
		serve_refuse(s, s->http.status);
}

/* 0: nothing more can be done with what is here */
static int
event(struct session *s, enum http1_event ev)
{
	switch (ev) {
	case HTTP1_MORE: /* half a head costs memory, too */
		if (overloaded() && !s->answered && !http1_idle(&s->http))
			overload(s, NULL);
		return 0;
	case HTTP1_HEAD:
		begin(s);
		break;
	case HTTP1_BODY:
		s->progress += s->http.ndata;
		if (s->progress >= HTTPD_PROGRESS) {
			s->progress = 0;
			s->moved = 1;
		}
		break;
	case HTTP1_END:
		s->answered = 0;
		s->progress = 0;
		s->moved = 1; /* the next one has its own time */
		break;
	case HTTP1_ERROR:
		malformed(s);
		break;
	}
	return 1;
}

/* bytes that were used */
static size_t
feed(struct session *s, const uint8_t *p, size_t n)
{
	size_t used, all = 0;
	enum http1_event ev;
	int out;

	for (;;) {
		if (out_due(s) && (out = out_push(s)) != 1) {
			s->broken |= out == -1;
			s->full = out == 0;
			break;
		}
		if (s->parked != NULL || s->closing || s->broken)
			break;
		ev = http1_feed(&s->http, p + all, n - all, &used);
		all += used;
		if (!event(s, ev) || (ev == HTTP1_END && all == n))
			break;
	}
	return all;
}

void
serve(struct session *s, const uint8_t *p, size_t n)
{
	size_t used = feed(s, p, n);

	if (used < n && !s->closing && !s->broken &&
	    buf_add(&s->in, p + used, n - used) == -1)
		s->broken = 1;
}

void
serve_rest(struct session *s)
{
	size_t used = feed(s, buf_data(&s->in), s->in.len);

	buf_take(&s->in, s->closing ? s->in.len : used);
}

void
serve_found(struct session *s, struct file *f)
{
	struct parked *p = s->parked;

	if (p == NULL)
		return;
	files_forget(&s->wait);
	if (f == NULL) { /* in time it did not */
		request_file(&p->request, ETIMEDOUT, NULL);
		answer(s, &s->http.head, &p->request, NULL);
		unpark(s);
	} else
		look(s, &p->request, REQUEST_FILE, f);
	if (s->parked == NULL)
		serve_rest(s);
}

/*
 * relayout: TLS to strangers' servers, on descriptors that dial connected;
 * then bytes, as in the relay. relayout.c has its messages and those who
 * wait, outcheck.c the requests, outtls.c the clients. It parses strangers'
 * certificates and believes no one: callers get a verdict before the first
 * byte, or a refusal. Its handshakes wait for nobody but the signer, and
 * only for a certificate of ours.
 */
#include <sys/queue.h>
#include <sys/socket.h>
#include <netinet/in.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "asksigner.h"
#include "outcheck.h"
#include "outtls.h"
#include "relayout.h"

#define C_ENUM(n) RELAYOUT_##n,
enum { RELAYOUT_COUNTERS(C_ENUM) };
#undef C_ENUM
#define COUNT(n) (proc_counters[RELAYOUT_##n]++)

struct call {
	LIST_ENTRY(call) entry;
	uint64_t id;
	int caller; /* peer */
	struct tlsx_demand demand;
	struct outwish *wish; /* NULL: there was a verdict */
	struct stream stream;
};

static struct {
	LIST_HEAD(, call) calls;
	uint32_t n, of[ROWS]; /* calls, and those of a caller */
	struct out_conf conf, next;
	int ready; /* the first configuration is there */
} self = { .calls = LIST_HEAD_INITIALIZER(self.calls) };

static int
sign(const struct sign_req *req, const uint8_t *text, uint8_t *sig, size_t *len)
{
	if (ask_signer(MSG_sign_out, MSG_signature_out, req, text, sig, len) ==
	    0)
		return 0;
	COUNT(unsigned);
	return -1;
}

/* an answer that came after its handshake had given up */
void
relayout_from_signer_signature_out(struct imsg *m)
{
	(void)m;
}

static struct call *
of(struct stream *s)
{
	return (struct call *)((char *)s - offsetof(struct call, stream));
}

static void
call_free(struct call *c)
{
	stream_end(&c->stream);
	LIST_REMOVE(c, entry);
	self.of[ROW(c->caller)]--;
	proc_counters[RELAYOUT_open] = --self.n;
	free(c->wish);
	free(c);
	proc_worked();
}

static void
refuse(struct call *c, const struct tls_refused *r)
{
	COUNT(refused);
	log_put('D', "event=refused id=%llx name=%s why=%u text=\"%s\"",
	    (unsigned long long)c->id, c->wish->is.name, r->why, r->text);
	imsg_send(c->caller, MSG_tls_refused, c->id, r, sizeof(*r), -1);
	call_free(c);
}

static void
on_ended(struct stream *s, enum gone why)
{
	(void)why;
	call_free(of(s));
}

static void
on_expired(struct stream *s)
{
	const struct tls_refused r = { .why = REFUSED_DEADLINE,
		.text = "the handshake takes too long" };

	COUNT(expired);
	refuse(of(s), &r);
}

/* the verdict goes with the pair's end; -1: it cannot */
static int
hand_over(struct call *c)
{
	struct outsaid said;
	size_t n = outtls_verdict(&c->stream, c->wish, &said);
	int s[2];

	if (n == 0 ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0,
		s) == -1)
		return -1;
	if (imsg_send(c->caller, MSG_tls_verdict, c->id, &said, n, s[1]) == 0)
		return s[0];
	close(s[0]);
	return -1;
}

static void
handshaken(struct call *c)
{
	const struct tls_refused r = { .why = REFUSED_OVERLOAD,
		.text = "out of memory or descriptors" };
	int sp = hand_over(c);

	if (sp == -1) {
		refuse(c, &r);
		return;
	}
	COUNT(accepted);
	proc_worked();
	free(c->wish);
	c->wish = NULL;
	stream_open(&c->stream, sp);
}

static void
on_shake(struct stream *s)
{
	struct tls_refused r;
	int done = stream_shake(s);

	if (done == 1) {
		handshaken(of(s));
	} else if (done == -1) {
		outtls_refusal(s, of(s)->wish, &r);
		refuse(of(s), &r);
	}
}

static const struct stream_owner owner = { on_shake, on_expired, on_ended,
	&self.conf.close_ms };

void
relayout_init(void)
{
	tick_init();
	outtls_prepare(sign);
	if (stream_init(&owner) == -1)
		fatal("memory");
}

/* nobody would hear what comes of its handshakes */
void
relayout_link(int peer, int up)
{
	struct call *c, *next;

	for (c = LIST_FIRST(&self.calls); !up && c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		if (c->caller == peer && c->wish != NULL)
			call_free(c);
	}
}

/* --- requests ------------------------------------------------------ */

/* the stranger may have hung up already: that is no fault of the caller */
static const char *
wrong_socket(int fd, enum refused_why *why)
{
	struct sockaddr_storage ss;
	socklen_t len = sizeof(int);
	int protocol = 0;

	*why = REFUSED_MALFORMED;
	if (getsockopt(fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &len) == -1 ||
	    protocol != IPPROTO_TCP)
		return "this is no TCP";
	len = sizeof(ss);
	if (getpeername(fd, (struct sockaddr *)&ss, &len) == 0)
		return NULL;
	*why = REFUSED_HANDSHAKE;
	return "not connected";
}

static const char *
no_room(int caller)
{
	return !self.ready		       ? "not configured yet" :
	    !self.conf.on		       ? "nothing goes out: out is no" :
	    self.n >= OUT_MAX		       ? "too many connections" :
	    self.of[ROW(caller)] >= OUT_CALLER ? "too many of one caller" :
						 NULL;
}

static int
is_live(int caller, uint64_t id)
{
	const struct call *c;

	LIST_FOREACH(c, &self.calls, entry)
		if (c->caller == caller && c->id == id && c->wish != NULL)
			return 1;
	return 0;
}

static struct call *
call_new(int caller, uint64_t id, const struct tls_out *t)
{
	struct call *c = calloc(1, sizeof(*c));

	if (c == NULL || (c->wish = calloc(1, sizeof(*c->wish))) == NULL) {
		free(c);
		return NULL;
	}
	c->id = id;
	c->caller = caller;
	c->wish->demand = &c->demand;
	memcpy(&c->wish->is, t, sizeof(*t));
	stream_new(&c->stream);
	LIST_INSERT_HEAD(&self.calls, c, entry);
	self.of[ROW(caller)]++;
	proc_counters[RELAYOUT_open] = ++self.n;
	return c;
}

/* NULL: the handshake has begun; else why it has not */
static const char *
begin(struct imsg *m, enum refused_why *why)
{
	const struct tls_out *t = m->data;
	const uint8_t *tlsa = (const uint8_t *)(t + 1);
	size_t len = m->len - sizeof(*t);
	const char *text;
	struct call *c;
	int fd;

	*why = REFUSED_OVERLOAD;
	if ((text = no_room(m->from)) != NULL)
		return text;
	*why = REFUSED_MALFORMED;
	if ((text = outcheck_text(t, tlsa, len)) != NULL ||
	    (text = wrong_socket(m->fd, why)) != NULL)
		return text;
	*why = REFUSED_OVERLOAD;
	if ((c = call_new(m->from, m->id, t)) == NULL)
		return "out of memory";
	fd = imsg_get_fd(m);
	if (outtls_make(&c->stream, fd, c->wish, tlsa, len, &text) == -1) {
		close(fd);
		call_free(c);
		return text;
	}
	stream_begin(&c->stream, fd, t->deadline);
	on_shake(&c->stream);
	return NULL;
}

void
relayout_from_caller_tls_out(struct imsg *m)
{
	const char *text = outcheck_crime(m->data);
	struct tls_refused r = { 0 };
	enum refused_why why;

	if (text == NULL && is_live(m->from, m->id))
		text = "TLS_OUT twice";
	if (text != NULL) {
		imsg_crime(m, text);
		return;
	}
	COUNT(asked);
	if ((text = begin(m, &why)) == NULL)
		return;
	COUNT(refused);
	r.why = why;
	snprintf(r.text, sizeof(r.text), "%s", text);
	imsg_reply(m, MSG_tls_refused, &r, sizeof(r), -1);
}

/* --- configuration ------------------------------------------------- */

/* what the parent says is a bug of ours when it does not fit */
static void
must(int r)
{
	if (r == -1)
		fatal("malformed configuration from the parent");
}

void
relayout_from_parent_out_conf(struct imsg *m)
{
	memcpy(&self.next, m->data, sizeof(self.next));
	outtls_begin();
}

void
relayout_from_parent_out_ca(struct imsg *m)
{
	must(outtls_ca(imsg_get_fd(m)));
}

void
relayout_from_parent_out_cert(struct imsg *m)
{
	must(outtls_cert(m->data, imsg_get_fd(m)));
}

void
relayout_from_parent_out_apply(struct imsg *m)
{
	(void)m;
	outtls_apply();
	self.conf = self.next;
	self.ready = 1;
}

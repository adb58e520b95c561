/*
 * mtatls: TLS_OUT on what is connected, verdicts and refusals to the test.
 *	connect IP PORT
 *	tls REF [policy=opportunistic|pkix|dane|pin] [name=..] [also=..]
 *	    [alpn=..] [pin=..] [client=1] [deadline=MS]
 *	    [tlsa=U,S,M,HEX;U,S,M,HEX...]
 *	shakes N IP PORT policy=.. ...: so many, some at once, each of a
 *	    connection of its own, which the counters tell of
 *	tls-odd log|udp|tcp	on a descriptor that is none
 *	crime REF WHAT		what no honest caller sends
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "mta.h"
#include "tlsa.h"

enum { WAIT_MS = 5000, AT_ONCE = 16 };

struct request {
	struct tls_out is;
	uint8_t tlsa[TLSA_BYTES];
};

static const char *const policies[] = { "opportunistic", "pkix", "dane",
	"pin" };
static const char *const whys[] = { "handshake", "deadline", "chain", "name",
	"dane", "pin", "overload", "malformed" };
static const char *const types[] = { "dns", "srv", "xmpp" };

static void
fail(uint64_t ask, const char *why)
{
	mta_say(ask, "%s", why);
	mta_end(ask);
}

static struct { /* shakes */
	struct sockaddr_in to;
	struct request request;
	size_t used;
	long left;
} crowd;

static int
address(struct sockaddr_in *sin, char **argv)
{
	memset(sin, 0, sizeof(*sin));
	sin->sin_family = AF_INET;
	sin->sin_port = htons((uint16_t)strtoul(argv[1], NULL, 10));
	return inet_pton(AF_INET, argv[0], &sin->sin_addr) == 1 ? 0 : -1;
}

static void
connect_one(uint64_t ask, int argc, char **argv)
{
	struct sockaddr_in sin;
	struct out *o;
	int fd;

	(void)argc;
	if (address(&sin, argv + 1) == -1 ||
	    (fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) == -1) {
		fail(ask, "connect to what?");
		return;
	}
	if (connect(fd, (struct sockaddr *)&sin, sizeof(sin)) == -1) {
		mta_say(ask, "error %d", errno);
		mta_end(ask);
		close(fd);
		return;
	}
	o = out_new(ask);
	o->fd = fd;
	mta_say(ask, "connected ref=%llu", (unsigned long long)o->ref);
	out_told(o);
}

static int
copy(char *to, size_t size, const char *s)
{
	if (strlen(s) >= size)
		return -1;
	memcpy(to, s, strlen(s));
	return 0;
}

static int
number(char **p)
{
	char *w = strsep(p, ",");

	return w == NULL ? -1 : (int)strtoul(w, NULL, 10);
}

/* U,S,M,HEX */
static int
record(struct request *r, size_t *used, char *w)
{
	uint8_t data[WORDS / 2];
	struct tlsa t = { .data = data };
	unsigned int byte;

	t.usage = (uint8_t)number(&w);
	t.selector = (uint8_t)number(&w);
	t.mtype = (uint8_t)number(&w);
	for (; w != NULL && sscanf(w, "%2x", &byte) == 1; w += 2)
		data[t.len++] = (uint8_t)byte;
	r->is.ntlsa++;
	return tlsa_pack(r->tlsa, sizeof(r->tlsa), used, &t);
}

static int
records(struct request *r, size_t *used, char *list)
{
	char *w;

	while ((w = strsep(&list, ";")) != NULL)
		if (record(r, used, w) == -1)
			return -1;
	return 0;
}

static int
policy(struct tls_out *t, const char *w)
{
	for (t->policy = 0; t->policy <= POLICY_PIN; t->policy++)
		if (strcmp(policies[t->policy], w) == 0)
			return 0;
	return -1;
}

static int
option(struct request *r, size_t *used, char *w)
{
	struct tls_out *t = &r->is;
	char *value = strchr(w, '=');

	if (value == NULL)
		return -1;
	*value++ = '\0';
	if (strcmp(w, "policy") == 0)
		return policy(t, value);
	if (strcmp(w, "name") == 0)
		return copy(t->name, sizeof(t->name), value);
	if (strcmp(w, "also") == 0)
		return copy(t->also, sizeof(t->also), value);
	if (strcmp(w, "alpn") == 0)
		return copy(t->alpn, sizeof(t->alpn), value);
	if (strcmp(w, "pin") == 0)
		return copy(t->pin, sizeof(t->pin), value);
	if (strcmp(w, "tlsa") == 0)
		return records(r, used, value);
	if (strcmp(w, "client") == 0)
		t->client = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(w, "deadline") == 0)
		t->deadline = (uint32_t)strtoul(value, NULL, 10);
	else if (strcmp(w, "ntlsa") == 0) /* a lie */
		t->ntlsa = (uint32_t)strtoul(value, NULL, 10);
	else
		return -1;
	return 0;
}

static struct out *
connection(uint64_t ask, const char *ref)
{
	struct out *o = out_named(ref);

	if (o != NULL && o->fd != -1 && o->at == 0 && o->ask == NO_ASK)
		return o;
	fail(ask, "no connection");
	return NULL;
}

/* its descriptor goes to relayout, and the plaintext comes back in its place */
static void
hand_over(struct out *o, uint64_t ask, const struct request *r, size_t used)
{
	int fd = o->fd;

	if (!imsg_is_open(P_relayout)) {
		fail(ask, "lost");
		return;
	}
	o->fd = -1;
	o->ask = ask;
	o->at = P_relayout;
	imsg_send(P_relayout, MSG_tls_out, o->ref, r, sizeof(r->is) + used, fd);
}

static void
tls(uint64_t ask, int argc, char **argv)
{
	struct out *o = connection(ask, argv[1]);
	struct request r = { .is = { .deadline = WAIT_MS } };
	size_t used = 0;
	int i;

	for (i = 2; o != NULL && i < argc; i++)
		if (option(&r, &used, argv[i]) == -1) {
			fail(ask, "what to do?");
			return;
		}
	if (o != NULL)
		hand_over(o, ask, &r, used);
}

static void
shake_next(void)
{
	struct out *o;

	if (crowd.left == 0)
		return;
	crowd.left--;
	o = out_new(NO_ASK);
	o->crowd = 1;
	o->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(o->fd, (struct sockaddr *)&crowd.to, sizeof(crowd.to)) ==
	    -1)
		out_free(o);
	else
		hand_over(o, NO_ASK, &crowd.request, crowd.used);
}

static void
shakes(uint64_t ask, int argc, char **argv)
{
	int i, r = address(&crowd.to, argv + 2);

	memset(&crowd.request, 0, sizeof(crowd.request));
	crowd.request.is.deadline = WAIT_MS;
	crowd.used = 0;
	for (i = 4; i < argc && r == 0; i++)
		r = option(&crowd.request, &crowd.used, argv[i]);
	if (r == -1) {
		fail(ask, "what to do?");
		return;
	}
	crowd.left = strtol(argv[1], NULL, 10);
	for (i = 0; i < AT_ONCE; i++)
		shake_next();
	mta_end(ask);
}

/* not a socket of TCP, or one that is connected to nobody */
static void
tls_odd(uint64_t ask, int argc, char **argv)
{
	struct request r = { .is = { .deadline = WAIT_MS } };
	struct out *o = out_new(ask);

	(void)argc;
	if (strcmp(argv[1], "log") == 0)
		o->fd = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
	else if (strcmp(argv[1], "udp") == 0)
		o->fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	else
		o->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	hand_over(o, ask, &r, 0);
}

static struct out *
asked(struct imsg *m)
{
	struct out *o = out_find(m->id);

	if (o != NULL && o->at == P_relayout)
		return o;
	imsg_crime(m, "an answer to nothing");
	return NULL;
}

void
caller_from_relayout_tls_verdict(struct imsg *m)
{
	static struct {
		struct tls_verdict v;
		struct tlsname names[TLS_NAMES];
	} is;
	const struct tlsinfo *t = &is.v.tls;
	struct out *o = asked(m);
	struct buf b = { .cap = WORDS };
	int i;

	if (o == NULL)
		return;
	memcpy(&is, m->data, m->len);
	if (t->nnames > TLS_NAMES ||
	    m->len != sizeof(is.v) + t->nnames * sizeof(*is.names)) {
		imsg_crime(m, "a verdict of another length");
		return;
	}
	COUNT_MTA(verdicts);
	o->fd = imsg_get_fd(m);
	buf_printf(&b,
	    "verdict version=%04x cipher=%s sni=%s alpn=%s chain=%u hash=%s "
	    "named=%u dane=%u error=%d names=",
	    t->version, t->cipher, t->sni, t->alpn, t->peer_chain, t->peer_hash,
	    is.v.named, is.v.dane, is.v.error);
	for (i = 0; i < t->nnames; i++)
		buf_printf(&b, "%s%s:%s", i > 0 ? "," : "",
		    types[is.names[i].type % 3], is.names[i].name);
	mta_say(o->ask, "%.*s", (int)b.len, (const char *)buf_data(&b));
	buf_free(&b);
	if (o->crowd)
		shake_next();
	out_told(o);
}

void
caller_from_relayout_tls_refused(struct imsg *m)
{
	struct out *o = asked(m);
	struct tls_refused r;

	if (o == NULL)
		return;
	memcpy(&r, m->data, sizeof(r));
	if (r.why > REFUSED_MALFORMED ||
	    strnlen(r.text, sizeof(r.text)) == sizeof(r.text)) {
		imsg_crime(m, "refused, but why?");
		return;
	}
	COUNT_MTA(refused);
	mta_say(o->ask, "refused why=%s error=%d text=%s", whys[r.why], r.error,
	    r.text);
	if (o->crowd)
		shake_next();
	out_told(o);
}

static void
alter(struct request *r, const char *what)
{
	struct tls_out *t = &r->is;

	if (strcmp(what, "policy") == 0)
		t->policy = POLICY_PIN + 1;
	else if (strcmp(what, "client") == 0)
		t->client = 2;
	else if (strcmp(what, "never") == 0)
		t->deadline = 0;
	else if (strcmp(what, "late") == 0)
		t->deadline = OUT_DEADLINE_MAX + 1;
	else if (strcmp(what, "many") == 0)
		t->ntlsa = TLSA_MAX + 1;
	else if (strcmp(what, "name") == 0)
		memset(t->name, 'a', sizeof(t->name));
	else if (strcmp(what, "also") == 0)
		memset(t->also, 'a', sizeof(t->also));
	else if (strcmp(what, "alpn") == 0)
		memset(t->alpn, 'a', sizeof(t->alpn));
	else if (strcmp(what, "pin") == 0)
		memset(t->pin, 'a', sizeof(t->pin));
	else if (strcmp(what, "behind") == 0)
		t->name[sizeof(t->name) - 2] = 'a';
}

/* relayout must end this process for it */
static void
crime(uint64_t ask, int argc, char **argv)
{
	struct out *o = connection(ask, argv[1]);
	struct request r = { .is = { .deadline = WAIT_MS } };
	int i, n = strcmp(argv[2], "twice") == 0 ? 2 : 1;

	(void)argc;
	if (o == NULL)
		return;
	mta_end(ask);
	alter(&r, argv[2]);
	for (i = 0; i < n; i++)
		imsg_send(P_relayout, MSG_tls_out, o->ref, &r, sizeof(r.is),
		    fcntl(o->fd, F_DUPFD_CLOEXEC, 0));
}

const struct mta_command tls_commands[] = {
	{ "connect", 2, 2, connect_one },
	{ "tls", 1, 12, tls },
	{ "shakes", 4, 12, shakes },
	{ "tls-odd", 1, 1, tls_odd },
	{ "crime", 2, 2, crime },
	{ NULL, 0, 0, NULL },
};

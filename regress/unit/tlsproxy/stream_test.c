/*
 * stream: bytes both ways, ends of both sides, and another daemon in the
 * place of the first one, at every point of what may be under way.
 */
#include <event2/event.h>
#include <signal.h>
#include <stdlib.h>

#include "client.h"
#include "proc.h"
#include "stream.h"
#include "wire.h"

enum { BULK = 3000000 };

const struct proc procs[1] = { 0 };
const struct msg msgs[1] = { 0 };
const int nprocs = 1, nmsgs = 0, ngate = 0;

static struct {
	struct both h;
	struct stream s;
	int daemon[2]; /* its ends: the first one's, the second one's */
	int ended;     /* 1 + enum gone */
	uint8_t in[BULK + 100], out[BULK];
} t;

static struct tls *server;
static SSL_CTX *client;
static uint32_t close_ms = 600;

static void
on_ended(struct stream *s, enum gone why)
{
	stream_end(s);
	t.h.s = NULL;
	t.ended = 1 + (int)why;
}

static void
never(struct stream *s)
{
	(void)s;
	MUST(0);
}

static const struct stream_owner owner = { never, never, on_ended, &close_ms };

static void
turn(void)
{
	struct timeval tv = { 0, 2000 };

	event_base_loopexit(proc_base, &tv);
	event_base_loop(proc_base, 0);
}

static void
hang_up(int *fd)
{
	if (*fd != -1)
		close(*fd);
	*fd = -1;
}

static void
pair(int *mine, int *theirs)
{
	int s[2];

	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, s) == 0);
	*mine = s[0];
	*theirs = s[1];
}

/* a stream with one daemon */
static void
begin(void)
{
	int sp;

	memset(&t.s, 0, sizeof(t.s));
	MUST(both_open(&t.h, server, client, NULL, NULL) == 0);
	stream_new(&t.s);
	stream_begin(&t.s, t.h.fd[0], 1000);
	t.s.tls = t.h.s;
	t.s.ssl = t.h.ss;
	MUST(wire_use(t.s.ssl, t.s.fd) == 0);
	pair(&sp, &t.daemon[0]);
	t.daemon[1] = -1;
	t.ended = 0;
	stream_open(&t.s, sp);
}

static void
end(void)
{
	if (!t.ended)
		stream_end(&t.s);
	SSL_free(t.h.c);
	hang_up(&t.h.fd[1]);
	hang_up(&t.daemon[0]);
	hang_up(&t.daemon[1]);
}

static int
change(void)
{
	int sp;

	pair(&sp, &t.daemon[1]);
	return stream_switch(&t.s, sp);
}

static void
says(int daemon, const char *text)
{
	MUST(send(t.daemon[daemon], text, strlen(text), MSG_NOSIGNAL) ==
	    (ssize_t)strlen(text));
}

/* what the stranger reads until that many bytes, the end or some turns */
static size_t
reads(size_t max)
{
	size_t n = 0;
	int r, idle;

	for (idle = 0; idle < 20 && n < max; idle++) {
		turn();
		while (n < max &&
		    (r = SSL_read(t.h.c, t.in + n, (int)(max - n))) > 0) {
			n += (size_t)r;
			idle = 0;
		}
		if (SSL_get_shutdown(t.h.c) & SSL_RECEIVED_SHUTDOWN)
			break;
	}
	t.in[n] = '\0';
	return n;
}

/* what that daemon reads until so many bytes or the end */
static size_t
hears(int daemon, size_t max)
{
	size_t n = 0;
	ssize_t r;
	int idle;

	for (idle = 0; idle < 20 && n < max; idle++) {
		turn();
		while (n < max &&
		    (r = recv(t.daemon[daemon], t.in + n, max - n, 0)) > 0) {
			n += (size_t)r;
			idle = 0;
		}
	}
	t.in[n] = '\0';
	return n;
}

static int
at_end(int daemon)
{
	char c;

	turn();
	return recv(t.daemon[daemon], &c, 1, 0) == 0;
}

static int
is(const char *text)
{
	return strcmp((char *)t.in, text) == 0;
}

static void
both_ways(void)
{
	begin();
	MUST(SSL_write(t.h.c, "hello", 5) == 5);
	ok(hears(0, 5) == 5 && is("hello"), "to the daemon");
	says(0, "220 hi");
	ok(reads(6) == 6 && is("220 hi"), "to the stranger");
	SSL_shutdown(t.h.c);
	ok(at_end(0) && !t.ended, "his end is the daemon's end of reading");
	says(0, "bye");
	shutdown(t.daemon[0], SHUT_WR);
	ok(reads(10) == 3 && is("bye"), "its last word");
	ok(t.ended == 1 + GONE_CLEAN, "a clean end");
	end();
	begin();
	MUST(reads(1) == 0); /* a ticket, or it would be a reset */
	hang_up(&t.h.fd[1]);
	turn();
	ok(t.ended == 1 + GONE_TRUNCATED, "cut off");
	end();
}

static void
order(void)
{
	begin();
	MUST(SSL_write(t.h.c, "LOGIN", 5) == 5);
	MUST(hears(0, 5) == 5);
	says(0, "one ");
	MUST(change() == 0);
	says(1, "three");
	MUST(SSL_write(t.h.c, "SELECT", 6) == 6);
	ok(hears(1, 6) == 6 && is("SELECT"),
	    "his bytes are the second one's from now on");
	ok(at_end(0), "the first one hears its end");
	says(0, "two ");
	ok(reads(100) == 8 && is("one two "),
	    "the second one waits for the first one's end");
	hang_up(&t.daemon[0]);
	ok(reads(5) == 5 && is("three"), "then it is its turn");
	MUST(SSL_write(t.h.c, "NOOP", 4) == 4);
	ok(hears(1, 4) == 4 && is("NOOP"), "and he is still there");
	usleep((close_ms + 300) * 1000);
	turn();
	ok(!t.ended, "no deadline is left");
	hang_up(&t.daemon[1]);
	ok(reads(1) == 0 && SSL_get_shutdown(t.h.c) & SSL_RECEIVED_SHUTDOWN,
	    "its end is his");
	end();
}

/* no byte is lost or doubled when either side was full */
static void
full(void)
{
	size_t i, n = 0, first, second;
	int r;

	for (i = 0; i < BULK; i++)
		t.out[i] = (uint8_t)(i * 7 + (i >> 9));
	begin();
	for (r = 1; r > 0 && n<BULK; n += r> 0 ? (size_t)r : 0) {
		r = SSL_write(t.h.c, t.out + n, 16384);
		turn();
	}
	ok(n < BULK && t.s.up.len > 0, "the first one does not read");
	MUST(change() == 0);
	first = hears(0, BULK);
	ok(first > 0 && memcmp(t.in, t.out, first) == 0,
	    "it reads what it has");
	hang_up(&t.daemon[0]);
	second = hears(1, BULK);
	ok(first + second == n && memcmp(t.in, t.out + first, second) == 0,
	    "all the rest is the second one's: %zu and %zu", first, second);
	end();
	begin();
	for (n = 0; n < BULK &&
	     (r = (int)send(t.daemon[0], t.out + n, BULK - n, MSG_NOSIGNAL)) >
		 0;
	     n += (size_t)r)
		turn();
	ok(t.s.down.len > 0, "he does not read");
	MUST(change() == 0);
	says(1, "then");
	hang_up(&t.daemon[0]);
	ok(reads(n + 4) == n + 4 && memcmp(t.in, t.out, n) == 0 &&
		memcmp(t.in + n, "then", 4) == 0,
	    "all words of the first one, then those of the second");
	end();
}

static void
ends(void)
{
	begin();
	SSL_shutdown(t.h.c);
	MUST(at_end(0) && change() == 0);
	ok(at_end(1), "he had said his last: the second one hears it");
	hang_up(&t.daemon[0]);
	says(1, "bye");
	hang_up(&t.daemon[1]);
	ok(reads(10) == 3 && is("bye") && t.ended == 1 + GONE_CLEAN,
	    "and has the last word");
	end();
	begin();
	MUST(change() == 0);
	says(0, "x");
	MUST(reads(1) == 1 && !t.ended);
	usleep(close_ms * 500);
	says(0, "y");
	MUST(reads(1) == 1 && !t.ended);
	usleep((close_ms / 2 + 300) * 1000);
	turn();
	ok(t.ended == 1 + GONE_RESET && at_end(1),
	    "a first one that does not end has its time, in all");
	end();
	begin();
	MUST(change() == 0);
	hang_up(&t.daemon[1]);
	ok(change() == -1 && t.ended == 1 + GONE_RESET && at_end(1),
	    "a third one is refused");
	end();
	begin();
	hang_up(&t.daemon[0]);
	turn();
	ok(t.s.state != STREAM_OPEN && change() == -1 &&
		t.ended == 1 + GONE_RESET,
	    "a second one after the end");
	end();
}

int
main(void)
{
	struct text chain;
	EVP_PKEY *key;
	X509 *x;

	signal(SIGPIPE, SIG_IGN); /* the client's */
	proc_loop();
	tick_init();
	handshake_init();
	MUST(stream_init(&owner) == 0);
	key = key_make("P-256");
	key_store(key, 0);
	x = x509_make("a", key, NULL, NULL, "DNS:a.example", -3600, 86400);
	chain = x509_text(&x, 1);
	server = service_one(&chain, "test", 0);
	client = client_new(TLS1_3_VERSION);
	both_ways();
	order();
	full();
	ends();
	return done();
}

/*
 * tlsload: TLS clients for one server, for benchmarks and kill tests.
 *	tlsload [-23] [-c count] [-t seconds] [-p path] [-s name] mode host port
 * handshake: connect, shake hands, hang up. resume: the same with the
 * session of the connection before. get: requests for path on kept
 * connections. idle: open count connections (with path: one request on
 * each), report, hold them for the time. name goes into SNI and Host.
 * Failures are counted, never the end; a wait for the server ends after 5 s.
 * One line goes out:
 *	mode=get ops=9 seconds=1.0 rate=9.0 failures=0 resumed=0.00
 */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <err.h>
#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/ssl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define WAIT_S 5
#define TICKET_MS 200 /* for a ticket behind the handshake */
#define PAUSE_MS 20   /* after a failure */
#define COUNT_MAX 1000000

struct result {
	unsigned long ops, failures, resumed;
};

static struct {
	const char *mode, *host, *path, *name;
	struct addrinfo *to;
	SSL_CTX *ctx;
	SSL_SESSION *session; /* the newest */
	int fresh;	      /* it is of this connection */
	double seconds;
	long count;
} self = { .seconds = 5, .count = 1 };

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int
new_session(SSL *s, SSL_SESSION *n)
{
	(void)s;
	SSL_SESSION_free(self.session);
	self.session = n;
	self.fresh = 1;
	return 1;
}

/* no TIME_WAIT: a reset, after whatever was said */
static void
hang_up(SSL *ssl)
{
	int fd = SSL_get_fd(ssl);

	SSL_set_quiet_shutdown(ssl, 1);
	SSL_shutdown(ssl); /* else its session is not to be used again */
	SSL_free(ssl);
	close(fd);
}

static int
tcp_connect(void)
{
	const struct timeval wait = { WAIT_S, 0 };
	const struct linger reset = { 1, 0 };
	int fd, one = 1;

	fd = socket(self.to->ai_family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd == -1)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &wait, sizeof(wait));
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, self.to->ai_addr, self.to->ai_addrlen) == -1) {
		close(fd);
		return -1;
	}
	return fd;
}

/* NULL: failed */
static SSL *
dial(SSL_SESSION *with)
{
	SSL *ssl;
	int fd;

	if ((fd = tcp_connect()) == -1)
		return NULL;
	if ((ssl = SSL_new(self.ctx)) == NULL)
		err(1, "SSL_new");
	SSL_set_fd(ssl, fd);
	if (self.name != NULL)
		SSL_set_tlsext_host_name(ssl, self.name);
	if (with != NULL)
		SSL_set_session(ssl, with);
	if (SSL_connect(ssl) == 1)
		return ssl;
	hang_up(ssl);
	return NULL;
}

/* bytes of the body behind this head, or -1 */
static long long
content_length(const char *head)
{
	const char *p = strcasestr(head, "\r\nContent-Length:");
	char *end;
	long long n;

	if (strncmp(head, "HTTP/1.1 ", 9) != 0 || p == NULL)
		return -1;
	n = strtoll(p + 17, &end, 10);
	return *end == '\r' && n >= 0 ? n : -1;
}

/* a request and all of its answer; -1: not a whole answer */
static int
get(SSL *ssl)
{
	static char buf[65536];
	long long body = -1, got = 0;
	size_t len = 0;
	char *e;
	int n;

	n = snprintf(buf, sizeof(buf), "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n",
	    self.path, self.name != NULL ? self.name : self.host);
	if (SSL_write(ssl, buf, n) != n)
		return -1;
	while (body == -1) {
		n = SSL_read(ssl, buf + len, (int)(sizeof(buf) - 1 - len));
		if (n <= 0)
			return -1;
		buf[len += (size_t)n] = '\0';
		if ((e = strstr(buf, "\r\n\r\n")) == NULL)
			continue;
		got = (long long)len - (e + 4 - buf);
		if ((body = content_length(buf)) == -1)
			return -1;
	}
	for (; got < body; got += n)
		if ((n = SSL_read(ssl, buf, sizeof(buf))) <= 0)
			return -1;
	return got == body ? 0 : -1;
}

/* in 1.3 the ticket comes after the handshake */
static void
await_ticket(SSL *ssl)
{
	struct pollfd p = { SSL_get_fd(ssl), POLLIN, 0 };
	char c;
	int n;

	if (self.path != NULL) {
		get(ssl);
		return;
	}
	fcntl(p.fd, F_SETFL, O_NONBLOCK);
	while (!self.fresh && poll(&p, 1, TICKET_MS) == 1) {
		n = SSL_read(ssl, &c, 1);
		if (n <= 0 && SSL_get_error(ssl, n) != SSL_ERROR_WANT_READ)
			break;
	}
}

static int
shake(struct result *r, int resume)
{
	SSL *ssl;

	self.fresh = 0;
	if ((ssl = dial(resume ? self.session : NULL)) == NULL)
		return -1;
	r->resumed += SSL_session_reused(ssl) == 1;
	if (resume && SSL_version(ssl) == TLS1_3_VERSION)
		await_ticket(ssl);
	hang_up(ssl);
	return 0;
}

static struct result
work(void)
{
	const struct timespec pause = { 0, PAUSE_MS * 1000000L };
	int kept = strcmp(self.mode, "get") == 0;
	int resume = strcmp(self.mode, "resume") == 0, failed;
	double end = now() + self.seconds;
	struct result r = { 0, 0, 0 };
	SSL *ssl = NULL;

	while (now() < end) {
		if (!kept)
			failed = shake(&r, resume) == -1;
		else
			failed = (ssl == NULL && (ssl = dial(NULL)) == NULL) ||
			    get(ssl) == -1;
		if (!failed) {
			r.ops++;
			continue;
		}
		r.failures++;
		if (ssl != NULL)
			hang_up(ssl);
		ssl = NULL;
		nanosleep(&pause, NULL);
	}
	if (ssl != NULL)
		hang_up(ssl);
	return r;
}

static int
report(const struct result *r, double seconds)
{
	printf("mode=%s ops=%lu seconds=%.1f rate=%.1f failures=%lu "
	       "resumed=%.2f\n",
	    self.mode, r->ops, seconds, (double)r->ops / seconds, r->failures,
	    r->ops > 0 ? (double)r->resumed / (double)r->ops : 0.0);
	fflush(stdout);
	return r->ops > 0 ? 0 : 1;
}

/* a process per client */
static int
run(void)
{
	struct result r, sum = { 0, 0, 0 };
	double start = now();
	int p[2];
	long i;

	if (pipe(p) == -1)
		err(1, "pipe");
	for (i = 0; i < self.count; i++)
		switch (fork()) {
		case -1:
			err(1, "fork");
		case 0:
			r = work();
			_exit(write(p[1], &r, sizeof(r)) != sizeof(r));
		}
	close(p[1]);
	while (read(p[0], &r, sizeof(r)) == sizeof(r)) {
		sum.ops += r.ops;
		sum.failures += r.failures;
		sum.resumed += r.resumed;
	}
	while (wait(NULL) > 0)
		;
	return report(&sum, now() - start);
}

static int
idle(void)
{
	struct rlimit files = { (rlim_t)self.count + 64,
		(rlim_t)self.count + 64 };
	struct result r = { 0, 0, 0 };
	struct timespec hold;
	double start = now();
	int status;
	SSL *ssl;
	long i;

	if (setrlimit(RLIMIT_NOFILE, &files) == -1)
		warn("%ld descriptors", self.count + 64);
	SSL_CTX_set_mode(self.ctx, SSL_MODE_RELEASE_BUFFERS);
	for (i = 0; i < self.count; i++) {
		if ((ssl = dial(NULL)) == NULL)
			r.failures++;
		else if (self.path != NULL && get(ssl) == -1) {
			r.failures++;
			hang_up(ssl);
		} else
			r.ops++;
	}
	status = report(&r, now() - start);
	hold.tv_sec = (time_t)self.seconds;
	hold.tv_nsec = (long)((self.seconds - (double)hold.tv_sec) * 1e9);
	nanosleep(&hold, NULL);
	_exit(status); /* the kernel hangs up */
}

static double
number(const char *s, double max)
{
	char *end;
	double d = strtod(s, &end);

	if (end == s || *end != '\0' || !(d > 0 && d <= max))
		errx(2, "%s: a number, at most %g", s, max);
	return d;
}

static void
setup(int version, const char *port)
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	int e;

	if ((e = getaddrinfo(self.host, port, &hints, &self.to)) != 0)
		errx(2, "%s: %s", self.host, gai_strerror(e));
	if ((self.ctx = SSL_CTX_new(TLS_client_method())) == NULL)
		errx(1, "SSL_CTX_new");
	if (version != 0) {
		SSL_CTX_set_min_proto_version(self.ctx, version);
		SSL_CTX_set_max_proto_version(self.ctx, version);
	}
	SSL_CTX_set_session_cache_mode(self.ctx,
	    SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(self.ctx, new_session);
	signal(SIGPIPE, SIG_IGN);
}

static int
usage(void)
{
	fprintf(stderr,
	    "usage: tlsload [-23] [-c count] [-t seconds] "
	    "[-p path] [-s name] mode host port\n");
	return 2;
}

int
main(int argc, char *argv[])
{
	int c, version = 0;

	while ((c = getopt(argc, argv, "23c:t:p:s:")) != -1)
		switch (c) {
		case '2':
			version = TLS1_2_VERSION;
			break;
		case '3':
			version = TLS1_3_VERSION;
			break;
		case 'c':
			self.count = (long)number(optarg, COUNT_MAX);
			break;
		case 't':
			self.seconds = number(optarg, 86400);
			break;
		case 'p':
			self.path = optarg;
			break;
		case 's':
			self.name = optarg;
			break;
		default:
			return usage();
		}
	if (argc - optind != 3)
		return usage();
	self.mode = argv[optind];
	self.host = argv[optind + 1];
	if (strcmp(self.mode, "get") == 0 && self.path == NULL)
		self.path = "/";
	setup(version, argv[optind + 2]);
	if (strcmp(self.mode, "idle") == 0)
		return idle();
	if (strcmp(self.mode, "handshake") != 0 &&
	    strcmp(self.mode, "resume") != 0 && strcmp(self.mode, "get") != 0)
		return usage();
	return run();
}

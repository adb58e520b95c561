/*
 * saslload: logins at the test daemon's line protocol, for benchmarks.
 *	saslload [-c clients] [-n logins] [-t seconds] mech user password
 *	    host port
 * Each login is a TLS connection (its session resumed), AUTH, and the end;
 * mech is SCRAM-SHA-256 or PLAIN. As real clients do, one keeps its salted
 * password, so SCRAM costs it no PBKDF2; the server's proof is checked. With
 * -n a client tries so often. One line goes out, and success if all did:
 *	mech=PLAIN logins=9 seconds=1.0 rate=9.0 failures=0
 */
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <err.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base64.h"

enum { KEY = 32, LINE = 8192, WAIT_S = 20 };

struct result {
	unsigned long logins, failures;
};

static struct {
	const char *mech, *user, *password;
	struct addrinfo *to;
	SSL_CTX *ctx;
	SSL_SESSION *session;
	char challenge[512]; /* salt and iterations of salted */
	uint8_t salted[KEY];
	SSL *ssl;
} self;

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
	return 1;
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
	setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, self.to->ai_addr, self.to->ai_addrlen) == 0)
		return fd;
	close(fd);
	return -1;
}

/* a line with its end, and one back without it; -1: none came */
static int
ask(const char *line, char *answer)
{
	size_t len = 0;
	int n;

	if (SSL_write(self.ssl, line, (int)strlen(line)) <= 0)
		return -1;
	do {
		n = SSL_read(self.ssl, answer + len, (int)(LINE - 1 - len));
		if (n <= 0)
			return -1;
		len += (size_t)n;
		answer[len] = '\0';
	} while (strchr(answer, '\n') == NULL);
	answer[strcspn(answer, "\r\n")] = '\0';
	return 0;
}

/* AUTH or a response, its bytes in base64 */
static int
say(const char *before, const char *bytes, size_t len, char *answer)
{
	char text[LINE], line[LINE + 64];

	base64_encode(bytes, len, text);
	snprintf(line, sizeof(line), "%s%s\r\n", before, text);
	return ask(line, answer);
}

static int
plain(void)
{
	char b[512], answer[LINE];
	size_t u = strlen(self.user), p = strlen(self.password);

	b[0] = b[u + 1] = '\0';
	memcpy(b + 1, self.user, u);
	memcpy(b + u + 2, self.password, p);
	return say("AUTH PLAIN ", b, u + p + 2, answer) == 0 &&
		strncmp(answer, "235", 3) == 0 ?
	    0 :
	    -1;
}

static void
hmac(const uint8_t *key, const char *text, size_t len, uint8_t *out)
{
	unsigned int n;

	HMAC(EVP_sha256(), key, KEY, (const uint8_t *)text, len, out, &n);
}

/* of "r=...,s=...,i=..."; kept while salt and iterations stay */
static int
salt(const char *first)
{
	const char *s = strstr(first, ",s="), *i = strstr(first, ",i=");
	uint8_t b[256];
	ssize_t n;

	if (s == NULL || i == NULL || i < s || strlen(s) >= sizeof(b))
		return -1;
	if (strcmp(self.challenge, s) == 0)
		return 0;
	n = base64_decode(s + 3, (size_t)(i - s - 3), b, sizeof(b));
	if (n == -1 || n > (ssize_t)sizeof(b) ||
	    PKCS5_PBKDF2_HMAC(self.password, (int)strlen(self.password), b,
		(int)n, (int)strtol(i + 3, NULL, 10), EVP_sha256(), KEY,
		self.salted) != 1)
		return -1;
	memcpy(self.challenge, s, strlen(s) + 1);
	return 0;
}

/* ours, and "v=" and the server's that we shall hear */
static void
proofs(const char *message, size_t len, char out[BASE64_SIZE(KEY)],
    char theirs[2 + BASE64_SIZE(KEY)])
{
	uint8_t client[KEY], stored[KEY], sign[KEY];
	int i;

	hmac(self.salted, "Server Key", 10, stored);
	hmac(stored, message, len, sign);
	memcpy(theirs, "v=", 2);
	base64_encode(sign, KEY, theirs + 2);
	hmac(self.salted, "Client Key", 10, client);
	EVP_Digest(client, KEY, stored, NULL, EVP_sha256(), NULL);
	hmac(stored, message, len, sign);
	for (i = 0; i < KEY; i++)
		client[i] ^= sign[i];
	base64_encode(client, KEY, out);
}

static int
scram(void)
{
	char answer[LINE], first[LINE], bare[256], v[2 + BASE64_SIZE(KEY)],
	    message[3 * LINE], p[BASE64_SIZE(KEY)];
	char final[LINE], nonce[BASE64_SIZE(24)];
	uint8_t r[24];
	ssize_t n;
	int len;

	RAND_bytes(r, sizeof(r));
	base64_encode(r, sizeof(r), nonce);
	snprintf(bare, sizeof(bare), "n,,n=%s,r=%s", self.user, nonce);
	if (say("AUTH SCRAM-SHA-256 ", bare, strlen(bare), answer) == -1 ||
	    strncmp(answer, "334 ", 4) != 0)
		return -1;
	n = base64_decode(answer + 4, strlen(answer + 4), (uint8_t *)first,
	    sizeof(first) - 1);
	if (n == -1 || n > (ssize_t)sizeof(first) - 1)
		return -1;
	first[n] = '\0';
	if (salt(first) == -1)
		return -1;
	len = snprintf(message, sizeof(message), "%s,%s,c=biws,r=%.*s",
	    bare + 3, first, (int)strcspn(first + 2, ","), first + 2);
	proofs(message, (size_t)len, p, v);
	len = snprintf(final, sizeof(final), "c=biws,r=%.*s,p=%s",
	    (int)strcspn(first + 2, ","), first + 2, p);
	if (say("", final, (size_t)len, answer) == -1 ||
	    strncmp(answer, "334 ", 4) != 0 ||
	    base64_decode(answer + 4, strlen(answer + 4), (uint8_t *)first,
		sizeof(first)) != (ssize_t)strlen(v) ||
	    memcmp(first, v, strlen(v)) != 0 || ask("\r\n", answer) == -1)
		return -1;
	return strncmp(answer, "235", 3) == 0 ? 0 : -1;
}

static int
login(void)
{
	int fd = tcp_connect(), r = -1;

	if (fd == -1)
		return -1;
	if ((self.ssl = SSL_new(self.ctx)) == NULL)
		err(1, "SSL_new");
	SSL_set_fd(self.ssl, fd);
	if (self.session != NULL)
		SSL_set_session(self.ssl, self.session);
	if (SSL_connect(self.ssl) == 1)
		r = strcmp(self.mech, "PLAIN") == 0 ? plain() : scram();
	SSL_set_quiet_shutdown(self.ssl, 1);
	SSL_shutdown(self.ssl);
	SSL_free(self.ssl);
	close(fd);
	return r;
}

static void
work(struct result *r, double end, unsigned long most)
{
	const struct timespec pause = { 0, 20000000 };

	while (now() < end && r->logins + r->failures < most)
		if (login() == 0)
			r->logins++;
		else {
			r->failures++;
			nanosleep(&pause, NULL);
		}
}

int
main(int argc, char *argv[])
{
	const struct addrinfo hints = { .ai_socktype = SOCK_STREAM };
	struct result *r, sum = { 0, 0 };
	unsigned long most = ~0UL;
	double seconds = 5, start;
	int c, i, n = 1;

	while ((c = getopt(argc, argv, "c:n:t:")) != -1)
		switch (c) {
		case 'c':
			n = (int)strtol(optarg, NULL, 10);
			break;
		case 'n':
			most = strtoul(optarg, NULL, 10);
			break;
		case 't':
			seconds = strtod(optarg, NULL);
			break;
		default:
			errx(1, "see the head of saslload.c");
		}
	if (argc - optind != 5 || n < 1)
		errx(1, "see the head of saslload.c");
	self.mech = argv[optind];
	self.user = argv[optind + 1];
	self.password = argv[optind + 2];
	if (getaddrinfo(argv[optind + 3], argv[optind + 4], &hints, &self.to) !=
		0 ||
	    (self.ctx = SSL_CTX_new(TLS_client_method())) == NULL)
		errx(1, "%s: no address", argv[optind + 3]);
	SSL_CTX_set_session_cache_mode(self.ctx,
	    SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(self.ctx, new_session);
	signal(SIGPIPE, SIG_IGN);
	r = mmap(NULL, sizeof(*r) * (size_t)n, PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (r == MAP_FAILED)
		err(1, "mmap");
	start = now();
	for (i = 0; i < n; i++)
		if (fork() == 0) {
			work(&r[i], start + seconds, most);
			_exit(0);
		}
	while (wait(NULL) > 0)
		;
	seconds = now() - start;
	for (i = 0; i < n; i++) {
		sum.logins += r[i].logins;
		sum.failures += r[i].failures;
	}
	printf("mech=%s logins=%lu seconds=%.1f rate=%.1f failures=%lu\n",
	    self.mech, sum.logins, seconds, (double)sum.logins / seconds,
	    sum.failures);
	return sum.logins > 0 && sum.failures == 0 ? 0 : 1;
}

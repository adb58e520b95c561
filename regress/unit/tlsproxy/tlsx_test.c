/*
 * tlsx: one test per duty, so that a library which breaks one fails here:
 * tickets, bindings, modes, what is offered and what is refused.
 */
#include <sys/wait.h>

#include "client.h"

static EVP_PKEY *key;
static struct text chain;
static struct tls *server;

static void
ticket_key(int c)
{
	uint8_t k[TLSX_TICKET_LEN];

	memset(k, c, sizeof(k));
	tlsx_ticket_key(k);
}

static void
forget(void)
{
	SSL_SESSION_free(session);
	session = NULL;
}

/* a copy each time: clients use a session once */
static int
again(struct tls *t, SSL_CTX *client, const SSL_SESSION *with)
{
	SSL_SESSION *s = SSL_SESSION_dup(with);
	int r;

	MUST(s != NULL);
	r = once(t, client, NULL, s);
	SSL_SESSION_free(s);
	return r;
}

/* a process whose ticket key is all zeroes makes a session */
static void
make_forgery(int fd)
{
	static uint8_t der[8192], *p = der;
	SSL_CTX *client;
	int n;

	handshake_init();
	key_store(key, 0);
	server = service_one(&chain, "test", 0);
	client = client_new(TLS1_3_VERSION);
	ticket_key(0);
	MUST(once(server, client, NULL, NULL) == 0 && session != NULL);
	MUST((n = i2d_SSL_SESSION(session, &p)) > 0 && n < (int)sizeof(der));
	MUST(write(fd, der, (size_t)n) == n);
	_exit(0);
}

/* ours has not been given a key: zeroes must not open it */
static void
forgery(int fd)
{
	SSL_CTX *client = client_new(TLS1_3_VERSION);
	static uint8_t der[8192];
	const uint8_t *p = der;
	SSL_SESSION *s;
	ssize_t n = read(fd, der, sizeof(der));

	MUST(n > 0 && (s = d2i_SSL_SESSION(NULL, &p, n)) != NULL);
	ok(again(server, client, s) == 0,
	    "no key yet: a ticket under zeroes is not taken");
	ok(once(server, client, NULL, session) == 1,
	    "no key yet: the process's own tickets are");
	ticket_key(1);
	ok(once(server, client, NULL, s) == 0, "nor is it after the first key");
	SSL_SESSION_free(s);
	SSL_CTX_free(client);
	forget();
}

static void
resumption(void)
{
	struct tls *two[2] = { server, service_one(&chain, "test", 0) };
	SSL_CTX *client = client_new(TLS1_3_VERSION);
	int i, n = 0, before;

	ticket_key(2);
	MUST(once(two[0], client, NULL, NULL) == 0);
	before = signatures;
	for (i = 0; i < 40; i++)
		n += once(two[i & 1], client, NULL, session) == 1;
	ok(n >= 38, "1.3: resumed across two contexts: %d of 40", n);
	ok(signatures == before + 40 - n, "without a signature");
	service_free(two[1]);
	SSL_CTX_free(client);
	forget();
}

static void
ticket_keys(void)
{
	SSL_CTX *client = client_new(TLS1_3_VERSION);
	struct tls *other = service_one(&chain, "other", 0);
	SSL_SESSION *s;

	ticket_key(3);
	MUST(once(server, client, NULL, NULL) == 0);
	MUST((s = SSL_SESSION_dup(session)) != NULL);
	ok(again(other, client, s) == 0,
	    "another service does not take the ticket");
	ok(again(server, client, s) == 1, "this one does");
	ticket_key(4);
	ok(again(server, client, s) == 1, "the key before is known");
	ticket_key(5);
	ok(again(server, client, s) == 0, "one older: a full handshake");
	ok(SSL_SESSION_get_ticket_lifetime_hint(session) == TLSX_LIFETIME_S,
	    "tickets say 8 hours");
	SSL_SESSION_free(s);
	service_free(other);
	SSL_CTX_free(client);
	forget();
}

static int tickets; /* counted on the wire's other side */

static void
count_tickets(int out, int version, int type, const void *buf, size_t len,
    SSL *s, void *arg)
{
	(void)out, (void)version, (void)s, (void)arg;
	if (type == SSL3_RT_HANDSHAKE && len > 6 && *(const char *)buf == 4)
		tickets++;
}

static void
ticket_count(void)
{
	SSL_CTX *client = client_new(TLS1_3_VERSION);
	struct tls *asks = service_one(&chain, "asks", 1);

	SSL_CTX_set_msg_callback(client, count_tickets);
	tickets = 0;
	MUST(once(server, client, NULL, NULL) == 0);
	ok(tickets == 1, "one ticket per handshake");
	forget();
	tickets = 0;
	MUST(once(asks, client, NULL, NULL) == 0);
	ok(tickets == 0 && session == NULL,
	    "none where client certificates are asked for");
	service_free(asks);
	SSL_CTX_free(client);
}

static void
none_in_12(void)
{
	SSL_CTX *client = client_new(TLS1_2_VERSION);
	int i, n = 0;

	forget();
	MUST(once(server, client, NULL, NULL) == 0);
	ok(session == NULL || SSL_SESSION_has_ticket(session) == 0,
	    "1.2: no ticket");
	for (i = 0; i < 5; i++)
		n += once(server, client, NULL, session) != 0;
	ok(n == 0, "1.2: nothing is resumed");
	SSL_CTX_free(client);
	forget();
}

static void
exporter(void)
{
	static const char label[] = "EXPORTER-Channel-Binding";
	uint8_t mine[TLSX_EXPORTER_LEN], theirs[TLSX_EXPORTER_LEN];
	SSL_CTX *client = client_new(TLS1_3_VERSION);
	struct both b;

	both_new(&b, server, client, NULL, NULL);
	ok(tlsx_exporter(b.ss, mine) == -1, "no exporter before the handshake");
	MUST(both_shake(&b) == 0);
	ok(tlsx_exporter(b.ss, mine) == 0 &&
		SSL_export_keying_material(b.c, theirs, sizeof(theirs), label,
		    sizeof(label) - 1, (const uint8_t *)"", 0, 1) == 1 &&
		memcmp(mine, theirs, sizeof(mine)) == 0,
	    "the exporter is the client's");
	both_free(&b);
	SSL_CTX_free(client);
	client = client_new(TLS1_2_VERSION);
	MUST(both_open(&b, server, client, NULL, NULL) == 0);
	ok(tlsx_exporter(b.ss, mine) == -1, "none in 1.2");
	both_free(&b);
	SSL_CTX_free(client);
}

static void
endpoint_of(const char *kind, const EVP_MD *sign, const EVP_MD *want,
    const char *what)
{
	uint8_t mine[TLSX_ENDPOINT_MAX], theirs[TLSX_ENDPOINT_MAX];
	EVP_PKEY *k = key_make(kind);
	X509 *x = x509_make("t", k, NULL, NULL, "DNS:t.example", -9, 999);
	SSL_CTX *client = client_new(TLS1_3_VERSION);
	unsigned int len = 0;
	struct text t;
	struct tls *s;
	struct both b;
	int n;

	MUST(X509_sign(x, k, sign) > 0);
	t = x509_text(&x, 1);
	key_store(k, 0);
	s = service_one(&t, "endpoint", 0);
	SSL_CTX_set_security_level(client, 0);
	MUST(both_open(&b, s, client, NULL, NULL) == 0);
	n = tlsx_endpoint(b.ss, mine);
	X509_digest(SSL_get0_peer_certificate(b.c), want, theirs, &len);
	ok(n == (int)len && memcmp(mine, theirs, len) == 0,
	    "tls-server-end-point, %s: %d bytes", what, n);
	both_free(&b);
	SSL_CTX_free(client);
	service_free(s);
	free(t.p);
	X509_free(x);
	EVP_PKEY_free(k);
}

static void
modes(void)
{
	SSL_CTX *client = client_new(TLS1_3_VERSION);
	struct both b;
	char buf[64];

	MUST(both_open(&b, server, client, NULL, NULL) == 0);
	ok(SSL_get_mode(b.ss) & SSL_MODE_RELEASE_BUFFERS, "release buffers");
	ok(SSL_get_read_ahead(b.ss) == 1, "read ahead");
	ok(SSL_get_options(b.ss) & SSL_OP_NO_RENEGOTIATION &&
		SSL_get_options(b.ss) & SSL_OP_NO_COMPRESSION &&
		SSL_get_options(b.c) & SSL_OP_NO_RENEGOTIATION,
	    "neither renegotiation nor compression, clients too");
	ok(SSL_write(b.c, "one", 3) == 3 && SSL_write(b.c, "two", 3) == 3 &&
		tls_read(b.s, buf, sizeof(buf)) == 3 && tlsx_pending(b.ss),
	    "pending: the second record came with the first");
	ok(tls_read(b.s, buf, sizeof(buf)) == 3 && !tlsx_pending(b.ss),
	    "not pending: everything was read");
	ok(tls_read(b.s, buf, sizeof(buf)) == TLS_WANT_POLLIN,
	    "and there is nothing more");
	ok(tlsx_last() == b.ss, "the latest SSL");
	both_free(&b);
	ok(tlsx_last() == NULL, "which is forgotten with its connection");
	SSL_CTX_free(client);
}

static void
renegotiation(void)
{
	SSL_CTX *client = client_new(TLS1_2_VERSION);
	int before, i;
	struct both b;
	char buf[8];

	MUST(both_open(&b, server, client, NULL, NULL) == 0);
	SSL_clear_options(b.c, SSL_OP_NO_RENEGOTIATION);
	before = signatures;
	ok(SSL_renegotiate(b.c) == 1, "a client begins a renegotiation");
	for (i = 0; i < 5; i++) {
		SSL_do_handshake(b.c);
		(void)!tls_read(b.s, buf, sizeof(buf));
	}
	ok(signatures == before && SSL_get_state(b.c) != TLS_ST_OK,
	    "and gets none");
	both_free(&b);
	SSL_CTX_free(client);
}

static void
offers(int version, const char *ciphers, const char *groups, int want,
    const char *what)
{
	SSL_CTX *client = SSL_CTX_new(TLS_client_method());

	SSL_CTX_set_security_level(client, 0);
	SSL_CTX_set_max_proto_version(client, version);
	if (ciphers != NULL)
		MUST(SSL_CTX_set_cipher_list(client, ciphers) == 1);
	if (groups != NULL)
		MUST(SSL_CTX_set1_groups_list(client, groups) == 1);
	ok(once(server, client, NULL, NULL) == want, "%s%s",
	    want == 0 ? "" : "refused: ", what);
	SSL_CTX_free(client);
}

static void
negotiation(void)
{
	offers(TLS1_1_VERSION, NULL, NULL, -1, "TLS 1.1");
	offers(TLS1_2_VERSION, "kRSA", NULL, -1, "RSA key exchange");
	offers(TLS1_2_VERSION, "kDHE", NULL, -1, "DHE");
	offers(TLS1_2_VERSION, "ECDHE-ECDSA-AES256-SHA", NULL, -1, "CBC");
	offers(TLS1_2_VERSION, "ECDHE+AESGCM", NULL, 0, "AES-GCM");
	offers(TLS1_2_VERSION, "ECDHE+CHACHA20", NULL, 0, "ChaCha20");
	offers(TLS1_3_VERSION, NULL, "P-521", -1, "P-521");
	offers(TLS1_3_VERSION, NULL, "X448", -1, "X448");
	offers(TLS1_3_VERSION, NULL, "ffdhe2048", -1, "ffdhe2048");
	offers(TLS1_3_VERSION, NULL, "X25519", 0, "X25519");
	offers(TLS1_3_VERSION, NULL, "P-256", 0, "P-256");
	offers(TLS1_3_VERSION, NULL, "P-521:P-384", 0, "P-384");
}

int
main(void)
{
	int p[2];

	key = key_make("P-256");
	chain = cert_text_make(key, "DNS:a.example");
	MUST(pipe(p) == 0);
	if (fork() == 0)
		make_forgery(p[1]);
	wait(NULL);
	handshake_init();
	ok(tlsx_init() == -1, "begun once");
	key_store(key, 0);
	server = service_one(&chain, "test", 0);
	forgery(p[0]);
	resumption();
	ticket_keys();
	ticket_count();
	none_in_12();
	exporter();
	endpoint_of("P-256", EVP_sha256(), EVP_sha256(), "SHA-256");
	endpoint_of("RSA:2048", EVP_sha384(), EVP_sha384(), "SHA-384");
	endpoint_of("P-256", EVP_sha512(), EVP_sha512(), "SHA-512");
	modes();
	renegotiation();
	negotiation();
	service_free(server);
	free(chain.p);
	EVP_PKEY_free(key);
	keystore_free(keys);
	return done();
}

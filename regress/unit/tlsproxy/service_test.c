/*
 * service: several names, ALPN, a staple, client certificates, reload under
 * a live connection, and what it says about bad configurations.
 */
#include "client.h"

static EVP_PKEY *a_key, *b_key;
static struct text a, b;
static SSL_CTX *client;
static char why[256];

/* the pairs a and b */
static struct tls *
service_two(const char *alpn, const char *ocsp, int ask)
{
	struct service_pair p[2] = {
		{ (const uint8_t *)a.p, a.len, (const uint8_t *)ocsp,
		    ocsp != NULL ? strlen(ocsp) : 0 },
		{ (const uint8_t *)b.p, b.len, NULL, 0 },
	};
	struct service_conf c = { .pairs = p,
		.npairs = 2,
		.alpn = alpn,
		.session_id = "two",
		.ask = ask };
	struct tls *t = service_new(&c, why, sizeof(why));

	MUST(t != NULL);
	return t;
}

static int
served(struct tls *t, const char *name, EVP_PKEY *want)
{
	struct both h;
	int r;

	r = both_open(&h, t, client, name, NULL) == 0 && both_talk(&h) &&
	    EVP_PKEY_eq(X509_get0_pubkey(SSL_get0_peer_certificate(h.c)),
		want) == 1;
	if (r && name != NULL)
		r = strcmp(tls_conn_servername(h.s), name) == 0;
	both_free(&h);
	return r;
}

static void
names(void)
{
	struct tls *t = service_two(NULL, NULL, 0);
	uint8_t mine[TLSX_ENDPOINT_MAX], theirs[TLSX_ENDPOINT_MAX];
	struct both h;

	ok(served(t, "a.example", a_key), "the first name");
	ok(served(t, "b.example", b_key), "the second name");
	ok(served(t, "x.b.example", b_key), "a name under the wildcard");
	ok(served(t, "c.example", a_key), "an unknown name: the first pair");
	ok(served(t, NULL, a_key), "no name: the first pair");
	SSL_SESSION_free(session);
	session = NULL;
	MUST(once(t, client, "b.example", NULL) == 0);
	MUST(both_open(&h, t, client, "b.example", session) == 0);
	X509_digest(SSL_get0_peer_certificate(h.c), EVP_sha256(), theirs, NULL);
	ok(SSL_session_reused(h.c) == 1 && tlsx_endpoint(h.ss, mine) == 32 &&
		memcmp(mine, theirs, 32) == 0,
	    "resumed: the endpoint is the second name's");
	both_free(&h);
	service_free(t);
}

static void
alpn_is(struct tls *t, const char *offer, size_t len, const char *want)
{
	const char *got;
	struct both h;
	int good;

	both_new(&h, t, client, "a.example", NULL);
	MUST(SSL_set_alpn_protos(h.c, (const uint8_t *)offer, (unsigned)len) ==
	    0);
	good = both_shake(&h) == 0;
	got = tls_conn_alpn_selected(h.s);
	ok(good && (got == NULL) == (want == NULL) &&
		(got == NULL || strcmp(got, want) == 0),
	    "ALPN: %s", want != NULL ? want : "no overlap, goes on without");
	both_free(&h);
}

static void
alpn(void)
{
	struct tls *t = service_two("h2,http/1.1", NULL, 0);

	alpn_is(t, "\x2h2\x8http/1.1", 12, "h2");
	alpn_is(t, "\x8http/1.1", 9, "http/1.1");
	alpn_is(t, "\4imap", 5, NULL);
	service_free(t);
}

static void
staple(void)
{
	struct tls *t = service_two(NULL, "a response", 0);
	const uint8_t *got;
	struct both h;
	long n;

	both_new(&h, t, client, "a.example", NULL);
	SSL_set_tlsext_status_type(h.c, TLSEXT_STATUSTYPE_ocsp);
	MUST(both_shake(&h) == 0);
	n = SSL_get_tlsext_status_ocsp_resp(h.c, &got);
	ok(n == 10 && memcmp(got, "a response", 10) == 0, "the staple comes");
	both_free(&h);
	both_new(&h, t, client, "b.example", NULL);
	SSL_set_tlsext_status_type(h.c, TLSEXT_STATUSTYPE_ocsp);
	ok(both_shake(&h) == 0 &&
		SSL_get_tlsext_status_ocsp_resp(h.c, &got) <= 0,
	    "not with the other name's certificate");
	both_free(&h);
	service_free(t);
}

static void
asking(void)
{
	struct tls *t = service_two(NULL, NULL, 1);
	SSL_CTX *with = client_new(TLS1_3_VERSION);
	X509 *x = x509_make("me", b_key, NULL, NULL, "DNS:me.example", -9, 99);
	struct both h;

	MUST(both_open(&h, t, client, "b.example", NULL) == 0);
	ok(both_talk(&h) && !tls_peer_cert_provided(h.s),
	    "asked for a certificate, none given: goes on");
	both_free(&h);
	MUST(SSL_CTX_use_certificate(with, x) == 1 &&
	    SSL_CTX_use_PrivateKey(with, b_key) == 1);
	MUST(both_open(&h, t, with, "b.example", NULL) == 0);
	ok(both_talk(&h) && tls_peer_cert_provided(h.s) &&
		strncmp(tls_peer_cert_hash(h.s), "SHA256:", 7) == 0,
	    "an unknown one given: goes on, too");
	both_free(&h);
	service_free(t);
	t = service_two(NULL, NULL, 0);
	MUST(both_open(&h, t, with, "b.example", NULL) == 0);
	ok(both_talk(&h) && !tls_peer_cert_provided(h.s),
	    "not asked: not given");
	both_free(&h);
	service_free(t);
	X509_free(x);
	SSL_CTX_free(with);
}

static void
reload(void)
{
	struct tls *old = service_two(NULL, NULL, 0), *new;
	struct both h, late, later;

	MUST(both_open(&h, old, client, "b.example", NULL) == 0);
	both_new(&late, old, client, "b.example", NULL);
	both_new(&later, old, client, "b.example", NULL);
	SSL_connect(later.c);
	tls_handshake(later.s);
	new = service_one(&a, "reload", 0);
	service_free(old);
	ok(both_talk(&h), "a connection lives on with its context retired");
	both_free(&h);
	ok(both_shake(&late) == 0 && both_talk(&late),
	    "so does one before its ClientHello");
	both_free(&late);
	ok(both_shake(&later) == 0 && both_talk(&later),
	    "and one in its handshake, the last");
	both_free(&later);
	ok(served(new, "a.example", a_key), "new ones get the new certificate");
	service_free(new);
	service_free(NULL);
}

static void
many(void)
{
	struct service_pair p[40];
	struct service_conf c = { .pairs = p,
		.npairs = 40,
		.session_id = "many" };
	struct tls *t;
	int i;

	for (i = 0; i < 40; i++)
		p[i] = (struct service_pair){ (const uint8_t *)b.p, b.len, NULL,
			0 };
	p[39].chain = (const uint8_t *)a.p;
	p[39].chainlen = a.len;
	MUST((t = service_new(&c, why, sizeof(why))) != NULL);
	ok(served(t, "a.example", a_key) && served(t, "b.example", b_key),
	    "40 pairs");
	SSL_SESSION_free(session);
	session = NULL;
	ok(once(t, client, "a.example", NULL) == 0 &&
		once(t, client, "a.example", session) == 1,
	    "resumed with the last of them");
	service_free(t);
}

static void
bad(const struct service_pair *p, size_t n, const char *alpn_list,
    const char *id, const char *what)
{
	struct service_conf c = { .pairs = p,
		.npairs = n,
		.alpn = alpn_list,
		.session_id = id };
	struct tls *t;

	why[0] = '\0';
	t = service_new(&c, why, sizeof(why));
	ok(t == NULL && why[0] != '\0', "%s: %s", what, why);
	service_free(t);
}

static void
errors(void)
{
	struct service_pair p[2] = {
		{ (const uint8_t *)a.p, a.len, NULL, 0 },
		{ (const uint8_t *)"junk", 4, NULL, 0 },
	};

	bad(p, 0, NULL, "s", "no pair");
	bad(p, 2, NULL, "s", "a bad second pair");
	bad(p, 1, NULL, "", "no session id");
	bad(p, 1, NULL, "123456789012345678901234567890123", "a long one");
	bad(p, 1, "h2,,imap", "s", "an empty protocol");
	p[0].chainlen /= 2;
	bad(p, 1, NULL, "s", "half a chain");
}

int
main(void)
{
	handshake_init();
	client = client_new(TLS1_3_VERSION);
	a_key = key_make("P-256");
	b_key = key_make("RSA:2048");
	a = cert_text_make(a_key, "DNS:a.example");
	b = cert_text_make(b_key, "DNS:b.example,DNS:*.b.example");
	key_store(a_key, 0);
	key_store(b_key, 0);
	names();
	alpn();
	staple();
	asking();
	reload();
	many();
	errors();
	SSL_SESSION_free(session);
	SSL_CTX_free(client);
	free(a.p);
	free(b.p);
	EVP_PKEY_free(a_key);
	EVP_PKEY_free(b_key);
	keystore_free(keys);
	return done();
}

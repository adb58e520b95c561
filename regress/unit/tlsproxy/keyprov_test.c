/*
 * keyprov: whole handshakes whose signatures come from a keystore; what
 * happens when it does not sign; what the key object cannot do.
 */
#include <errno.h>

#include "client.h"

/* the client of libtls trusts ca alone, and checks the name */
static struct tls *
tls_client_new(const struct text *ca, uint32_t protocols)
{
	struct tls_config *cfg = tls_config_new();
	struct tls *t = tls_client();

	MUST(tls_config_set_protocols(cfg, protocols) == 0 &&
	    tls_config_set_ca_mem(cfg, (uint8_t *)ca->p, ca->len) == 0 &&
	    tls_configure(t, cfg) == 0);
	tls_config_free(cfg);
	return t;
}

static int
shake_tls(struct tls *s, struct tls *c)
{
	int i, a = -2, b = -2;

	for (i = 0; i < 20 && (a != 0 || b != 0); i++) {
		if (b != 0 && (b = tls_handshake(c)) == -1)
			return -1;
		if (a != 0 && (a = tls_handshake(s)) == -1)
			return -1;
	}
	return a == 0 && b == 0 ? 0 : -1;
}

static void
libtls_pair(const char *kind, uint32_t protocols, const char *version)
{
	uint8_t mine[TLSX_EXPORTER_LEN], theirs[TLSX_EXPORTER_LEN];
	EVP_PKEY *k = key_make(kind);
	struct text t = cert_text_make(k, "DNS:a.example");
	struct tls *server = service_one(&t, "test", 0), *s, *c;
	struct ssl_st *ss, *cs;
	int fd[2], before = signatures, r;
	char buf[8];

	key_store(k, 0);
	c = tls_client_new(&t, protocols);
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0);
	MUST(tls_accept_socket(server, &s, fd[0]) == 0);
	ss = tlsx_last();
	MUST(tls_connect_socket(c, fd[1], "a.example") == 0);
	cs = tlsx_last();
	r = shake_tls(s, c);
	if (r == -1)
		printf("# %s; %s\n", tls_error(s), tls_error(c));
	ok(r == 0 && tls_write(c, "hello", 5) == 5 &&
		tls_read(s, buf, sizeof(buf)) == 5,
	    "%s %s: libtls on both sides", kind, version);
	ok(strcmp(tls_conn_version(s), version) == 0 &&
		signatures == before + 1,
	    "one signature was made");
	r = tlsx_exporter(ss, mine);
	if (protocols == TLS_PROTOCOL_TLSv1_3)
		ok(r == 0 && tlsx_exporter(cs, theirs) == 0 &&
			memcmp(mine, theirs, sizeof(mine)) == 0,
		    "the exporter is the same on both sides");
	else
		ok(r == -1, "no exporter in 1.2");
	tls_free(s);
	tls_free(c);
	service_free(server);
	close(fd[0]);
	close(fd[1]);
	free(t.p);
	EVP_PKEY_free(k);
}

static void
signer_fails(const char *kind, int version)
{
	EVP_PKEY *k = key_make(kind);
	struct text t = cert_text_make(k, "DNS:a.example");
	struct tls *server = service_one(&t, "test", 0);
	SSL_CTX *client = client_new(version);

	key_store(k, 0);
	broken = 1;
	ok(once(server, client, NULL, NULL) == -1,
	    "%s: no signer: the handshake fails", kind);
	broken = 2;
	ok(once(server, client, NULL, NULL) == -1,
	    "%s: a wrong signature: the handshake fails", kind);
	broken = 0;
	role = SIGN_AS_CLIENT;
	ok(once(server, client, NULL, NULL) == -1,
	    "%s: refused by the signer: the handshake fails", kind);
	role = SIGN_AS_SERVER;
	ok(once(server, client, NULL, NULL) == 0, "%s: and the next one works",
	    kind);
	SSL_CTX_free(client);
	service_free(server);
	free(t.p);
	EVP_PKEY_free(k);
}

static void
before_hello(void)
{
	EVP_PKEY *k = key_make("P-256");
	struct text t = cert_text_make(k, "DNS:a.example");
	struct tls *server = service_one(&t, "test", 0);
	SSL_CTX *client = client_new(TLS1_3_VERSION);
	struct both b;

	key_store(k, 0);
	both_new(&b, server, client, NULL, NULL);
	MUST(write(b.fd[1], "MAIL FROM:<a@b>\r\n", 17) == 17);
	ok(both_shake(&b) == -1, "plaintext before the ClientHello: fails");
	both_free(&b);
	SSL_CTX_free(client);
	service_free(server);
	free(t.p);
	EVP_PKEY_free(k);
}

static EVP_PKEY *
key_object(const struct text *cert)
{
	size_t len;
	char *pem = keyprov_pem(cert->p, cert->len, &len);
	EVP_PKEY *k;
	BIO *b;

	MUST(pem != NULL && strlen(pem) == len);
	b = BIO_new_mem_buf(pem, (int)len);
	k = PEM_read_bio_PrivateKey(b, NULL, NULL, NULL);
	BIO_free(b);
	free(pem);
	return k;
}

static void
cannot(const char *kind)
{
	EVP_PKEY *k = key_make(kind), *o;
	struct text t = cert_text_make(k, "DNS:a.example");
	uint8_t *der = NULL, out[512];
	EVP_PKEY_CTX *c;
	BIGNUM *n = NULL;
	size_t len = sizeof(out);

	o = key_object(&t);
	ok(o != NULL && EVP_PKEY_eq(k, o) == 1 &&
		EVP_PKEY_get_bits(o) == EVP_PKEY_get_bits(k),
	    "%s: the key object matches the key", kind);
	c = EVP_PKEY_CTX_new(o, NULL);
	ok(c == NULL || EVP_PKEY_decrypt_init(c) != 1, "%s: it cannot decrypt",
	    kind);
	EVP_PKEY_CTX_free(c);
	c = EVP_PKEY_CTX_new(o, NULL);
	ok(c == NULL || EVP_PKEY_sign_init(c) != 1 ||
		EVP_PKEY_sign(c, out, &len, out, 32) != 1,
	    "%s: it cannot sign a digest", kind);
	EVP_PKEY_CTX_free(c);
	c = EVP_PKEY_CTX_new(o, NULL);
	ok(c == NULL || EVP_PKEY_derive_init(c) != 1, "%s: it cannot derive",
	    kind);
	EVP_PKEY_CTX_free(c);
	ok(i2d_PrivateKey(o, &der) <= 0 &&
		EVP_PKEY_get_bn_param(o, "d", &n) != 1 &&
		EVP_PKEY_get_bn_param(o, "priv", &n) != 1,
	    "%s: it holds no private number", kind);
	EVP_PKEY_free(o);
	EVP_PKEY_free(k);
	free(t.p);
}

/* the key object signs texts through the API, too: with every padding */
static void
by_hand(void)
{
	static uint8_t tbs[64 + 4 + 32];
	EVP_PKEY *k = key_make("RSA:2048"), *o;
	struct text t = cert_text_make(k, "DNS:a.example");
	uint8_t sig[512];
	EVP_PKEY_CTX *pc;
	EVP_MD_CTX *m;
	size_t len;
	int pad;

	key_store(k, 0);
	o = key_object(&t);
	memcpy(tbs + 64, "\3\0\35\40", 4);
	for (pad = RSA_PKCS1_PADDING; pad <= RSA_PKCS1_PSS_PADDING; pad++) {
		len = sizeof(sig);
		m = EVP_MD_CTX_new();
		ok((EVP_DigestSignInit_ex(m, &pc, "SHA256", NULL, NULL, o,
			NULL) == 1 &&
		       EVP_PKEY_CTX_set_rsa_padding(pc, pad) == 1 &&
		       EVP_DigestSign(m, sig, &len, tbs, sizeof(tbs)) == 1) ==
			(pad == RSA_PKCS1_PADDING ||
			    pad == RSA_PKCS1_PSS_PADDING),
		    "padding %d", pad);
		EVP_MD_CTX_free(m);
	}
	m = EVP_MD_CTX_new();
	ok(EVP_DigestSignInit_ex(m, NULL, "SHA1", NULL, NULL, o, NULL) != 1,
	    "no SHA-1");
	EVP_MD_CTX_free(m);
	m = EVP_MD_CTX_new();
	len = 16;
	ok(EVP_DigestSignInit_ex(m, NULL, "SHA256", NULL, NULL, o, NULL) == 1 &&
		EVP_DigestSign(m, sig, &len, tbs, sizeof(tbs)) != 1,
	    "a buffer too small for the signature");
	EVP_MD_CTX_free(m);
	EVP_PKEY_free(o);
	EVP_PKEY_free(k);
	free(t.p);
}

/* outgoing: our certificate for a server that wants one */
static void
as_client(const char *kind, int version)
{
	EVP_PKEY *k = key_make(kind), *own = key_make("P-256");
	struct text t = cert_text_make(k, "DNS:b.example");
	X509 *x = x509_make("s", own, NULL, NULL, "DNS:s.example", -9, 999);
	SSL_CTX *sctx = SSL_CTX_new(TLS_server_method());
	SSL_CTX *cctx = client_new(version);
	SSL *s, *c;
	EVP_PKEY *o;
	BIO *in = BIO_new_mem_buf(t.p, (int)t.len), *sb, *cb;
	X509 *mine = PEM_read_bio_X509(in, NULL, NULL, NULL);
	int i;

	key_store(k, 1);
	o = key_object(&t);
	SSL_CTX_use_certificate(sctx, x);
	SSL_CTX_use_PrivateKey(sctx, own);
	X509_STORE_add_cert(SSL_CTX_get_cert_store(sctx), mine);
	SSL_CTX_set_verify(sctx,
	    SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	MUST(SSL_CTX_use_certificate(cctx, mine) == 1 &&
	    SSL_CTX_use_PrivateKey(cctx, o) == 1);
	s = SSL_new(sctx);
	c = SSL_new(cctx);
	MUST(BIO_new_bio_pair(&sb, 0, &cb, 0) == 1);
	SSL_set_bio(s, sb, sb);
	SSL_set_bio(c, cb, cb);
	role = SIGN_AS_CLIENT;
	for (i = 0; i < 20; i++)
		if (SSL_connect(c) + SSL_accept(s) == 2)
			break;
	role = SIGN_AS_SERVER;
	ok(SSL_is_init_finished(s) && SSL_get0_peer_certificate(s) != NULL &&
		SSL_get_verify_result(s) == X509_V_OK,
	    "%s %s: as a client", kind, SSL_get_version(c));
	SSL_free(s);
	SSL_free(c);
	SSL_CTX_free(sctx);
	SSL_CTX_free(cctx);
	BIO_free(in);
	X509_free(mine);
	X509_free(x);
	EVP_PKEY_free(o);
	EVP_PKEY_free(own);
	EVP_PKEY_free(k);
	free(t.p);
}

static void
bad_input(void)
{
	static char junk[1024 * 1024 + 1];
	EVP_PKEY *a = key_make("P-256"), *b = key_make("P-256");
	struct text x = cert_text_make(a, "DNS:a.example");
	struct text y = cert_text_make(b, "DNS:a.example");
	struct tls_config *cfg = tls_config_new();
	struct tls *t = tls_server();
	size_t len;
	char *pem;

	ok(keyprov_pem("", 0, &len) == NULL && errno == EINVAL,
	    "no PEM for nothing");
	ok(keyprov_pem(x.p, x.len / 2, &len) == NULL,
	    "no PEM for half a certificate");
	ok(keyprov_pem(junk, sizeof(junk), &len) == NULL,
	    "no PEM for a megabyte");
	ok(keyprov_init(ask_keystore) == -1 && errno == EINVAL,
	    "it is loaded once");
	MUST((pem = keyprov_pem(y.p, y.len, &len)) != NULL);
	ok(tls_config_set_keypair_mem(cfg, (uint8_t *)x.p, x.len,
	       (uint8_t *)pem, len) == -1 ||
		tls_configure(t, cfg) == -1,
	    "the key of another certificate does not fit");
	free(pem);
	tls_config_free(cfg);
	tls_free(t);
	EVP_PKEY_free(a);
	EVP_PKEY_free(b);
	free(x.p);
	free(y.p);
}

int
main(void)
{
	handshake_init();
	libtls_pair("RSA:2048", TLS_PROTOCOL_TLSv1_2, "TLSv1.2");
	libtls_pair("RSA:2048", TLS_PROTOCOL_TLSv1_3, "TLSv1.3");
	libtls_pair("P-256", TLS_PROTOCOL_TLSv1_2, "TLSv1.2");
	libtls_pair("P-256", TLS_PROTOCOL_TLSv1_3, "TLSv1.3");
	libtls_pair("P-384", TLS_PROTOCOL_TLSv1_2, "TLSv1.2");
	libtls_pair("P-384", TLS_PROTOCOL_TLSv1_3, "TLSv1.3");
	signer_fails("RSA:2048", TLS1_2_VERSION);
	signer_fails("P-256", TLS1_3_VERSION);
	before_hello();
	cannot("RSA:2048");
	cannot("P-256");
	by_hand();
	as_client("RSA:2048", TLS1_2_VERSION);
	as_client("RSA:2048", TLS1_3_VERSION);
	as_client("P-256", TLS1_2_VERSION);
	as_client("P-256", TLS1_3_VERSION);
	bad_input();
	keystore_free(keys);
	return done();
}

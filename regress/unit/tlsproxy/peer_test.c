/*
 * tlsx: the other side's certificate (chain, purpose, time, names), and DANE
 * for outgoing connections.
 */
#include "client.h"

#define YEAR (365 * 86400L)

static EVP_PKEY *root_key, *inter_key, *key, *server_key;
static X509 *root, *inter;
static struct text chain;
static struct tls *server;

static X509 *
leaf_make(const char *san, const char *eku, long from, long to)
{
	X509 *x = x509_make("peer", key, inter, inter_key, san, from, to);

	if (eku != NULL)
		x509_ext(x, NID_ext_key_usage, eku);
	MUST(X509_sign(x, inter_key, EVP_sha256()) > 0);
	return x;
}

/* what the server says about a client that shows leaf (and more) */
static struct tlsx_peer
peer_of(X509 *leaf, X509 *more, int version)
{
	SSL_CTX *client = client_new(version);
	struct tlsx_peer p;
	struct both b;

	if (leaf != NULL)
		MUST(SSL_CTX_use_certificate(client, leaf) == 1 &&
		    SSL_CTX_use_PrivateKey(client, key) == 1);
	if (more != NULL)
		MUST(SSL_CTX_add1_chain_cert(client, more) == 1);
	MUST(both_open(&b, server, client, NULL, NULL) == 0 && both_talk(&b));
	MUST(tlsx_peer(b.ss, time(NULL), &p) == 0);
	both_free(&b);
	SSL_CTX_free(client);
	return p;
}

static void
chain_is(X509 *leaf, X509 *more, enum tlsx_chain want, const char *what)
{
	struct tlsx_peer p = peer_of(leaf, more, TLS1_3_VERSION);
	struct tlsx_peer q = peer_of(leaf, more, TLS1_2_VERSION);

	if (p.chain != want)
		printf("# %s\n", X509_verify_cert_error_string(p.error));
	ok(p.chain == want && q.chain == want &&
		(p.error == 0) == (want != TLSX_UNTRUSTED),
	    "%s", what);
}

static void
chains(void)
{
	X509 *good = leaf_make("DNS:b.example", NULL, -9, YEAR);
	X509 *old = leaf_make("DNS:b.example", NULL, -YEAR, -9);
	X509 *young = leaf_make("DNS:b.example", NULL, 86400, YEAR);
	X509 *self =
	    x509_make("self", key, NULL, NULL, "DNS:b.example", -9, YEAR);
	X509 *serves = leaf_make("DNS:b.example", "serverAuth", -9, YEAR);
	X509 *client = leaf_make("DNS:b.example", "clientAuth", -9, YEAR);
	X509 *mail = leaf_make("DNS:b.example", "emailProtection", -9, YEAR);
	struct text ca = x509_text(&root, 1);
	struct tlsx_peer p;
	uint8_t hash[32];

	chain_is(good, inter, TLSX_UNTRUSTED, "without CAs nobody is trusted");
	ok(tlsx_ca(ca.p, ca.len) == 1, "one CA");
	ok(tlsx_ca("", 0) == -1 && tlsx_ca("nothing", 7) == -1,
	    "no CA in it: an error, the one before stays");
	chain_is(good, inter, TLSX_TRUSTED, "a whole chain");
	ok(tlsx_ca(NULL, 0) == 0, "no CA any more");
	chain_is(good, inter, TLSX_UNTRUSTED, "then nobody is trusted");
	ok(tlsx_ca(ca.p, ca.len) == 1, "and one again");
	chain_is(NULL, NULL, TLSX_NONE, "no certificate");
	chain_is(good, inter, TLSX_TRUSTED, "a whole chain");
	chain_is(good, NULL, TLSX_UNTRUSTED, "a chain with a gap");
	chain_is(self, NULL, TLSX_UNTRUSTED, "self-signed");
	chain_is(old, inter, TLSX_UNTRUSTED, "expired");
	chain_is(young, inter, TLSX_UNTRUSTED, "not valid yet");
	chain_is(serves, inter, TLSX_TRUSTED, "for servers only");
	chain_is(client, inter, TLSX_TRUSTED, "for clients only");
	chain_is(mail, inter, TLSX_UNTRUSTED, "for mail only");
	p = peer_of(good, inter, TLS1_3_VERSION);
	X509_digest(good, EVP_sha256(), hash, NULL);
	ok(memcmp(p.hash, hash, sizeof(hash)) == 0 && p.nnames == 1 &&
		p.names[0].type == TLSX_DNS &&
		strcmp(p.names[0].name, "b.example") == 0,
	    "its hash and name");
	free(ca.p);
	X509_free(good);
	X509_free(old);
	X509_free(young);
	X509_free(self);
	X509_free(serves);
	X509_free(client);
	X509_free(mail);
}

static void
names(void)
{
	static char many[20 * 20], *m = many;
	X509 *nul = leaf_make("DNS:b.example", NULL, -9, YEAR);
	X509 *typed, *lots;
	struct tlsx_peer p;
	int i;

	typed = leaf_make("otherName:1.3.6.1.5.5.7.8.5;UTF8:b.example,"
			  "otherName:1.3.6.1.5.5.7.8.7;IA5:_xmpp-server.c,"
			  "email:a@b.example,IP:192.0.2.1,"
			  "otherName:1.3.6.1.5.5.7.8.5;IA5:wrongtype,"
			  "otherName:1.2.3.4;UTF8:strange,DNS:*.d.example",
	    NULL, -9, YEAR);
	p = peer_of(typed, inter, TLS1_3_VERSION);
	ok(p.nnames == 3 && p.names[0].type == TLSX_XMPP &&
		strcmp(p.names[0].name, "b.example") == 0 &&
		p.names[1].type == TLSX_SRV &&
		strcmp(p.names[1].name, "_xmpp-server.c") == 0 &&
		p.names[2].type == TLSX_DNS &&
		strcmp(p.names[2].name, "*.d.example") == 0,
	    "names of three types, no others");
	x509_nul_name(nul, inter_key);
	p = peer_of(nul, inter, TLS1_3_VERSION);
	ok(p.nnames == 0, "a name with a NUL inside is none");
	for (i = 0; i < 20; i++)
		m += snprintf(m, 20, "%sDNS:n%d.example", i ? "," : "", i);
	lots = leaf_make(many, NULL, -9, YEAR);
	p = peer_of(lots, inter, TLS1_3_VERSION);
	ok(p.nnames == TLSX_NAMES &&
		strcmp(p.names[15].name, "n15.example") == 0,
	    "of 20 names the first 16");
	X509_free(typed);
	X509_free(nul);
	X509_free(lots);
}

struct rr {
	uint8_t usage, selector, mtype;
	X509 *of;
	int spoilt;
};

/* a handshake with that record: 1: matched, 0: refused, -1: unusable */
static int
dane(const struct rr *rr, const char *base, const char *also)
{
	static const struct tlsx_demand d = { .check = TLSX_DANE };
	struct tls_config *cfg = tls_config_new();
	struct tls *c = tls_client(), *s;
	uint8_t *der = NULL, hash[32];
	int fd[2], n, i, a = -2, b = -2, r;

	n = rr->selector == 1 ?
	    i2d_X509_PUBKEY(X509_get_X509_PUBKEY(rr->of), &der) :
	    i2d_X509(rr->of, &der);
	EVP_Digest(der, (size_t)n, hash, NULL, EVP_sha256(), NULL);
	OPENSSL_free(der);
	hash[0] ^= (uint8_t)rr->spoilt;
	MUST(tlsx_config(cfg) == 0);
	tls_config_insecure_noverifycert(cfg);
	tls_config_insecure_noverifyname(cfg);
	MUST(tls_configure(c, cfg) == 0);
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0);
	MUST(tls_accept_socket(server, &s, fd[0]) == 0);
	MUST(tls_connect_socket(c, fd[1], base) == 0);
	MUST(tlsx_dane(tlsx_last(), base, also) == 0);
	MUST(tlsx_demand(tlsx_last(), &d, NULL) == 0);
	r = tlsx_dane_add(tlsx_last(), rr->usage, rr->selector, rr->mtype, hash,
	    rr->mtype == 0 ? 0 : sizeof(hash));
	MUST(r != -1);
	for (i = 0; r == 1 && i < 20 && (a != 0 || b != 0); i++) {
		if ((b != 0 && (b = tls_handshake(c)) == -1) ||
		    (a != 0 && (a = tls_handshake(s)) == -1))
			break;
	}
	if (r == 1)
		r = a == 0 && b == 0 &&
		    SSL_get0_dane_authority(tlsx_last(), NULL, NULL) >= 0;
	else
		r = -1;
	tls_free(c);
	tls_free(s);
	tls_config_free(cfg);
	close(fd[0]);
	close(fd[1]);
	return r;
}

static void
outgoing(X509 *leaf)
{
	const struct rr ee = { 3, 1, 1, leaf, 0 }, bad = { 3, 1, 1, leaf, 1 };
	const struct rr whole = { 3, 0, 1, leaf, 0 }, ta = { 2, 0, 1, root, 0 };
	const struct rr other = { 2, 0, 1, leaf, 1 };
	const struct rr pkix = { 1, 1, 1, leaf, 0 }, odd = { 3, 1, 9, leaf, 0 };
	const struct rr empty = { 3, 0, 0, leaf, 0 };

	ok(dane(&ee, "s.example", "") == 1, "3 1 1: matched");
	ok(dane(&ee, "mx.elsewhere.example", "") == 1, "3 1 1: by any name");
	ok(dane(&whole, "s.example", "") == 1, "3 0 1: matched");
	ok(dane(&bad, "s.example", "") == 0, "3 1 1 of another key: refused");
	ok(dane(&ta, "s.example", "") == 1, "2 0 1: matched");
	ok(dane(&ta, "t.example", "") == 0, "2 0 1 by another name: refused");
	ok(dane(&ta, "t.example", "s.example") == 1,
	    "unless that is its other one");
	ok(dane(&other, "s.example", "") == 0, "2 0 1 of another CA: refused");
	ok(dane(&pkix, "s.example", "") == -1, "1 1 1: unusable");
	ok(dane(&odd, "s.example", "") == -1, "3 1 9: unusable");
	ok(dane(&empty, "s.example", "") == -1, "3 0 0 of nothing: unusable");
}

int
main(void)
{
	X509 *all[3];

	handshake_init();
	root_key = key_make("P-256");
	inter_key = key_make("P-256");
	key = key_make("P-256");
	server_key = key_make("P-256");
	root = x509_make("root", root_key, NULL, NULL, NULL, -9, YEAR);
	inter = x509_make("inter", inter_key, root, root_key, NULL, -9, YEAR);
	all[0] = x509_make("s", server_key, inter, inter_key, "DNS:s.example",
	    -9, YEAR);
	all[1] = inter;
	all[2] = root;
	chain = x509_text(all, 3);
	key_store(server_key, 0);
	server = service_one(&chain, "peer", 1);
	chains();
	names();
	outgoing(all[0]);
	service_free(server);
	free(chain.p);
	X509_free(all[0]);
	X509_free(inter);
	X509_free(root);
	EVP_PKEY_free(root_key);
	EVP_PKEY_free(inter_key);
	EVP_PKEY_free(key);
	EVP_PKEY_free(server_key);
	keystore_free(keys);
	return done();
}

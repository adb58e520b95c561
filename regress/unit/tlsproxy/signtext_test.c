/*
 * signtext: what a taken-over relay would have signed, and the handshakes
 * that it may. Each row builds a text; want is what it must be taken for.
 */
#include <string.h>

#include "signtext.h"
#include "tap.h"

#define SERVER "TLS 1.3, server CertificateVerify"
#define CLIENT "TLS 1.3, client CertificateVerify"

static uint8_t text[SIGN_TEXT_MAX + 64];
static size_t len;

static void
put(const void *p, size_t n)
{
	memcpy(text + len, p, n);
	len += n;
}

static void
fill(int c, size_t n)
{
	memset(text + len, c, n);
	len += n;
}

/* RFC 8446 4.4.3 */
static void
verify(const char *who, size_t hash)
{
	len = 0;
	fill(' ', 64);
	put(who, strlen(who) + 1);
	fill(0xaa, hash);
}

/* RFC 8422 5.4; form: the first byte of the point */
static void
ske(int type, int group, size_t point, int form)
{
	const uint8_t head[] = { (uint8_t)type, (uint8_t)(group >> 8),
		(uint8_t)group, (uint8_t)point, (uint8_t)form };

	len = 0;
	fill(0x55, 64);
	put(head, sizeof(head));
	fill(0x77, point - 1);
}

static void
message(int type, size_t n)
{
	const uint8_t head[] = { (uint8_t)type, 0, (uint8_t)(n >> 8),
		(uint8_t)n };

	put(head, sizeof(head));
	fill(3, n);
}

/* RFC 5246 7.4.8: the messages of a client's handshake, 0 ends */
static void
transcript(const int *types)
{
	len = 0;
	for (; *types != 0; types++)
		message(*types, *types == 14 ? 0 : 70);
}

static void
is(enum signtext want, const char *what)
{
	ok(signtext_kind(text, len) == want, "%s", what);
}

static void
refused(const char *what)
{
	enum signtext kind = signtext_kind(text, len);

	ok(kind == SIGNTEXT_NONE &&
		!signtext_permitted(kind, SIGN_AS_SERVER, 1) &&
		!signtext_permitted(kind, SIGN_AS_CLIENT, 1),
	    "refused: %s", what);
}

static void
literal(const char *s, const char *what)
{
	len = 0;
	put(s, strlen(s));
	refused(what);
}

static void
genuine(void)
{
	static const int with[] = { 1, 2, 11, 22, 12, 13, 14, 11, 16, 0 };
	static const int plain[] = { 1, 2, 11, 12, 13, 14, 11, 16, 0 };

	verify(SERVER, 32);
	is(SIGNTEXT_SERVER13, "server CertificateVerify, SHA-256");
	verify(SERVER, 48);
	is(SIGNTEXT_SERVER13, "server CertificateVerify, SHA-384");
	ske(3, 23, 65, 4);
	is(SIGNTEXT_SERVER12, "ServerKeyExchange, P-256");
	ske(3, 24, 97, 4);
	is(SIGNTEXT_SERVER12, "ServerKeyExchange, P-384");
	ske(3, 29, 32, 0);
	is(SIGNTEXT_SERVER12, "ServerKeyExchange, X25519");
	verify(CLIENT, 32);
	is(SIGNTEXT_CLIENT13, "client CertificateVerify, SHA-256");
	verify(CLIENT, 48);
	is(SIGNTEXT_CLIENT13, "client CertificateVerify, SHA-384");
	transcript(plain);
	is(SIGNTEXT_CLIENT12, "a client's transcript");
	transcript(with);
	is(SIGNTEXT_CLIENT12, "a client's transcript with a staple");
}

static void
strangers(void)
{
	static const uint8_t csr[] = { 0x30, 0x82, 0x02, 0x5e, 2, 1, 0, 0x30,
		0x19 };
	static const uint8_t ocsp[] = { 0x30, 0x81, 0x9e, 0xa2, 0x16, 4, 0x14 };
	static const char cred[] = "TLS, server delegated credentials";

	len = 0;
	refused("nothing");
	len = 0;
	fill(0x5a, 32);
	refused("a SHA-256 digest");
	fill(0x5a, 16);
	refused("a SHA-384 digest");
	len = 0;
	put(csr, sizeof(csr));
	fill(0x41, 602 - len);
	refused("a certificate request");
	len = 0;
	put(ocsp, sizeof(ocsp));
	fill(0x42, 161 - len);
	refused("an OCSP response");
	literal("eyJhbGciOiJSUzI1NiJ9.e30", "a JOSE header");
	literal("eyJhbGciOiJFUzI1NiIsIm5vbmNlIjoiYSIsInVybCI6Imh0dHBzOi8vYWNt"
		"ZS5leGFtcGxlL25ldy1vcmRlciJ9.eyJpZGVudGlmaWVycyI6W119",
	    "an ACME order");
	literal("v=1; a=rsa-sha256; d=a.example; s=s; h=from; bh=AAAA; b=",
	    "a DKIM header");
	verify(cred, 32);
	refused("delegated credentials");
}

static void
near_verify(void)
{
	size_t i, bad = 0;

	verify(SERVER, 32);
	fill(0, 1);
	refused("server CertificateVerify and a byte");
	verify(SERVER, 32);
	len--;
	refused("server CertificateVerify less a byte");
	verify(SERVER, 64);
	refused("a hash of 64 bytes");
	verify(SERVER, 20);
	refused("a hash of 20 bytes");
	verify(SERVER, 0);
	refused("no hash");
	verify("TLS 1.3, Server CertificateVerify", 32);
	refused("another context");
	verify("TLS 1.3, server CertificateVerifx", 32);
	refused("another context, last letter");
	len = 0;
	fill(' ', 64 + sizeof(SERVER) + 32);
	refused("blanks only");
	verify(SERVER, 32);
	text[64 + sizeof(SERVER) - 1] = 1;
	refused("no NUL behind the context");
	for (i = 0; i < 64; i++) {
		verify(SERVER, 32);
		text[i] = i & 1 ? 0 : '\t';
		bad += signtext_kind(text, len) != SIGNTEXT_NONE;
	}
	ok(bad == 0, "refused: any of the 64 blanks is another byte");
	verify(SERVER, 300);
	for (i = 0, bad = 0; i < len; i++)
		if (i != 64 + sizeof(SERVER) + 32 &&
		    i != 64 + sizeof(SERVER) + 48)
			bad += signtext_kind(text, i) != SIGNTEXT_NONE;
	ok(bad == 0, "refused: every other length");
}

static void
near_ske(void)
{
	ske(3, 29, 32, 0);
	fill(0, 1);
	refused("ServerKeyExchange and a byte");
	ske(3, 29, 32, 0);
	len--;
	refused("ServerKeyExchange less a byte");
	ske(3, 22, 32, 4);
	refused("a foreign group (secp256k1)");
	ske(3, 25, 133, 4);
	refused("a foreign group (P-521)");
	ske(3, 30, 56, 4);
	refused("a foreign group (X448)");
	ske(3, 256, 65, 4);
	refused("a foreign group (ffdhe2048)");
	ske(3, 23 + 256, 65, 4);
	refused("a foreign group (high byte)");
	ske(1, 23, 65, 4);
	refused("an explicit prime");
	ske(2, 23, 65, 4);
	refused("an explicit curve");
	ske(3, 23, 33, 2);
	refused("a compressed point");
	ske(3, 23, 65, 3);
	refused("a point of unknown form");
	ske(3, 23, 97, 4);
	refused("the point of another group");
	ske(3, 29, 65, 4);
	refused("X25519 of 65 bytes");
	ske(3, 29, 1, 4);
	refused("a point of one byte");
	len = 64;
	refused("two randoms");
	len = 68;
	refused("two randoms and a head");
}

static void
near_transcript(void)
{
	static const int cut[] = { 1, 2, 11, 12, 13, 14, 11, 0 };
	static const int hello[] = { 1, 0 };
	static const int server[] = { 2, 1, 11, 12, 13, 14, 11, 16, 0 };
	static const int more[] = { 1, 2, 11, 12, 13, 14, 11, 16, 16, 0 };
	static const int rsa[] = { 1, 2, 11, 13, 14, 11, 16, 0 };
	static const int unasked[] = { 1, 2, 11, 12, 14, 11, 16, 0 };
	static const int full[] = { 1, 2, 11, 12, 13, 14, 11, 16, 0 };

	transcript(cut);
	refused("a transcript that ends early");
	transcript(hello);
	refused("a ClientHello");
	transcript(server);
	refused("a transcript that begins with ServerHello");
	transcript(more);
	refused("a transcript with one message more");
	transcript(rsa);
	refused("a transcript without ServerKeyExchange");
	transcript(unasked);
	refused("a transcript without CertificateRequest");
	transcript(full);
	fill(0, 1);
	refused("a transcript and a byte");
	transcript(full);
	len--;
	refused("a transcript less a byte");
	transcript(full);
	text[4] = 2;
	refused("a ClientHello of another version");
	transcript(full);
	text[1] = 0xff;
	refused("a message longer than all");
	len = 0;
	message(1, SIGN_TEXT_MAX - 3);
	refused("longer than the longest text");
}

static void
roles(void)
{
	enum signtext server[] = { SIGNTEXT_SERVER13, SIGNTEXT_SERVER12 };
	enum signtext client[] = { SIGNTEXT_CLIENT13, SIGNTEXT_CLIENT12 };
	int i;

	for (i = 0; i < 2; i++) {
		ok(signtext_permitted(server[i], SIGN_AS_SERVER, 0) &&
			signtext_permitted(server[i], SIGN_AS_SERVER, 1),
		    "relays sign as server, any key");
		ok(!signtext_permitted(server[i], SIGN_AS_CLIENT, 0) &&
			!signtext_permitted(server[i], SIGN_AS_CLIENT, 1),
		    "relayout never signs as server");
		ok(signtext_permitted(client[i], SIGN_AS_CLIENT, 1),
		    "relayout signs as client with a client's key");
		ok(!signtext_permitted(client[i], SIGN_AS_CLIENT, 0),
		    "relayout does not with a server's key");
		ok(!signtext_permitted(client[i], SIGN_AS_SERVER, 1),
		    "relays never sign as client");
	}
	ok(strcmp(sign_result_text(SIGN_OK), "signed") == 0 &&
		sign_result_text(99) != NULL,
	    "results have texts");
}

int
main(void)
{
	genuine();
	strangers();
	near_verify();
	near_ske();
	near_transcript();
	roles();
	return done();
}

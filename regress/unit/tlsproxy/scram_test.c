/*
 * scram: the exchanges of RFC 5802 section 5 and RFC 7677 section 3 to the
 * byte, then each way to write a message wrong. In last messages % stands
 * for what is right there: %b binding, %n nonce, %p proof.
 */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "scram.h"
#include "scramclient.h"
#include "tap.h"

#define G SASL_GARBAGE
#define D SASL_DOWNGRADE
#define N64 "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz012345678901"
#define A51 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define A255 A51 A51 A51 A51 A51
#define C7 "=2C=2C=2C=2C=2C=2C=2C"
#define C70 C7 C7 C7 C7 C7 C7 C7 C7 C7 C7

enum { NONE, EXPORTER, ENDPOINT, BOTH };

static const uint8_t exporter[32] = "the exporter's thirty-two bytes.";
static const uint8_t endpoint[64] = "the hash of a certificate, SHA-512: "
				    "sixty-four bytes of it......";

/* clang-format off */
static const struct vector {
	enum secret_hash hash;
	const char *salt, *stored, *server; /* user, pencil, 4096 */
	const char *ours, *first, *challenge, *final, *answer;
} vectors[] = {
{ SECRET_SHA1, "QSXCR+Q6sek8bf92",
    "6dlGYMOdZcOPutkcNY8U2g7vK9Y=", "D+CSWLOshSulAsxiupA+qs2/fTE=",
    "3rfcNHYJY1ZVvWVs7j", "n,,n=user,r=fyko+d2lbbFgONRv9qkxdawL",
    "r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,s=QSXCR+Q6sek8bf92,i=4096",
    "c=biws,r=fyko+d2lbbFgONRv9qkxdawL3rfcNHYJY1ZVvWVs7j,"
    "p=v0X8v3Bz2T0CJGbJQyF0X+HI4Ts=", "v=rmF9pqV8S7suAoZWja4dJRkFsKQ=" },
{ SECRET_SHA256, "W22ZaJ0SNY7soEsUEjb6gQ==",
    "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=",
    "wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU=",
    "%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0", "n,,n=user,r=rOprNGfwEbeRWgbNEkqO",
    "r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096",
    "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
    "p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=",
    "v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=" },
};
static const struct {
	int plus, ground;
	const char *message;
	enum sasl_fault fault;
	const char *login, *authzid;
} firsts[] = {
{ 0, NONE, "n,,n=user,r=abc", 0, "user", "" },
{ 0, BOTH, "n,,n=user,r=abc", 0, "user", "" },
{ 0, NONE, "y,,n=user,r=abc", 0, "user", "" },
{ 0, EXPORTER, "y,,n=user,r=abc", D, "", "" },
{ 0, ENDPOINT, "y,,n=user,r=abc", D, "", "" },
{ 0, BOTH, "p=tls-exporter,,n=user,r=abc", G, "", "" },
{ 1, BOTH, "p=tls-exporter,,n=user,r=abc", 0, "user", "" },
{ 1, BOTH, "p=tls-server-end-point,,n=user,r=abc", 0, "user", "" },
{ 1, ENDPOINT, "p=tls-exporter,,n=user,r=abc", D, "", "" },
{ 1, EXPORTER, "p=tls-server-end-point,,n=user,r=abc", D, "", "" },
{ 1, BOTH, "p=tls-unique,,n=user,r=abc", D, "", "" },
{ 1, BOTH, "p=TLS-EXPORTER,,n=user,r=abc", D, "", "" },
{ 1, BOTH, "p=tls-exporte,,n=user,r=abc", D, "", "" },
{ 1, BOTH, "p=tls-exporter2,,n=user,r=abc", D, "", "" },
{ 1, BOTH, "p=,,n=user,r=abc", G, "", "" },
{ 1, BOTH, "p=tls exporter,,n=user,r=abc", G, "", "" },
{ 1, BOTH, "p,,n=user,r=abc", G, "", "" },
{ 1, BOTH, "p=tls-exporter", G, "", "" },
{ 1, BOTH, "n,,n=user,r=abc", G, "", "" },
{ 1, BOTH, "y,,n=user,r=abc", G, "", "" },
{ 0, NONE, "n,a=user,n=user,r=abc", 0, "user", "user" },
{ 0, NONE, "n,a=other,n=user,r=abc", 0, "user", "other" },
{ 0, NONE, "n,a=a=2Cb=3Dc,n=a=2Cb=3Dc,r=abc", 0, "a,b=c", "a,b=c" },
{ 0, NONE, "n,,n==2c=3d=2C,r=abc", 0, ",=,", "" },
{ 0, NONE, "n,,n=alice+phone,r=abc", 0, "alice+phone", "" },
{ 0, NONE, "n,,n=\xc2\xaaI\xc2\xadX,r=abc", 0, "aIX", "" },
{ 0, NONE, "n,a=\xc2\xad" "a,n=a,r=abc", 0, "a", "a" },
{ 0, NONE, "n,,n=a b,r=abc", 0, "a b", "" },
{ 0, NONE, "n,,n=" A255 ",r=abc", 0, A255, "" },
{ 0, NONE, "n,,n=" A255 "a,r=abc", G, "", "" },
{ 0, NONE, "n,,n=" C70 ",r=abc", 0,
    ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,", "" },
{ 0, NONE, "n,a=" C70 C70 ",n=user,r=abc", 0, "user",
    ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,"
    ",,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,,," },
{ 0, NONE, "n,a=" C70 C70 C70 ",n=user,r=abc", G, "", "" },
{ 0, NONE, "n,,n=user,r=" N64 N64 N64 N64, 0, "user", "" },
{ 0, NONE, "n,,n=user,r=" N64 N64 N64 N64 "0", G, "", "" },
{ 0, NONE, "n,,n=user,r=abc,x=y", 0, "user", "" },
{ 0, NONE, "n,,n=user,r=a=b!~,t==,Z=\xc3\xa4 \x01", 0, "user", "" },
{ 0, NONE, "", G, "", "" }, { 0, NONE, "n", G, "", "" },
{ 0, NONE, "n,", G, "", "" }, { 0, NONE, "n,,", G, "", "" },
{ 0, NONE, "N,,n=user,r=abc", G, "", "" },
{ 0, NONE, "z,,n=user,r=abc", G, "", "" },
{ 0, NONE, "nn,,n=user,r=abc", G, "", "" },
{ 0, NONE, "n=x,,n=user,r=abc", G, "", "" },
{ 0, NONE, ",,n=user,r=abc", G, "", "" },
{ 0, NONE, "n,n=user,r=abc", G, "", "" },
{ 0, NONE, "n,a=,n=user,r=abc", G, "", "" },
{ 0, NONE, "n,a,n=user,r=abc", G, "", "" },
{ 0, NONE, "n,b=user,n=user,r=abc", G, "", "" },
{ 0, NONE, "n,a=user", G, "", "" }, { 0, NONE, "n,a=user,", G, "", "" },
{ 0, NONE, "n,a=a=b,n=user,r=abc", G, "", "" },
{ 0, NONE, "n,a=a\x07,n=user,r=abc", G, "", "" },
{ 0, NONE, "n,,m=x,n=user,r=abc", G, "", "" },
{ 0, NONE, "n,,n=user,r=abc,m=x", G, "", "" },
{ 0, NONE, "n,,r=abc,n=user", G, "", "" },
{ 0, NONE, "n,,x=y,n=user,r=abc", G, "", "" },
{ 0, NONE, "n,,n=,r=abc", G, "", "" }, { 0, NONE, "n,,n,r=abc", G, "", "" },
{ 0, NONE, "n,,n=user", G, "", "" }, { 0, NONE, "n,,n=user,", G, "", "" },
{ 0, NONE, "n,,n=user,r=", G, "", "" },
{ 0, NONE, "n,,n=user,r=a b", G, "", "" },
{ 0, NONE, "n,,n=user,r=a\x7f", G, "", "" },
{ 0, NONE, "n,,n=user,r=\xc3\xa4", G, "", "" },
{ 0, NONE, "n,,n=user,,r=abc", G, "", "" },
{ 0, NONE, "n,,n=user,r=abc,", G, "", "" },
{ 0, NONE, "n,,n=user,r=abc,x", G, "", "" },
{ 0, NONE, "n,,n=user,r=abc,x=", G, "", "" },
{ 0, NONE, "n,,n=user,r=abc,1=x", G, "", "" },
{ 0, NONE, "n,,n=user,r=abc,r=abc", G, "", "" },
{ 0, NONE, "n,,n=user,r=abc,x=\xff", G, "", "" },
{ 0, NONE, "n,,n=us=er,r=abc", G, "", "" },
{ 0, NONE, "n,,n=user=,r=abc", G, "", "" },
{ 0, NONE, "n,,n=user=2,r=abc", G, "", "" },
{ 0, NONE, "n,,n=user=2D,r=abc", G, "", "" },
{ 0, NONE, "n,,n=user\x07,r=abc", G, "", "" },
{ 0, NONE, "n,,n=\xc8\xa1,r=abc", G, "", "" },
{ 0, NONE, "n,,n=\xc2\xad,r=abc", G, "", "" },
{ 0, NONE, "n,,n=\xd8\xa7" "1,r=abc", G, "", "" },
{ 0, NONE, "n,,n=\xff,r=abc", G, "", "" },
};
static const struct {
	const char *header; /* of the first message: binding */
	const char *message;
	enum sasl_fault fault;
} finals[] = {
{ "n,,", "c=%b,r=%n,p=%p", 0 }, { "y,,", "c=%b,r=%n,p=%p", 0 },
{ "n,a=x=2Cy,", "c=%b,r=%n,p=%p", 0 },
{ "p=tls-exporter,,", "c=%b,r=%n,p=%p", 0 },
{ "p=tls-server-end-point,,", "c=%b,r=%n,p=%p", 0 },
{ "p=tls-server-end-point,a=b,", "c=%b,r=%n,p=%p", 0 },
{ "n,,", "c=%b,r=%n,x=y,Z= =\xc3\xa4,p=%p", 0 },
/* eSws: "y,,"; bixhPXgs: "n,a=x,"; the rest is the header without binding */
{ "n,,", "c=eSws,r=%n,p=%p", D }, { "y,,", "c=biws,r=%n,p=%p", D },
{ "n,,", "c=bixhPXgs,r=%n,p=%p", D }, { "n,a=x,", "c=biws,r=%n,p=%p", D },
{ "n,,", "c=biwsAA==,r=%n,p=%p", D }, { "n,,", "c=biw=,r=%n,p=%p", D },
{ "p=tls-exporter,,", "c=biws,r=%n,p=%p", D },
{ "p=tls-exporter,,", "c=cD10bHMtZXhwb3J0ZXIsLA==,r=%n,p=%p", D },
{ "n,,", "c=" N64 N64 N64 N64 N64 N64 N64 N64 N64 N64 N64 N64 N64 N64 N64 N64
    ",r=%n,p=%p", D },
{ "n,,", "c=bi-s,r=%n,p=%p", G }, { "n,,", "c=biw,r=%n,p=%p", G },
{ "n,,", "c=,r=%n,p=%p", G }, { "n,,", "r=%n,p=%p", G },
{ "n,,", "r=%n,c=%b,p=%p", G }, { "n,,", "C=%b,r=%n,p=%p", G },
{ "n,,", "x=y,c=%b,r=%n,p=%p", G }, { "n,,", "c=%b,x=y,r=%n,p=%p", G },
{ "n,,", "c=%b,r=%nx,p=%p", G }, { "n,,", "c=%b,r=x%n,p=%p", G },
{ "n,,", "c=%b,r=abc,p=%p", G }, { "n,,", "c=%b,r=,p=%p", G },
{ "n,,", "c=%b,p=%p", G }, { "n,,", "c=%b,r=%n,", G },
{ "n,,", "c=%b,r=%n", G }, { "n,,", "c=%b", G }, { "n,,", "c", G },
{ "n,,", "", G }, { "n,,", "c=%b,r=%n,m=x,p=%p", G },
{ "n,,", "c=%b,r=%n,c=%b,p=%p", G }, { "n,,", "c=%b,r=%n,r=%n,p=%p", G },
{ "n,,", "c=%b,r=%n,x,p=%p", G }, { "n,,", "c=%b,r=%n,x=,p=%p", G },
{ "n,,", "c=%b,r=%n,,p=%p", G }, { "n,,", "c=%b,r=%n,\xff=a,p=%p", G },
{ "n,,", "c=%b,r=%n,x=\xff,p=%p", G },
{ "n,,", "c=%b,r=%n,p=", G }, { "n,,", "c=%b,r=%n,p", G },
{ "n,,", "c=%b,r=%n,p=%p,", G }, { "n,,", "c=%b,r=%n,p=%p,x=y", G },
{ "n,,", "c=%b,r=%n,p=%p,p=%p", G }, { "n,,", "c=%b,r=%n,p=%pAAAA", G },
{ "n,,", "c=%b,r=%n,p=AAAA", G }, { "n,,", "c=%b,r=%n,p=!", G },
{ "n,,", "c=%b,r=%n,p=" N64, G },
/* right length, wrong bytes; the proof is for other words */
{ "n,,", "c=%b,r=%n,p=%w", SASL_PASSWORD },
{ "n,,", "c=%b,r=%n,p=%o", SASL_PASSWORD },
};
/* clang-format on */

static struct sasl_ground
ground(int which)
{
	struct sasl_ground g = { .tls = 1 };

	if (which & EXPORTER)
		g.exporter = exporter;
	if (which & ENDPOINT) {
		g.endpoint = endpoint;
		g.endpointlen = sizeof(endpoint);
	}
	return g;
}

/* each message lies in memory of its exact size and is gone afterwards */
static enum sasl_fault
first(struct scram *s, const char *text, size_t len, const struct verifier *v,
    const char *ours, char login[SCRAM_NAME], char authzid[SCRAM_NAME],
    char out[SCRAM_OUT])
{
	char *copy = malloc(len + !len);
	enum sasl_fault fault;

	memcpy(copy, text, len);
	memset(login, 0, SCRAM_NAME);
	memset(authzid, 0, SCRAM_NAME);
	fault = scram_first(s, copy, len, login, authzid);
	if (fault == SASL_NO_FAULT && v != NULL &&
	    scram_challenge(s, v, ours, out) != strlen(out))
		abort();
	free(copy);
	return fault;
}

static enum sasl_fault
final(struct scram *s, const char *text, char out[SCRAM_OUT], size_t *outlen)
{
	size_t len = strlen(text);
	char *copy = malloc(len + !len);
	enum sasl_fault fault;

	memcpy(copy, text, len);
	memset(out, 0, SCRAM_OUT);
	fault = scram_final(s, copy, len, out, outlen);
	free(copy);
	return fault;
}

static void
rfc(const struct vector *w)
{
	struct sasl_ground g = ground(NONE);
	struct scram s = { .ground = &g, .hash = w->hash };
	char name[SCRAM_NAME], authzid[SCRAM_NAME], out[SCRAM_OUT];
	char text[BASE64_SIZE(32)];
	struct verifier v = { .is.iterations = 4096 };
	size_t len;

	v.is.saltlen = (size_t)base64_decode(w->salt, strlen(w->salt),
	    v.is.salt, SECRET_SALT);
	v.is.keylen = w->hash == SECRET_SHA1 ? 20 : 32;
	scram_keys(w->hash, "pencil", 6, v.is.salt, v.is.saltlen, 4096,
	    v.is.stored, v.is.server);
	base64_encode(v.is.stored, v.is.keylen, text);
	ok(strcmp(text, w->stored) == 0, "StoredKey %s", text);
	base64_encode(v.is.server, v.is.keylen, text);
	ok(strcmp(text, w->server) == 0, "ServerKey %s", text);
	ok(first(&s, w->first, strlen(w->first), &v, w->ours, name, authzid,
	       out) == SASL_NO_FAULT &&
		strcmp(name, "user") == 0 && *authzid == '\0',
	    "%s", w->first);
	ok(strcmp(out, w->challenge) == 0, "%s", out);
	ok(final(&s, w->final, out, &len) == SASL_NO_FAULT &&
		len == strlen(out) && strcmp(out, w->answer) == 0,
	    "%s", out);
}

static void
first_messages(void)
{
	static const char nul[] = "n,,n=user,r=abc\0";
	char name[SCRAM_NAME], authzid[SCRAM_NAME], out[SCRAM_OUT];
	struct sasl_ground g;
	size_t i;

	for (i = 0; i < sizeof(firsts) / sizeof(*firsts); i++) {
		struct scram s = { .ground = &g, .hash = SECRET_SHA256 };
		enum sasl_fault fault;

		g = ground(firsts[i].ground);
		s.plus = firsts[i].plus;
		fault = first(&s, firsts[i].message, strlen(firsts[i].message),
		    NULL, NULL, name, authzid, out);
		ok(fault == firsts[i].fault &&
			(fault != SASL_NO_FAULT ||
			    (strcmp(name, firsts[i].login) == 0 &&
				strcmp(authzid, firsts[i].authzid) == 0)),
		    "first %zu: fault %d", i, fault);
	}
	for (i = 0; i < sizeof(nul); i++) {
		struct scram s = { .ground = &g, .hash = SECRET_SHA256 };

		g = ground(NONE);
		if (first(&s, nul, i, NULL, NULL, name, authzid, out) !=
		    (i == 13 || i == 14 || i == 15 ? SASL_NO_FAULT : G))
			break;
	}
	ok(i == sizeof(nul), "cut short at each byte, or with a NUL");
}

/* header and binding as c= has them */
static void
right_binding(const char *header, char *out)
{
	uint8_t raw[256];
	size_t n = strlen(header);

	memcpy(raw, header, n);
	if (strncmp(header, "p=tls-e", 7) == 0) {
		memcpy(raw + n, exporter, 32);
		n += 32;
	} else if (strncmp(header, "p=", 2) == 0) {
		memcpy(raw + n, endpoint, 64);
		n += 64;
	}
	base64_encode(raw, n, out);
}

static void
expand(enum secret_hash h, size_t row, const char *bare, const char *server,
    char out[4096])
{
	char binding[512], proof[64] = "", answer[64], without[4096] = "";
	const char *p = finals[row].message, *what;
	int nonce = (int)strcspn(server + 2, ",");

	right_binding(finals[row].header, binding);
	for (*out = '\0'; *p != '\0'; p++) {
		size_t n = strlen(out);

		if (strncmp(p, ",p=", 3) == 0 && *without == '\0')
			memcpy(without, out, n + 1);
		what = *p == '%' ? p++ : NULL;
		if (what != NULL && strchr("pwo", *p) != NULL)
			client_prove(h, *p == 'w' ? "Pencil" : "pencil", bare,
			    server, *p == 'o' ? "c=biws,r=x" : without, proof,
			    answer);
		if (what == NULL)
			snprintf(out + n, 4096 - n, "%c", *p);
		else if (*p == 'n')
			snprintf(out + n, 4096 - n, "%.*s", nonce, server + 2);
		else
			snprintf(out + n, 4096 - n, "%s",
			    *p == 'b' ? binding : proof);
	}
}

static void
last_messages(enum secret_hash h)
{
	char name[SCRAM_NAME], authzid[SCRAM_NAME], out[SCRAM_OUT], all[512];
	char message[4096];
	struct verifier v = { 0 };
	struct sasl_ground g;
	enum sasl_fault fault;
	size_t i, len;

	v.is = client_line("user", "pencil", h, 3, 64, "");
	for (i = 0; i < sizeof(finals) / sizeof(*finals); i++) {
		struct scram s = { .ground = &g, .hash = h };

		s.plus = *finals[i].header == 'p';
		g = ground(s.plus ? BOTH : NONE);
		snprintf(all, sizeof(all), "%sn=user,r=abc,x=y",
		    finals[i].header);
		fault = first(&s, all, strlen(all), &v, "0123456789abcdef",
		    name, authzid, out);
		expand(h, i, "n=user,r=abc,x=y", out, message);
		if (fault == SASL_NO_FAULT)
			fault = final(&s, message, out, &len);
		ok(fault == finals[i].fault &&
			len == (fault == 0 ? strlen(out) : 0) &&
			(fault != 0 || strncmp(out, "v=", 2) == 0),
		    "SHA-%d, last %zu: fault %d", h == SECRET_SHA1 ? 1 : 256, i,
		    fault);
	}
}

/* the longest of everything: nonces, salt, number, a header full */
static void
longest(void)
{
	static const char ours[] = "01234567890123456789012345678901";
	char name[SCRAM_NAME], authzid[SCRAM_NAME], out[SCRAM_OUT];
	struct sasl_ground g = ground(BOTH);
	struct verifier v = { 0 };
	char text[2048];
	int i;

	v.is = client_line("user", "pencil", SECRET_SHA256, 2, 64, "");
	v.is.iterations = SECRET_ITERATIONS_MAX;
	for (i = 0; i < 2; i++) {
		struct scram s = { .ground = &g,
			.plus = 1,
			.hash = SECRET_SHA256 };

		/* 26 bytes, 420, and 66 or one more */
		snprintf(text, sizeof(text),
		    "p=tls-server-end-point,a=%s%.*s,n=user,r=%s", C70 C70,
		    66 + i, A255, N64 N64 N64 N64);
		ok(first(&s, text, strlen(text), &v, ours, name, authzid,
		       out) == (i == 0 ? SASL_NO_FAULT : SASL_GARBAGE),
		    "a header of %d bytes", SCRAM_HEADER + i);
		if (i == 0)
			ok(strlen(s.nonce) == SCRAM_NONCE + SCRAM_OURS &&
				s.boundlen == sizeof(s.bound) &&
				strlen(out) == 2 + 288 + 3 + 88 + 3 + 8,
			    "and everything has its room");
	}
}

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(vectors) / sizeof(*vectors); i++)
		rfc(&vectors[i]);
	first_messages();
	last_messages(SECRET_SHA1);
	last_messages(SECRET_SHA256);
	longest();
	return done();
}

/*
 * sasl: whole exchanges of each mechanism: who gets in, who does not and why,
 * and that no client can tell a user who is there from one who is not
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "authmsg.h"
#include "sasl.h"
#include "scramclient.h"
#include "tap.h"

#define A10 "aaaaaaaaaa"
#define A250                                                                \
	A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 A10 \
	    A10 A10 A10 A10 A10 A10 A10 A10
#define A1024 A250 A250 A250 A250 A10 A10 "aaaa"
#define BYTES(s) s, sizeof(s) - 1

static const uint8_t nonce[18] = "eighteen, no more";
static const uint8_t binding[64] = "what binds the channel";

/* clang-format off */
static const struct { /* account: place in the table */
	const char *name, *password;
	enum secret_hash hash;
	const char *services;
} lines[] = {
{ "alice", "alpha", SECRET_SHA256, "" },
{ "alice", "alpha", SECRET_SHA1, "" },
{ "alice+phone", "phone", SECRET_SHA256, "smtp,xmpp" },
{ "alice+tv", "tv", SECRET_SHA256, "imap" },
{ "bob", "bravo", SECRET_SHA1, "" },
{ "carol+pad", "carla", SECRET_SHA256, "submission" },
{ "dora", "p\xc3\xa4ss", SECRET_SHA256, "xmpp" },
{ "erin", "same", SECRET_SHA256, "http" },
{ "erin+x", "same", SECRET_SHA256, "" },
};
static const struct {
	int tls, login, exporter, endpoint, sha1;
	const char *mechs;
} offers[] = {
{ 0, 1, 1, 1, 1, "" },
{ 1, 0, 0, 0, 0, "SCRAM-SHA-256 PLAIN" },
{ 1, 1, 0, 0, 0, "SCRAM-SHA-256 PLAIN LOGIN" },
{ 1, 0, 0, 0, 1, "SCRAM-SHA-256 SCRAM-SHA-1 PLAIN" },
{ 1, 0, 1, 0, 0, "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN" },
{ 1, 0, 0, 1, 0, "SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN" },
{ 1, 1, 1, 1, 1, "SCRAM-SHA-256-PLUS SCRAM-SHA-1-PLUS SCRAM-SHA-256 "
    "SCRAM-SHA-1 PLAIN LOGIN" },
};
static const char *const all[] = { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS",
    "SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN" };
static const struct {
	const char *message;
	size_t len;
	int checks;
	enum sasl_fault fault;
	int who; /* line; -1: nobody */
	const char *login;
} plains[] = {
{ BYTES("\0alice\0alpha"), 1, 0, 0, "alice" },
{ BYTES("alice\0alice\0alpha"), 1, 0, 0, "alice" },
{ BYTES("\0alice+phone\0phone"), 1, 0, 2, "alice+phone" },
{ BYTES("\0alice@example.org\0alpha"), 1, 0, 0, "alice" },
{ BYTES("\0alice+phone@a\0phone"), 1, 0, 2, "alice+phone" },
{ BYTES("alice@b\0alice\0alpha"), 1, 0, 0, "alice" },
{ BYTES("bob@a\0alice@a\0alpha"), 1, SASL_AUTHZID, -1, "alice" },
{ BYTES("\0@example.org\0alpha"), 1, SASL_UNKNOWN, -1, "@example.org" },
{ BYTES("\0alice\0phone"), 2, 0, 2, "alice" },
{ BYTES("\0carol\0carla"), 1, 0, 5, "carol" },
{ BYTES("\0erin\0same"), 2, 0, 8, "erin" },
{ BYTES("\0al\xc2\xadice\0al\xc2\xadpha"), 1, 0, 0, "alice" },
{ BYTES("a\xc2\xadlice\0alice\0alpha"), 1, 0, 0, "alice" },
{ BYTES("\0alice\0alphx"), 3, SASL_PASSWORD, -1, "alice" },
{ BYTES("\0alice\0Alpha"), 3, SASL_PASSWORD, -1, "alice" },
{ BYTES("\0alice+phone\0alpha"), 1, SASL_PASSWORD, -1, "alice+phone" },
{ BYTES("\0bob\0bravo"), 1, SASL_PASSWORD, -1, "bob" },
{ BYTES("\0nobody\0alpha"), 1, SASL_UNKNOWN, -1, "nobody" },
{ BYTES("\0Alice\0alpha"), 1, SASL_UNKNOWN, -1, "Alice" },
{ BYTES("\0alice+x\0alpha"), 1, SASL_UNKNOWN, -1, "alice+x" },
{ BYTES("\0" A250 "\0alpha"), 1, SASL_UNKNOWN, -1, A250 },
{ BYTES("\0alice\0" A1024), 3, SASL_PASSWORD, -1, "alice" },
{ BYTES("\0alice\0tv"), 3, SASL_SCOPE, -1, "alice" },
{ BYTES("\0alice+tv\0tv"), 1, SASL_SCOPE, -1, "alice+tv" },
{ BYTES("\0dora\0pa\xcc\x88ss"), 1, SASL_SCOPE, -1, "dora" },
{ BYTES("\0dora\0pass"), 1, SASL_PASSWORD, -1, "dora" },
{ BYTES("bob\0alice\0alpha"), 1, SASL_AUTHZID, -1, "alice" },
{ BYTES("alice\0alice+phone\0phone"), 1, SASL_AUTHZID, -1, "alice+phone" },
{ BYTES("bob\0alice\0wrong"), 3, SASL_PASSWORD, -1, "alice" },
{ BYTES("bob\0nobody\0wrong"), 1, SASL_UNKNOWN, -1, "nobody" },
{ BYTES(""), 0, SASL_GARBAGE, -1, "" },
{ BYTES("alice"), 0, SASL_GARBAGE, -1, "" },
{ BYTES("\0"), 0, SASL_GARBAGE, -1, "" },
{ BYTES("\0alice"), 0, SASL_GARBAGE, -1, "" },
{ BYTES("\0\0alpha"), 0, SASL_GARBAGE, -1, "" },
{ BYTES("\0alice\0"), 0, SASL_GARBAGE, -1, "alice" },
{ BYTES("\0alice\0alpha\0"), 0, SASL_GARBAGE, -1, "alice" },
{ BYTES("\0alice\0al\0pha"), 0, SASL_GARBAGE, -1, "alice" },
{ BYTES("\0alice\0alpha\n"), 0, SASL_GARBAGE, -1, "alice" },
{ BYTES("\0alice\n\0alpha"), 0, SASL_GARBAGE, -1, "" },
{ BYTES("\0ali\xff\0alpha"), 0, SASL_GARBAGE, -1, "" },
{ BYTES("\0alice\0alph\xff"), 0, SASL_GARBAGE, -1, "alice" },
{ BYTES("\x07\0alice\0alpha"), 0, SASL_GARBAGE, -1, "" },
{ BYTES("\0" A250 "aaaaaa" "\0alpha"), 0, SASL_GARBAGE, -1, "" },
{ BYTES(A250 "aaaaaa" "\0alice\0alpha"), 0, SASL_GARBAGE, -1, "" },
{ BYTES("\0alice\0" A1024 "a"), 0, SASL_GARBAGE, -1, "alice" },
};
static const struct {
	const char *header, *login, *password;
	enum sasl_fault fault;
	int who, sha1; /* line for each hash; -1: its fault is that */
} scrams[] = {
{ "n,,", "alice", "alpha", 0, 0, 1 },
{ "n,a=alice,", "alice", "alpha", 0, 0, 1 },
{ "n,a=a\xc2\xadlice,", "al\xc2\xadice", "alpha", 0, 0, 1 },
{ "n,,", "alice+phone", "phone", 0, 2, -SASL_PASSWORD - 1 },
{ "n,,", "alice+phone@example.org", "phone", 0, 2, -SASL_PASSWORD - 1 },
{ "n,,", "bob", "bravo", 0, -SASL_PASSWORD - 1, 4 },
{ "n,,", "alice", "phone", SASL_PASSWORD, -1, -1 },
{ "n,,", "alice+phone", "alpha", SASL_PASSWORD, -1, -1 },
{ "n,,", "carol", "carla", SASL_PASSWORD, -1, -1 },
{ "n,,", "nobody", "alpha", SASL_UNKNOWN, -1, -1 },
{ "n,,", "alice+x", "alpha", SASL_UNKNOWN, -1, -1 },
{ "n,a=bob,", "alice", "alpha", SASL_AUTHZID, -1, -1 },
{ "n,a=bob,", "alice", "wrong", SASL_PASSWORD, -1, -1 },
{ "n,,", "alice+tv", "tv", SASL_SCOPE, -1, -SASL_PASSWORD - 1 },
{ "n,,", "alice+tv", "wrong", SASL_PASSWORD, -1, -1 },
{ "y,,", "alice", "alpha", SASL_DOWNGRADE, -1, -1 },
{ "p=tls-exporter,,", "alice", "alpha", SASL_GARBAGE, -1, -1 },
};
/* clang-format on */

struct talk {
	struct sasl *s;
	enum sasl_step step;
	int messages, checks;
	char out[SASL_MAX];
	size_t outlen;
};

static struct verifiers *set; /* of all lines */

static struct verifiers *
verifiers(int sha1)
{
	static const uint8_t secret[32] = "of salts";
	struct verifiers *v = verifiers_new(secret);
	struct secret l;
	uint32_t i;

	for (i = 0; i < sizeof(lines) / sizeof(*lines); i++) {
		if (lines[i].hash == SECRET_SHA1 && !sha1)
			continue;
		l = client_line(lines[i].name, lines[i].password, lines[i].hash,
		    3, 16, lines[i].services);
		if (v == NULL || verifiers_add(v, &l, i) == -1)
			abort();
	}
	return v;
}

static struct sasl_ground
ground(int bindings)
{
	struct sasl_ground g = { .verifiers = set,
		.service = "submission",
		.daemon = "smtpd",
		.tls = 1,
		.login = 1 };

	if (bindings) {
		g.exporter = g.endpoint = binding;
		g.endpointlen = 32;
	}
	return g;
}

static struct talk
begin(const struct sasl_ground *g, const char *mech, int final)
{
	struct talk t = { .s = sasl_new(g, mech, final, nonce),
		.step = SASL_CHALLENGE };

	if (t.s == NULL)
		abort();
	return t;
}

static void
keep(struct talk *t)
{
	const uint8_t *p = sasl_out(t->s, &t->outlen);

	if (t->outlen >= sizeof(t->out) || (p == NULL) != (t->outlen == 0))
		abort();
	memset(t->out, 0, sizeof(t->out));
	if (p != NULL)
		memcpy(t->out, p, t->outlen);
}

/* the message lies in memory of its exact size and is gone afterwards */
static enum sasl_step
say(struct talk *t, const void *p, size_t len)
{
	char *copy = p == NULL ? NULL : malloc(len + !len);

	if (copy != NULL)
		memcpy(copy, p, len);
	t->step = sasl_step(t->s, copy, len);
	t->messages++;
	free(copy);
	keep(t);
	return t->step;
}

static enum sasl_step
check(struct talk *t)
{
	while (t->step == SASL_CHECK && t->checks < 100) {
		t->step = sasl_check(t->s);
		t->checks++;
		keep(t);
	}
	return t->step;
}

/* an end and nothing else; line: -1 for nobody. Frees */
static int
ended(struct talk *t, enum sasl_fault fault, int line)
{
	const struct verifier *who = sasl_who(t->s);
	int good;

	if (fault == SASL_NO_FAULT)
		good = t->step == SASL_OK && who != NULL &&
		    who->account == (uint32_t)line;
	else
		good = t->step == SASL_FAIL && who == NULL && line == -1 &&
		    sasl_fault(t->s) == fault && t->outlen == 0;
	if (!good)
		printf("# step %d, fault %d\n", t->step, sasl_fault(t->s));
	sasl_free(t->s);
	return good;
}

static void
offering(void)
{
	struct verifiers *few = verifiers(0);
	struct sasl_ground g;
	struct sasl *s;
	char names[128], small[24];
	size_t i, k;
	int good, want;

	for (i = 0; i < sizeof(offers) / sizeof(*offers); i++) {
		g = ground(0);
		g.verifiers = offers[i].sha1 ? set : few;
		g.tls = offers[i].tls;
		g.login = offers[i].login;
		g.exporter = offers[i].exporter ? binding : NULL;
		g.endpoint = offers[i].endpoint ? binding : NULL;
		g.endpointlen = offers[i].endpoint ? 32 : 0;
		sasl_mechs(&g, names, sizeof(names));
		ok(strcmp(names, offers[i].mechs) == 0, "offered: %s", names);
		good = 1;
		strncat(names, " ", 2);
		for (k = 0; k < sizeof(all) / sizeof(*all); k++) {
			char word[32];

			snprintf(word, sizeof(word), "%s ", all[k]);
			want = strstr(names, word) != NULL;
			errno = 0;
			s = sasl_new(&g, all[k], 0, nonce);
			good &= (s != NULL) == want;
			if (!want)
				good &= errno == (g.tls ? EINVAL : EPERM);
			sasl_free(s);
		}
		ok(good, "and taken, no other");
	}
	sasl_mechs(&g, small, sizeof(small));
	ok(strcmp(small, "SCRAM-SHA-256-PLUS") == 0, "those that have room");
	s = sasl_new(&g, "plain", 0, nonce);
	ok(s != NULL && sasl_new(&g, "PLAI", 0, nonce) == NULL &&
		sasl_new(&g, "", 0, nonce) == NULL &&
		sasl_new(&g, "PLAINX", 0, nonce) == NULL,
	    "a name in small letters, names cut short and too long");
	sasl_free(s);
	g.endpointlen = 65;
	ok(sasl_new(&g, "PLAIN", 0, nonce) == NULL && errno == EINVAL,
	    "a binding longer than any hash");
	verifiers_free(few);
}

static void
plain(void)
{
	struct sasl_ground g = ground(1);
	struct talk t;
	size_t i;
	int early, good;

	for (i = 0; i < sizeof(plains) / sizeof(*plains); i++)
		for (early = 0; early < 2; early++) {
			t = begin(&g, "PLAIN", 0);
			good = early ||
			    (say(&t, NULL, 0) == SASL_CHALLENGE &&
				t.outlen == 0);
			say(&t, plains[i].message, plains[i].len);
			check(&t);
			good &= t.checks == plains[i].checks &&
			    strcmp(sasl_login(t.s), plains[i].login) == 0 &&
			    t.outlen == 0;
			good &= ended(&t, plains[i].fault, plains[i].who);
			ok(good, "PLAIN %zu: fault %d", i, plains[i].fault);
		}
}

static void
login(void)
{
	struct sasl_ground g = ground(0);
	struct talk t;
	int early;

	for (early = 0; early < 2; early++) {
		t = begin(&g, "LOGIN", 1);
		ok(early ||
			(say(&t, NULL, 0) == SASL_CHALLENGE &&
			    strcmp(t.out, "Username:") == 0),
		    "LOGIN: the name is asked for");
		ok(say(&t, BYTES("alice")) == SASL_CHALLENGE &&
			strcmp(t.out, "Password:") == 0,
		    "LOGIN: the password is asked for");
		ok(say(&t, BYTES("phone")) == SASL_CHECK &&
			check(&t) == SASL_OK && t.checks == 2 &&
			ended(&t, 0, 2),
		    "LOGIN: in, with a label's");
	}
	t = begin(&g, "LOGIN", 0);
	say(&t, BYTES("alice"));
	say(&t, BYTES("wrong"));
	check(&t);
	ok(ended(&t, SASL_PASSWORD, -1), "LOGIN: wrong");
	t = begin(&g, "LOGIN", 0);
	say(&t, BYTES("nobody"));
	ok(strcmp(sasl_login(t.s), "nobody") == 0, "LOGIN: the login is known");
	say(&t, BYTES("wrong"));
	ok(check(&t) == SASL_FAIL && t.checks == 1 &&
		ended(&t, SASL_UNKNOWN, -1),
	    "LOGIN: nobody, after one check");
	t = begin(&g, "LOGIN", 0);
	say(&t, BYTES(""));
	ok(ended(&t, SASL_GARBAGE, -1), "LOGIN: no name");
	t = begin(&g, "LOGIN", 0);
	say(&t, BYTES("al\0ice"));
	ok(ended(&t, SASL_GARBAGE, -1), "LOGIN: NUL in the name");
	t = begin(&g, "LOGIN", 0);
	say(&t, BYTES("alice"));
	say(&t, BYTES(""));
	ok(ended(&t, SASL_GARBAGE, -1), "LOGIN: no password");
	t = begin(&g, "LOGIN", 0);
	say(&t, BYTES("alice"));
	say(&t, BYTES("al\0pha"));
	ok(ended(&t, SASL_GARBAGE, -1), "LOGIN: NUL in the password");
}

/* the client's part; c: base64 of header and binding. 1: the server's last
 * message is the one that was computed */
static int
scram(struct talk *t, const char *mech, const char *header, const char *c,
    const char *name, const char *password, int early)
{
	enum secret_hash h =
	    strstr(mech, "SHA-256") != NULL ? SECRET_SHA256 : SECRET_SHA1;
	char bare[300], text[1024], without[512], proof[64], answer[64];

	snprintf(bare, sizeof(bare), "n=%s,r=client-nonce", name);
	snprintf(text, sizeof(text), "%s%s", header, bare);
	if (!early && (say(t, NULL, 0) != SASL_CHALLENGE || t->outlen != 0))
		return 0;
	if (say(t, text, strlen(text)) != SASL_CHALLENGE)
		return 0;
	snprintf(without, sizeof(without), "c=%s,%.*s", c,
	    (int)strcspn(t->out, ","), t->out);
	if (!client_prove(h, password, bare, t->out, without, proof, answer))
		return 0;
	snprintf(text, sizeof(text), "%s,p=%s", without, proof);
	say(t, text, strlen(text));
	return t->step != SASL_FAIL && strncmp(t->out, "v=", 2) == 0 &&
	    strcmp(t->out + 2, answer) == 0;
}

/* base64 of a header, and a binding of n bytes behind it */
static void
bound(const char *header, size_t n, char out[512])
{
	uint8_t raw[256];
	size_t len = strlen(header);

	memcpy(raw, header, len);
	memcpy(raw + len, binding, n);
	EVP_EncodeBlock((uint8_t *)out, raw, (int)(len + n));
}

static void
scram_row(size_t i, int sha1, int final, int early)
{
	const char *mech = sha1 ? "SCRAM-SHA-1" : "SCRAM-SHA-256";
	int who = sha1 ? scrams[i].sha1 : scrams[i].who, right, good = 1;
	enum sasl_fault fault = scrams[i].fault;
	struct sasl_ground g = ground(1);
	struct talk t = begin(&g, mech, final);
	char c[512];

	if (who < -1) { /* this hash has no such line */
		fault = (enum sasl_fault)(-who - 1);
		who = -1;
	}
	bound(scrams[i].header, 0, c);
	right = scram(&t, mech, scrams[i].header, c, scrams[i].login,
	    scrams[i].password, early);
	if (right && !final)
		good = t.step == SASL_CHALLENGE && sasl_who(t.s) == NULL &&
		    say(&t, "", 0) == SASL_OK && t.outlen == 0;
	good &= right == (fault == SASL_NO_FAULT);
	good &= sasl_guess(t.s) == 0;
	good &= ended(&t, fault, who);
	ok(good, "%s %zu, %s: fault %d", mech, i, final ? "final" : "challenge",
	    fault);
}

static void
scrams_all(void)
{
	size_t i;
	int k;

	for (i = 0; i < sizeof(scrams) / sizeof(*scrams); i++)
		for (k = 0; k < 8; k++)
			scram_row(i, k & 1, k >> 1 & 1, k >> 2);
}

static void
plus(void)
{
	static const char e[] = "p=tls-exporter,,";
	static const char p[] = "p=tls-server-end-point,,";
	struct sasl_ground g = ground(1), other = ground(1);
	uint8_t else_where[32] = "another channel";
	struct talk t;
	char c[512];
	size_t i;

	for (i = 0; i < 2; i++) { /* both happen to be 32 bytes */
		t = begin(&g, all[i], 1);
		bound(e, 32, c);
		ok(scram(&t, all[i], e, c, "alice", "alpha", 1) &&
			ended(&t, 0, (int)i),
		    "%s: exporter", all[i]);
		t = begin(&g, all[i], 1);
		bound(p, 32, c);
		ok(scram(&t, all[i], p, c, "alice", "alpha", 1) &&
			ended(&t, 0, (int)i),
		    "%s: end point", all[i]);
		other.exporter = else_where;
		t = begin(&other, all[i], 1);
		bound(e, 32, c);
		ok(!scram(&t, all[i], e, c, "alice", "alpha", 1) &&
			ended(&t, SASL_DOWNGRADE, -1),
		    "%s: somebody is in the middle", all[i]);
		other.exporter = NULL;
		t = begin(&other, all[i], 1);
		ok(!scram(&t, all[i], e, c, "alice", "alpha", 1) &&
			ended(&t, SASL_DOWNGRADE, -1),
		    "%s: no exporter with TLS 1.2", all[i]);
	}
	g = ground(0);
	t = begin(&g, "SCRAM-SHA-256", 1);
	bound("y,,", 0, c);
	ok(scram(&t, "SCRAM-SHA-256", "y,,", c, "alice", "alpha", 1) &&
		ended(&t, 0, 0),
	    "y is fine where -PLUS is not offered");
}

/* what a client sees of one who fails; the salt apart */
static void
seen(const char *mech, const char *name, char out[1024], char salt[64])
{
	struct sasl_ground g = ground(0);
	struct talk t = begin(&g, mech, 1);
	char text[300], without[512], *s;
	size_t n;

	*out = '\0';
	snprintf(text, sizeof(text), "n,,n=%s,r=abc", name);
	n = (size_t)snprintf(out, 1024, "%d", say(&t, text, strlen(text)));
	s = strstr(t.out, ",s=") + 3;
	snprintf(salt, 64, "%.*s", (int)strcspn(s, ","), s);
	memset(s, '.', strlen(salt));
	n += (size_t)snprintf(out + n, 1024 - n, " %s", t.out);
	snprintf(without, sizeof(without), "c=biws,%.*s,p=%s",
	    (int)strcspn(t.out, ","), t.out,
	    strstr(mech, "256") != NULL ?
		"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=" :
		"AAAAAAAAAAAAAAAAAAAAAAAAAAA=");
	snprintf(out + n, 1024 - n, " %d %zu",
	    say(&t, without, strlen(without)), t.outlen);
	sasl_free(t.s);
}

/* true users and false ones; bob has SHA-1 only, carol a label only */
static void
same(void)
{
	static const char *const names[] = { "alice", "bob", "carol", "nobody",
		"alice+phone", "alice+x", "Alice", A250 };
	char first[1024], out[1024], salt[64], again[64], salts[8][64];
	size_t i, k, m, bad = 0;

	for (m = 2; m < 4; m++)
		for (i = 0; i < 8; i++) {
			seen(all[m], names[i], out, salt);
			seen(all[m], names[i], out, again);
			if (i == 0)
				memcpy(first, out, sizeof(out));
			ok(strcmp(out, first) == 0 && strcmp(salt, again) == 0,
			    "%s, %.10s: same steps, same salt again", all[m],
			    names[i]);
			memcpy(salts[i], salt, sizeof(salt));
			/* alice's lines were made with one salt */
			for (k = 0; k < i; k++)
				bad += strcmp(salt, salts[k]) == 0 &&
				    !(k == 0 && i == 4 && m == 2);
		}
	ok(bad == 0, "salts differ by name");
}

static void
misuse(void)
{
	static char big[SASL_MAX + 1];
	struct sasl_ground g = ground(0);
	struct talk t;
	char c[512];
	size_t i, k;
	int n;

	memset(big, 'a', sizeof(big));
	for (i = 2; i < sizeof(all) / sizeof(*all); i++) {
		t = begin(&g, all[i], 0);
		say(&t, big, sizeof(big));
		ok(ended(&t, SASL_GARBAGE, -1), "%s: %zu bytes", all[i],
		    sizeof(big));
		t = begin(&g, all[i], 0);
		ok(sasl_check(t.s) == SASL_FAIL &&
			sasl_fault(t.s) == SASL_GARBAGE &&
			say(&t, BYTES("n,,n=alice,r=abc")) == SASL_FAIL &&
			ended(&t, SASL_GARBAGE, -1),
		    "%s: a check before there is something", all[i]);
		for (k = 0, n = 0; k < 3; k++) {
			t = begin(&g, all[i], 0);
			while (t.step == SASL_CHALLENGE &&
			    t.messages < SASL_STEPS)
				say(&t,
				    k == 0     ? NULL :
					k == 1 ? "" :
						 big,
				    k / 2);
			check(&t);
			n = t.messages > n ? t.messages : n;
			if (!ended(&t,
				k < 2 || i < 5 ? SASL_GARBAGE : SASL_UNKNOWN,
				-1))
				n = SASL_STEPS;
		}
		ok(n < SASL_STEPS, "%s: %d messages at most", all[i], n);
	}
	memcpy(big, "n,,n=alice,r=abc,x=", 19);
	for (k = SASL_MAX; k <= sizeof(big); k++) {
		t = begin(&g, "SCRAM-SHA-256", 0);
		ok(say(&t, big, k) ==
			(k > SASL_MAX ? SASL_FAIL : SASL_CHALLENGE),
		    "a good message of %zu bytes", k);
		sasl_free(t.s);
	}
	t = begin(&g, "PLAIN", 0);
	say(&t, BYTES("\0alice\0alpha"));
	say(&t, BYTES("\0alice\0alpha"));
	ok(t.step == SASL_FAIL && sasl_check(t.s) == SASL_FAIL &&
		ended(&t, SASL_GARBAGE, -1),
	    "a message instead of the check");
	t = begin(&g, "PLAIN", 0);
	say(&t, BYTES("\0alice\0alpha"));
	check(&t);
	ok(t.step == SASL_OK && say(&t, "", 0) == SASL_FAIL &&
		ended(&t, SASL_GARBAGE, -1),
	    "a message after success undoes it");
	bound("n,,", 0, c);
	t = begin(&g, "SCRAM-SHA-256", 0);
	ok(scram(&t, "SCRAM-SHA-256", "n,,", c, "alice", "alpha", 1) &&
		say(&t, "x", 1) == SASL_FAIL && ended(&t, SASL_GARBAGE, -1),
	    "the last answer is not empty");
	t = begin(&g, "SCRAM-SHA-256", 0);
	ok(scram(&t, "SCRAM-SHA-256", "n,,", c, "alice", "alpha", 1) &&
		say(&t, NULL, 0) == SASL_OK && ended(&t, 0, 0),
	    "none is an empty one");
	sasl_free(NULL);
}

static uint64_t
guess(const char *mech, const char *name, const char *password)
{
	struct sasl_ground g = ground(0);
	struct talk t = begin(&g, mech, 0);
	char text[128];
	uint64_t v;
	int n;

	if (strcmp(mech, "LOGIN") == 0) {
		say(&t, name, strlen(name));
		say(&t, password, strlen(password));
	} else {
		n = snprintf(text, sizeof(text), "%c%s%c%s", 0, name, 0,
		    password);
		say(&t, text, (size_t)n);
	}
	check(&t);
	v = sasl_guess(t.s);
	sasl_free(t.s);
	return v;
}

static void
guesses(void)
{
	uint64_t v = guess("PLAIN", "alice", "secret");

	ok(v != 0 && guess("PLAIN", "alice", "secret") == v &&
		guess("LOGIN", "alice", "secret") == v &&
		guess("LOGIN", "alice",
		    "se\xc2\xad"
		    "cret") == v,
	    "the same guess is known again");
	ok(guess("PLAIN", "alice", "secreu") != v &&
		guess("PLAIN", "alicf", "secret") != v &&
		guess("PLAIN", "alices", "ecret") != v,
	    "another is another");
	ok(guess("PLAIN", "nobody", "secret") != 0, "of nobody");
	ok(guess("PLAIN", "alice", "alpha") == 0 &&
		guess("PLAIN", "alice", "tv") == 0 &&
		guess("PLAIN", "alice", "\x07") == 0,
	    "none of what is right, or garbage");
}

int
main(void)
{
	set = verifiers(1);
	offering();
	plain();
	login();
	scrams_all();
	plus();
	same();
	misuse();
	guesses();
	verifiers_free(set);
	return done();
}

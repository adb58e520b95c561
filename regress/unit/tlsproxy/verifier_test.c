/*
 * verifier: who is found by which login, what is invented for the others,
 * what a new set lacks, which services a line is for
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "tap.h"
#include "verifier.h"

static const uint8_t secret[32] = "the secret of salts, 32 bytes...";

/* name "alice+phone"; c: fills salt and keys */
static struct secret
line(const char *name, enum secret_hash hash, uint32_t iterations,
    size_t saltlen, int c)
{
	struct secret s = { .hash = hash, .iterations = iterations };
	size_t n = strcspn(name, "+");

	memcpy(s.user, name, n);
	if (name[n] == '+')
		snprintf(s.label, sizeof(s.label), "%s", name + n + 1);
	s.saltlen = saltlen;
	s.keylen = hash == SECRET_SHA1 ? 20 : 32;
	memset(s.salt, c, s.saltlen);
	memset(s.stored, c + 1, s.keylen);
	memset(s.server, c + 2, s.keylen);
	return s;
}

static void
add(struct verifiers *v, const char *name, enum secret_hash hash,
    uint32_t account)
{
	struct secret s = line(name, hash, 10000, 16, (int)account);

	if (verifiers_add(v, &s, account) == -1)
		abort();
}

static struct verifiers *new (void)
{
	struct verifiers *v = verifiers_new(secret);

	if (v == NULL)
		abort();
	return v;
}

#define N32 "abcdefghijklmnopqrstuvwxyz_-.123"
#define L32 "abcdefghijklmnopqrstuvwxyz-12345"

/* clang-format off */
static const struct { /* account of the line wanted; 0: none */
	const char *login;
	enum secret_hash hash;
	uint32_t account;
} finds[] = {
{ "alice", SECRET_SHA256, 1 }, { "alice", SECRET_SHA1, 2 },
{ "alice+phone", SECRET_SHA256, 3 }, { "alice+phone", SECRET_SHA1, 0 },
{ "bob", SECRET_SHA256, 0 }, { "bob", SECRET_SHA1, 4 },
{ "carol", SECRET_SHA256, 0 }, { "carol+tv", SECRET_SHA256, 5 },
{ N32 "+" L32, SECRET_SHA256, 6 }, { N32, SECRET_SHA256, 0 },
{ N32 "4+" L32, SECRET_SHA256, 0 }, { N32 "+" L32 "6", SECRET_SHA256, 0 },
{ "", SECRET_SHA256, 0 }, { "+", SECRET_SHA256, 0 },
{ "alice+", SECRET_SHA256, 0 }, { "+alice", SECRET_SHA256, 0 },
{ "alice+phone+", SECRET_SHA256, 0 }, { "alice+phone+x", SECRET_SHA256, 0 },
{ "Alice", SECRET_SHA256, 0 }, { "alic", SECRET_SHA256, 0 },
{ "alice ", SECRET_SHA256, 0 }, { "phone", SECRET_SHA256, 0 },
};
static const struct { const char *login, *accounts; } means[] = {
{ "alice", "1 3 " }, { "alice+phone", "3 " }, { "bob", "" }, { "carol", "5 " },
{ "alice+", "" }, { "dave", "10 11 12 13 14 15 16 17 " },
{ "erin", "30 20 21 22 23 24 25 26 27 " }, { "", "" }, { "nobody", "" },
};
static const struct {
	const char *services, *service, *daemon;
	int permits;
} scopes[] = {
{ "", "imaps", "imapd", 1 }, { "imap", "imaps", "imapd", 1 },
{ "imap,smtp", "submission", "smtpd", 1 }, { "smtp", "imaps", "imapd", 0 },
{ "submission", "submission", "smtpd", 1 },
{ "submission", "submissions", "smtpd", 0 },
{ "submissions", "submission", "smtpd", 0 }, { "imapd", "imaps", "imapd", 0 },
{ "xmpp,imap", "sieve", "imapd", 1 }, { "x,sieve,y", "sieve", "imapd", 1 },
{ "imap", "x", "imap", 1 }, { "ima", "imaps", "imapd", 0 },
{ "d", "x", "d", 0 }, { "imap", "", "", 0 },
};
/* clang-format on */

static void
finding(void)
{
	static const char *const dave[] = { "dave+a", "dave+b", "dave+c",
		"dave+d", "dave+e", "dave+f", "dave+g", "dave+h", "dave+i" };
	const struct verifier *v, *all[1 + VERIFIER_LABELS];
	struct verifiers *s = new ();
	char got[64], name[16];
	uint32_t i;
	size_t n, k;

	add(s, "alice", SECRET_SHA256, 1);
	add(s, "alice", SECRET_SHA1, 2);
	add(s, "alice+phone", SECRET_SHA256, 3);
	add(s, "bob", SECRET_SHA1, 4);
	add(s, "carol+tv", SECRET_SHA256, 5);
	add(s, N32 "+" L32, SECRET_SHA256, 6);
	for (i = 0; i < 9; i++)
		add(s, dave[i], SECRET_SHA256, 10 + i);
	for (i = 0; i < 9; i++) {
		snprintf(name, sizeof(name), "erin+%u", i);
		add(s, name, SECRET_SHA256, 20 + i);
	}
	add(s, "erin", SECRET_SHA256, 30);
	for (i = 0; i < sizeof(finds) / sizeof(*finds); i++) {
		v = verifiers_find(s, finds[i].login, finds[i].hash);
		ok(finds[i].account == 0 ?
			v == NULL :
			v != NULL && v->account == finds[i].account &&
			    v->is.hash == finds[i].hash,
		    "%s: %u", finds[i].login, finds[i].account);
	}
	for (i = 0; i < sizeof(means) / sizeof(*means); i++) {
		*got = '\0';
		n = verifiers_candidates(s, means[i].login, all);
		for (k = 0; k < n; k++)
			snprintf(got + strlen(got), sizeof(got) - strlen(got),
			    "%u ", all[k]->account);
		ok(strcmp(got, means[i].accounts) == 0, "%s may mean %s",
		    means[i].login, got);
	}
	verifiers_free(s);
	verifiers_free(NULL);
}

static int
same(const struct verifier *a, const struct verifier *b)
{
	return memcmp(a, b, sizeof(*a)) == 0;
}

/* bytes that two false ones have in common, at the same place */
static size_t
common(const uint8_t *a, const uint8_t *b, size_t n)
{
	size_t i, c = 0;

	for (i = 0; i < n; i++)
		c += a[i] == b[i];
	return c;
}

static void
inventing(void)
{
	static const uint8_t other[32] = "another secret";
	struct verifiers *s = new (), *t = new (), *o = verifiers_new(other);
	struct verifier a, b, c;
	struct secret l;
	int i;

	verifiers_false(s, "mallory", SECRET_SHA256, &a);
	ok(a.account == UINT32_MAX && a.is.iterations == 10000 &&
		a.is.saltlen == 16 && a.is.keylen == 32 &&
		a.is.hash == SECRET_SHA256,
	    "of an empty set");
	verifiers_false(t, "mallory", SECRET_SHA256, &b);
	ok(same(&a, &b), "the same in each set with this secret");
	verifiers_false(o, "mallory", SECRET_SHA256, &b);
	ok(common(a.is.salt, b.is.salt, 16) < 4, "another secret");
	verifiers_false(s, "mallorz", SECRET_SHA256, &b);
	ok(common(a.is.salt, b.is.salt, 16) < 4 &&
		common(a.is.stored, b.is.stored, 32) < 6 &&
		common(a.is.server, b.is.server, 32) < 6,
	    "another login");
	verifiers_false(s, "mallory", SECRET_SHA1, &b);
	ok(b.is.keylen == 20 && b.is.hash == SECRET_SHA1 &&
		common(a.is.salt, b.is.salt, 16) < 4,
	    "another hash");
	ok(common(a.is.salt, a.is.stored, 16) < 4 &&
		common(a.is.salt, a.is.server, 16) < 4 &&
		common(a.is.stored, a.is.server, 32) < 6,
	    "salt and keys have nothing in common");
	for (i = 0; i < 3; i++) {
		l = line(i == 0 ? "a" :
			i == 1	? "b" :
				  "c",
		    SECRET_SHA256, i == 0 ? 4096 : 20000, i == 0 ? 16 : 64, i);
		verifiers_add(s, &l, (uint32_t)i);
	}
	l = line("a", SECRET_SHA1, 5000, 12, 1);
	verifiers_add(s, &l, 0);
	verifiers_false(s, "mallory", SECRET_SHA256, &b);
	ok(b.is.iterations == 20000 && b.is.saltlen == 64 &&
		memcmp(a.is.salt, b.is.salt, 16) == 0 &&
		common(b.is.salt, b.is.salt + 32, 32) < 6,
	    "as most lines have it; the salt is the same, but longer");
	verifiers_false(s, "mallory", SECRET_SHA1, &c);
	ok(c.is.iterations == 5000 && c.is.saltlen == 12,
	    "as most lines of that hash have it");
	verifiers_free(s);
	verifiers_free(t);
	verifiers_free(o);
}

/* 32 kinds of lines are counted, the rest is there all the same */
static void
many_kinds(void)
{
	struct verifiers *s = new ();
	struct verifier v;
	struct secret l;
	char name[16];
	uint32_t i;

	for (i = 0; i < 40; i++) {
		snprintf(name, sizeof(name), "u%u", i);
		l = line(name, SECRET_SHA256, 4096 + i / 39, 1 + i % 39, 1);
		verifiers_add(s, &l, i);
	}
	ok(!verifiers_any(s, SECRET_SHA1), "no line with SHA-1");
	l = line("last", SECRET_SHA1, 4096, 16, 1);
	verifiers_add(s, &l, 40);
	ok(verifiers_any(s, SECRET_SHA1) &&
		verifiers_find(s, "last", SECRET_SHA1) != NULL,
	    "one with SHA-1, of the 41st kind");
	verifiers_false(s, "mallory", SECRET_SHA256, &v);
	ok(v.is.iterations == 4096 && v.is.saltlen == 1,
	    "of equals the first one");
	verifiers_free(s);
}

static void
lost(uint64_t id, uint32_t account, void *arg)
{
	uint64_t *last = arg;

	last[0]++;
	last[1] = id;
	last[2] = account;
}

static void
ids(void)
{
	struct verifiers *s, *t;
	struct secret base = line("alice+phone", SECRET_SHA256, 10000, 16, 7);
	struct secret l;
	uint64_t id, last[3];
	int i;

	for (i = 0; i < 9; i++) {
		s = new ();
		t = new ();
		verifiers_add(s, &base, 5);
		id = verifiers_find(s, "alice+phone", SECRET_SHA256)->id;
		l = base;
		switch (i) {
		case 0: /* elsewhere in the file */
			l.line = 99;
			break;
		case 1:
			memset(l.salt, 8, l.saltlen);
			break;
		case 2:
			l.stored[31] ^= 1;
			break;
		case 3:
			l.server[0] ^= 1;
			break;
		case 4:
			l.iterations++;
			break;
		case 5:
			snprintf(l.services, sizeof(l.services), "imap");
			break;
		case 6:
			l.label[4] = '\0';
			break;
		case 7: /* a byte goes from one field to the next */
			l = line("alicep+hone", SECRET_SHA256, 10000, 16, 7);
			break;
		case 8:
			l.hash = SECRET_SHA1;
			break;
		}
		verifiers_add(t, &l, 5);
		memset(last, 0, sizeof(last));
		verifiers_lost(s, t, lost, last);
		ok(verifiers_has(t, id) == (i == 0) && verifiers_has(s, id) &&
			!verifiers_has(s, id + 1) && last[0] == (i != 0) &&
			(i == 0 || (last[1] == id && last[2] == 5)),
		    "id: change %d", i);
		verifiers_free(s);
		verifiers_free(t);
	}
}

static void
full(void)
{
	struct verifiers *s = new (), *none = new ();
	const struct verifier *first = NULL;
	struct secret l;
	char name[16];
	uint32_t i;
	uint64_t n[3] = { 0 };
	int bad = 0;

	for (i = 0; i < VERIFIERS_MAX; i++) {
		snprintf(name, sizeof(name), "u%u+l%u", i % 1000, i / 1000);
		l = line(name, SECRET_SHA256, 10000, 16, (int)i);
		bad += verifiers_add(s, &l, i) == -1;
		if (i == 0)
			first = verifiers_find(s, name, SECRET_SHA256);
	}
	errno = 0;
	ok(bad == 0 && verifiers_add(s, &l, 0) == -1 && errno == ENOSPC,
	    "%d lines, no more", VERIFIERS_MAX);
	for (i = 0; i < VERIFIERS_MAX; i += 97) {
		snprintf(name, sizeof(name), "u%u+l%u", i % 1000, i / 1000);
		bad += verifiers_find(s, name, SECRET_SHA256) == NULL ||
		    verifiers_find(s, name, SECRET_SHA256)->account != i;
	}
	ok(bad == 0 && first != NULL && first->account == 0 &&
		strcmp(first->is.user, "u0") == 0,
	    "all are found, none has moved");
	verifiers_lost(s, none, lost, n);
	ok(n[0] == VERIFIERS_MAX, "an empty set lacks all");
	n[0] = 0;
	verifiers_lost(s, s, lost, n);
	ok(n[0] == 0, "a set lacks nothing of its own");
	verifiers_free(s);
	verifiers_free(none);
}

static void
scope(void)
{
	struct verifier v = { 0 };
	size_t i;

	for (i = 0; i < sizeof(scopes) / sizeof(*scopes); i++) {
		snprintf(v.is.services, sizeof(v.is.services), "%s",
		    scopes[i].services);
		ok(verifier_permits(&v, scopes[i].service, scopes[i].daemon) ==
			scopes[i].permits,
		    "services=%s: %s of %s", scopes[i].services,
		    scopes[i].service, scopes[i].daemon);
	}
}

int
main(void)
{
	finding();
	inventing();
	many_kinds();
	ids();
	full();
	scope();
	return done();
}

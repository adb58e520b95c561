/*
 * sasl: a byte for the mechanism, one of circumstances, one for whose
 * password the client knows, then its messages, 0xff between them; 0xfe
 * alone: none. Nobody gets in without the password of the line that he gets
 * in with, every exchange ends, and nothing is too long.
 */
#include <stdlib.h>
#include <string.h>

#include "authmsg.h"
#include "saslprep.h"
#include "scramsay.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const char *const names[] = { "SCRAM-SHA-256-PLUS", "SCRAM-SHA-1-PLUS",
	"SCRAM-SHA-256", "SCRAM-SHA-1", "PLAIN", "LOGIN" };
/* clang-format off */
static const struct { /* account: place in the table */
	const char *name, *password;
	enum secret_hash hash;
	const char *services;
} lines[] = {
{ "alice", "alpha", SECRET_SHA256, "" },
{ "alice", "alpha", SECRET_SHA1, "" },
{ "alice+phone", "phone", SECRET_SHA256, "smtp" },
{ "alice+tv", "tv", SECRET_SHA256, "imap" },
{ "bob", "bravo", SECRET_SHA1, "" },
{ "carol+pad", "p\xc3\xa4", SECRET_SHA256, "submission" },
{ "dora", "delta", SECRET_SHA256, "xmpp" },
};
/* clang-format on */
enum { LINES = sizeof(lines) / sizeof(*lines) };

static const uint8_t binding[64] = "what binds the channel";

struct talk {
	struct sasl *s;
	size_t mech, known;
	struct dialogue d;
	struct words w;
	enum sasl_step step;
	int messages, checks;
	char plain[SAY_MAX]; /* all messages one behind the other */
	size_t len, last;
	char answer[SCRAM_OUT];
};

static struct verifiers *
set_of(int empty)
{
	static struct verifiers *set, *none;
	static const uint8_t secret[32] = "of salts";
	struct secret s;
	uint32_t i;

	if (set == NULL) {
		set = verifiers_new(secret);
		none = verifiers_new(secret);
		MUST(set != NULL && none != NULL);
		for (i = 0; i < LINES; i++) {
			s = client_line(lines[i].name, lines[i].password,
			    lines[i].hash, 2, 16, lines[i].services);
			MUST(verifiers_add(set, &s, i) == 0);
		}
	}
	return empty ? none : set;
}

/* PLAIN ends with the password behind a NUL, LOGIN's last message is it */
static void
judge_password(const struct talk *t, size_t line)
{
	char got[SASLPREP_MAX + 1];
	size_t at = t->last;

	if (t->mech == 4) {
		at = t->len;
		while (at > t->last && t->plain[at - 1] != '\0')
			at--;
		MUST(at > t->last);
	}
	MUST(saslprep(t->plain + at, t->len - at, got, sizeof(got)) == 0);
	MUST(strcmp(got, lines[line].password) == 0);
}

static void
judge(const struct talk *t)
{
	const struct verifier *who = sasl_who(t->s);
	const char *user, *login = sasl_login(t->s);
	size_t n;

	MUST(who != NULL && who->account < LINES && t->messages > 0);
	MUST(who->account != 3 && who->account != 6); /* not for smtpd */
	user = lines[who->account].name;
	n = strlen(login);
	MUST(strncmp(user, login, n) == 0 &&
	    (user[n] == '\0' || (user[n] == '+' && t->mech >= 4)));
	MUST(sasl_guess(t->s) == 0);
	if (t->mech >= 4)
		judge_password(t, who->account);
	else {
		MUST(lines[who->account].hash == t->d.hash);
		judge_dialogue(&t->d, lines[who->account].password, t->answer);
	}
}

static void
hear(struct talk *t)
{
	const uint8_t *p;
	size_t n;

	p = sasl_out(t->s, &n);
	MUST((p == NULL) == (n == 0) && n < SCRAM_OUT);
	MUST(n == 0 || t->step == SASL_CHALLENGE || t->step == SASL_OK);
	MUST(t->step != SASL_OK || n <= SASL_DATA_MAX);
	MUST((t->step == SASL_OK) == (sasl_who(t->s) != NULL));
	if (n > 1 && p[0] == 'r')
		memcpy(t->d.server, p, n);
	if (n > 1 && p[0] == 'v')
		memcpy(t->answer, p, n);
}

static void
say(struct talk *t)
{
	char text[SAY_MAX], *copy;
	const uint8_t *p;
	size_t n = next_words(&t->w, &p);

	if (n > SAY_MAX / 4)
		n = SAY_MAX / 4;
	if (n == 1 && *p == 0xfe) {
		t->step = sasl_step(t->s, NULL, 0);
		return;
	}
	if (t->mech < 4 && *t->d.server != '\0' && *t->d.last == '\0') {
		n = say_last(&t->d, lines[t->known].password, p, n, text);
		memcpy(t->d.last, text, n);
	} else {
		memcpy(text, p, n);
		if (*t->d.server == '\0')
			memcpy(t->d.first, text, n);
	}
	if (t->len + n > sizeof(t->plain))
		n = 0;
	t->last = t->len;
	memcpy(t->plain + t->len, text, n);
	t->len += n;
	copy = malloc(n + !n);
	MUST(copy != NULL);
	memcpy(copy, text, n);
	t->step = sasl_step(t->s, copy, n);
	free(copy);
}

static void
end(struct talk *t)
{
	enum sasl_fault fault = sasl_fault(t->s);
	char more[1] = "";

	if (t->step == SASL_OK) {
		judge(t);
		return;
	}
	MUST(t->step == SASL_FAIL && fault != SASL_NO_FAULT);
	MUST(sasl_guess(t->s) == 0 || t->mech >= 4);
	MUST(sasl_step(t->s, more, 0) == SASL_FAIL && sasl_who(t->s) == NULL);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const uint8_t nonce[18] = "eighteen, no more";
	struct sasl_ground g = { .service = "submission", .daemon = "smtpd" };
	static struct talk t;
	char offer[128];

	if (len < 3)
		return 0;
	memset(&t, 0, sizeof(t));
	g.login = data[1] & 1;
	g.tls = (data[1] & 2) == 0;
	g.exporter = data[1] & 4 ? binding : NULL;
	g.endpoint = data[1] & 8 ? binding : NULL;
	g.endpointlen = data[1] & 8 ? 64 : 0;
	g.verifiers = set_of(data[1] >> 5 & 1);
	t.mech = data[0] % 6;
	t.known = data[2] % LINES;
	t.d.hash = t.mech < 4 && t.mech % 2 ? SECRET_SHA1 : SECRET_SHA256;
	t.d.ground = &g;
	t.w = (struct words){ data + 3, data + len };
	t.s = sasl_new(&g, names[t.mech], data[1] >> 4 & 1, nonce);
	sasl_mechs(&g, offer, sizeof(offer));
	MUST((t.s != NULL) == (strstr(offer, names[t.mech]) != NULL) ||
	    t.mech == 2 || t.mech == 3); /* -PLUS has them in its name */
	if (t.s == NULL)
		return 0;
	t.step = SASL_CHALLENGE;
	while (t.step == SASL_CHALLENGE) {
		MUST(t.messages++ < SASL_STEPS);
		say(&t);
		hear(&t);
		while (t.step == SASL_CHECK) {
			MUST(t.checks++ <= VERIFIER_LABELS);
			t.step = sasl_check(t.s);
			hear(&t);
		}
	}
	end(&t);
	sasl_free(t.s);
	return 0;
}

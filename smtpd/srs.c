/*
 * srs: see srs.h. Touches nothing. Addresses are a stranger's, way there and
 * way back; what comes back counts only when 20 bits of HMAC-SHA-256 over it,
 * in lower case, are right: base32, because some software folds case. Who
 * guesses them may send one mail to one address. After the SRS paper of Shevek
 * (2004): the form is public, hash and alphabet of the stamp are our own.
 */
#include <errno.h>
#include <nettle/hmac.h>
#include <nettle/memops.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "srs.h"

#define DAY 86400
#define STAMPS 1024 /* days, then they come again */

enum { HASH = 4, STAMP = 2 };

static const char base32[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/* HASH characters over kind and text without case; not terminated */
static void
sign(const struct srs *s, char kind, const char *text, char out[HASH])
{
	uint8_t digest[4];
	struct hmac_sha256_ctx h;
	uint32_t v;
	uint8_t c = (uint8_t)kind;
	int i;

	hmac_sha256_set_key(&h, SRS_SECRET, s->secret);
	hmac_sha256_update(&h, 1, &c);
	for (; *text != '\0'; text++) {
		c = (uint8_t)address_lower(*text);
		hmac_sha256_update(&h, 1, &c);
	}
	hmac_sha256_digest(&h, sizeof(digest), digest);
	v = (uint32_t)digest[0] << 16 | (uint32_t)digest[1] << 8 | digest[2];
	v >>= 4; /* 20 bits */
	for (i = HASH; i-- > 0; v >>= 5)
		out[i] = base32[v & 31];
	explicit_bzero(&h, sizeof(h));
	explicit_bzero(digest, sizeof(digest));
}

static int
is_signed(const struct srs *s, char kind, const char *text, const char *hash)
{
	char want[HASH], got[HASH];
	int i;

	sign(s, kind, text, want);
	for (i = 0; i < HASH; i++)
		got[i] = hash[i] >= 'a' && hash[i] <= 'z' ?
		    (char)(hash[i] - 32) :
		    hash[i];
	return memeql_sec(want, got, HASH);
}

static int
is_separator(char c)
{
	return c == '=' || c == '+' || c == '-';
}

/* '0' or '1', the scheme; '\0': an address like any other */
static char
kind_of(const char *local)
{
	if (strncasecmp(local, "SRS", 3) != 0 ||
	    (local[3] != '0' && local[3] != '1') || !is_separator(local[4]))
		return '\0';
	return local[3];
}

/* -1: it does not fit */
static int
put(struct mailbox *m, char kind, const char *hash, const char *text,
    const char *domain)
{
	int n = snprintf(m->local, sizeof(m->local), "SRS%c=%.*s=%s", kind,
	    HASH, hash, text);
	int d = snprintf(m->domain, sizeof(m->domain), "%s", domain);

	if (n <= LOCAL_MAX && d <= DOMAIN_MAX)
		return 0;
	errno = ERANGE;
	return -1;
}

/* "domain=" and, behind it, a local part that gets prefix in front; 0: what
 * comes out is an address */
static int
take_apart(const char *text, const char *prefix, struct mailbox *out)
{
	const char *eq = strchr(text, '=');
	char whole[MAILBOX_TEXT];
	struct mailbox m = { 0 }, again;
	int n;

	if (eq == NULL || eq[1] == '\0' ||
	    domain_parse(m.domain, text, (size_t)(eq - text), ADDRESS_UTF8) !=
		NULL)
		return -1;
	n = snprintf(m.local, sizeof(m.local), "%s%s", prefix, eq + 1);
	if (n > LOCAL_MAX ||
	    mailbox_parse(&again, whole, mailbox_format(&m, whole),
		ADDRESS_UTF8) != NULL)
		return -1;
	*out = again;
	return 0;
}

/* of an SRS1 address what it holds: "domain=" and the rest; NULL: it is none
 * that leads anywhere */
static const char *
inner(const char *local)
{
	const char *p = strchr(local + 5, '='), *eq;
	struct mailbox m;

	if (p == NULL || (eq = strchr(++p, '=')) == NULL ||
	    !is_separator(eq[1]) || take_apart(p, "SRS0", &m) == -1)
		return NULL;
	return p;
}

int
srs_rewrite(const struct srs *s, const struct mailbox *from, const char *domain,
    time_t now, struct mailbox *out)
{
	const char kind = kind_of(from->local), *rest;
	const uint32_t day = (uint32_t)(now / DAY) % STAMPS;
	char text[LOCAL_MAX + DOMAIN_MAX + 8], hash[HASH];
	struct mailbox to = { 0 };
	char as = '1';

	if (from->domain[0] == '\0' || strcasecmp(from->domain, domain) == 0) {
		*out = *from;
		return 0;
	}
	/* an SRS1 that is none is an address like any other */
	rest = kind == '1' ? inner(from->local) : NULL;
	if (rest != NULL)
		snprintf(text, sizeof(text), "%s", rest);
	else if (kind == '0')
		snprintf(text, sizeof(text), "%s=%s", from->domain,
		    from->local + 4);
	else {
		as = '0';
		snprintf(text, sizeof(text), "%c%c=%s=%s", base32[day >> 5],
		    base32[day & 31], from->domain, from->local);
	}
	sign(s, as, text, hash);
	if (put(&to, as, hash, text, domain) == -1)
		return -1;
	*out = to;
	return 0;
}

/* -1: no character of base32 */
static int
value(char c)
{
	c = address_lower(c);
	if (c >= '2' && c <= '7')
		return c - '2' + 26;
	return c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

/* "TT="; days that have gone by, a day ahead of us is 0; -1: no stamp */
static int
age(const char *text, time_t now)
{
	const int high = value(text[0]);
	const int low = high == -1 ? -1 : value(text[1]);
	int days;

	if (low == -1 || text[STAMP] != '=')
		return -1;
	days =
	    ((int)(now / DAY % STAMPS) - (high << 5 | low) + STAMPS) % STAMPS;
	return days == STAMPS - 1 ? 0 : days;
}

enum srs_verdict
srs_reverse(const struct srs *s, const struct mailbox *from, time_t now,
    struct mailbox *out)
{
	const char kind = kind_of(from->local);
	const char *hash = from->local + 5, *text = hash + HASH + 1;
	struct mailbox m;
	int days = 0;

	if (kind == '\0')
		return SRS_NOT;
	if (strlen(hash) <= HASH || hash[HASH] != '=' ||
	    !is_signed(s, kind, text, hash))
		return SRS_FORGED;
	if (kind == '0') {
		if ((days = age(text, now)) == -1)
			return SRS_FORGED;
		text += STAMP + 1;
	}
	if (take_apart(text, kind == '0' ? "" : "SRS0", &m) == -1 ||
	    (kind == '1' && kind_of(m.local) != '0'))
		return SRS_FORGED;
	if (days > SRS_DAYS)
		return SRS_EXPIRED;
	*out = m;
	return SRS_OK;
}

/* outcheck: see outcheck.h. Trusts nobody. RFC 6698 2.1, RFC 6066 3. */
#include <string.h>

#include "outcheck.h"
#include "tlsa.h"
#include "tlsxpeer.h"

#define ALNUM                        \
	"abcdefghijklmnopqrstuvwxyz" \
	"ABCDEFGHIJKLMNOPQRSTUVWXYZ" \
	"0123456789"
#define HEX "0123456789abcdefABCDEF"

/* ends, and is zero behind its end */
static int
is_string(const char *s, size_t size)
{
	size_t n = strnlen(s, size);

	if (n == size)
		return 0;
	for (; n < size; n++)
		if (s[n] != '\0')
			return 0;
	return 1;
}

const char *
outcheck_crime(const struct tls_out *t)
{
	if (t->policy > POLICY_PIN || t->client > 1)
		return "no such policy";
	if (t->deadline == 0 || t->deadline > OUT_DEADLINE_MAX)
		return "no such deadline";
	if (t->ntlsa > TLSA_MAX)
		return "too many records";
	if (!is_string(t->name, sizeof(t->name)) ||
	    !is_string(t->also, sizeof(t->also)) ||
	    !is_string(t->alpn, sizeof(t->alpn)) ||
	    !is_string(t->pin, sizeof(t->pin)))
		return "a string without end";
	return NULL;
}

static int
is_host(const char *s)
{
	size_t n = strlen(s);

	return tlsx_is_address(s) ||
	    (n > 0 && strspn(s, ALNUM "-_.") == n && s[0] != '.' &&
		s[n - 1] != '.' && strstr(s, "..") == NULL);
}

static int
records_fit(const struct tls_out *t, const uint8_t *p, size_t len)
{
	struct tlsa rr;
	size_t at = 0;
	uint32_t n = 0;
	int r;

	while ((r = tlsa_next(p, len, &at, &rr)) == 1)
		n++;
	return r == 0 && n == t->ntlsa;
}

const char *
outcheck_text(const struct tls_out *t, const uint8_t *tlsa, size_t len)
{
	int named = t->policy == POLICY_PKIX || t->policy == POLICY_DANE;
	uint8_t hash[32];

	if ((named || t->name[0] != '\0') && !is_host(t->name))
		return "the name is none";
	if (t->policy == POLICY_DANE && tlsx_is_address(t->name))
		return "an address has no records";
	if (t->also[0] != '\0' &&
	    (t->policy != POLICY_DANE || tlsx_is_address(t->also) ||
		!is_host(t->also)))
		return "the other name is none";
	if (!records_fit(t, tlsa, len))
		return "the records are not as many as it says";
	if ((t->policy == POLICY_DANE) != (t->ntlsa > 0))
		return "records are for DANE, and DANE is for records";
	if ((t->policy == POLICY_PIN || t->pin[0] != '\0') &&
	    (t->policy != POLICY_PIN || outcheck_pin(t->pin, hash) == -1))
		return "the pin is none";
	return NULL;
}

static uint8_t
digit(char c)
{
	return (uint8_t)(c <= '9' ? c - '0' : (c | 32) - 'a' + 10);
}

int
outcheck_pin(const char *s, uint8_t hash[32])
{
	static const char kind[] = "SHA256:";
	size_t i;

	if (strncmp(s, kind, sizeof(kind) - 1) != 0)
		return -1;
	s += sizeof(kind) - 1;
	if (strlen(s) != 64 || strspn(s, HEX) != 64)
		return -1;
	for (i = 0; i < 32; i++, s += 2)
		hash[i] = (uint8_t)(digit(s[0]) << 4 | digit(s[1]));
	return 0;
}

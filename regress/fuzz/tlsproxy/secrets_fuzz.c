/*
 * secrets: any bytes as the file of accounts. What is taken is within its
 * bounds, and written down again it is read as the same.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "limits.h"
#include "secrets.h"

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

struct seen {
	int taken, said;
	size_t line;
	const struct secret *want; /* of the second reading */
};

static void
in_bounds(const struct secret *s)
{
	size_t n = s->hash == SECRET_SHA1 ? 20 : 32;

	MUST(s->keylen == n && s->saltlen > 0 && s->saltlen <= SECRET_SALT);
	MUST(s->iterations >= SECRET_ITERATIONS_MIN &&
	    s->iterations <= SECRET_ITERATIONS_MAX);
	MUST(*s->user != '\0' && strlen(s->user) <= SECRET_USER &&
	    strlen(s->label) <= SECRET_LABEL &&
	    strlen(s->services) < sizeof(s->services));
	MUST(strpbrk(s->user, "+:$/ \t\r\n") == NULL &&
	    strpbrk(s->label, "+:$/_. \t\r\n") == NULL &&
	    strpbrk(s->services, "+:$/=_. \t\r\n") == NULL);
}

static void
complain(size_t line, const char *why, void *arg)
{
	struct seen *seen = arg;

	MUST(line >= seen->line && *why != '\0' && strchr(why, '\n') == NULL);
	seen->line = line;
	seen->said++;
}

static int
take_again(const struct secret *s, void *arg)
{
	struct seen *seen = arg;
	struct secret copy = *s;

	copy.line = seen->want->line;
	copy.text = seen->want->text;
	copy.textlen = seen->want->textlen;
	MUST(memcmp(&copy, seen->want, sizeof(copy)) == 0);
	seen->taken++;
	return 0;
}

static int
take(const struct secret *s, void *arg)
{
	static const char *const hashes[] = { "SHA-1", "SHA-256" };
	struct seen *seen = arg, again = { .want = s };
	uint8_t salt[128], stored[128], server[128];
	char line[SECRET_LINE + 1];
	int n;

	MUST(s->line > seen->line || (s->line == 1 && seen->line == 0));
	seen->line = s->line;
	seen->taken++;
	in_bounds(s);
	EVP_EncodeBlock(salt, s->salt, (int)s->saltlen);
	EVP_EncodeBlock(stored, s->stored, (int)s->keylen);
	EVP_EncodeBlock(server, s->server, (int)s->keylen);
	n = snprintf(line, sizeof(line), "%s%s%s:SCRAM-%s$%u:%s$%s:%s%s%s\n",
	    s->user, *s->label ? "+" : "", s->label, hashes[s->hash],
	    s->iterations, salt, stored, server,
	    *s->services ? " services=" : "", s->services);
	MUST(n > 0 && n < (int)sizeof(line));
	MUST(secrets_parse(line, (size_t)n, take_again, complain, &again) == 0);
	MUST(again.taken == 1 && again.said == 0);
	return 0;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct seen seen = { 0 };
	int r = secrets_parse((const char *)data, len, take, complain, &seen);

	MUST(r == (seen.said > 0 ? -1 : 0));
	return 0;
}

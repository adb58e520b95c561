/*
 * scram: a byte of circumstances, the first message, 0xff, the last one. Who
 * gets through has said what OpenSSL says is right; who says just that does.
 */
#include <stdlib.h>
#include <string.h>

#include "scramsay.h"

#define OURS "0123456789abcdef"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const uint8_t exporter[32] = "exporter", endpoint[64] = "end point";

/* a name, or nothing */
static size_t
name_of(const char name[SCRAM_NAME])
{
	size_t n = strnlen(name, SCRAM_NAME);

	MUST(n < SCRAM_NAME);
	return n;
}

static void
last(struct scram *s, struct dialogue *d, struct words *w)
{
	static const char right[] = "c=%b,r=%n,p=%p";
	enum sasl_fault fault;
	const uint8_t *p;
	char out[SCRAM_OUT], *copy;
	size_t n = next_words(w, &p), len;
	int good = n == strlen(right) && memcmp(p, right, n) == 0;

	n = say_last(d, "pencil", p, n, d->last);
	copy = malloc(n + !n);
	MUST(copy != NULL);
	memcpy(copy, d->last, n);
	fault = scram_final(s, copy, n, out, &len);
	free(copy);
	MUST(fault == SASL_NO_FAULT || !good);
	MUST(fault == SASL_NO_FAULT || len == 0);
	if (fault != SASL_NO_FAULT)
		return;
	MUST(len == strlen(out) && n == strlen(d->last));
	judge_dialogue(d, "pencil", out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct sasl_ground g = { .tls = 1 };
	struct scram s = { .ground = &g };
	struct dialogue d = { .ground = &g };
	struct words w = { data + 1, data + len };
	char login[SCRAM_NAME] = "", authzid[SCRAM_NAME] = "", *copy;
	struct verifier v = { 0 };
	const uint8_t *p;
	size_t n;

	if (len == 0 || (n = next_words(&w, &p)) >= SAY_MAX / 2)
		return 0;
	s.hash = d.hash = *data & 1 ? SECRET_SHA1 : SECRET_SHA256;
	s.plus = *data >> 1 & 1;
	g.exporter = *data & 4 ? exporter : NULL;
	g.endpoint = *data & 8 ? endpoint : NULL;
	g.endpointlen = *data & 16 ? 32 : 64;
	v.is =
	    client_line("user", "pencil", s.hash, 2, 1 + (*data >> 5) * 9, "");
	copy = malloc(n + !n);
	MUST(copy != NULL);
	memcpy(copy, p, n);
	memcpy(d.first, p, n);
	if (scram_first(&s, copy, n, login, authzid) == SASL_NO_FAULT) {
		MUST(name_of(login) > 0 && strlen(d.first) == n);
		name_of(authzid);
		n = scram_challenge(&s, &v, OURS, d.server);
		free(copy);
		MUST(n < SCRAM_OUT && strlen(d.server) == n &&
		    strstr(d.server, OURS ",s=") != NULL);
		last(&s, &d, &w);
	} else
		free(copy);
	return 0;
}

/*
 * scramsay: a client for fuzzers. What it says comes from the input; where
 * that has %b, %n or %p it says what is right: binding, nonce, proof. And a
 * judge, by OpenSSL, of who was let in.
 */
#ifndef SCRAMSAY_H
#define SCRAMSAY_H

#include "scram.h"
#include "tlsproxy/scramclient.h"

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

enum { SAY_MAX = 8192 };

struct words {
	const uint8_t *p, *end; /* what is left of the input */
};

struct dialogue { /* as texts; nothing that has a NUL is let in */
	enum secret_hash hash;
	const struct sasl_ground *ground;
	char first[SAY_MAX], server[SCRAM_OUT], last[SAY_MAX];
};

/* up to 0xff, which no text has */
static inline size_t
next_words(struct words *w, const uint8_t **p)
{
	const uint8_t *at = w->p;

	*p = at;
	while (at < w->end && *at != 0xff)
		at++;
	w->p = at < w->end ? at + 1 : at;
	return (size_t)(at - *p);
}

/* behind the header; NULL: there is none */
static inline const char *
bare_of(const struct dialogue *d)
{
	const char *c = strchr(d->first, ',');

	c = c != NULL ? strchr(c + 1, ',') : NULL;
	return c != NULL ? c + 1 : NULL;
}

/* c= of the last message, if the channel is the one it should be */
static inline void
right_binding(const struct dialogue *d, char out[SAY_MAX])
{
	const char *bare = bare_of(d);
	uint8_t raw[SAY_MAX / 2];
	size_t n = bare != NULL ? (size_t)(bare - d->first) : 0, len = 0;
	const uint8_t *b = NULL;

	if (n > 600)
		n = 0;
	memcpy(raw, d->first, n);
	if (strncmp(d->first, "p=tls-exporter,", 15) == 0) {
		b = d->ground->exporter;
		len = 32;
	} else if (strncmp(d->first, "p=tls-server-end-point,", 23) == 0) {
		b = d->ground->endpoint;
		len = d->ground->endpointlen;
	}
	if (b != NULL)
		memcpy(raw + n, b, len);
	EVP_EncodeBlock((uint8_t *)out, raw, (int)(b != NULL ? n + len : n));
}

/* the input's words with what is right in them; its length */
static inline size_t
say_last(const struct dialogue *d, const char *password, const uint8_t *p,
    size_t len, char out[SAY_MAX])
{
	char part[SAY_MAX], proof[64], answer[64];
	const char *bare = bare_of(d);
	size_t i, n = 0, one;

	for (i = 0; i < len && n < SAY_MAX / 4; i++) {
		one = 1;
		part[0] = (char)p[i];
		part[1] = '\0';
		if (p[i] == '%' && i + 1 < len && p[i + 1] == 'b')
			right_binding(d, part);
		else if (p[i] == '%' && i + 1 < len && p[i + 1] == 'n')
			snprintf(part, sizeof(part), "%.*s",
			    (int)strcspn(d->server + 2, ","), d->server + 2);
		else if (p[i] == '%' && i + 1 < len && p[i + 1] == 'p' &&
		    n > 3 && bare != NULL) {
			out[n - 3] = '\0'; /* the comma of ",p=" */
			if (client_prove(d->hash, password, bare, d->server,
				out, proof, answer))
				memcpy(part, proof, sizeof(proof));
			out[n - 3] = ',';
		} else
			one = 0;
		i += one;
		one = one ? strlen(part) : 1;
		memcpy(out + n, part, one);
		n += one;
	}
	out[n] = '\0';
	return n;
}

/* was the last message right, and the answer to it? */
static inline void
judge_dialogue(const struct dialogue *d, const char *password,
    const char *answer)
{
	char binding[SAY_MAX], proof[64], want[64], without[SAY_MAX];
	const char *p, *at = NULL;
	size_t n;

	for (p = d->last; (p = strstr(p, ",p=")) != NULL; p++)
		at = p;
	MUST(at != NULL && bare_of(d) != NULL);
	n = (size_t)(at - d->last);
	memcpy(without, d->last, n);
	without[n] = '\0';
	right_binding(d, binding);
	n = strlen(binding);
	MUST(strncmp(without, "c=", 2) == 0 &&
	    strncmp(without + 2, binding, n) == 0 &&
	    strncmp(without + 2 + n, ",r=", 3) == 0);
	p = without + 2 + n + 3;
	MUST(strcspn(p, ",") == strcspn(d->server + 2, ",") &&
	    strncmp(p, d->server + 2, strcspn(p, ",")) == 0);
	MUST(client_prove(d->hash, password, bare_of(d), d->server, without,
	    proof, want));
	MUST(strcmp(at + 3, proof) == 0);
	MUST(strncmp(answer, "v=", 2) == 0 && strcmp(answer + 2, want) == 0);
}
#endif

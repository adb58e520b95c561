/*
 * scramclient: what a client of SCRAM computes, and lines of secrets, by
 * OpenSSL: another hand than nettle's.
 */
#ifndef SCRAMCLIENT_H
#define SCRAMCLIENT_H

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "secrets.h"

struct client_keys {
	uint8_t client[32], stored[32], server[32];
	int size;
};

static inline const EVP_MD *
client_md(enum secret_hash h)
{
	return h == SECRET_SHA1 ? EVP_sha1() : EVP_sha256();
}

static inline void
client_hmac(enum secret_hash h, const uint8_t *key, const void *text,
    size_t len, uint8_t *out)
{
	if (HMAC(client_md(h), key, EVP_MD_get_size(client_md(h)), text, len,
		out, NULL) == NULL)
		abort();
}

static inline void
client_derive(enum secret_hash h, const char *password, const uint8_t *salt,
    size_t saltlen, int iterations, struct client_keys *k)
{
	uint8_t salted[32];

	k->size = EVP_MD_get_size(client_md(h));
	if (PKCS5_PBKDF2_HMAC(password, (int)strlen(password), salt,
		(int)saltlen, iterations, client_md(h), k->size, salted) != 1)
		abort();
	client_hmac(h, salted, "Client Key", 10, k->client);
	client_hmac(h, salted, "Server Key", 10, k->server);
	if (EVP_Digest(k->client, (size_t)k->size, k->stored, NULL,
		client_md(h), NULL) != 1)
		abort();
}

/* of "alice+phone"; the salt is as many bytes of the name's first */
static inline struct secret
client_line(const char *name, const char *password, enum secret_hash h,
    uint32_t iterations, size_t saltlen, const char *services)
{
	struct secret s = { .hash = h, .iterations = iterations };
	struct client_keys k;
	size_t n = strcspn(name, "+");

	memcpy(s.user, name, n);
	if (name[n] == '+')
		snprintf(s.label, sizeof(s.label), "%s", name + n + 1);
	snprintf(s.services, sizeof(s.services), "%s", services);
	s.saltlen = saltlen;
	memset(s.salt, *name, saltlen);
	client_derive(h, password, s.salt, saltlen, (int)iterations, &k);
	s.keylen = (size_t)k.size;
	memcpy(s.stored, k.stored, s.keylen);
	memcpy(s.server, k.server, s.keylen);
	return s;
}

/*
 * The proof and the answer to it, both in base64, from what was said: the
 * first message without header, the server's "r=...,s=...,i=..." and the last
 * without proof. 0: the server's is none.
 */
static inline int
client_prove(enum secret_hash h, const char *password, const char *bare,
    const char *server, const char *without, char proof[64], char answer[64])
{
	const char *salt = strstr(server, ",s="), *i = strstr(server, ",i=");
	uint8_t raw[128], sig[32];
	char *all;
	struct client_keys k;
	size_t n, len = strlen(bare) + strlen(server) + strlen(without) + 3;
	int j;

	if (salt == NULL || i == NULL || i < salt || (i - salt - 3) % 4 != 0 ||
	    i - salt - 3 > 128)
		return 0;
	salt += 3;
	n = (size_t)(i - salt) / 4 * 3;
	if (EVP_DecodeBlock(raw, (const uint8_t *)salt, (int)(i - salt)) < 0)
		return 0;
	n -= (size_t)(i[-1] == '=') + (size_t)(i[-2] == '=');
	client_derive(h, password, raw, n, (int)strtol(i + 3, NULL, 10), &k);
	if ((all = malloc(len)) == NULL)
		abort();
	snprintf(all, len, "%s,%s,%s", bare, server, without);
	client_hmac(h, k.stored, all, len - 1, sig);
	for (j = 0; j < k.size; j++)
		sig[j] ^= k.client[j];
	EVP_EncodeBlock((uint8_t *)proof, sig, k.size);
	client_hmac(h, k.server, all, len - 1, sig);
	EVP_EncodeBlock((uint8_t *)answer, sig, k.size);
	free(all);
	return 1;
}
#endif

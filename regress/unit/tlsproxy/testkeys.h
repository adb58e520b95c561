/* testkeys: keys made while a test runs; whatever fails ends the test. */
#ifndef TESTKEYS_H
#define TESTKEYS_H

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MUST(x)                                                             \
	do {                                                                \
		if (!(x)) {                                                 \
			printf("Bail out! %s:%d: %s\n", __FILE__, __LINE__, \
			    #x);                                            \
			exit(1);                                            \
		}                                                           \
	} while (0)

struct text {
	char *p; /* with NUL */
	size_t len;
};

/* "RSA:2048", "P-256" and the like */
static inline EVP_PKEY *
key_make(const char *kind)
{
	EVP_PKEY *k;

	if (strncmp(kind, "RSA:", 4) == 0)
		k = EVP_RSA_gen(strtoul(kind + 4, NULL, 10));
	else if (strcmp(kind, "ED25519") == 0)
		k = EVP_PKEY_Q_keygen(NULL, NULL, kind);
	else
		k = EVP_EC_gen(kind);
	MUST(k != NULL);
	return k;
}

static inline struct text
bio_take(BIO *b)
{
	struct text t;
	char *p;
	long n = BIO_get_mem_data(b, &p);

	MUST(n > 0 && (t.p = malloc((size_t)n + 1)) != NULL);
	memcpy(t.p, p, (size_t)n);
	t.p[n] = '\0';
	t.len = (size_t)n;
	BIO_free(b);
	return t;
}

static inline struct text
key_text(EVP_PKEY *k)
{
	BIO *b = BIO_new(BIO_s_mem());

	MUST(PEM_write_bio_PrivateKey(b, k, NULL, NULL, 0, NULL, NULL) == 1);
	return bio_take(b);
}
#endif

/*
 * secrets: the file of accounts, one credential a line:
 *	alice:SCRAM-SHA-256$10000:salt$StoredKey:ServerKey
 *	alice+phone:SCRAM-SHA-256$...  services=imap,smtp
 * Empty lines and lines with # in front are comments. Pure. RFC 5803.
 */
#ifndef SECRETS_H
#define SECRETS_H

#include <stddef.h>
#include <stdint.h>

enum {
	SECRET_USER = 32,  /* bytes of a name */
	SECRET_LABEL = 32, /* of an app password's label */
	SECRET_SALT = 64,  /* bytes, decoded */
	SECRET_KEY = 64,   /* bytes of a key, decoded: SHA-512 would fit */
	SECRET_ITERATIONS_MIN = 4096,
	SECRET_ITERATIONS_MAX = 10000000,
};

enum secret_hash { SECRET_SHA1, SECRET_SHA256 };

struct secret {
	size_t line;	  /* from 1 */
	const char *text; /* the line itself, of what was given to parse */
	size_t textlen;
	char user[SECRET_USER + 1];
	char label[SECRET_LABEL + 1]; /* empty: the main password */
	enum secret_hash hash;
	uint32_t iterations;
	uint8_t salt[SECRET_SALT], stored[SECRET_KEY], server[SECRET_KEY];
	size_t saltlen, keylen;
	char services[128]; /* "imap,smtp"; empty: all */
};

/*
 * Calls take for each credential, in order, and complain for each line that
 * is none ("what is wrong; what was meant"). 0; -1: there were complaints,
 * or take said -1.
 */
int secrets_parse(const char *text, size_t len,
    int (*take)(const struct secret *, void *),
    void (*complain)(size_t line, const char *, void *), void *arg);
#endif

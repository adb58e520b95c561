/*
 * scram: the server's side of SCRAM-SHA-256 and SCRAM-SHA-1, with channel
 * binding or without; three calls an exchange. Who the user is, and whether
 * the right proof is enough, its caller judges. Pure. RFC 5802, 7677, 5929,
 * 9266.
 */
#ifndef SCRAM_H
#define SCRAM_H

#include <nettle/hmac.h>

#include "sasl.h"

enum {
	SCRAM_NAME = 256,  /* a name, prepared, with NUL */
	SCRAM_NONCE = 256, /* bytes of a client's */
	SCRAM_OURS = 32,   /* of the server's */
	SCRAM_HEADER = 512,
	SCRAM_BINDING = 64,
	SCRAM_OUT = 512,
};

union scram_hmac {
	struct hmac_sha1_ctx sha1;
	struct hmac_sha256_ctx sha256;
};

struct scram { /* all zero but the first three */
	const struct sasl_ground *ground;
	enum secret_hash hash;
	int plus;
	char nonce[SCRAM_NONCE + SCRAM_OURS + 1];
	uint8_t bound[SCRAM_HEADER + SCRAM_BINDING]; /* what c= must hold */
	size_t boundlen;
	const char *bare; /* in the client's first message */
	size_t barelen;
	uint8_t stored[SECRET_KEY];
	union scram_hmac client, server; /* of AuthMessage so far */
};

/*
 * Reads the client's first message, which stays where it is until
 * scram_challenge(). Both names come prepared; authzid stays as it is if
 * there is none. A fault tells nothing of users.
 */
enum sasl_fault scram_first(struct scram *, const void *, size_t,
    char login[SCRAM_NAME], char authzid[SCRAM_NAME]);
/*
 * The server's first message, with NUL; its length. ours: printable, no
 * comma, SCRAM_OURS bytes at most. The verifier is copied as far as needed.
 */
size_t scram_challenge(struct scram *, const struct verifier *,
    const char *ours, char out[SCRAM_OUT]);
/* the client's last message, and the server's if the proof is right */
enum sasl_fault scram_final(struct scram *, const void *, size_t,
    char out[SCRAM_OUT], size_t *outlen);

/*
 * StoredKey and ServerKey of a prepared password: one PBKDF2. Both have room
 * for the hash: 20 bytes, or 32.
 */
void scram_keys(enum secret_hash, const char *password, size_t len,
    const uint8_t *salt, size_t saltlen, uint32_t iterations, uint8_t *stored,
    uint8_t *server);
#endif

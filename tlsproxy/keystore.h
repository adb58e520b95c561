/*
 * keystore: the signer's private keys in memory, and signatures with them.
 * Reads only the descriptors it is given; the clock comes in. What may be
 * signed is decided here, by signtext, never by who asks.
 *
 * A reload: keystore_load() each key (usable at once), then
 * keystore_commit(): keys not loaded again live KEYSTORE_LINGER_MS more;
 * or keystore_abort(): the new ones are gone.
 */
#ifndef KEYSTORE_H
#define KEYSTORE_H

#include <stddef.h>
#include <stdint.h>

#include "signtext.h"

#define KEYSTORE_FILE_MAX 65536 /* bytes of a key file */
#define KEYSTORE_MAX 1024	/* keys, new and old together */
#define KEYSTORE_LINGER_MS 10000

struct keystore;

/* NULL: ENOMEM. keystore_free() takes NULL */
struct keystore *keystore_new(void);
void keystore_free(struct keystore *);

/*
 * Reads a PEM key from a descriptor (from where it stands to its end; it
 * stays open and ours no more), wipes what it read. client: this key may
 * also sign as a TLS client. 0 and the id of the key; or -1, errno (EINVAL:
 * not a usable key, EFBIG, ENOSPC, or of read(2)) and *why, static text.
 * RSA of 2,048 to 8,192 bits and EC P-256, P-384, P-521; unencrypted.
 */
int keystore_load(struct keystore *, int fd, int client, uint8_t id[KEYID_LEN],
    const char **why);

/* the same from memory (which the caller wipes) */
int keystore_load_mem(struct keystore *, const void *pem, size_t len,
    int client, uint8_t id[KEYID_LEN], const char **why);

/* now: milliseconds of CLOCK_MONOTONIC */
void keystore_commit(struct keystore *, uint64_t now);
void keystore_abort(struct keystore *);

/* frees old keys whose time is over; ms until it has work again, -1: never */
int keystore_expire(struct keystore *, uint64_t now);

/* keys that sign at this moment */
size_t keystore_count(const struct keystore *);

/*
 * One message {struct sign_req, text} of len bytes, unchecked; fills the
 * answer whole (no stale bytes). Its .result is returned, too.
 */
enum sign_result keystore_sign(struct keystore *, enum sign_role,
    const uint8_t *msg, size_t len, uint64_t now, struct sign_resp *);
#endif

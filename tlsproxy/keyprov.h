/*
 * keyprov: an OpenSSL provider whose private keys are in another process.
 * libtls takes keyprov_pem() as the key half of a key pair; each signature
 * then asks the callback. RSA (PKCS#1, PSS) and ECDSA; no decryption.
 */
#ifndef KEYPROV_H
#define KEYPROV_H

#include <stddef.h>
#include <stdint.h>

#include "signtext.h"

/*
 * Loads the provider into the default library context; after tlsx_init(),
 * before anything else of libcrypto. Once.
 * sign is called in the middle of a handshake, with a text of req->len
 * bytes: it puts at most SIG_MAX bytes at sig and returns 0 with their
 * number in *len, or it returns -1 and the handshake fails.
 * 0, or -1 and errno: EINVAL (twice), ENOTSUP (the library refused).
 */
int keyprov_init(int (*sign)(const struct sign_req *req, const uint8_t *text,
    uint8_t *sig, size_t *len));

/*
 * The "key" for tls_config_add_keypair_mem(), from the first certificate of
 * a chain in PEM: a block that holds its public key. With NUL, *len without
 * it; the caller frees. NULL: EINVAL, ENOMEM.
 */
char *keyprov_pem(const void *chain, size_t chainlen, size_t *len);
#endif

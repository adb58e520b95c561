/* asksigner: a signature in the middle of a handshake, which waits for it */
#ifndef ASKSIGNER_H
#define ASKSIGNER_H

#include <stddef.h>
#include <stdint.h>

struct sign_req;

/*
 * Asks by the one message and waits SIGN_MS for the other. As keyprov_init()
 * wants it: 0 and *len bytes at sig, or -1.
 */
int ask_signer(uint32_t ask, uint32_t answer, const struct sign_req *,
    const uint8_t *text, uint8_t *sig, size_t *len);
#endif

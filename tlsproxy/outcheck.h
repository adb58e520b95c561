/*
 * outcheck: is a request for TLS to others sound? Pure: bytes in, words out.
 * What no honest caller can send is a crime; what may come of others' data,
 * as records and names of the DNS do, is refused.
 */
#ifndef OUTCHECK_H
#define OUTCHECK_H

#include <stddef.h>
#include <stdint.h>

#include "outmsg.h"

/* NULL, or what the sender must know better */
const char *outcheck_crime(const struct tls_out *);
/* of one without crime, and the bytes behind it: NULL, or what is wrong */
const char *outcheck_text(const struct tls_out *, const uint8_t *tlsa,
    size_t len);
/* "SHA256:" and 64 hex digits; -1: it is something else */
int outcheck_pin(const char *, uint8_t hash[32]);
#endif

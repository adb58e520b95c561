/*
 * saslprep: names and passwords in the one form in which they are compared.
 * Always as a stored string, which SCRAM demands (RFC 5802 2.2): a code
 * point that Unicode 3.2 lacks is refused. Pure. RFC 4013.
 */
#ifndef SASLPREP_H
#define SASLPREP_H

#include <stddef.h>

enum { SASLPREP_MAX = 1024 }; /* bytes that come in */

/*
 * Prepares len bytes of UTF-8 into out, with a NUL: 0. -1: EINVAL: no UTF-8,
 * something prohibited, or nothing is left; EMSGSIZE: too long, before or
 * after; then out is all zero.
 */
int saslprep(const void *, size_t len, char *out, size_t size);
/* are these bytes UTF-8 without NUL? (RFC 3629) */
int saslprep_is_utf8(const void *, size_t len);
#endif

/* base64: RFC 4648 section 4, strict, padded. Pure. */
#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* room for the text of n bytes, with its NUL */
#define BASE64_SIZE(n) (((n) + 2) / 3 * 4 + 1)

/*
 * Bytes of n characters; of none: 0. -1: not base64: a foreign character,
 * no whole group, padding that is not the end, bits behind the last byte.
 * max + 1: more than max, of which out holds the first max.
 */
ssize_t base64_decode(const char *, size_t n, uint8_t *out, size_t max);
/* out has BASE64_SIZE(n) */
void base64_encode(const void *, size_t n, char *out);
#endif

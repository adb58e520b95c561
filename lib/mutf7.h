/*
 * mutf7: names of mailboxes between modified UTF-7, as IMAP and Maildir++ have
 * them, and UTF-8. One text for one name, in both directions: what is not in
 * its only form is refused. Pure. RFC 3501 5.1.3.
 */
#ifndef MUTF7_H
#define MUTF7_H

#include <stddef.h>
#include <sys/types.h>

/* room for n bytes of the one form in the other; no NUL is counted */
#define MUTF7_ENCODED(n) ((n)*4 + 2)
#define MUTF7_DECODED(n) ((n) + (n) / 8)

/*
 * Bytes written, no NUL behind them. -1: EILSEQ: not modified UTF-7, not
 * UTF-8, a NUL; ENOBUFS: more than size.
 */
ssize_t mutf7_decode(const char *, size_t n, char *out, size_t size);
ssize_t mutf7_encode(const char *, size_t n, char *out, size_t size);
#endif

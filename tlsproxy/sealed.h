/* sealed: bytes in a memfd that nobody can change any more */
#ifndef SEALED_H
#define SEALED_H

#include <stddef.h>
#include <stdint.h>

/* a descriptor; -1: errno */
int sealed_make(const void *, size_t);
/* the first n bytes of it, with NUL, the caller's to free; NULL: not sealed
 * (EINVAL), shorter (EINVAL), or errno. The descriptor stays open */
uint8_t *sealed_read(int fd, size_t n);
/* all of it, mapped until munmap(2): costs memory where it is read; NULL: not
 * sealed, empty, more than max (EINVAL), or errno. The descriptor stays */
const void *sealed_map(int fd, size_t max, size_t *n);
#endif

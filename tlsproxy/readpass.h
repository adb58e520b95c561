/* readpass: a line that nobody shall see, from a terminal or from a pipe */
#ifndef READPASS_H
#define READPASS_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads a line from descriptor 0 and ends it with NUL, without its end of
 * line; how many bytes. A terminal shows the prompt, no echo; a signal that
 * comes meanwhile takes effect when the echo is back. -1: errno, ENODATA
 * (nothing but the end), EMSGSIZE; then the buffer is wiped.
 */
ssize_t readpass(const char *prompt, char *buf, size_t size);
#endif

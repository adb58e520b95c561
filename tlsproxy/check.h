/* check: tlsctl check, what the gate would find wrong with its files */
#ifndef CHECK_H
#define CHECK_H

#include "tlsproxy.h"

/* a whole file of at most max bytes; NULL: errno. The caller frees */
uint8_t *check_read(int fd, size_t max, size_t *len);

/*
 * Configuration, certificates, keys, staples and secrets, without the
 * daemon: a line each on standard output, "ok", "note" or "bad" in front.
 * brief: only what is bad. How many were bad.
 */
int check_all(const char *file, int brief);
#endif

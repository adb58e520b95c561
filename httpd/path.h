/* path: from a request-target to the one form that everybody matches. */
#ifndef PATH_H
#define PATH_H

#include "put.h"

/*
 * The path of an origin-form target, decoded once, dot segments resolved, NUL
 * ended, beginning with '/' (RFC 3986 2.1, 5.2.4). 0: fine. Else a status: 400
 * malformed or above the root; 404 cannot name a file of ours (%2f, %5c, \,
 * too long); 301 it had empty segments and path is the form without.
 */
int path_normal(const char *target, char *path, size_t size);
/* 1: a segment begins with a dot, and it is not /.well-known at the front */
int path_hidden(const char *path);
/* a normal path as it may stand in a target or in Location */
void path_encode(struct put *, const char *path);
/* target or query as received, bytes that a URI cannot hold encoded */
void path_clean(struct put *, const char *raw);
#endif

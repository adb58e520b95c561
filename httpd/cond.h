/* cond: preconditions of a request (RFC 9110 13). No I/O. */
#ifndef COND_H
#define COND_H

#include <time.h>

#include "head.h"

/*
 * The head's If- fields against what is there: its strong etag with quotes
 * and its time of change. 0: go on; 304 or 412: answer that (13.2.2).
 */
int cond_check(const struct head *, const char *etag, time_t changed,
    time_t now);
#endif

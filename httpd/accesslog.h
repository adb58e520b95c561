/* accesslog: an answer as one line of the combined format. No I/O. */
#ifndef ACCESSLOG_H
#define ACCESSLOG_H

#include <sys/socket.h>
#include <stdint.h>
#include <time.h>

#include "head.h"
#include "put.h"

enum accesslog_address {
	ADDRESS_TRUNCATED, /* to /24, /48 */
	ADDRESS_FULL,
	ADDRESS_NONE
};

/*
 * address - - [time] "request" status body "referer" "agent" and a newline;
 * HTTPD_LOG_MAX is always room enough. head NULL: it never parsed.
 */
void accesslog_line(struct put *, const struct sockaddr *,
    enum accesslog_address, time_t, const struct head *, int status,
    uint64_t body);
#endif

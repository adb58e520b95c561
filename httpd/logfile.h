/* logfile: where lines of the access log go, many at a time. */
#ifndef LOGFILE_H
#define LOGFILE_H

#include "accesslog.h"

void logfile_init(void);
/* consumes fd; what was written before goes to the old one. -1: none */
void logfile_open(int fd);
int logfile_is_open(void);
/* room for one line, HTTPD_LOG_MAX; then logfile_add() with its length */
void logfile_room(struct put *);
void logfile_add(const struct put *);
void logfile_flush(void);
#endif

/*
 * log: one event, one line: "event=... key=value". A child writes to
 * descriptor 2, which its parent reads; the parent names the speaker and
 * writes the daemon's log file, and warnings to syslog too.
 */
#ifndef LOG_H
#define LOG_H

#include <stddef.h>

enum { LOG_LINE = 1024 }; /* bytes; what is longer is cut */

extern int log_debug;  /* 'D' lines are written */
extern int log_stderr; /* the parent writes to standard error (-d) */
/* the parent writes warnings to standard error, too, until it is up */
extern int log_early;
/* the parent's warnings are told here, too */
extern void (*log_echo)(const char *, size_t);
extern void (*log_sink)(const char *, size_t); /* instead of descriptor 2 */

/* level 'I' information, 'W' warning, 'D' debug */
void log_put(int level, const char *, ...)
    __attribute__((format(printf, 2, 3)));
#define log_info(...) log_put('I', __VA_ARGS__)
#define log_warn(...) log_put('W', __VA_ARGS__)

/* control bytes, but that one, become '?': nobody forges lines or moves a
 * terminal's cursor. Each line of the log has passed here */
void log_mask(char *, size_t, int but);

/* for start-up and impossible states: says why and exits with 1 */
void fatal(const char *, ...) __attribute__((format(printf, 1, 2), noreturn));

/* parent: the log file, opened for appending; again after rotation. -1 errno */
int log_open(const char *daemon, const char *path);

/* parent: one record of a child; 0, or -1 at its end. A muted one is lost */
int log_from(int fd, const char *name, int muted);
#endif

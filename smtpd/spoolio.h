/*
 * spoolio: the system as the spool sees it, so that tests can be one. Results
 * and errno are those of the calls they are named after.
 */
#ifndef SPOOLIO_H
#define SPOOLIO_H

#include <sys/types.h>
#include <stdint.h>

struct spool_io {
	int (*openat)(int dir, const char *, int flags); /* mode 0600 */
	int (*close)(int);
	ssize_t (*pread)(int, void *, size_t, off_t);
	ssize_t (*pwrite)(int, const void *, size_t, off_t);
	int (*fdatasync)(int);
	int (*fsync)(int);
	int64_t (*size)(int);
	int (*link)(int fd, int proc, int dir, const char *);
	int (*rename)(int dir, const char *, const char *);
	int (*unlink)(int dir, const char *);
	/* each name in the directory but those that begin with a dot */
	int (*list)(int dir, void (*)(void *, const char *), void *);
	int64_t (*room)(int dir); /* bytes that we may still write */
	int (*memfd)(void);
	int (*seal)(int);
	int (*random)(void *, size_t); /* never fails halfway */
};

extern const struct spool_io spool_io_system;
#endif

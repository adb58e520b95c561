/*
 * fakedisk: a disk beneath struct spool_io that loses what was not synced. It
 * remembers each write and each change of a directory since the last sync,
 * and makes of them what may be there after a crash. Calls can be made to
 * fail. Descriptors from FAKE_FD on are its own, those below the system's.
 */
#ifndef FAKEDISK_H
#define FAKEDISK_H

#include "spoolio.h"

enum {
	FAKE_FD = 1000,
	FAKE_FILES = 256,
	FAKE_FDS = 64,
	FAKE_SECTOR = 512,
	FAKE_TOP = FAKE_FD - 1, /* the spool's directory */
};

enum fake_image { IMAGE_OLD, IMAGE_NEW, IMAGE_TORN };

struct fake_write {
	size_t at, n;
	uint8_t *p;
	struct fake_write *next;
};

struct fake_inode {
	int used;
	uint8_t *now, *synced;
	size_t nnow, nsynced;
	struct fake_write *first, **last; /* not synced */
};

struct fake_change { /* of a name; inode -1: it goes */
	char name[48];
	int inode;
	int dir;
	struct fake_change *next;
};

struct fake_name {
	char name[48]; /* log/x, big/x, dead/x; "": free */
	int inode;
};

struct fake_disk {
	struct fake_inode inode[FAKE_FILES];
	struct fake_name now[FAKE_FILES], synced[FAKE_FILES];
	struct fake_change *first, **last; /* not synced */
	struct {
		int inode, dir, used;
	} fd[FAKE_FDS];
	size_t capacity, bytes;
	int64_t room;
};

extern struct fake_disk *disk;
extern uint64_t fake_seed;
extern unsigned long fake_heads; /* of segments that had one */
extern unsigned long fake_calls, fake_fail_at, fake_syncs, fake_writes;
extern int fake_error, fake_short, fake_sync_error, fake_failed;
extern void (*fake_after)(void); /* each call that changes something */
uint64_t fake_random(void);
uint64_t fake_below(uint64_t n);
void fake_change(const char *name, int inode);
int fake_inode(void);
int fake_close(int fd);
ssize_t fake_pread(int fd, void *p, size_t n, off_t at);
void fake_put(uint8_t **to, size_t *size, size_t at, const uint8_t *p,
    size_t n);
ssize_t fake_pwrite(int fd, const void *p, size_t n, off_t at);
int fake_unlink(int dir, const char *name);
extern const struct spool_io fake_io;
struct fake_disk *fake_new(void);
void fake_free(struct fake_disk *d);
int fake_open_fds(const struct fake_disk *d);

/* what is there after a crash: another disk, all of it synced */
struct fake_disk *fake_crash(const struct fake_disk *from, enum fake_image how);

/* bytes of a file as they are now; NULL: there is none */
struct fake_inode *fake_named(const char *name);
#endif

/* buf: bytes in order, with a cap that is never passed. No I/O. */
#ifndef BUF_H
#define BUF_H

#include <stddef.h>
#include <stdint.h>

struct buf { /* all zero but cap: empty, owns no memory */
	uint8_t *p;
	size_t off, len; /* the bytes are p[off] to p[off + len - 1] */
	size_t size;	 /* of p */
	size_t cap;	 /* of len */
};

/* appends n bytes; -1: ENOBUFS beyond the cap (nothing is appended), ENOMEM */
int buf_add(struct buf *, const void *, size_t);
/* formatted, without the NUL; -1 as above */
int buf_printf(struct buf *, const char *, ...)
    __attribute__((format(printf, 2, 3)));
/* room for n more bytes behind the last, then buf_grew() says how many came */
uint8_t *buf_room(struct buf *, size_t);
void buf_grew(struct buf *, size_t);
/* the first byte; valid until the next call that is not buf_take() */
uint8_t *buf_data(const struct buf *);
/* forgets the first n bytes; gives the memory back when none is left */
void buf_take(struct buf *, size_t);
/* offset of the first c, or -1 */
ptrdiff_t buf_find(const struct buf *, int c);
/* wipes and frees; the cap stays */
void buf_free(struct buf *);
#endif

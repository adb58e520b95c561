/*
 * buf: bytes of a stranger's connection, in order. Touches memory only.
 * What leaves, moves or is freed is wiped: mails and passwords pass here.
 * Misuse (more taken than there was) is a bug of ours and aborts.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"

#define BUF_MIN 128

/* room behind the bytes for n more and a NUL that the cap does not count */
static int
reserve(struct buf *b, size_t n, size_t nul)
{
	size_t need, size;
	uint8_t *p;

	if (b->len > b->cap || n > b->cap - b->len || b->cap > SIZE_MAX / 2) {
		errno = ENOBUFS;
		return -1;
	}
	need = b->len + n + nul;
	if (b->p != NULL && need <= b->size - b->off)
		return 0;
	/* half of it dead: moving costs less than the bytes already cost */
	if (b->p != NULL && need <= b->size && b->off >= b->size / 2) {
		memmove(b->p, b->p + b->off, b->len);
		explicit_bzero(b->p + b->len, b->off);
		b->off = 0;
		return 0;
	}
	for (size = BUF_MIN; size < need; size *= 2)
		;
	if (size > b->cap + nul)
		size = b->cap + nul > 0 ? b->cap + nul : 1;
	if ((p = malloc(size)) == NULL)
		return -1;
	if (b->p != NULL) {
		memcpy(p, b->p + b->off, b->len);
		explicit_bzero(b->p, b->size);
		free(b->p);
	}
	b->p = p;
	b->off = 0;
	b->size = size;
	return 0;
}

int
buf_add(struct buf *b, const void *data, size_t n)
{
	if (n == 0)
		return 0;
	if (reserve(b, n, 0) == -1)
		return -1;
	memcpy(b->p + b->off + b->len, data, n);
	b->len += n;
	return 0;
}

int
buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int n;

	va_start(ap, fmt);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n <= 0)
		return n;
	if (reserve(b, (size_t)n, 1) == -1)
		return -1;
	va_start(ap, fmt);
	n = vsnprintf((char *)b->p + b->off + b->len, (size_t)n + 1, fmt, ap);
	va_end(ap);
	if (n < 0)
		return -1;
	b->len += (size_t)n;
	return 0;
}

uint8_t *
buf_room(struct buf *b, size_t n)
{
	if (reserve(b, n, 0) == -1)
		return NULL;
	return b->p + b->off + b->len;
}

void
buf_grew(struct buf *b, size_t n)
{
	if (n > b->size - b->off - b->len)
		abort();
	b->len += n;
	if (b->len == 0)
		buf_free(b); /* nothing came after all */
}

uint8_t *
buf_data(const struct buf *b)
{
	return b->p == NULL ? NULL : b->p + b->off;
}

void
buf_take(struct buf *b, size_t n)
{
	if (n > b->len)
		abort();
	b->off += n;
	b->len -= n;
	if (b->len == 0)
		buf_free(b);
}

ptrdiff_t
buf_find(const struct buf *b, int c)
{
	const uint8_t *at;

	if (b->len == 0)
		return -1;
	at = memchr(b->p + b->off, c, b->len);
	return at == NULL ? -1 : at - (b->p + b->off);
}

void
buf_free(struct buf *b)
{
	if (b->p != NULL)
		explicit_bzero(b->p, b->size);
	free(b->p);
	b->p = NULL;
	b->off = b->len = b->size = 0;
}

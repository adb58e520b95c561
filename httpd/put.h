/*
 * put: text into a caller's buffer. What does not fit is left out whole and
 * remembered in full; no NUL is written. The fixed pieces of an answer cost
 * one memcpy each.
 */
#ifndef PUT_H
#define PUT_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct put {
	char *p;
	size_t n, size; /* bytes written, room */
	int full;	/* something was left out */
};

static inline void
put_mem(struct put *o, const void *s, size_t n)
{
	if (n > o->size - o->n) {
		o->full = 1;
		return;
	}
	memcpy(o->p + o->n, s, n);
	o->n += n;
}

static inline void
put_str(struct put *o, const char *s)
{
	put_mem(o, s, strlen(s));
}

static inline void
put_char(struct put *o, char c)
{
	put_mem(o, &c, 1);
}

/* decimal */
static inline void
put_num(struct put *o, uint64_t v)
{
	char s[20];
	size_t i = sizeof(s);

	do
		s[--i] = (char)('0' + v % 10);
	while ((v /= 10) != 0);
	put_mem(o, s + i, sizeof(s) - i);
}
#endif

/* buf: its edges, then 200,000 random calls beside a flat array */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "tap.h"

#define CAP 700

static uint8_t model[CAP];
static size_t len;
static unsigned long calls, errors;

static void
edges(void)
{
	struct buf b = { .cap = 10 };

	ok(buf_data(&b) == NULL && buf_find(&b, 0) == -1, "empty: no data");
	ok(buf_add(&b, "", 0) == 0 && b.p == NULL, "nothing: no memory");
	ok(buf_add(&b, "0123456789", 10) == 0 && b.len == 10, "fills the cap");
	errno = 0;
	ok(buf_add(&b, "x", 1) == -1 && errno == ENOBUFS, "not a byte more");
	ok(buf_find(&b, '9') == 9 && buf_find(&b, 'x') == -1, "finds");
	buf_take(&b, 4);
	ok(b.len == 6 && memcmp(buf_data(&b), "456789", 6) == 0, "takes");
	ok(buf_find(&b, '3') == -1 && buf_find(&b, '4') == 0, "offsets move");
	ok(buf_printf(&b, "%d", 1234) == 0, "prints up to the cap, no NUL");
	ok(memcmp(buf_data(&b), "4567891234", 10) == 0, "printed behind");
	ok(buf_printf(&b, "%s", "") == 0, "prints nothing");
	ok(buf_printf(&b, "y") == -1 && errno == ENOBUFS, "prints no more");
	ok(buf_room(&b, SIZE_MAX) == NULL && errno == ENOBUFS, "absurd room");
	buf_take(&b, 10);
	ok(b.p == NULL && b.size == 0 && b.cap == 10, "memory given back");
	ok(buf_room(&b, 5) != NULL, "room");
	buf_grew(&b, 0);
	ok(b.p == NULL, "nothing came: memory given back");
	ok(buf_room(&b, 0) != NULL, "no room is room too");
	buf_free(&b);
	b.cap = 0;
	ok(buf_room(&b, 0) != NULL && buf_add(&b, "x", 1) == -1, "cap of 0");
	buf_free(&b);
	b.cap = 3;
	b.len = 0;
	ok(buf_printf(&b, "abc") == 0 && b.len == 3, "prints exactly the cap");
	b.cap = 2;
	ok(buf_add(&b, "x", 1) == -1 && errno == ENOBUFS, "cap below length");
	buf_free(&b);
}

static void
one_call(struct buf *b)
{
	uint8_t data[CAP + 8], *p;
	size_t n = (size_t)random() % (random() % 8 ? 40 : CAP + 8), i;
	int fits = n <= CAP - len, got, c = (int)(random() % 256);

	for (i = 0; i < n; i++)
		data[i] = (uint8_t)random();
	switch (random() % 5) {
	case 0:
		got = buf_add(b, data, n);
		break;
	case 1:
		for (i = 0; i < n; i++)
			data[i] |= 1; /* no NUL */
		got = buf_printf(b, "%.*s", (int)n, (char *)data);
		break;
	case 2:
		if ((p = buf_room(b, n)) != NULL) {
			memcpy(p, data, n);
			buf_grew(b, n);
		}
		got = p != NULL ? 0 : -1;
		break;
	case 3:
		p = memchr(model, c, len);
		errors += buf_find(b, c) != (p == NULL ? -1 : p - model);
		return;
	default:
		n = len == 0 ? 0 : (size_t)random() % (len + 1);
		buf_take(b, n);
		memmove(model, model + n, len -= n);
		return;
	}
	errors += got != (fits ? 0 : -1);
	if (fits) {
		memcpy(model + len, data, n);
		len += n;
	}
}

int
main(void)
{
	struct buf b = { .cap = CAP };
	unsigned int seed = 20250301;

	edges();
	srandom(seed);
	for (calls = 0; calls < 200000 && errors == 0; calls++) {
		one_call(&b);
		errors += b.len != len || b.size > CAP + 1;
		errors += len > 0 && memcmp(buf_data(&b), model, len) != 0;
	}
	ok(errors == 0, "random calls, seed %u: %lu like the model", seed,
	    calls);
	buf_free(&b);
	return done();
}

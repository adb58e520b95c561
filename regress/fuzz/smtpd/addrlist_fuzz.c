/*
 * addrlist: each mailbox is one that address.c takes, and a list written anew
 * from them, with phrases, comments and folds around, gives them again.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "addrlist.h"
#include "buf.h"

static void
write_again(struct buf *out, const struct mailbox *m)
{
	char text[MAILBOX_TEXT];
	struct mailbox same;
	size_t n = mailbox_format(m, text);

	if (m->domain[0] != '\0' &&
	    (mailbox_parse(&same, text, n, ADDRESS_UTF8) != NULL ||
		!mailbox_same(&same, m)))
		abort();
	if (buf_printf(out, "\"A, <B>\" (c, \"d)\r\n <%s>,\r\n ", text) == -1)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf out = { .cap = 4 << 20 };
	enum addrlist_event ev;
	struct addrlist l, again;
	struct mailbox m, other;
	size_t n = 0;

	if (size == 0 || size > 65536)
		return 0;
	addrlist_begin(&l, (const char *)data, size);
	while ((ev = addrlist_next(&l, &m)) != ADDRLIST_END) {
		if (l.p < (const char *)data ||
		    l.p > (const char *)data + size || ++n > size)
			abort();
		if (ev == ADDRLIST_MAILBOX)
			write_again(&out, &m);
	}
	addrlist_begin(&again, (const char *)buf_data(&out), out.len);
	addrlist_begin(&l, (const char *)data, size);
	do {
		while ((ev = addrlist_next(&l, &m)) == ADDRLIST_BAD ||
		    ev == ADDRLIST_MANY)
			;
		if (addrlist_next(&again, &other) != ev ||
		    (ev == ADDRLIST_MAILBOX && !mailbox_same(&m, &other)))
			abort();
	} while (ev != ADDRLIST_END);
	buf_free(&out);
	return 0;
}

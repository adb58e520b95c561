/*
 * address: the first byte is the flags, the rest a path. What is parsed is
 * written and parsed to the same; the input is in a block of its own, so
 * that nobody reads behind its end.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "address.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

static void
again(const struct mailbox *m, unsigned int flags)
{
	char text[MAILBOX_TEXT + 2], domain[DOMAIN_MAX + 1];
	const char *p = text;
	struct mailbox b;
	size_t n, i;

	MUST(strlen(m->local) <= LOCAL_MAX && strlen(m->domain) <= DOMAIN_MAX);
	MUST(flags & ADDRESS_UTF8 || !mailbox_is_utf8(m));
	memset(text, 'x', sizeof(text));
	text[0] = '<';
	n = mailbox_format(m, text + 1);
	MUST(n < MAILBOX_TEXT && text[1 + n] == '\0');
	for (i = 1; i <= n; i++)
		MUST((unsigned char)text[i] >= ' ' && text[i] != 0x7f);
	text[1 + n] = '>';
	MUST(path_parse(&b, &p, text + n + 2, flags) == NULL);
	MUST(p == text + n + 2);
	MUST(memcmp(m, &b, sizeof(b)) == 0 && mailbox_same(m, &b));
	if (m->domain[0] != '\0') {
		MUST(domain_parse(domain, m->domain, strlen(m->domain),
			 flags) == NULL);
		MUST(strcmp(domain, m->domain) == 0);
	}
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned int flags;
	const char *p;
	struct mailbox m, other;
	char *copy, domain[DOMAIN_MAX + 1];

	if (size == 0)
		return 0;
	flags = data[0] & 7;
	size--;
	if ((copy = malloc(size + (size == 0))) == NULL)
		abort();
	if (size > 0)
		memcpy(copy, data + 1, size);
	p = copy;
	if (path_parse(&m, &p, copy + size, flags) == NULL) {
		MUST(p > copy && p <= copy + size && p[-1] == '>');
		again(&m, flags);
	}
	memset(&other, 'x', sizeof(other));
	if (mailbox_parse(&other, copy, size, flags) == NULL)
		again(&other, flags);
	if (domain_parse(domain, copy, size, flags) == NULL)
		MUST(strlen(domain) <= DOMAIN_MAX);
	free(copy);
	return 0;
}

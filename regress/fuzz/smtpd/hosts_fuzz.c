/*
 * hosts: of a damaged file comes back what is sound, and that is written and
 * read again as the same; nobody sleeps longer than back-off says
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "hosts.h"
#include "schedule.h"

#define NOW 1000000ULL

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

/* each that is there may be asked, reached and forgotten */
static void
use(struct hosts *h)
{
	char line[HOST_LINE], *name, *end;
	enum host_kind kind;
	uint64_t when = 0;
	size_t at = 0;

	while (hosts_line(h, NOW, &at, line, sizeof(line))) {
		kind = line[0] == 'd' ? HOST_DOMAIN : HOST_ADDRESS;
		name = strchr(line, ' ');
		if (name == NULL || (end = strchr(++name, ' ')) == NULL)
			abort();
		*end = '\0';
		if (hosts_ask(h, NOW, kind, name, &when) == HOST_SLEEPS &&
		    (when <= NOW || when > NOW + RETRY_MAX + RETRY_MAX / 8))
			abort();
		at -= (size_t)hosts_forget(h, kind, name);
	}
	at = 0;
	if (hosts_line(h, NOW, &at, line, sizeof(line)))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hosts *h = hosts_new(), *again = hosts_new();
	char *text, *text2;
	size_t n, n2;

	if (h == NULL || again == NULL)
		abort();
	hosts_restore(h, NOW, (const char *)data, size);
	text = hosts_save(h, &n);
	if (text == NULL || hosts_restore(again, NOW, text, n) != 0)
		abort();
	text2 = hosts_save(again, &n2);
	if (text2 == NULL || n != n2 || memcmp(text, text2, n) != 0)
		abort();
	use(h);
	free(text);
	free(text2);
	hosts_free(h);
	hosts_free(again);
	return 0;
}

/*
 * srs: any text as an address. What was made leads back, in either case, as
 * long as it may; what we did not make is refused, or was made for exactly
 * what comes out.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "srs.h"

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)
#define DAY ((time_t)86400)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static const struct srs ours = { .secret = "known to fuzzers" };

static void
is_address(const struct mailbox *m)
{
	struct mailbox again;
	char text[MAILBOX_TEXT];
	size_t n = mailbox_format(m, text);

	MUST(n < sizeof(text));
	MUST(mailbox_parse(&again, text, n, ADDRESS_UTF8) == NULL);
	MUST(memcmp(&again, m, sizeof(again)) == 0);
}

static void
fold(struct mailbox *m)
{
	char *p;

	for (p = m->local; *p != '\0'; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p + 32);
}

static void
there_and_back(const struct mailbox *from, time_t now)
{
	struct mailbox m, back, folded;

	if (srs_rewrite(&ours, from, "our.example", now, &m) == -1)
		return;
	is_address(&m);
	if (strcmp(from->domain, "our.example") == 0) {
		MUST(memcmp(&m, from, sizeof(m)) == 0);
		return;
	}
	MUST(srs_reverse(&ours, &m, now, &back) == SRS_OK);
	is_address(&back);
	if (m.local[3] == '0') {
		MUST(memcmp(&back, from, sizeof(back)) == 0);
		MUST(srs_reverse(&ours, &m, now + 21 * DAY, &back) == SRS_OK);
		MUST(srs_reverse(&ours, &m, now + 22 * DAY, &back) ==
		    SRS_EXPIRED);
	}
	fold(&m);
	MUST(srs_reverse(&ours, &m, now, &folded) == SRS_OK);
	MUST(mailbox_same(&back, &folded));
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	struct mailbox m, out, again;
	uint16_t day = 0;
	time_t now;

	if (len < sizeof(day))
		return 0;
	memcpy(&day, data, sizeof(day));
	now = day * DAY + 77;
	if (mailbox_parse(&m, (const char *)data + sizeof(day),
		len - sizeof(day), ADDRESS_UTF8) != NULL)
		return 0;
	if (srs_reverse(&ours, &m, now, &out) == SRS_OK) {
		is_address(&out);
		MUST(srs_rewrite(&ours, &out, m.domain, now, &again) == 0);
	}
	there_and_back(&m, now);
	return 0;
}

/*
 * smtp_in: a byte for the configuration, one for the number of pieces, their
 * sizes, then what the client sends. The same happens whatever the pieces,
 * nothing happens that may not, and a mail is what its bytes mean; all of
 * that smtpin_drive.h watches. The time passes at the end: all ends.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "smtpd/smtpin_drive.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct drive a, b;

static void
run(struct drive *d, uint8_t how, const uint8_t *p, size_t n,
    const uint8_t *cuts, size_t ncuts)
{
	static const char *const lf[] = { "", "n", "l", "c" };
	char letters[16];

	(void)snprintf(letters, sizeof(letters), "%s%s%s%s%s", lf[how & 3],
	    how & 4 ? "s" : "", how & 8 ? "o" : "", how & 16 ? "t" : "",
	    how & 32 ? "b" : "");
	drive_init(d, letters);
	drive(d, p, n, cuts, ncuts);
	if (d->wrong != NULL)
		abort();
}

/* at each deadline something happens, and soon it is the end */
static void
expire(struct drive *d)
{
	size_t len;
	int i;

	for (i = 0; !d->closed; i++) {
		if (i == 4 || smtp_in_deadline(&d->s) < d->now)
			abort();
		d->now = smtp_in_deadline(&d->s);
		len = d->len;
		drive_piece(d, NULL, 0);
		if (len == d->len && d->len < sizeof(d->said) - 1)
			abort();
	}
	if (d->wrong != NULL)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t one[] = { 1 };
	size_t ncuts;

	if (size < 2 || size > 1 << 16)
		return 0;
	ncuts = data[1] % 8;
	if (size < 2 + ncuts)
		return 0;
	run(&a, data[0], data + 2 + ncuts, size - 2 - ncuts, NULL, 0);
	run(&b, data[0], data + 2 + ncuts, size - 2 - ncuts, data + 2, ncuts);
	if (strcmp(a.said, b.said) != 0)
		abort();
	smtp_in_free(&b.s);
	run(&b, data[0], data + 2 + ncuts, size - 2 - ncuts, one, 1);
	if (strcmp(a.said, b.said) != 0)
		abort();
	expire(&a);
	smtp_in_free(&a.s);
	smtp_in_free(&b.s);
	return 0;
}

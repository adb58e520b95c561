/*
 * reply, ehlo: any cut of the bytes tells the same, and texts are safe. The
 * first byte is how large the pieces are.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ehlo.h"
#include "reply.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static uint64_t
add(uint64_t sum, const void *p, size_t n)
{
	const uint8_t *b = p;
	size_t i;

	for (i = 0; i < n; i++)
		sum = (sum ^ b[i]) * 0x100000001b3ULL;
	return sum;
}

static void
check(const struct reply *r)
{
	const char *s;

	if (r->code < 200 || r->code > 599 || strlen(r->line) > r->linelen)
		abort();
	for (s = r->text; *s != '\0'; s++)
		if (*s < ' ' || *s > '~' || (s[0] == ' ' && s[1] == ' '))
			abort();
	if (strlen(r->text) != r->textlen || r->text[0] == ' ')
		abort();
}

static uint64_t
events(const uint8_t *p, size_t n, size_t piece)
{
	static struct reply r;
	struct ehlo e = { 0 };
	uint64_t sum = 0;
	enum reply_event ev = REPLY_MORE;
	size_t used, k;

	memset(&r, 0, sizeof(r));
	for (; n > 0 && ev != REPLY_BAD; p += used, n -= used) {
		k = piece > 0 && piece < n ? piece : n;
		ev = reply_feed(&r, p, k, &used);
		if (used > k || (ev == REPLY_MORE && used != k))
			abort();
		if (ev == REPLY_MORE)
			continue;
		sum = add(sum, &ev, sizeof(ev));
		if (ev == REPLY_BAD)
			break;
		check(&r);
		ehlo_line(&e, r.line, r.linelen);
		sum = add(sum, r.text, strlen(r.text));
		sum = add(sum, r.line, r.linelen);
		if (ev != REPLY_LAST)
			continue;
		if (r.status[0] - '0' != r.code / 100)
			abort();
		sum = add(sum, r.status, strlen(r.status));
		sum = add(sum, &e, sizeof(e.has));
	}
	return sum;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint64_t whole;

	if (size == 0)
		return 0;
	whole = events(data + 1, size - 1, 0);
	if (events(data + 1, size - 1, data[0]) != whole ||
	    events(data + 1, size - 1, 1) != whole)
		abort();
	return 0;
}

/*
 * dsn: strings and a message of strangers, parted by NUL; first byte: bits 0
 * and 1 are utf8 and full, the rest the action. Lines are short and end in
 * CRLF, each part and block is there once, and 7-bit unless it says so.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "dsn.h"

static void
lines(const char *p, size_t n)
{
	size_t i, column = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n') {
			column = 0;
			i++;
		} else if (p[i] == '\r' || p[i] == '\n' || p[i] == '\0' ||
		    ++column > 998)
			abort();
	}
	if (column > 0)
		abort();
}

static size_t
count(const char *p, size_t n, const char *s)
{
	const char *end = p + n;
	size_t found = 0;

	while ((p = memmem(p, (size_t)(end - p), s, strlen(s))) != NULL) {
		found++;
		p++;
	}
	return found;
}

/* to behind s, which must be there */
static const char *
find(const char *p, const char *end, const char *s)
{
	p = memmem(p, (size_t)(end - p), s, strlen(s));
	if (p == NULL)
		abort();
	return p + strlen(s);
}

static void
check(const char *p, size_t n, int wide)
{
	const char *end = p + n, *head, *fields, *close;
	char edge[80];
	size_t len, i;

	lines(p, n);
	head = find(p, end, "\r\n\r\n");
	close = find(p, head, "boundary=\"");
	len = strcspn(close, "\"");
	if (len + 5 > sizeof(edge))
		abort();
	memcpy(edge, "\r\n--", 4);
	memcpy(edge + 4, close, len);
	edge[len + 4] = '\0';
	if (count(p, n, edge) != 4 || count(p, n, edge + 4) != 5)
		abort();
	fields = find(find(head - 2, end, edge), end, edge);
	fields = find(fields, end, "\r\n\r\n");
	close = find(fields, end, edge) - strlen(edge);
	len = (size_t)(close - fields);
	if (count(fields, len, "\r\nFinal-Recipient: ") != 1 ||
	    count(fields, len, "\r\nAction: ") != 1 ||
	    count(fields, len, "\r\nStatus: ") != 1 ||
	    count(fields, len, "\r\n\r\n") != 1)
		abort();
	for (i = 0; p + i < close && !wide; i++)
		if (p[i] & 0x80 && (p + i < head || p + i >= fields))
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct mailbox al = { "al", "example.org" };
	struct mailbox to = { "bo", "example.net" };
	struct dsn_recipient r = { .to = &to, .attempt = 1, .until = 2 };
	struct dsn d = { .host = "mx.example.org",
		.domain = "example.org",
		.id = "1",
		.to = &al,
		.rcpt = &r,
		.rcpts = 1 };
	const char **strings[] = { &r.orcpt, &r.status, &r.remote,
		&r.diagnostic, &r.log, &d.envid };
	struct buf out = { .cap = 4 << 20 };
	char *copy, *p;
	size_t i, left;
	int wide;

	if (size < 2)
		return 0;
	d.utf8 = data[0] & 1;
	d.full = data[0] >> 1 & 1;
	r.action = (enum dsn_action)((data[0] >> 2) % 5);
	left = size - 1;
	p = copy = malloc(size);
	memcpy(copy, data + 1, left);
	copy[left] = '\0';
	i = strlen(p);
	if (mailbox_parse(&to, p, i, ADDRESS_UTF8) != NULL)
		to = (struct mailbox){ "bo", "example.net" };
	r.status = "";
	for (i = 0; i < 6 && strlen(p) < left; i++) {
		left -= strlen(p) + 1;
		p += strlen(p) + 1;
		*strings[i] = p;
	}
	left -= strlen(p) < left ? strlen(p) + 1 : left;
	d.msg = copy + size - 1 - left;
	d.len = left;
	if ((wide = dsn_write(&d, &out)) == -1)
		abort();
	check((const char *)buf_data(&out), out.len, wide);
	buf_free(&out);
	free(copy);
	return 0;
}

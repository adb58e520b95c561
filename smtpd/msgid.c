/* msgid: see msgid.h; a count that runs over borrows from the next ms */
#include "msgid.h"

static const char digits[] = "0123456789abcdef";

uint64_t
msgid_next(struct msgid *m, uint64_t ms)
{
	uint64_t now = ms << 16;

	m->last = now > m->last ? now : m->last + 1;
	return m->last;
}

void
msgid_seen(struct msgid *m, uint64_t id)
{
	if (id > m->last)
		m->last = id;
}

void
msgid_format(uint64_t id, char out[MSGID_TEXT])
{
	int i;

	for (i = 0; i < MSGID_TEXT - 1; i++)
		out[i] = digits[id >> (60 - 4 * i) & 15];
	out[i] = '\0';
}

uint64_t
msgid_parse(const char *s, size_t len)
{
	uint64_t id = 0;
	size_t i;
	char c;

	if (len != MSGID_TEXT - 1)
		return 0;
	for (i = 0; i < len; i++) {
		c = s[i];
		if (c >= '0' && c <= '9')
			id = id << 4 | (uint64_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			id = id << 4 | (uint64_t)(c - 'a' + 10);
		else
			return 0;
	}
	return id;
}

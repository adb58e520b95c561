/* text: see text.h; what a word does not say in its only form is refused */
#include <errno.h>
#include <string.h>

#include "address.h"
#include "msgid.h"
#include "text.h"

#define ADDRESSES (ADDRESS_UTF8 | ADDRESS_POSTMASTER)

enum { NUMBER_TEXT = 20 };

static const char hex[] = "0123456789ABCDEF";

static int
must_hide(const char *s, size_t i, size_t len)
{
	unsigned char c = (unsigned char)s[i];

	return c <= ' ' || c == '%' || c == 0x7f ||
	    (c == '-' && i == 0 && len == 1);
}

static int
put_string(struct buf *b, const char *s)
{
	size_t i, len = strlen(s);
	char h[3] = "%";

	if (len == 0)
		return buf_add(b, "-", 1);
	for (i = 0; i < len; i++) {
		h[1] = hex[(unsigned char)s[i] >> 4];
		h[2] = hex[s[i] & 15];
		if (must_hide(s, i, len) ? buf_add(b, h, 3) == -1 :
					   buf_add(b, s + i, 1) == -1)
			return -1;
	}
	return 0;
}

static int
nibble(char c)
{
	const char *h = c != '\0' ? strchr(hex, c) : NULL;

	return h != NULL ? (int)(h - hex) : -1;
}

static int
get_string(const char *p, size_t len, char *to, size_t size)
{
	size_t i = 0, n = 0;
	int hi, lo;

	if (len == 1 && *p == '-') {
		*to = '\0';
		return 0;
	}
	for (; i < len && n + 1 < size; n++) {
		if (p[i] != '%') {
			if (must_hide(p, i, len))
				return -1;
			to[n] = p[i++];
			continue;
		}
		if (len - i < 3 || (hi = nibble(p[i + 1])) == -1 ||
		    (lo = nibble(p[i + 2])) == -1)
			return -1;
		to[n] = (char)(hi << 4 | lo);
		i += 3;
		if (to[n] == '\0' || !must_hide(to, n, i == len ? n + 1 : len))
			return -1;
	}
	to[n] = '\0';
	return n > 0 && i == len ? 0 : -1;
}

static int
is_null(const struct mailbox *m)
{
	return m->local[0] == '\0' && m->domain[0] == '\0';
}

static int
get_address(const char *p, size_t len, struct mailbox *m)
{
	char s[MAILBOX_TEXT], again[MAILBOX_TEXT];

	memset(m, 0, sizeof(*m));
	if (get_string(p, len, s, sizeof(s)) == -1)
		return -1;
	if (*s == '\0')
		return 0;
	if (mailbox_parse(m, s, strlen(s), ADDRESSES) != NULL)
		return -1;
	mailbox_format(m, again);
	return strcmp(s, again) == 0 ? 0 : -1;
}

static int
put_address(struct buf *b, const struct mailbox *m)
{
	struct mailbox again;
	char s[MAILBOX_TEXT];

	mailbox_format(m, s);
	if (!is_null(m) &&
	    (mailbox_parse(&again, s, strlen(s), ADDRESSES) != NULL ||
		strcmp(m->local, again.local) != 0 ||
		strcmp(m->domain, again.domain) != 0)) {
		errno = EINVAL;
		return -1;
	}
	return put_string(b, s);
}

static int
get_number(const char *p, size_t len, uint64_t max, uint64_t *to)
{
	uint64_t v = 0;
	size_t i;
	unsigned int d;

	if (len == 0 || len > NUMBER_TEXT || (len > 1 && *p == '0'))
		return -1;
	for (i = 0; i < len; i++) {
		if (p[i] < '0' || p[i] > '9')
			return -1;
		d = (unsigned int)(p[i] - '0');
		if (v > (UINT64_MAX - d) / 10)
			return -1;
		v = v * 10 + d;
	}
	*to = v;
	return v <= max ? 0 : -1;
}

static int
get_index(const struct text *t, const char *p, size_t len, uint32_t *to)
{
	for (*to = 0; *to <= t->max; ++*to)
		if (strlen(t->words[*to]) == len &&
		    memcmp(t->words[*to], p, len) == 0)
			return 0;
	return -1;
}

int
text_put(struct buf *b, const struct text *t, const void *from)
{
	const uint8_t *p = (const uint8_t *)from + t->at;
	char id[MSGID_TEXT];
	uint64_t n;
	uint32_t w;

	errno = EINVAL;
	switch (t->kind) {
	case TEXT_STRING:
		return put_string(b, (const char *)p);
	case TEXT_ADDRESS:
		return put_address(b, (const struct mailbox *)p);
	case TEXT_WORD:
		memcpy(&w, p, sizeof(w));
		return w <= t->max ? buf_printf(b, "%s", t->words[w]) : -1;
	case TEXT_ID:
		memcpy(&n, p, sizeof(n));
		msgid_format(n, id);
		return n != 0 ? buf_printf(b, "%s", id) : -1;
	case TEXT_NUMBER:
		memcpy(&n, p, sizeof(n));
		return n <= t->max ?
		    buf_printf(b, "%llu", (unsigned long long)n) :
		    -1;
	}
	return -1;
}

int
text_get(const struct text *t, const char *p, size_t len, void *to)
{
	uint8_t *out = (uint8_t *)to + t->at;
	uint64_t n;
	uint32_t w;

	switch (t->kind) {
	case TEXT_STRING:
		return get_string(p, len, (char *)out, t->max);
	case TEXT_ADDRESS:
		return get_address(p, len, (struct mailbox *)out);
	case TEXT_WORD:
		if (get_index(t, p, len, &w) == -1)
			return -1;
		memcpy(out, &w, sizeof(w));
		return 0;
	case TEXT_ID:
		if ((n = msgid_parse(p, len)) == 0)
			return -1;
		memcpy(out, &n, sizeof(n));
		return 0;
	case TEXT_NUMBER:
		if (get_number(p, len, t->max, &n) == -1)
			return -1;
		memcpy(out, &n, sizeof(n));
		return 0;
	}
	return -1;
}

int
text_line(const char **p, const char *end, const char **line, size_t *len)
{
	const char *nl = *p < end ? memchr(*p, '\n', (size_t)(end - *p)) : NULL;

	if (nl == NULL)
		return -1;
	*line = *p;
	*len = (size_t)(nl - *p);
	*p = nl + 1;
	return 0;
}

int
text_word(const char **p, const char *end, const char **word, size_t *len)
{
	const char *blank;

	if (*p == NULL || *p > end)
		return -1;
	blank = memchr(*p, ' ', (size_t)(end - *p));
	*word = *p;
	*len = (size_t)((blank != NULL ? blank : end) - *p);
	*p = blank != NULL ? blank + 1 : NULL;
	return *len > 0 ? 0 : -1;
}

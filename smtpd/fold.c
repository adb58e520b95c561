/* fold: see fold.h; touches the caller's buffer, trusts no byte of a text */
#include <string.h>

#include "address.h"
#include "fold.h"

static void
put(struct fold *f, const char *p, size_t n)
{
	if (buf_add(f->out, p, n) == -1)
		f->failed = 1;
	f->column += n;
}

void
fold_begin(struct fold *f, struct buf *out, const char *indent,
    const char *first)
{
	memset(f, 0, sizeof(*f));
	f->out = out;
	f->indent = indent;
	put(f, first, strlen(first));
	f->blank = f->column > 0 && first[f->column - 1] != ' ';
}

void
fold_next(struct fold *f, const char *first)
{
	int failed = fold_end(f) == -1;

	fold_begin(f, f->out, f->indent, first);
	f->failed |= failed;
}

void
fold_word(struct fold *f, const char *p, size_t n)
{
	size_t part;

	do {
		part = n < FOLD_WORD ? n : FOLD_WORD;
		if (f->blank && f->column + 1 + part > FOLD_AT) {
			put(f, "\r\n", 2);
			f->column = 0;
			put(f, f->indent, strlen(f->indent));
		} else if (f->blank)
			put(f, " ", 1);
		put(f, p, part);
		f->blank = 1;
		p += part;
		n -= part;
	} while (n > 0);
}

void
fold_words(struct fold *f, const char *p)
{
	size_t n;

	for (; *p != '\0'; p += n + (p[n] == ' ')) {
		n = strcspn(p, " ");
		fold_word(f, p, n);
	}
}

static int
is_name(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z') ||
	    (c != '\0' && strchr(".-_:[]", c) != NULL);
}

void
fold_name(struct fold *f, const char *p)
{
	char word[DOMAIN_MAX];
	size_t n;

	for (n = 0; n < sizeof(word) && p[n] != '\0'; n++)
		word[n] = (char)(is_name((unsigned char)p[n]) ? p[n] : '?');
	if (n == 0)
		word[n++] = '?';
	fold_word(f, word, n);
}

void
fold_text(struct fold *f, const char *p, size_t len, int utf8)
{
	const char *end = p + len;
	char word[FOLD_WORD];
	size_t n = 0, c, wide;

	for (; p < end; p += c) {
		const unsigned char b = (unsigned char)*p;
		const int part = b <= ' ' || b == 127;

		wide = b & 0x80 && utf8 ? address_utf8(p, end) : 0;
		c = wide > 0 ? wide : 1;
		if (n > 0 && (part || n + c > sizeof(word))) {
			fold_word(f, word, n);
			n = 0;
		}
		if (part)
			continue;
		if (wide > 0 || !(b & 0x80))
			memcpy(word + n, p, c);
		else
			word[n] = '?';
		n += c;
	}
	if (n > 0)
		fold_word(f, word, n);
}

int
fold_end(struct fold *f)
{
	put(f, "\r\n", 2);
	f->column = 0;
	f->blank = 0;
	return f->failed ? -1 : 0;
}

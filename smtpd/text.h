/*
 * text: structs as lines of words, one way only: what parses prints as the
 * same bytes again. A table says what stands where. Pure.
 */
#ifndef TEXT_H
#define TEXT_H

#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum text_kind {
	TEXT_STRING,  /* char[size]; %XX where need be, - is the empty one */
	TEXT_ADDRESS, /* struct mailbox, - is the null path */
	TEXT_NUMBER,  /* uint64_t, up to max */
	TEXT_ID,      /* uint64_t, a msgid */
	TEXT_WORD,    /* uint32_t, an index of words, up to max */
};

struct text {
	const char *name;
	enum text_kind kind;
	size_t at;    /* offset in the struct */
	uint64_t max; /* STRING: bytes with NUL */
	const char *const *words;
};

/* appends the word; -1: ENOBUFS, ENOMEM, EINVAL: no word stands for it */
int text_put(struct buf *, const struct text *, const void *from);
/* all of the len bytes; -1: not the word that text_put() writes */
int text_get(const struct text *, const char *, size_t len, void *to);

/*
 * The next line without its newline, and the next word of a line (words are
 * parted by one blank); -1: there is none.
 */
int text_line(const char **p, const char *end, const char **line, size_t *len);
int text_word(const char **p, const char *end, const char **word, size_t *len);
#endif

/*
 * fold: lines that we write ourselves: folded at 78 columns, never longer than
 * 998 bytes, and with no byte of a stranger that could end one. What does not
 * fit into the buffer is remembered until the end. Pure. RFC 5322 2.1.1.
 */
#ifndef FOLD_H
#define FOLD_H

#include <stddef.h>

#include "buf.h"

enum {
	FOLD_AT = 78,
	FOLD_WORD = 900, /* bytes; a longer word is broken */
};

struct fold {
	struct buf *out;
	const char *indent; /* further lines begin with it: blanks, a tab */
	size_t column;
	int blank; /* one is due before the next word */
	int failed;
};

/* a line begins with these bytes, which may be none */
void fold_begin(struct fold *, struct buf *, const char *indent, const char *);
/* the line ends, another one begins */
void fold_next(struct fold *, const char *);
/* one word, kept whole: ours, or of a grammar without CR and LF */
void fold_word(struct fold *, const char *, size_t n);
/* words of ours with single blanks between */
void fold_words(struct fold *, const char *);
/* a stranger's host name or the like as one word: odd bytes become "?" */
void fold_name(struct fold *, const char *);
/*
 * A stranger's text: blanks and control characters part words, 8-bit bytes
 * become "?" unless they are UTF-8 and that is wanted.
 */
void fold_text(struct fold *, const char *, size_t n, int utf8);
/* the line ends; -1: a word of any line since fold_begin() did not fit */
int fold_end(struct fold *);
#endif

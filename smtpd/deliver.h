/*
 * deliver: the text of a mail as it is delivered, out of the text as the spool
 * has it, in pieces of any size. Pure. Fields that only the last host may
 * write (Return-Path, X-Gatelodge-*) are taken out and ours put in front; line
 * ends become LF, what Maildir readers expect, and what the wire needs is
 * counted on the way. RFC 5321 4.4, 5322 2.2.
 */
#ifndef DELIVER_H
#define DELIVER_H

#include <stddef.h>
#include <stdint.h>

#include "address.h"

enum {
	DELIVER_HEAD = 4096, /* room for our own fields, all together */
	DELIVER_MORE = 128,  /* what a piece may grow by */
	DELIVER_VALUE = 900, /* bytes of an own field */
	DELIVER_NAME = 24,   /* of a field, as far as it is looked at */
};

struct deliver_size {  /* all zero: of no text */
	uint64_t size; /* bytes */
	uint64_t wire; /* the same if each line ends with CRLF */
	int cr;	       /* the last byte */
};

struct deliver_field {
	const char *name;  /* "X-Gatelodge-Spam" */
	const char *value; /* one line */
};

struct deliver { /* deliver_start() fills it */
	struct deliver_size out;
	int loop; /* a Delivered-To of this recipient was there */
	/* deliver.c's own */
	int state;
	int kind; /* of the field */
	int cr;	  /* one is held back */
	char to[MAILBOX_TEXT + 1];
	char name[DELIVER_NAME];
	size_t nname;
	char value[MAILBOX_TEXT + 4]; /* of Delivered-To */
	size_t nvalue;
};

/* the text goes on with these */
void deliver_count(struct deliver_size *, const void *, size_t n);

/*
 * Return-Path, Delivered-To and n fields more; out has DELIVER_HEAD bytes.
 * Bytes written. 0: EINVAL: a field that is not X-Gatelodge-*, or a value
 * that is no line of printable ASCII, or more of them than there is room.
 */
size_t deliver_start(struct deliver *, const struct mailbox *from,
    const struct mailbox *to, const struct deliver_field *, size_t n,
    char *out);
/*
 * The next n bytes of the stored text; out has n + DELIVER_MORE bytes and is
 * other memory. Bytes written.
 */
size_t deliver_feed(struct deliver *, const void *, size_t n, char *out);
/* no more: writes what was held back, DELIVER_MORE at most */
size_t deliver_end(struct deliver *, char *out);
#endif

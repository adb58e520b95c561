/*
 * header: the header section of a message, found while its bytes arrive, cut
 * anywhere. Nothing is kept but one address: fields are told by a callback as
 * offsets from the first byte. Lines end in CRLF or LF, names may have blanks
 * before the colon (RFC 5322 4.5), an mbox line may stand on top. Pure.
 */
#ifndef HEADER_H
#define HEADER_H

#include <stddef.h>

#include "address.h"

enum header_name {
	HEADER_OTHER,
	HEADER_MBOX, /* "From " or ">From ", first or behind Received */
	HEADER_BCC,
	HEADER_CC,
	HEADER_DATE,
	HEADER_DELIVERED_TO,
	HEADER_FROM,
	HEADER_MESSAGE_ID,
	HEADER_OURS, /* X-Gatelodge-* */
	HEADER_RECEIVED,
	HEADER_RESENT_BCC,
	HEADER_RETURN_PATH,
	HEADER_SENDER,
	HEADER_TO,
};

enum header_event {
	HEADER_MORE,  /* all bytes taken */
	HEADER_BODY,  /* end, body and malformed are known; final */
	HEADER_FAULT, /* fault is set; final */
};

enum header_fault {
	HEADER_FINE,
	HEADER_BIG,	  /* HEADER_BYTES */
	HEADER_MANY,	  /* HEADER_FIELDS */
	HEADER_FIELD_BIG, /* FIELD_BYTES */
	HEADER_LOOP,	  /* RECEIVED_MAX */
	HEADER_NUL,
};

struct header_field { /* offsets */
	enum header_name name;
	size_t start,
	    value;  /* value: behind the colon; of an mbox line start */
	size_t end; /* behind the line end of its last line */
};

struct header { /* all zero but the first three: a fresh message */
	void (*field)(void *, const struct header_field *); /* or NULL */
	void *arg;
	const struct mailbox *to; /* sought in Delivered-To, or NULL */

	enum header_fault fault;
	unsigned int fields, received;
	int delivered; /* a Delivered-To has that address */
	int malformed; /* what is no field ended it: the body has that line */
	size_t end;    /* of the last field: the empty line, if there is one */
	size_t body;   /* the first byte of the body */
	/* header.c's own */
	int state;
	size_t at, line; /* bytes taken, start of the line */
	struct header_field now;
	char name[24]; /* in lower case, with NUL; longer: cut */
	size_t name_len;
	char value[MAILBOX_TEXT + 2]; /* of Delivered-To, without blanks */
	size_t value_len;
};

/*
 * n bytes of the message; *used of them were looked at. HEADER_BODY: body may
 * lie before them, in bytes of earlier calls (only if malformed).
 */
enum header_event header_feed(struct header *, const void *, size_t n,
    size_t *used);
/* the message is over: HEADER_BODY or HEADER_FAULT */
enum header_event header_end(struct header *);
/* what a client hears of a fault: code, enhanced code and words */
const char *header_reply(enum header_fault);
#endif

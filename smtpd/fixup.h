/*
 * fixup: what we do to a header section, while a message arrives cut anywhere.
 * Of a submitted one: what users' programs left out is added, what is not for
 * recipients' eyes is removed, From is judged. Of one that is delivered: only
 * Return-Path and X-Gatelodge-* go, as they come from us alone. The body is
 * never touched, and no other message is. Pure. RFC 6409 8, 5322 3.6.
 */
#ifndef FIXUP_H
#define FIXUP_H

#include <time.h>

#include "buf.h"
#include "header.h"

enum fixup_mode {
	FIXUP_SUBMIT,  /* lines come out with CRLF, a stray CR as a blank */
	FIXUP_DELIVER, /* what stays, stays as it is */
};

enum fixup_event {
	FIXUP_MORE,    /* all bytes taken */
	FIXUP_DONE,    /* out is whole; the bytes not used are the body's */
	FIXUP_REFUSED, /* reply is set; final */
};

struct fixup { /* all zero but these */
	enum fixup_mode mode;
	/* of FIXUP_SUBMIT */
	const char *host, *id;	    /* Message-ID is <id@host> */
	time_t now;		    /* Date */
	const struct mailbox *from; /* From, where there is none */
	/*
	 * 1: an address of From is the user's; its domain is empty if there is
	 * none. NULL: any is.
	 */
	int (*owns)(void *, const struct mailbox *);
	void *arg;

	const char *reply; /* static: code, enhanced code and words */
	/*
	 * The header section, the empty line, and of a body that began with
	 * what is no header field the bytes that had been taken for one.
	 */
	struct buf out;
	/* fixup.c's own */
	struct header header;
	struct buf head;
	unsigned int seen; /* 1 << enum header_name */
	int failed;
};

/* n bytes of the message; *used of them were taken */
enum fixup_event fixup_feed(struct fixup *, const void *, size_t n,
    size_t *used);
/* the message is over: DONE or REFUSED; not called once that was told */
enum fixup_event fixup_end(struct fixup *);
/* wipes what is left, out too */
void fixup_free(struct fixup *);
#endif

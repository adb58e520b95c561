/*
 * reply: what another SMTP server answers, line by line, cut anywhere. Its
 * bytes are made safe: text is printable ASCII, for logs and DSNs. Pure;
 * believes nothing. RFC 5321 4.2, 2034, 3463.
 */
#ifndef REPLY_H
#define REPLY_H

#include <stddef.h>

#include "limits.h"

enum {
	REPLY_TEXT = 512, /* bytes that are kept of all lines, with NUL */
	STATUS_SIZE = 12, /* "5.123.123", with NUL */
};

enum reply_event {
	REPLY_MORE, /* all bytes are taken */
	REPLY_PART, /* a line, and another one follows: line, linelen */
	REPLY_LAST, /* the last line, the same; the reply is whole */
	REPLY_BAD   /* nothing that SMTP knows, or too much; final */
};

struct reply {			  /* all zero: fresh */
	int code;		  /* 200 to 599, of the line that came last */
	char status[STATUS_SIZE]; /* always one: "4.0.0" if none was sent */
	char text[REPLY_TEXT];	  /* lines, a blank between; no codes in it */
	char line[REPLY_LINE];	  /* behind the code, as it came; NUL */
	size_t linelen;		  /* it may hold NULs */
	/* reply.c's own */
	size_t got, textlen, bytes;
	unsigned int lines;
	int ended, bad;
};

/*
 * n bytes; *used of them are done with, feed the rest again. What was told
 * stays until the next call, text until the call after REPLY_LAST.
 */
enum reply_event reply_feed(struct reply *, const void *, size_t n,
    size_t *used);
#endif

/* received: the trace field of a message that we take. Pure. RFC 5321 4.4 */
#ifndef RECEIVED_H
#define RECEIVED_H

#include <time.h>

#include "address.h"
#include "buf.h"

struct received {
	const char *helo;     /* as it was said; NULL: nothing of the client */
	const char *address;  /* "192.0.2.1", "2001:db8::1"; NULL: left out */
	const char *host;     /* who we are */
	const char *protocol; /* of RFC 3848 or 6531: "ESMTPS" */
	int utf8;	      /* the message has SMTPUTF8 */
	const char *id;
	const struct mailbox *to; /* the only recipient, or NULL */
	time_t date;
};

/* appends the field, folded; -1: ENOBUFS or ENOMEM, the buffer is spoilt */
int received_write(const struct received *, struct buf *);
#endif

/*
 * addrlist: the mailboxes of From, Sender, To, Cc, Bcc and their like, one
 * after the other: groups, comments, quoted strings, routes and the rest of
 * the obsolete syntax are understood, encoded words are left alone. Linear in
 * the bytes, without recursion and memory. Pure. RFC 5322 3.4, 4.4; 6532.
 */
#ifndef ADDRLIST_H
#define ADDRLIST_H

#include <stddef.h>

#include "address.h"

enum addrlist_event {
	ADDRLIST_END,
	ADDRLIST_MAILBOX, /* without a domain: "root", as local programs say */
	ADDRLIST_BAD,	  /* an element is no address; the next one follows */
	ADDRLIST_MANY,	  /* ADDRLIST_MAX were told, the rest is left out */
};

struct addrlist {
	const char *p, *end;
	/*
	 * Of the last mailbox: a bare address stood before its brackets, which
	 * other programs may take for it.
	 */
	int shows;
	struct mailbox shown;
	/* addrlist.c's own */
	int group; /* inside one */
	unsigned int n;
};

/* a field's value, folded or not; it must stay where it is */
void addrlist_begin(struct addrlist *, const char *, size_t len);
/* the mailbox, as address.h has it, is filled by ADDRLIST_MAILBOX alone */
enum addrlist_event addrlist_next(struct addrlist *, struct mailbox *);
#endif

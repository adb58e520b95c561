/*
 * address: mailboxes and paths of SMTP, in their grammar. Pure; believes no
 * byte. A local part is kept without its quotes, a domain in lower case and
 * without a dot at its end, an address literal with its brackets. RFC 5321
 * 4.1.2, 4.1.3, 6531 3.3.
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stddef.h>

enum {
	/* bytes of a local part, unquoted; RFC 5321 asks for 64, but lists
	 * and SRS make longer ones */
	LOCAL_MAX = 255,
	DOMAIN_MAX = 255,
	MAILBOX_TEXT = 2 * LOCAL_MAX + 2 + 1 + DOMAIN_MAX + 1, /* with NUL */
};

struct mailbox { /* both empty: the null path; domain empty: <postmaster> */
	char local[LOCAL_MAX + 1];
	char domain[DOMAIN_MAX + 1];
};

enum address_flags {
	ADDRESS_UTF8 = 1,	/* SMTPUTF8 was asked for */
	ADDRESS_NULL = 2,	/* <> will do: a reverse path */
	ADDRESS_POSTMASTER = 4, /* <postmaster>, in any case, will do */
};

/*
 * local@domain, all of the len bytes. NULL: it is one; else what is wrong,
 * static text for a reply.
 */
const char *mailbox_parse(struct mailbox *, const char *, size_t len,
    unsigned int flags);
/*
 * <local@domain> in front of *p, with a source route or without (it is
 * ignored); *p moves behind it.
 */
const char *path_parse(struct mailbox *, const char **p, const char *end,
    unsigned int flags);
/* a domain name as EHLO and addresses have it, or an address literal;
 * lower-cased into out, DOMAIN_MAX + 1 bytes */
const char *domain_parse(char *out, const char *, size_t len,
    unsigned int flags);
/* bytes of the UTF-8 character at p < end that is not ASCII; 0: none is */
size_t address_utf8(const char *p, const char *end);
char address_lower(char); /* of ASCII alone */

/* as it is written, quoted where it must be; bytes, out has MAILBOX_TEXT */
size_t mailbox_format(const struct mailbox *, char *out);
/* 1: the same, with local parts compared without case (ASCII) */
int mailbox_same(const struct mailbox *, const struct mailbox *);
/* 1: it has bytes that need SMTPUTF8 */
int mailbox_is_utf8(const struct mailbox *);
#endif

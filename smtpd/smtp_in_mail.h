/* smtp_in_mail: what MAIL and RCPT say. RFC 5321 4.1.1, 1870, 3461, 6531. */
#ifndef SMTP_IN_MAIL_H
#define SMTP_IN_MAIL_H

#include <stdint.h>

#include "address.h"
#include "limits.h"

enum {
	NOTIFY_NEVER = 1,
	NOTIFY_SUCCESS = 2,
	NOTIFY_FAILURE = 4,
	NOTIFY_DELAY = 8
};

struct smtp_in_mail { /* MAIL */
	struct mailbox from;
	uint64_t size;		   /* as announced; 0: not */
	uint8_t eight, utf8;	   /* BODY=8BITMIME, SMTPUTF8 */
	uint8_t ret;		   /* 0, 'F'ULL, 'H'DRS */
	char envid[ENVID_MAX + 1]; /* decoded, printable; empty: none */
};

struct smtp_in_to { /* RCPT */
	struct mailbox to;
	unsigned int notify;	   /* 0: not said */
	char orcpt[ORCPT_MAX + 1]; /* "rfc822;a@b", decoded; empty: none */
};
#endif

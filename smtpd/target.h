/*
 * target: one word of the aliases file or of ~/.forward that says where a mail
 * goes. Pure; believes no byte. aliases(5).
 */
#ifndef TARGET_H
#define TARGET_H

#include "address.h"

enum { COMMAND_MAX = 1024 }; /* bytes of a pipe's command */

enum target_kind {
	TARGET_NAME,	/* of a user or an alias here, maybe with a detail */
	TARGET_ADDRESS, /* local@domain */
	TARGET_PIPE,	/* a command for /bin/sh -c */
};

enum target_flags {
	TARGET_PIPES = 1, /* commands are permitted */
};

struct target {
	enum target_kind kind;
	struct mailbox to; /* of a name: without domain */
	char command[COMMAND_MAX + 1];
};

/* bytes of the word at p: up to a blank, the end, or one of stops; what stands
 * between double quotes belongs to it */
size_t target_word(const char *p, const char *end, const char *stops);
/* all of the len bytes. NULL: it is one; else what is wrong and was meant */
const char *target_parse(struct target *, const char *, size_t len,
    unsigned int flags);
/* a name or an address alone; what is wrong, not what was meant */
const char *target_mailbox(struct mailbox *, const char *, size_t len);
#endif

/*
 * msgid: names of messages: 48 bits of milliseconds, 16 that count, strictly
 * rising, whatever the clock does. Pure; the clock comes in.
 */
#ifndef MSGID_H
#define MSGID_H

#include <stddef.h>
#include <stdint.h>

enum { MSGID_TEXT = 17 }; /* 16 hex digits and NUL */

struct msgid { /* all zero: none was given yet */
	uint64_t last;
};

/* another one; ms: of the wall clock */
uint64_t msgid_next(struct msgid *, uint64_t ms);
/* this one is in use: all that follow are higher */
void msgid_seen(struct msgid *, uint64_t id);
void msgid_format(uint64_t id, char out[MSGID_TEXT]);
/* 16 hex digits in lower case; 0: it is none */
uint64_t msgid_parse(const char *, size_t len);
#endif

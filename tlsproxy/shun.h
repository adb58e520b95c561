/*
 * shun: the networks that a relay refuses at accept, as auth has told, and a
 * count of failed handshakes per network and minute. Pure; the clock comes
 * in (ms). Memory is bounded: the table is of fixed size, and lossy.
 */
#ifndef SHUN_H
#define SHUN_H

#include "guardmsg.h"

/* refuses the network for that time, or not any more */
void shun_set(uint64_t now, const struct slow *);
/* 1: this address is to be refused */
int shun_is(uint64_t now, const struct addr *);
/* auth is a new one: it will tell all that it knows */
void shun_forget(void);

enum { SHUN_FAILED = 50 }; /* failed handshakes a minute */
/* one more failed handshake; 1: it was the SHUN_FAILEDth of this minute */
int shun_failed(uint64_t now, const struct addr *);
#endif

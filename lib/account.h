/*
 * account: the users that a house may serve, as the gate publishes them. A
 * list is complete or not there: while a new one arrives, the old one stays.
 */
#ifndef ACCOUNT_H
#define ACCOUNT_H

#include "gatemsg.h"

/* one of a list under way; -1: EINVAL malformed, E2BIG, ENOMEM */
int account_add(const struct account *);
/* the list is complete: it takes the place of the old; -1: it does not fit */
int account_end(const struct accounts *);
/* NULL: no such account. Valid until the next account_end() */
const struct account *account_find(const char *name);
const struct account *account_of(uint32_t index);
/* 0: no list has come yet: answer temporary failure, never "no such user" */
int account_known(void);
#endif

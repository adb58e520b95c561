/*
 * address: which addresses of others may be connected to, and in what order.
 * Pure. RFC 6890, 8305.
 */
#ifndef ADDRESS_H
#define ADDRESS_H

#include <stddef.h>

#include "dialmsg.h"

enum { ADDRESS_TRIES = 5 }; /* addresses of one name */

/*
 * 1: it is a public address of one host. Others are loopback, private, shared,
 * link-local, multicast, reserved, for documentation, IPv4 in disguise
 * (::ffff:0:0/96). What carries an IPv4 address for others (NAT64, 6to4) is
 * what that one is.
 */
int address_is_public(const struct addr *);
/* exactly this address and port stand in the list; there port 0: any port */
int address_is_in(const struct addr *list, size_t n, const struct addr *);
/* address and port are the same */
int address_same(const struct addr *, const struct addr *);

/*
 * Up to ADDRESS_TRIES of both lists into out, families by turns, beginning
 * with the one that is first; how many.
 */
size_t address_order(struct addr *out, enum family_order, const struct addr *v4,
    size_t n4, const struct addr *v6, size_t n6);
/* from text; -1: it is none */
int address_parse(struct addr *, const char *);
#endif

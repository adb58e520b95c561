/*
 * prefix: how many connections each client network has: an IPv4 address, or
 * an IPv6 /64, which is one subscriber. Pure; memory is bounded by the
 * connections that are counted.
 */
#ifndef PREFIX_H
#define PREFIX_H

#include "gatemsg.h"

struct prefix {
	struct prefix *next; /* in its bucket */
	uint8_t key[12];     /* family, then 4 or 8 bytes */
	uint32_t conns;
	uint32_t handshakes; /* that have not finished */
};

/* made when new, with nothing counted; NULL: ENOMEM */
struct prefix *prefix_get(const struct addr *);
/* frees it when nothing is counted in it any more */
void prefix_put(struct prefix *);
#endif

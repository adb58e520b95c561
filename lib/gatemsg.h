/*
 * gatemsg: payloads that cross daemons. Fixed width, no padding, native
 * order; strings end with NUL and are zero behind it.
 */
#ifndef GATEMSG_H
#define GATEMSG_H

#include <netinet/in.h>
#include <sys/socket.h>
#include <stdint.h>

#include "authmsg.h"
#include "conninfo.h"
#include "outmsg.h"
#include "proc.h"

enum {
	SAME = 0xffffff, /* largest payload = smallest */
	SERVICES = 16,
};

struct hello {
	uint64_t hash; /* of gate.h's table */
	char daemon[16];
};

enum kind { KIND_PLAIN, KIND_STARTTLS, KIND_TLS };

struct service {       /* what a daemon may expect connections of */
	char name[16]; /* empty: end of the list */
	char daemon[16], row[16];
	uint32_t kind; /* enum kind */
	uint32_t port; /* of its first address */
};

struct welcome {
	uint64_t hash;
	uint32_t ok;
	uint32_t relays;
	struct service services[SERVICES];
};

struct end { /* one end of a channel */
	char row[16];
	uint32_t inst;
};

struct channel {
	struct end yours, mine;
};

struct account { /* a Unix user with a line in secrets */
	uint64_t generation;
	uint32_t index, uid, gid, zero;
	char name[40];
	char home[256];
};

struct accounts { /* ends the list */
	uint64_t generation;
	uint64_t count;
};

_Static_assert(sizeof(struct hello) == 24 && sizeof(struct service) == 56 &&
	sizeof(struct welcome) == 16 + SERVICES * 56 &&
	sizeof(struct end) == 20 && sizeof(struct channel) == 40 &&
	sizeof(struct account) == 320,
    "no padding");
#endif

/*
 * guardmsg: messages of the gate's processes about users and guessers, and
 * of the way out (outconf.h). Fixed width, no padding.
 */
#ifndef GUARDMSG_H
#define GUARDMSG_H

#include "gatemsg.h"
#include "limits.h"
#include "outconf.h"

struct opened { /* a connection whose client may log in; id in the head */
	char service[16];
	struct addr peer;
	uint32_t tls; /* 0: in the clear, no mechanism will do */
	uint32_t exporterlen, endpointlen; /* 0: there is none */
	uint32_t granted; /* 1: to that account, with that credential */
	uint64_t credential;
	uint32_t account;
	uint32_t zero;
	uint8_t exporter[32], endpoint[64];
};

struct revoked { /* a credential that is no more */
	uint64_t credential;
	uint32_t account;
	uint32_t zero;
};

struct slow { /* a network that is refused at accept, or not any more */
	struct addr net; /* port and the bits behind the prefix are 0 */
	uint32_t bits;	 /* of the prefix: 32, 24; 128, 64 */
	uint32_t ms;	 /* from now; 0: welcome again */
};

struct abused {
	struct addr peer;
	uint32_t kind, weight; /* as in struct abuse */
};

struct secret_line { /* text follows, without end of line */
	uint64_t generation;
	uint32_t account; /* index */
	uint32_t zero;
};

struct guard_conf { /* of penalties, times in ms; begins a configuration */
	uint32_t slow, refuse; /* scores; 0: never */
	uint32_t halve;
	uint32_t delay, delay_max;
	uint32_t refuse_ms, refuse_max;
	uint32_t zero;
};

struct salt { /* the secret of salts for names that are not there */
	uint8_t secret[32];
};

struct forgive {
	struct addr net;
	uint32_t bits;
	uint32_t all; /* 1: everything */
};

struct told_end {
	uint32_t status; /* of the control tool */
	uint32_t zero;
};

_Static_assert(sizeof(struct opened) == 168 && sizeof(struct revoked) == 16 &&
	sizeof(struct slow) == 32 && sizeof(struct abused) == 32 &&
	sizeof(struct secret_line) == 16 && sizeof(struct guard_conf) == 32 &&
	sizeof(struct forgive) == 32 && sizeof(struct told_end) == 8,
    "no padding");

/* clang-format off */
#define GUARD_MSGS(M)                                                       \
	M(open,      relay,  auth,   sizeof(struct opened),        SAME, 0) \
	M(shut,      relay,  auth,   0,                            SAME, 0) \
	M(granted,   auth,   relay,  sizeof(struct grant),         SAME, 0) \
	M(revoked,   auth,   relay,  sizeof(struct revoked),       SAME, 0) \
	M(slow,      auth,   relay,  sizeof(struct slow),          SAME, 0) \
	M(abused,    relay,  auth,   sizeof(struct abused),        SAME, 0) \
	M(salt,      parent, auth,   sizeof(struct salt),          SAME, 0) \
	M(restore,   parent, auth,   0,                            SAME, 1) \
	M(save,      auth,   parent, 0,                            SAME, 1) \
	M(guard,     parent, auth,   sizeof(struct guard_conf),    SAME, 0) \
	M(guarded,   parent, auth,   sizeof(struct relay_service), SAME, 0) \
	M(secret,    parent, auth,   sizeof(struct secret_line),            \
	    sizeof(struct secret_line) + SECRET_LINE, 0)                    \
	M(users,     parent, auth,   sizeof(struct generation),    SAME, 0) \
	M(penalties, parent, auth,   0,                            SAME, 0) \
	M(forgive,   parent, auth,   sizeof(struct forgive),       SAME, 0) \
	M(told,      auth,   parent, 1,                            TOLD, 0) \
	M(told_end,  auth,   parent, sizeof(struct told_end),      SAME, 0) \
	OUT_MSGS(M)
/* clang-format on */
#endif

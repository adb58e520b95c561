/* gated: the second of its two tables; tab.c has the first */
#ifndef GATED_H
#define GATED_H

#include "gate.h"

enum { P_parent = PARENT, P_relay, P_demod, P_demod_login, P_hatch, NPROC };

/* name, from, to, min, max, descriptor; handled by <to>_from_<from>_<name> */
/* clang-format off */
#define MSGS(M)                           \
	M(listen, parent, relay, 0, SAME, 1) \
	M(lie,    parent, hatch, 4, SAME, 0)
/* clang-format on */
enum { MSG_first = NGATE - 1, MSGS(M_ENUM) NMSG };
MSGS(M_DECL)

/* relay.c */
enum { CONNS, DONES, REFUSED };
void relay_link(int, int);
#endif

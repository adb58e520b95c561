/* gatetestd: the second of its two tables; tab.c has the first */
#ifndef GATETESTD_H
#define GATETESTD_H

#include "gate.h"

enum { P_parent = PARENT, P_session, P_submit, P_tlsproxy, P_relay, NPROC };

/* a crime in the gate's eyes: there the number belongs to another row */
#define MSGS(M) M(sin, taker, relay, 0, 64, 0)

enum { MSG_first = NGATE - 1, MSGS(M_ENUM) NMSG };
MSGS(M_DECL)

/* clang-format off */
#define TAKER_COUNTERS(C)                                                     \
	C(conns) C(tls_on) C(tls_failed) C(failed_handshake)                  \
	C(failed_timeout) C(failed_overload) C(gone_clean) C(gone_truncated)  \
	C(gone_reset) C(garbage) C(open)
/* clang-format on */
#define C_NAME(n) #n,
#define C_ENUM(n) TAKER_##n,
enum { TAKER_COUNTERS(C_ENUM) };
#define COUNT(n) (proc_counters[TAKER_##n]++)

void taker_link(int, int);
#endif

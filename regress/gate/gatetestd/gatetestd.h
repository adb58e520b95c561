/* gatetestd: the second of its two tables; tab.c has the first */
#ifndef GATETESTD_H
#define GATETESTD_H

#include "gate.h"

/* clang-format off */
enum {
	P_parent = PARENT, P_session, P_submit, P_queue, P_mta,
	P_tlsproxy, P_relay, P_auth, P_dial, P_relayout, NPROC
};
/* clang-format on */

enum { WORDS = 1000, ASKS = 256 };

/* a crime in the gate's eyes: there the number belongs to another row */
#define MSGS(M) M(sin, taker, relay, 0, 64, 0)

/* clang-format off */
/* a request of a test by the control socket, its answer, and the end of it */
#define OWN_MSGS(M)                                   \
	M(ask_mta,   parent, mta,    1, WORDS, 0)     \
	M(ask_queue, parent, queue,  1, WORDS, 0)     \
	M(answer_mta, mta, parent,   0, WORDS, 0)     \
	M(answer_queue, queue, parent, 0, WORDS, 0)
/* clang-format on */

enum { MSG_first = NGATE - 1, MSGS(M_ENUM) OWN_MSGS(M_ENUM) NMSG };
MSGS(M_DECL)
OWN_MSGS(M_DECL)

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

/* clang-format off */
#define MTA_COUNTERS(C)                                               \
	C(open) C(verdicts) C(refused) C(unreached) C(connected)      \
	C(addresses) C(lost)
/* clang-format on */
#define M_COUNT(n) MTA_##n,
enum { MTA_COUNTERS(M_COUNT) };
#define COUNT_MTA(n) (proc_counters[MTA_##n]++)

void taker_link(int, int);
void queue_link(int, int);
void mta_link(int, int);
#endif

/*
 * gatetestd's architecture: this table and the one in gatetestd.h. It bears
 * smtpd's names, because the gate admits nobody whom its table lacks.
 */
#include "gatetestd.h"

static const char *const counters[] = { TAKER_COUNTERS(C_NAME) NULL };

/* clang-format off */
const struct proc procs[NPROC] = {
[P_parent] = { "smtpd", .roles = ROLE(house) },
[P_session] = { "session", "_gl_session", "empty", "stdio", "", BIT(P_relay),
    .nofile = 20000, .roles = ROLE(taker), .counters = counters,
    .link = IN(taker, taker_link) },
[P_submit] = { "submit", "_gl_submit", "empty", "stdio", "", BIT(P_relay),
    .nofile = 20000, .roles = ROLE(taker), .counters = counters,
    .link = IN(taker, taker_link) },
[P_tlsproxy] = { "tlsproxy", .daemon = "tlsproxy", .roles = ROLE(gate) },
[P_relay] = { "relay", .daemon = "tlsproxy", .n = PER_CORE,
    .peers = BIT(P_session) | BIT(P_submit), .roles = ROLE(relay) },
};
const struct msg msgs[NMSG] = { GATE_MSGS(G_ROW) MSGS(G_ROW) };
/* clang-format on */
const int nprocs = NPROC, nmsgs = NMSG, ngate = NGATE;

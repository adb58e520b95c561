/*
 * gatetestd's architecture: this table and the one in gatetestd.h. It bears
 * smtpd's names, because the gate admits nobody whom its table lacks.
 */
#include "gatetestd.h"

static const char *const counters[] = { TAKER_COUNTERS(C_NAME) NULL };

static const char *const mta_counters[] = { MTA_COUNTERS(C_NAME) NULL };

/* clang-format off */
const struct proc procs[NPROC] = {
[P_parent] = { "smtpd", .roles = ROLE(house) },
[P_session] = { "session", "_gl_session", "empty", "stdio", "", BIT(P_relay),
    .nofile = 20000, .roles = ROLE(taker), .counters = counters,
    .link = IN(taker, taker_link) },
[P_submit] = { "submit", "_gl_submit", "empty", "stdio", "",
    BIT(P_relay) | BIT(P_auth),
    .nofile = 20000, .roles = ROLE(taker) | ROLE(login), .counters = counters,
    .link = IN(taker, taker_link) },
[P_queue] = { "queue", "_gl_queue", "empty", "stdio", "", BIT(P_auth),
    .roles = ROLE(holder), .link = IN(queue, queue_link) },
[P_mta] = { "mta", "_gl_mta", "empty", "stdio inet", "",
    BIT(P_dial) | BIT(P_relayout), .nofile = 4096, .roles = ROLE(caller),
    .counters = mta_counters, .link = IN(mta, mta_link) },
[P_tlsproxy] = { "tlsproxy", .daemon = "tlsproxy", .roles = ROLE(gate) },
[P_relay] = { "relay", .daemon = "tlsproxy", .n = PER_CORE,
    .peers = BIT(P_session) | BIT(P_submit), .roles = ROLE(relay) },
[P_auth] = { "auth", .daemon = "tlsproxy",
    .peers = BIT(P_submit) | BIT(P_queue), .roles = ROLE(auth) },
[P_dial] = { "dial", .daemon = "tlsproxy", .peers = BIT(P_mta),
    .roles = ROLE(dial) },
[P_relayout] = { "relayout", .daemon = "tlsproxy", .peers = BIT(P_mta),
    .roles = ROLE(relayout) },
};
const struct msg msgs[NMSG] = { GATE_MSGS(G_ROW) MSGS(G_ROW) OWN_MSGS(M_ROW) };
/* clang-format on */
const int nprocs = NPROC, nmsgs = NMSG, ngate = NGATE;

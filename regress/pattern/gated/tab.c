/* gated's architecture: this table and the one in gated.h */
#include "gated.h"

#ifdef IN_hatch
enum { RELAYS_BY = P_hatch, ROWS_THERE = NPROC };
#else
enum { RELAYS_BY = PARENT, ROWS_THERE = P_hatch };
#endif

/* clang-format off */
static const char *const relay_counters[] = { "conns", "dones", "refused",
    NULL };

const struct proc procs[NPROC] = {
[P_parent] = { "gated", .caps = 1 << 10, .roles = ROLE(gate) },
[P_relay] = { "relay", "nobody", "empty", "stdio accept", "",
    BIT(P_demod_login), .n = PER_CORE, .nofile = 160, .fork = RELAYS_BY, .batch = 1,
    .roles = ROLE(relay), .counters = relay_counters,
    .link = IN(relay, relay_link) },
[P_demod] = { "demod", .daemon = "demod", .roles = ROLE(house) },
[P_demod_login] = { "login", .daemon = "demod", .peers = BIT(P_relay),
    .roles = ROLE(taker) },
[P_hatch] = { "hatch", "nobody", "empty", "stdio accept fork", "" },
};
/* clang-format on */
const int nprocs = ROWS_THERE;
const struct msg msgs[NMSG] = { GATE_MSGS(G_ROW) MSGS(M_ROW) };
const int nmsgs = NMSG, ngate = NGATE;

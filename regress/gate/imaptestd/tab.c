/*
 * imaptestd's architecture: this table and the one in imaptestd.h. It bears
 * imapd's names, because the gate admits nobody whom its table lacks.
 */
#include "imaptestd.h"

static const char *const login_counters[] = { LOGIN_COUNTERS(C_NAME) NULL };
static const char *const user_counters[] = { USER_COUNTERS(C_NAME) NULL };

/* clang-format off */
const struct proc procs[NPROC] = {
[P_parent] = { "imapd", .peers = BIT(P_relay) | BIT(P_auth),
    .roles = ROLE(house) | ROLE(holder) | ROLE(adopter) },
[P_login] = { "login", "_gl_login", "empty", "stdio", "",
    BIT(P_relay) | BIT(P_auth),
    .nofile = 4096, .roles = ROLE(taker) | ROLE(login),
    .counters = login_counters, .link = IN(login, login_link) },
[P_user] = { "user", "_gl_user", "empty", "stdio", "",
    .nofile = 4096, .counters = user_counters },
[P_tlsproxy] = { "tlsproxy", .daemon = "tlsproxy", .roles = ROLE(gate) },
[P_relay] = { "relay", .daemon = "tlsproxy", .n = PER_CORE,
    .peers = BIT(P_parent) | BIT(P_login), .roles = ROLE(relay) },
[P_auth] = { "auth", .daemon = "tlsproxy",
    .peers = BIT(P_parent) | BIT(P_login), .roles = ROLE(auth) },
};
const struct msg msgs[NMSG] = { GATE_MSGS(G_ROW) OWN_MSGS(M_ROW) };
/* clang-format on */
const int nprocs = NPROC, nmsgs = NMSG, ngate = NGATE;

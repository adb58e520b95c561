/* demod's architecture: this table and the one in demod.h */
#include "demod.h"

#ifdef IN_odd /* another build: other promises, other messages of the gate */
#define STDIO "stdio pair"
enum { SHARED = NGATE - 1 };
#else
#define STDIO "stdio"
enum { SHARED = NGATE };
#endif

/* clang-format off */
static const char *const session_counters[] = { "rounds", NULL };
static const char *const store_counters[] = { "puts", "words", "notes", NULL };

const struct proc procs[NPROC] = {
[P_parent] = { "demod", .roles = ROLE(house) },
[P_session] = { "session", "nobody", "empty", STDIO, "", BIT(P_store),
    .counters = session_counters, .init = IN(session, session_init),
    .link = IN(session, session_link) },
[P_store] = { "store", "nobody", "state", "stdio rpath wpath cpath", "state",
    BIT(P_session) | BIT(P_login) | BIT(P_mda), .prog = "demod-store",
    .counters = store_counters },
[P_login] = { "login", "nobody", "empty", "stdio fork", "",
    BIT(P_store) | BIT(P_relay), .prog = "demod-login", .nofile = 400,
    .roles = ROLE(taker), .link = IN(login, login_link) },
[P_guest] = { "guest", .promises = "stdio", .zygote = P_login, .n = 8,
    .job = IN(guest, guest_job) },
[P_mda] = { "mda", NULL, NULL, "stdio rpath wpath cpath", "home",
    BIT(P_store), .prog = "demod-mda", .n = 2, .late = 1,
    .link = IN(mda, mda_link) },
[P_gated] = { "gated", .daemon = "gated", .roles = ROLE(gate) },
[P_relay] = { "relay", .daemon = "gated", .n = PER_CORE,
    .peers = BIT(P_login), .roles = ROLE(relay) },
};
/* clang-format on */
const int nprocs = NPROC;
const struct msg msgs[NMSG] = { GATE_MSGS(G_ROW) MSGS(M_ROW) };
const int nmsgs = NMSG, ngate = SHARED;

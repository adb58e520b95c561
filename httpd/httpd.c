/*
 * httpd: the web server. Its two tables: the processes here, the messages in
 * msgs.h and lib/gate.h. The server speaks HTTP with strangers and can open
 * nothing; the opener opens what visitors may see and reads none of it.
 */
#include "httpd.h"
#include "server.h"

static const char *const server_counters[] = { SERVER_COUNTERS(C_NAME) NULL };

/* clang-format off */
const struct proc procs[NPROC] = {
[P_parent] = { "httpd", .roles = ROLE(house) },
[P_server] = { "server", "_gl_server", "empty", "stdio sendfile append", "",
    BIT(P_opener) | BIT(P_relay), .prog = "httpd-server", .n = PER_CORE,
    .nofile = HTTPD_FILES, .batch = 1, .roles = ROLE(taker),
    .counters = server_counters, .prepare = IN(server, server_prepare),
    .init = IN(server, server_init), .link = IN(server, server_link),
    .stop = IN(server, server_stop) },
/* two instances: the second takes over when the root changes */
[P_opener] = { "opener", "_gl_opener", "empty", "stdio rpath",
    "document root (r)", BIT(P_server), .n = 2 },

[P_tlsproxy] = { "tlsproxy", .daemon = "tlsproxy", .roles = ROLE(gate) },
[P_relay] = { "relay", .daemon = "tlsproxy", .peers = BIT(P_server),
    .n = PER_CORE, .roles = ROLE(relay) },
};
const struct msg msgs[NMSG] = { GATE_MSGS(G_ROW) MSGS(M_ROW) };
/* clang-format on */
const int nprocs = NPROC, nmsgs = NMSG, ngate = NGATE;

#ifdef IN_parent
int
main(int argc, char *argv[])
{
	return daemon_main(&httpd, argc, argv);
}
#endif

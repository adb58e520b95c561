/*
 * tlsproxy: the gate. Its two tables: the processes here, the messages in
 * msgs.h and lib/gate.h. The parent binds and reads certificates; relays
 * speak TLS and copy bytes; the signer alone has the private keys, auth the
 * verifiers; dial and relayout are the way to others.
 */
#include "auth.h"
#include "dial.h"
#include "inspector.h"
#include "relay.h"
#include "relayout.h"
#include "signer.h"
#include "tlsproxy.h"

static const char *const relay_counters[] = { RELAY_COUNTERS(C_NAME) NULL };
static const char *const relayout_counters[] = { RELAYOUT_COUNTERS(C_NAME)
	    NULL };
static const char *const auth_counters[] = { AUTH_COUNTERS(C_NAME) NULL };
static const char *const dial_counters[] = { DIAL_COUNTERS(C_NAME) NULL };
static const char *const signer_counters[] = { SIGNER_COUNTERS(C_NAME) NULL };

/* clang-format off */
const struct proc procs[NPROC] = {
[P_parent] = { "tlsproxy", .caps = CAP_BIND, .roles = ROLE(gate) },
[P_zygote] = { "zygote", "_gl_relay", "empty", "stdio accept pair fork", "",
    .prog = "tlsproxy-relay", .nofile = RELAY_FILES,
    .prepare = IN(zygote, relay_prepare) },
[P_relay] = { "relay", "_gl_relay", "empty", "stdio accept pair", "",
    BIT(P_signer) | BIT(P_auth) | BIT(P_httpd_server) | BIT(P_smtpd_session) |
    BIT(P_smtpd_submit) | BIT(P_imapd) | BIT(P_imapd_login) |
    BIT(P_xmppd_login) | BIT(P_xmppd_c2s) | BIT(P_xmppd_s2s),
    .prog = "tlsproxy-relay", .n = PER_CORE, .fork = P_zygote, .batch = 1,
    .roles = ROLE(relay), .counters = relay_counters,
    .init = IN(relay, relay_init), .link = IN(relay, relay_link) },
[P_relayout] = { "relayout", "_gl_relayout", "empty", "stdio pair peer",
    "",
    BIT(P_signer) | BIT(P_smtpd_mta) | BIT(P_xmppd_s2s),
    .prog = "tlsproxy-relay", .nofile = OUT_FILES,
    .roles = ROLE(relayout), .counters = relayout_counters,
    .init = IN(relayout, relayout_init), .link = IN(relayout, relayout_link) },
[P_signer] = { "signer", "_gl_signer", "empty", "stdio", "",
    BIT(P_relay) | BIT(P_relayout),
    .prog = "tlsproxy-signer", .counters = signer_counters,
    .prepare = IN(signer, signer_prepare), .init = IN(signer, signer_init) },
[P_auth] = { "auth", "_gl_auth", "empty", "stdio memfd", "",
    BIT(P_relay) | BIT(P_smtpd_submit) | BIT(P_smtpd_queue) | BIT(P_imapd) |
    BIT(P_imapd_login) | BIT(P_xmppd_login) | BIT(P_xmppd_router),
    .prog = "tlsproxy-auth", .roles = ROLE(auth), .counters = auth_counters,
    .init = IN(auth, auth_init), .link = IN(auth, auth_link),
    .stop = IN(auth, auth_stop) },
[P_dial] = { "dial", "_gl_dial", "empty", "stdio inet", "",
    BIT(P_smtpd_mta) | BIT(P_xmppd_s2s),
    .prog = "tlsproxy-dial", .nofile = DIAL_FILES, .roles = ROLE(dial),
    .counters = dial_counters,
    .init = IN(dial, dial_init), .link = IN(dial, dial_link) },

[P_inspector] = { "inspector", "_gl_inspector", "empty", "stdio", "",
    .prog = "tlsproxy-inspector", .late = 1,
    .prepare = IN(inspector, inspector_prepare) },

/* rows of the other daemons: who takes connections, carries SASL, calls */
[P_httpd] = { "httpd", .daemon = "httpd", .roles = ROLE(house) },
[P_httpd_server] = { "server", .daemon = "httpd", .peers = BIT(P_relay),
    .n = PER_CORE, .roles = ROLE(taker) },
[P_smtpd] = { "smtpd", .daemon = "smtpd", .roles = ROLE(house) },
[P_smtpd_session] = { "session", .daemon = "smtpd", .peers = BIT(P_relay),
    .roles = ROLE(taker) },
[P_smtpd_submit] = { "submit", .daemon = "smtpd",
    .peers = BIT(P_relay) | BIT(P_auth), .roles = ROLE(taker) | ROLE(login) },
[P_smtpd_queue] = { "queue", .daemon = "smtpd", .peers = BIT(P_auth),
    .roles = ROLE(holder) },
[P_smtpd_mta] = { "mta", .daemon = "smtpd",
    .peers = BIT(P_relayout) | BIT(P_dial), .roles = ROLE(caller) },
[P_imapd] = { "imapd", .daemon = "imapd", .peers = BIT(P_relay) | BIT(P_auth),
    .roles = ROLE(house) | ROLE(holder) | ROLE(adopter) },
[P_imapd_login] = { "login", .daemon = "imapd",
    .peers = BIT(P_relay) | BIT(P_auth), .roles = ROLE(taker) | ROLE(login) },
[P_xmppd] = { "xmppd", .daemon = "xmppd", .roles = ROLE(house) },
[P_xmppd_login] = { "login", .daemon = "xmppd",
    .peers = BIT(P_relay) | BIT(P_auth), .roles = ROLE(taker) | ROLE(login) },
[P_xmppd_c2s] = { "c2s", .daemon = "xmppd", .peers = BIT(P_relay),
    .roles = ROLE(adopter) },
[P_xmppd_router] = { "router", .daemon = "xmppd", .peers = BIT(P_auth),
    .roles = ROLE(holder) },
[P_xmppd_s2s] = { "s2s", .daemon = "xmppd",
    .peers = BIT(P_relay) | BIT(P_relayout) | BIT(P_dial),
    .roles = ROLE(taker) | ROLE(caller) },
};
const struct msg msgs[NMSG] = { GATE_MSGS(G_ROW) MSGS(M_ROW) };
/* clang-format on */
const int nprocs = NPROC, nmsgs = NMSG, ngate = NGATE;

#ifdef IN_parent
int
main(int argc, char *argv[])
{
	return daemon_main(&tlsproxy, argc, argv);
}
#endif

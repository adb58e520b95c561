/* msgs: what the processes of the gate say to each other; handled by
 * <to>_from_<from>_<name>(). What crosses daemons stands in lib/gate.h. */
#ifndef MSGS_H
#define MSGS_H

#include "certmsg.h"
#include "gate.h"
#include "guardmsg.h"
#include "limits.h"
#include "signtext.h"

/* clang-format off */
enum {
	P_parent = PARENT, P_zygote, P_relay, P_relayout, P_signer, P_auth,
	P_dial, P_inspector,
	P_httpd, P_httpd_server, P_smtpd, P_smtpd_session, P_smtpd_submit,
	P_smtpd_queue, P_smtpd_mta, P_imapd, P_imapd_login, P_xmppd,
	P_xmppd_login, P_xmppd_c2s, P_xmppd_router, P_xmppd_s2s, NPROC
};
/* clang-format on */

struct relay_conf { /* how this relay works; begins its configuration */
	uint64_t incarnation;
	uint32_t relays;
	uint32_t connections, per_address;
	uint32_t handshakes, handshakes_per_address; /* not finished ones */
	uint32_t handshake_rate;		     /* full ones, per second */
	uint32_t handshake_ms, close_ms;
};

struct relay_service {
	uint32_t index;
	uint32_t kind; /* enum kind */
	uint32_t ask;  /* for a client certificate */
	uint32_t auth; /* clients log in */
	char name[16], daemon[16], row[16];
	char alpn[ALPN_MAX]; /* "h2,http/1.1", empty: none */
};

struct relay_listen {	/* with a listening socket */
	uint32_t index; /* of its service */
	uint32_t zero;
};

struct relay_cert {	      /* with a sealed memfd: chain, then staple */
	uint32_t chain, ocsp; /* bytes */
};

struct relay_ticket {
	uint8_t key[80];
};

struct generation { /* ends a configuration, answers it */
	uint64_t number;
	uint64_t good; /* answers: 1, or the old one stays */
};

_Static_assert(sizeof(struct relay_conf) == 40 &&
	sizeof(struct relay_service) == 128 &&
	sizeof(struct relay_listen) == 8 && sizeof(struct relay_cert) == 8 &&
	sizeof(struct generation) == 16,
    "no padding");

/* clang-format off */
#define MSGS(M)                                                             \
	M(conf,      parent, relay,  sizeof(struct relay_conf),    SAME, 0) \
	M(service,   parent, relay,  sizeof(struct relay_service), SAME, 0) \
	M(listen,    parent, relay,  sizeof(struct relay_listen),  SAME, 1) \
	M(cert,      parent, relay,  sizeof(struct relay_cert),    SAME, 1) \
	M(ca,        parent, relay,  0,                            SAME, 1) \
	M(ticket,    parent, relay,  sizeof(struct relay_ticket),  SAME, 0) \
	M(apply,     parent, relay,  sizeof(struct generation),    SAME, 0) \
	M(applied,   relay,  parent, sizeof(struct generation),    SAME, 0) \
	M(drain,     parent, relay,  0,                            SAME, 0) \
	M(key,       parent, signer, sizeof(struct key),           SAME, 1) \
	M(keys,      parent, signer, sizeof(struct generation),    SAME, 0) \
	M(key_is,    signer, parent, sizeof(struct key_is),        SAME, 0) \
	M(inspect,   parent, inspector, sizeof(struct inspect),    SAME, 1) \
	M(facts,     inspector, parent, sizeof(struct facts),      SAME, 0) \
	M(sign,      relay,  signer, sizeof(struct sign_req),               \
	    sizeof(struct sign_req) + SIGN_TEXT_MAX, 0)                     \
	M(signature, signer, relay,  8, sizeof(struct sign_resp),  0)       \
	GUARD_MSGS(M)
/* clang-format on */

enum { MSG_first = NGATE - 1, MSGS(M_ENUM) NMSG };
MSGS(M_DECL)
#endif

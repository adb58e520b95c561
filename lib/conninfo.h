/*
 * conninfo: what is said about a connection between relay and taker, and of
 * its end. Fixed width, no padding; strings end with NUL, zero behind it.
 */
#ifndef CONNINFO_H
#define CONNINFO_H

#include <stdint.h>

enum {
	TLS_NAMES = 16, /* of a client certificate */
	TLS_NAME = 256,
};

/* an address as it stands in messages: enough of it for both families */
struct addr {
	uint16_t family; /* AF_INET, AF_INET6 */
	uint16_t port;	 /* host order */
	uint32_t scope;
	uint8_t ip[16]; /* network order; IPv4 in the first four */
};

struct tlsname {      /* of a client certificate */
	uint8_t type; /* 0 DNS, 1 SRV, 2 XMPP address */
	char name[TLS_NAME - 1];
};

struct tlsinfo {
	uint16_t version; /* 0x0303, 0x0304; 0: no TLS */
	uint8_t resumed;
	uint8_t peer_chain; /* client certificate: 0 none, 1 given, 2 trusted */
	uint8_t nnames;	    /* struct tlsname each, behind this struct */
	uint8_t zero[3];
	char cipher[40], sni[256], alpn[16], peer_hash[72];
};

struct conninfo { /* id stands in the head */
	char service[16];
	struct addr peer, local;
	uint64_t accepted_ns; /* CLOCK_REALTIME */
	struct tlsinfo tls;
};
enum {
	TLSINFO_MAX = sizeof(struct tlsinfo) + TLS_NAMES * TLS_NAME,
	CONN_MAX = sizeof(struct conninfo) + TLS_NAMES * TLS_NAME,
};

struct reason {
	uint32_t why; /* enum done or enum gone or enum failed */
};
enum done { DONE_OK, DONE_GARBAGE, DONE_AUTH, DONE_OVERLOAD };
enum gone { GONE_CLEAN, GONE_TRUNCATED, GONE_RESET };
enum failed { FAILED_HANDSHAKE, FAILED_TIMEOUT, FAILED_OVERLOAD };

struct pause {
	char service[16];
};

_Static_assert(sizeof(struct addr) == 24 &&
	sizeof(struct tlsname) == TLS_NAME && sizeof(struct tlsinfo) == 392 &&
	sizeof(struct conninfo) == 464,
    "no padding");
#endif

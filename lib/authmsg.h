/*
 * authmsg: payloads about who somebody is. A login carries SASL between its
 * client and auth, message by message; auth alone judges. Fixed width, no
 * padding, strings end with NUL and are zero behind it.
 */
#ifndef AUTHMSG_H
#define AUTHMSG_H

#include "conninfo.h"

enum {
	SASL_MAX = 4096,     /* bytes of one message, either way */
	SASL_DATA_MAX = 512, /* of what comes with success */
	SASL_NAME = 24,	     /* of a mechanism, with NUL */
};

/* what a service offers, as it is announced; at link-up and when it changes */
struct mechs {
	char service[16];
	char mechs[128];   /* "SCRAM-SHA-256 PLAIN"; empty: no login now */
	char bindings[48]; /* of -PLUS; tls-exporter with TLS 1.3 only */
};

struct sasl_start { /* the initial response follows, if there is one */
	char mech[SASL_NAME];
	uint8_t initial; /* 1: there is one, maybe of no bytes */
	uint8_t final;	 /* 1: success may carry data (XMPP, ManageSieve);
			  * 0: the last message of SCRAM is a challenge */
	uint8_t zero[6];
};

enum sasl_result {
	SASL_RESULT_OK,
	SASL_RESULT_FAIL,      /* credentials, or the exchange, are bad */
	SASL_RESULT_TEMPORARY, /* nothing was judged: try again later */
};

struct sasl_done { /* data of success follows, if there is some */
	uint32_t result;
	uint32_t wait; /* ms that the answer was held back as a penalty */
	char user[64]; /* OK: the account's name */
};

struct grant { /* the connection of this id is that account's */
	uint64_t credential;
	uint32_t account; /* index */
	uint32_t zero;
	char service[16];
};

/* to the adopter, with the new pair's end; names follow, as in CONN */
struct adopt {
	uint64_t credential;
	uint32_t account;
	uint32_t zero;
	struct conninfo conn;
};
enum { ADOPT_MAX = 16 + CONN_MAX };

enum abuse_kind {
	ABUSE_GARBAGE,	 /* no such protocol */
	ABUSE_RECIPIENT, /* unknown recipients */
	ABUSE_FLOOD,
	ABUSE_HANDSHAKE, /* the relay's own: failed ones */
	ABUSE_KINDS
};

struct abuse {
	uint32_t kind;
	uint32_t weight; /* how many of it, 1 to 100 */
};

_Static_assert(sizeof(struct mechs) == 192 && sizeof(struct sasl_start) == 32 &&
	sizeof(struct sasl_done) == 72 && sizeof(struct grant) == 32 &&
	sizeof(struct adopt) == 16 + 464 && sizeof(struct abuse) == 8,
    "no padding");
#endif

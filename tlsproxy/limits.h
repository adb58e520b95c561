/* limits: every cap of the gate that is not a key of tlsproxy.conf */
#ifdef _GCC_NEXT_LIMITS_H /* gcc's <limits.h> wants the C library's */
#include_next <limits.h>
#endif
#ifndef LIMITS_H
#define LIMITS_H

enum {
	RELAYS_MAX = 16,       /* slots; an instance is slot + 16 * k */
	CONNS_CEILING = 65536, /* limits.connections may not be more */
	RELAY_FILES = 2 * CONNS_CEILING + 256,
	LISTENERS_MAX = 16, /* addresses of one service */
	CERTS_MAX = 64,
	CA_MAX = 2 * 1024 * 1024, /* bytes of the CA file */
	SECRETS_MAX = 512 * 1024, /* bytes; as messages they fit a queue */
	USERS_MAX = 1000,	  /* a house's queue takes two lists of them */
	PENALTIES_BYTES = 8 * 1024 * 1024, /* that auth may save */
	SECRET_LINE = 1024,
	VERIFIERS_MAX = SECRETS_MAX / 80,
	ALPN_MAX = 64,	   /* bytes of a service's list */
	CONNS_QUEUED = 64, /* CONN messages that wait for one taker */
	ACCEPTS = 1,	   /* connections per turn of one listener */
	SCRATCH = 65536,   /* bytes; one buffer serves all connections */
	AWAY_MS = 30000,   /* then clients of an absent daemon are told */
	DRAIN_MS = 3600000,
	TOLD = 200,	     /* bytes of a line of auth's for people */
	RESOLVERS_MAX = 8,   /* dial.servers */
	PERMIT_MAX = 64,     /* dial.permit */
	ANCHORS_MAX = 65536, /* bytes of trust anchors */
	ANCHOR_LINE = 2048,  /* of one of them */
	ABUSE_EACH = 10,     /* weight of what one connection can have done */
	OUT_MAX = 1024,	     /* connections to others */
	OUT_CALLER = 512,    /* of one caller */
	OUT_FILES = 2 * OUT_MAX + 256,
	DIAL_FILES = 2048,
	IDS_MAX = 65536,      /* connections that auth knows */
	PREFIXES_MAX = 65536, /* networks with a penalty */
	KNOWN_MAX = 16384,    /* networks where a user is known, of all users */
	TRIED_MAX = 4096,     /* users whose failed logins are counted */
	GUESSES_MAX = 16384,  /* wrong passwords of the last hour */
	SIGN_MS = 1000,	      /* a relay waits for a signature */
	TICKET_MS = 28800000, /* a ticket key is the newest one */
};
#endif

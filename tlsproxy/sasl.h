/*
 * sasl: one authentication exchange, the server's side: SCRAM-SHA-256 and
 * -1 with and without -PLUS, PLAIN, LOGIN. Does no I/O, knows no clock;
 * bytes in, bytes out (as they are: base64 is the protocol's). RFC 4422,
 * 4616, 5802, 7677, 9266, 5929; draft-murchison-sasl-login.
 */
#ifndef SASL_H
#define SASL_H

#include <stddef.h>
#include <stdint.h>

#include "verifier.h"

enum { SASL_STEPS = 10 }; /* messages of a client: no exchange has more */

struct sasl_ground { /* on what it stands; all of it outlives the exchange */
	const struct verifiers *verifiers;
	const char *service, *daemon; /* scope of app passwords */
	int tls;		      /* 0: every mechanism is refused */
	int login;		      /* 1: LOGIN will do (submission) */
	const uint8_t *exporter;      /* 32 bytes; NULL: none */
	const uint8_t *endpoint;      /* 64 bytes at most; NULL: none */
	size_t endpointlen;
};

enum sasl_step {
	SASL_CHALLENGE, /* sasl_out() to the client, its response comes */
	SASL_CHECK,	/* sasl_check() when the time has come: it is dear */
	SASL_OK,	/* sasl_out(): data of success, maybe none */
	SASL_FAIL,
};

enum sasl_fault {
	SASL_NO_FAULT,
	SASL_GARBAGE,	/* no such message, or mechanism */
	SASL_PASSWORD,	/* the user is there, the proof is wrong */
	SASL_UNKNOWN,	/* no such user */
	SASL_SCOPE,	/* right, but not for this service */
	SASL_AUTHZID,	/* right, but wants to be somebody else */
	SASL_DOWNGRADE, /* "y" although -PLUS was offered; wrong binding */
};

struct sasl;

/*
 * Begins with the mechanism's name; final: success may carry data, else the
 * server's last SCRAM message is a challenge, to be answered by an empty
 * one. nonce: the server's, 18 random bytes. NULL: no such mechanism here
 * (EINVAL), without TLS (EPERM), ENOMEM.
 */
struct sasl *sasl_new(const struct sasl_ground *, const char *mech, int final,
    const uint8_t nonce[18]);
void sasl_free(struct sasl *); /* wipes; takes NULL */

/* the client's message; p NULL: it sent no initial response */
enum sasl_step sasl_step(struct sasl *, const void *p, size_t len);
/* after SASL_CHECK: one PBKDF2; SASL_CHECK: one more is to be done */
enum sasl_step sasl_check(struct sasl *);
/* of the last step; NULL and 0: nothing. Valid until the next one */
const uint8_t *sasl_out(const struct sasl *, size_t *len);

/* after SASL_OK */
const struct verifier *sasl_who(const struct sasl *);
/* after SASL_FAIL */
enum sasl_fault sasl_fault(const struct sasl *);
/* the login that was tried, prepared, without @domain; "": none yet */
const char *sasl_login(const struct sasl *);
/*
 * Of a wrong password in PLAIN or LOGIN: 8 bytes by which the same one is
 * known again (HMAC under a key of this process); 0: SCRAM does not tell.
 */
uint64_t sasl_guess(const struct sasl *);

/* "SCRAM-SHA-256-PLUS ..." best first, what is offered on this ground */
void sasl_mechs(const struct sasl_ground *, char *out, size_t size);
#endif

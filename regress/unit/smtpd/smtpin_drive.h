/*
 * smtpin_drive: a session of smtp_in from bytes that come in pieces; who
 * answers its questions follows from what is asked. It writes down what
 * happened and watches that nothing happens that may not. The byte 0x1e stands
 * for the moment when a hand-over to TLS is done.
 */
#ifndef SMTPIN_DRIVE_H
#define SMTPIN_DRIVE_H

#include "smtp_in.h"

enum { DRIVE_SAID = 1 << 16, DRIVE_BODY = 1 << 18 };

struct drive {
	struct smtp_in s;
	struct smtp_in_conf c;
	uint64_t now;
	char said[DRIVE_SAID];
	size_t len;
	char body[DRIVE_BODY];
	size_t nbody;
	const uint8_t *raw; /* the input; from where its DATA began */
	size_t at, data;
	uint8_t chunks[DRIVE_BODY]; /* of BDAT, as they came */
	uint64_t nchunks;
	int mail, rcpts, closed, tls;
	const char *wrong;
};

/* "su": letters for what is set; 100 bytes, 3 recipients, 3 mails at most */
void drive_init(struct drive *d, const char *how);

/* each last line: "250", "250/2.1.0"; errors have the id */
void drive_reply(struct drive *d);
void drive_event(struct drive *d, enum smtp_in_event ev);
void drive_piece(struct drive *d, const uint8_t *p, size_t n);

/*
 * All of it; pieces end where the next of cuts says so: bytes of a piece,
 * around and around; no cuts: one piece. Bytes up to 0x1e come before TLS.
 */
void drive(struct drive *d, const uint8_t *p, size_t n, const uint8_t *cuts,
    size_t ncuts);
#endif

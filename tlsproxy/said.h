/*
 * said: what a daemon is told about a connection. Strings of the client are
 * cut to their fields and zero behind their end; a name keeps its type.
 */
#ifndef SAID_H
#define SAID_H

#include "conn.h"
#include "tlsxpeer.h"

struct said { /* the payload of CONN; TLS_ON is all from conn.tls on */
	struct conninfo conn;
	struct tlsname names[TLS_NAMES];
};

/* fills it; bytes that are used */
size_t said_plain(const struct conn *, struct said *);
size_t said_tls(const struct conn *, struct said *);
/* their parts, also of a connection to others; both add to zeroes */
void said_session(struct tlsinfo *, struct tls *);
void said_peer(struct tlsinfo *, struct tlsname[TLS_NAMES],
    const struct tlsx_peer *);
/* notes when and where it was accepted */
void said_accepted(struct conn *, int fd);
/* of the kernel's address */
struct addr said_addr(const struct sockaddr_storage *);
#endif

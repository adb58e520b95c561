/*
 * login: what the relay has to do with logins. auth is told of connections
 * whose clients may log in; it tells whose they are then. Those of a daemon
 * with an adopter leave the process that carried the password: a new pair
 * goes to the adopter, the old one is read to its end. gate.md 7
 */
#ifndef LOGIN_H
#define LOGIN_H

#include "conn.h"

/* before CONN, and again (tls) before TLS_ON: what auth must know */
void login_open(struct conn *, int tls);
/* auth is there again: all of them */
void login_open_all(void);
/* it has ended */
void login_shut(const struct conn *);
/* what an address has done, to auth */
void login_abuse(const struct addr *, uint32_t kind, uint32_t weight);
/* may its client be given to an adopter? Then its pair is a small one */
int login_adopts(const struct serving *);
#endif

/* demod: the second of its two tables; tab.c has the first */
#ifndef DEMOD_H
#define DEMOD_H

#include "gate.h"

enum {
	P_parent = PARENT,
	P_session,
	P_store,
	P_login,
	P_guest,
	P_mda,
	P_gated,
	P_relay,
	NPROC
};

/* clang-format off */
/* name, from, to, min, max, descriptor; handled by <to>_from_<from>_<name> */
#define MSGS(M)                                  \
	M(conf,    parent,  session, 1, 256,  0) \
	M(start,   parent,  session, 0, SAME, 1) \
	M(where,   parent,  store,   1, 256,  0) \
	M(sin,     parent,  login,   0, SAME, 0) \
	M(task,    parent,  mda,     1, 256,  0) \
	M(result,  mda,     parent,  1, 1024, 0) \
	M(note,    mda,     store,   4, SAME, 0) \
	M(note_ok, store,   mda,     4, SAME, 0) \
	M(put,     session, store,   1, 4096, 0) \
	M(put_ok,  store,   session, 0, SAME, 0) \
	M(report,  session, parent,  4, SAME, 0) \
	M(word,    guest,   store,   1, 256,  0) \
	M(word_ok, store,   guest,   0, SAME, 0)
/* clang-format on */
enum { MSG_first = NGATE - 1, MSGS(M_ENUM) NMSG };
MSGS(M_DECL)

/* session.c */
enum { ROUNDS };
void session_init(void);
void session_link(int, int);
/* store.c */
enum { PUTS, WORDS, NOTES };
/* login.c */
void login_link(int, int);
/* guest.c */
void guest_job(struct imsg *);
/* mda.c */
void mda_link(int, int);
#endif

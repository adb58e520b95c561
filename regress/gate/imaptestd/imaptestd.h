/* imaptestd: the second of its two tables; tab.c has the first */
#ifndef IMAPTESTD_H
#define IMAPTESTD_H

#include "gate.h"

/* clang-format off */
enum {
	P_parent = PARENT, P_login, P_user, P_tlsproxy, P_relay, P_auth, NPROC
};
/* clang-format on */

enum {
	STEP = 4096,	   /* bytes that are read at once: one command */
	AHEAD_MAX = 12288, /* read behind the login: STEP, and a pair's 8,064 */
};

/* the words of a connection that moves; data of success and input follow */
struct readahead {
	char tag[64], user[64];
	uint32_t datalen, len;
};

/* its end in the user's process: what parent knows, then the words */
struct adopted {
	uint32_t account;
	uint32_t zero;
	char name[40];
	struct readahead ahead;
};

_Static_assert(sizeof(struct readahead) == 136 && sizeof(struct adopted) == 184,
    "no padding");

/* clang-format off */
#define OWN_MSGS(M)                                                  \
	M(readahead, login, parent, sizeof(struct readahead),        \
	    sizeof(struct readahead) + SASL_DATA_MAX + AHEAD_MAX, 0) \
	M(adopted, parent, user, sizeof(struct adopted),             \
	    sizeof(struct adopted) + SASL_DATA_MAX + AHEAD_MAX, 1)
/* clang-format on */

enum { MSG_first = NGATE - 1, OWN_MSGS(M_ENUM) NMSG };
OWN_MSGS(M_DECL)

/* clang-format off */
#define LOGIN_COUNTERS(C) C(open) C(conns) C(tls_on) C(moved) C(overlong)
#define USER_COUNTERS(C) C(open) C(adopted) C(lines)
/* clang-format on */
#define C_NAME(n) #n,
#define LOGIN_ENUM(n) LOGIN_##n,
#define USER_ENUM(n) USER_##n,
enum { LOGIN_COUNTERS(LOGIN_ENUM) };
enum { USER_COUNTERS(USER_ENUM) };

void login_link(int, int);

/* join.c: grant, descriptor and words of a connection come from three */
struct ctl;
void join_configure(int64_t ms); /* how long two wait for the third */
void join_tell(struct ctl *, int, char **);
#endif

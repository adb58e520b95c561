/* auth: verifiers, SASL, grants, penalties; see auth.c */
#ifndef AUTH_H
#define AUTH_H

/* clang-format off */
#define AUTH_COUNTERS(C) \
	C(open) C(started) C(ok) C(failed) C(temporary) C(garbage) C(delayed) \
	C(refused) C(granted) C(revoked) C(abuse) C(credentials)
/* clang-format on */

void auth_init(void), auth_link(int, int), auth_stop(void);
#endif

/* relayout: TLS to strangers' servers; see relayout.c */
#ifndef RELAYOUT_H
#define RELAYOUT_H

/* clang-format off */
#define RELAYOUT_COUNTERS(C) \
	C(asked) C(open) C(accepted) C(refused) C(expired) C(unsigned)
/* clang-format on */

void relayout_init(void), relayout_link(int, int);
#endif

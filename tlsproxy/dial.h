/* dial: names in, connected descriptors out; see dial.c */
#ifndef DIAL_H
#define DIAL_H

#include "proc.h"

/* clang-format off */
#define DIAL_COUNTERS(C) \
	C(open) C(asked) C(secure) C(insecure) C(bogus) C(connected) \
	C(unreached) C(refused)
/* clang-format on */
#define DIAL_ENUM(n) DIAL_COUNT_##n,
enum { DIAL_COUNTERS(DIAL_ENUM) };
#undef DIAL_ENUM
#define COUNT_DIAL(n) (proc_counters[DIAL_COUNT_##n]++)

void dial_init(void), dial_link(int, int);
#endif

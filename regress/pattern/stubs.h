/*
 * stubs: what the gate's table wants handled and these daemons have no use
 * for; a handler that a program does have, or the library, takes precedence.
 */
#ifndef STUBS_H
#define STUBS_H

#include "gate.h"

/* clang-format off */
#define STUB(n, f, t, lo, hi, fd)                                             \
	__attribute__((weak)) void t##_from_##f##_##n(struct imsg *m)         \
	{                                                                     \
		(void)m;                                                      \
	}
/* clang-format on */
GATE_MSGS(STUB)
#endif

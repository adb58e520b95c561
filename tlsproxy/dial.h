/* dial: names in, connected descriptors out; see dial.c */
#ifndef DIAL_H
#define DIAL_H

/* clang-format off */
#define DIAL_COUNTERS(C) \
	C(open) C(asked) C(secure) C(insecure) C(bogus) C(connected) \
	C(unreached) C(refused)
/* clang-format on */

void dial_init(void), dial_link(int, int);
#endif

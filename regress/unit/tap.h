/* tap: what a unit test says. ok() per check, done() at the end of main(). */
#ifndef TAP_H
#define TAP_H

#include <stdarg.h>
#include <stdio.h>

static int tap_n, tap_failed;

/* good, what was checked; returns good */
static inline int __attribute__((format(printf, 2, 3)))
ok(int good, const char *fmt, ...)
{
	va_list ap;

	printf("%sok %d - ", good ? "" : "not ", ++tap_n);
	va_start(ap, fmt);
	vprintf(fmt, ap);
	va_end(ap);
	putchar('\n');
	tap_failed += !good;
	return good;
}

/* the plan; main() returns it */
static inline int
done(void)
{
	printf("1..%d\n", tap_n);
	return tap_failed != 0;
}
#endif

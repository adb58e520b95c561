/* lines: what holds for every line that we write ourselves */
#ifndef LINES_H
#define LINES_H

#include <string.h>

/* CRLF ends each line, none has bare CR, LF or NUL, or is longer than max */
static inline int
lines_good(const char *p, size_t n, size_t max)
{
	size_t i, column = 0;

	for (i = 0; i < n; i++) {
		if (p[i] == '\r' && i + 1 < n && p[i + 1] == '\n') {
			column = 0;
			i++;
		} else if (p[i] == '\r' || p[i] == '\n' || p[i] == '\0' ||
		    ++column > max)
			return 0;
	}
	return n > 0 && column == 0;
}
#endif

/*
 * path: decodes and normalises once, before anything is matched; no other
 * place in httpd decodes (RFC 3986 2.1, 5.2.4). Bytes above 0x7f are part of
 * file names and mean nothing. Touches and trusts nothing.
 */
#include <string.h>

#include "head.h"
#include "path.h"

/*
 * One byte of the path, decoded, *s moved behind it. 0: the end; -1: malformed.
 * What separates segments elsewhere, %2f and its like, comes out as '\\'.
 */
static int
next(const char **s)
{
	int c = (unsigned char)**s, hi, lo;

	if (c == '\0' || c == '?')
		return 0;
	++*s;
	if (c == '/')
		return c;
	if (c == '%') {
		if ((hi = head_hex((*s)[0])) == -1 ||
		    (lo = head_hex((*s)[1])) == -1)
			return -1;
		*s += 2;
		c = hi << 4 | lo;
	}
	if (head_control[c] || c == '\t')
		return -1;
	return c == '/' ? '\\' : c;
}

/* the segment path[at..n) is whole: where its name would begin; -1: above / */
static ptrdiff_t
dots(const char *path, size_t at, size_t n)
{
	if (n - at == 1 && path[at] == '.')
		return (ptrdiff_t)at;
	if (n - at != 2 || path[at] != '.' || path[at + 1] != '.')
		return (ptrdiff_t)n;
	if (at == 1)
		return -1;
	for (at -= 2; path[at] != '/'; at--)
		;
	return (ptrdiff_t)at + 1;
}

int
path_normal(const char *target, char *path, size_t size)
{
	size_t at = 1, n = 1; /* the segment, the end */
	ptrdiff_t to;
	int c, status = 0;

	if (*target++ != '/' || size < 2)
		return 400;
	path[0] = '/';
	do {
		if ((c = next(&target)) == -1)
			return 400;
		if (c == '/' && n == at) {
			if (status == 0)
				status = 301;
		} else if (c == '/' || c == 0) {
			if ((to = dots(path, at, n)) == -1)
				return 400;
			if (c == '/' && (size_t)to == n)
				path[to++] = '/';
			at = n = (size_t)to;
		} else {
			if (c == '\\' || n + 2 >= size)
				status = 404;
			if (n + 2 < size)
				path[n++] = (char)c;
		}
	} while (c != 0);
	path[n] = '\0';
	return status;
}

int
path_hidden(const char *path)
{
	if (strncmp(path, "/.well-known", 12) == 0 &&
	    (path[12] == '/' || path[12] == '\0'))
		path += 12;
	return strstr(path, "/.") != NULL;
}

static void
put_escaped(struct put *o, const char *s, const char *safe)
{
	static const char digit[] = "0123456789ABCDEF";
	size_t n;

	for (;;) {
		n = strspn(s, safe);
		put_mem(o, s, n);
		s += n;
		if (*s == '\0')
			return;
		put_char(o, '%');
		put_char(o, digit[(unsigned char)*s >> 4]);
		put_char(o, digit[*s++ & 15]);
	}
}

#define UNRESERVED \
	"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~"
#define DELIMITERS "!$&'()*+,;=:@/"

void
path_encode(struct put *o, const char *path)
{
	put_escaped(o, path, UNRESERVED DELIMITERS);
}

void
path_clean(struct put *o, const char *raw)
{
	put_escaped(o, raw, UNRESERVED DELIMITERS "?%");
}

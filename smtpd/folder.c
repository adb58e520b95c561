/*
 * folder: see folder.h. Touches nothing; names come from scripts and from
 * addresses behind their "+", written by a user or by a stranger.
 */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "folder.h"
#include "mutf7.h"

static const char inbox[] = "INBOX";

/* C0, DEL, C1: no name has them, and terminals obey them */
static int
has_controls(const char *p, size_t n)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t i;

	for (i = 0; i < n; i++)
		if (u[i] < 0x20 || u[i] == 0x7f ||
		    (u[i] == 0xc2 && i + 1 < n && u[i + 1] < 0xa0))
			return 1;
	return 0;
}

static int
refuse(int why)
{
	errno = why;
	return -1;
}

/* one part behind the *len bytes of out */
static int
add_part(const char *p, size_t n, char separator, char *out, size_t *len)
{
	char part[FOLDER_PART];
	ssize_t got;
	const char *s;
	size_t i, k, at = *len;

	if (n == 0)
		return refuse(EINVAL);
	got = mutf7_encode(p, n, part, sizeof(part));
	if (got == -1)
		return refuse(errno == ENOBUFS ? ENAMETOOLONG : EINVAL);
	out[at++] = '.';
	for (i = 0; i < (size_t)got; i++) {
		s = &part[i];
		k = 1;
		if (part[i] == '/')
			return refuse(EINVAL);
		if (separator == '/' && (part[i] == '.' || part[i] == '\\')) {
			s = part[i] == '.' ? "\\2e" : "\\5c";
			k = 3;
		}
		if (at + k - *len - 1 > FOLDER_PART || at + k > FOLDER_NAME)
			return refuse(ENAMETOOLONG);
		memcpy(out + at, s, k);
		at += k;
	}
	*len = at;
	return 0;
}

int
folder_name(const char *p, size_t n, char separator, char out[FOLDER_NAME + 1])
{
	const size_t k = sizeof(inbox) - 1;
	const char *end = p + n, *to;
	size_t len = 0, depth = 0;

	out[0] = '\0';
	if (has_controls(p, n) || (separator != '.' && separator != '/'))
		return refuse(EINVAL);
	/* however often: what lies in ".INBOX" no reader can ask for */
	for (; (size_t)(end - p) >= k && strncasecmp(p, inbox, k) == 0;
	     p += k + 1) {
		if ((size_t)(end - p) == k)
			return 0;
		if (p[k] != separator)
			break;
	}
	for (;; p = to + 1) {
		to = memchr(p, separator, (size_t)(end - p));
		if (to == NULL)
			to = end;
		/* a '.' that begins the part of a byte has no room either */
		if (++depth > FOLDER_DEPTH || len >= FOLDER_NAME) {
			errno = ENAMETOOLONG;
			break;
		}
		if (add_part(p, (size_t)(to - p), separator, out, &len) == -1)
			break;
		if (to == end) {
			out[len] = '\0';
			return 0;
		}
	}
	out[0] = '\0';
	return -1;
}

/* anchors: see anchors.h. The file is root's, so errors are mistakes */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "anchors.h"
#include "dnsmsg.h"
#include "limits.h"

enum { WORDS = 32, NUMBERS = 3 };

static const char hex[] = "0123456789abcdefABCDEF";
static const char base64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuv"
			     "wxyz0123456789+/=";

static long
number(const char *w, long max)
{
	char *end;
	long n = strtol(w, &end, 10);

	return *w < '0' || *w > '9' || *end != '\0' || n > max ? -1 : n;
}

/* the words joined into one; NULL: other letters, or too long */
static const char *
join(char out[ANCHOR_LINE], char **w, int n, const char *letters)
{
	size_t len = 0, l;
	int i;

	for (i = 0; i < n; i++) {
		l = strlen(w[i]);
		if (strspn(w[i], letters) != l || len + l >= ANCHOR_LINE)
			return NULL;
		memcpy(out + len, w[i], l);
		len += l;
	}
	out[len] = '\0';
	return out;
}

/* of a digest in hex digits; 0: it is of a kind we do not know */
static size_t
digest(long kind)
{
	return kind == 1 ? 40 : kind == 2 ? 64 : kind == 4 ? 96 : 0;
}

/* the data, behind the type; NULL: it is good, and in out */
static const char *
data(char out[ANCHOR_LINE], const char *owner, int is_key, char **w, int n)
{
	static const long max[NUMBERS] = { 65535, 255, 255 };
	char blob[ANCHOR_LINE];
	long v[NUMBERS];
	int i;

	if (n < NUMBERS + 1)
		return "too short";
	for (i = 0; i < NUMBERS; i++)
		if ((v[i] = number(w[i], max[i])) == -1)
			return "not a number, or too large";
	if (join(blob, w + NUMBERS, n - NUMBERS, is_key ? base64 : hex) == NULL)
		return is_key ? "not a key in Base64" : "not a digest in hex";
	if (!is_key && digest(v[2]) != strlen(blob))
		return "not a digest of type 1, 2 or 4, or not of its length";
	if (is_key && ((v[0] & 0x180) != 0x100 || v[1] != 3))
		return "not a key of a zone; flags 257 or 256 and protocol 3 "
		       "were meant";
	if (snprintf(out, ANCHOR_LINE, "%s IN %s %ld %ld %ld %s", owner,
		is_key ? "DNSKEY" : "DS", v[0], v[1], v[2],
		blob) >= ANCHOR_LINE)
		return "too long";
	return NULL;
}

/* NULL: it is good, and in out, which is empty if there was nothing */
static const char *
record(char out[ANCHOR_LINE], char *line)
{
	char owner[DIAL_NAME] = "", *w[WORDS], *p;
	int n = 0, i = 1, is_key;

	out[0] = '\0';
	line[strcspn(line, ";")] = '\0';
	while (n < WORDS && (p = strsep(&line, " \t\r")) != NULL)
		if (*p != '\0')
			w[n++] = p;
	if (n == 0)
		return NULL;
	if (strcmp(w[0], ".") != 0 && dns_name(owner, w[0]) == -1)
		return "begins with no name of a zone";
	if (i < n && number(w[i], 0x7fffffff) != -1)
		i++; /* how long it lives */
	if (i < n && strcasecmp(w[i], "IN") == 0)
		i++;
	is_key = i < n && strcasecmp(w[i], "DNSKEY") == 0;
	if (line != NULL || i == n || (!is_key && strcasecmp(w[i], "DS") != 0))
		return "not a DS or DNSKEY record on one line";
	memcpy(owner + strlen(owner), ".", 2);
	return data(out, owner, is_key, w + i + 1, n - i - 1);
}

int
anchors_parse(const char *text, size_t len, int (*take)(const char *, void *),
    void (*complain)(size_t, const char *, void *), void *arg)
{
	char line[ANCHOR_LINE], out[ANCHOR_LINE];
	const char *p = text, *end = text + len, *eol, *what;
	size_t n, number = 0;
	int r = 0;

	for (; p < end; p = eol + (eol < end)) {
		number++;
		if ((eol = memchr(p, '\n', (size_t)(end - p))) == NULL)
			eol = end;
		n = (size_t)(eol - p);
		what = "too long, or not text";
		if (n < sizeof(line) && memchr(p, '\0', n) == NULL) {
			memcpy(line, p, n);
			line[n] = '\0';
			what = record(out, line);
			if (what == NULL && out[0] != '\0' &&
			    take(out, arg) == -1)
				r = -1;
		}
		if (what == NULL)
			continue;
		complain(number, what, arg);
		r = -1;
	}
	return r;
}

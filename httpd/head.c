/*
 * head: what is a token, a field value, a method, a host, a length; which
 * fields we read and what a second one of them means (RFC 9110 5, 7.2, 8.6).
 * Touches nothing; every byte it sees is hostile.
 */
#include <string.h>
#include <strings.h>

#include "head.h"
#include "limits.h"

/* clang-format off */
const uint8_t head_token[256] = {
	['!'] = '!', ['#'] = '#', ['$'] = '$', ['%'] = '%', ['&'] = '&',
	['\''] = '\'', ['*'] = '*', ['+'] = '+', ['-'] = '-', ['.'] = '.',
	['^'] = '^', ['_'] = '_', ['`'] = '`', ['|'] = '|', ['~'] = '~',
	['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4',
	['5'] = '5', ['6'] = '6', ['7'] = '7', ['8'] = '8', ['9'] = '9',
	['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e',
	['f'] = 'f', ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j',
	['k'] = 'k', ['l'] = 'l', ['m'] = 'm', ['n'] = 'n', ['o'] = 'o',
	['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
	['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y',
	['z'] = 'z',
	['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd', ['E'] = 'e',
	['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j',
	['K'] = 'k', ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o',
	['P'] = 'p', ['Q'] = 'q', ['R'] = 'r', ['S'] = 's', ['T'] = 't',
	['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y',
	['Z'] = 'z',
};

const uint8_t head_control[256] = {
	1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 1,
	1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
	[0x7f] = 1,
};

static const struct {
	const char *name;
	size_t len;
	enum head_method method;
} methods[] = {
	{ "GET",     3, METHOD_GET },     { "HEAD",   4, METHOD_HEAD },
	{ "POST",    4, METHOD_POST },    { "PUT",    3, METHOD_PUT },
	{ "OPTIONS", 7, METHOD_OPTIONS }, { "DELETE", 6, METHOD_DELETE },
	{ "PATCH",   5, METHOD_PATCH },   { "TRACE",  5, METHOD_TRACE },
	{ "CONNECT", 7, METHOD_CONNECT },
};

static const struct {
	const char *name;
	size_t len;
	enum head_rule rule;
} fields[FIELD_COUNT] = {
	[FIELD_HOST]                = { "host",                 4, HEAD_ONCE },
	[FIELD_RANGE]               = { "range",                5, HEAD_ONCE },
	[FIELD_EXPECT]              = { "expect",               6, HEAD_ONCE },
	[FIELD_REFERER]             = { "referer",              7, HEAD_FIRST },
	[FIELD_IF_MATCH]            = { "if-match",             8, HEAD_LIST },
	[FIELD_IF_RANGE]            = { "if-range",             8, HEAD_ONCE },
	[FIELD_CONNECTION]          = { "connection",          10, HEAD_LIST },
	[FIELD_USER_AGENT]          = { "user-agent",          10, HEAD_FIRST },
	[FIELD_IF_NONE_MATCH]       = { "if-none-match",       13, HEAD_LIST },
	[FIELD_CONTENT_LENGTH]      = { "content-length",      14, HEAD_ONCE },
	[FIELD_IF_MODIFIED_SINCE]   = { "if-modified-since",   17, HEAD_ONCE },
	[FIELD_TRANSFER_ENCODING]   = { "transfer-encoding",   17, HEAD_ONCE },
	[FIELD_IF_UNMODIFIED_SINCE] = { "if-unmodified-since", 19, HEAD_ONCE },
};
/* clang-format on */

enum head_method
head_method(const char *s, size_t n)
{
	size_t i;

	for (i = 0; i < sizeof(methods) / sizeof(*methods); i++)
		if (methods[i].len == n && memcmp(methods[i].name, s, n) == 0)
			return methods[i].method;
	return METHOD_OTHER;
}

enum head_field
head_field(const char *s, size_t n)
{
	int i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (fields[i].len == n && memcmp(fields[i].name, s, n) == 0)
			break;
	return i;
}

enum head_rule
head_rule(enum head_field f)
{
	return fields[f].rule;
}

static int
host_port(const char *s, uint16_t *port)
{
	uint32_t v = 0;
	size_t i;

	for (i = 0; s[i] != '\0'; i++) {
		if (s[i] < '0' || s[i] > '9' || i == 5)
			return -1;
		v = v * 10 + (uint32_t)(s[i] - '0');
	}
	if (v > UINT16_MAX)
		return -1;
	*port = (uint16_t)v;
	return 0;
}

/* bytes of [IPv6]; 0: it is none */
static size_t
host_literal(const char *s)
{
	size_t n = 1 + strspn(s + 1, "0123456789abcdefABCDEF:.");

	return n > 2 && s[n] == ']' ? n + 1 : 0;
}

static int
host_byte(uint8_t c)
{
	c = head_token[c];
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_';
}

/* bytes of a name or IPv4 address; 0: it is none */
static size_t
host_name(const char *s)
{
	size_t i;

	for (i = 0; s[i] != '\0' && s[i] != ':'; i++) {
		if (s[i] == '.' && i > 0 && s[i - 1] != '.')
			continue;
		if (!host_byte((uint8_t)s[i]))
			return 0;
	}
	return i;
}

int
head_host(char *s, size_t n, uint16_t *port)
{
	size_t i, len;

	if (memchr(s, '\0', n) != NULL)
		return -1;
	len = s[0] == '[' ? host_literal(s) : host_name(s);
	*port = 0;
	if (len == 0 || len > HTTPD_HOST_MAX ||
	    (s[len] == ':' && host_port(s + len + 1, port) == -1) ||
	    (s[len] != ':' && s[len] != '\0'))
		return -1;
	if (s[len - 1] == '.')
		len--;
	s[len] = '\0';
	for (i = 0; i < len; i++)
		if (s[i] >= 'A' && s[i] <= 'Z')
			s[i] = (char)(s[i] + ('a' - 'A'));
	return 0;
}

int
head_listed(const char *list, const char *token)
{
	size_t n, len = strlen(token);

	for (;;) {
		list += strspn(list, " \t,");
		if (*list == '\0')
			return 0;
		n = strcspn(list, " \t,");
		if (n == len && strncasecmp(list, token, n) == 0)
			return 1;
		list += n;
	}
}

int
head_length(const char *s, uint64_t *v)
{
	size_t i;

	*v = 0;
	for (i = 0; s[i] != '\0'; i++) {
		if (s[i] < '0' || s[i] > '9' || i == 18)
			return -1;
		*v = *v * 10 + (uint64_t)(s[i] - '0');
	}
	return i == 0 ? -1 : 0;
}

int
head_hex(int c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* address: see address.h; a cursor goes over the text and never behind it */
#include <arpa/inet.h>
#include <string.h>
#include <strings.h>

#include "address.h"

enum { LABEL_MAX = 63 };

static const char postmaster[] = "postmaster";

static int
is_alnum(unsigned char c)
{
	return (c >= '0' && c <= '9') || ((c | 32) >= 'a' && (c | 32) <= 'z');
}

static int
is_atext(unsigned char c)
{
	return is_alnum(c) ||
	    (c != '\0' && strchr("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

size_t
address_utf8(const char *p, const char *end)
{
	const unsigned char *u = (const unsigned char *)p;
	size_t i,
	    n = u[0] >= 0xc2 && u[0] < 0xe0 ? 2 :
	    (u[0] & 0xf0) == 0xe0	    ? 3 :
	    u[0] >= 0xf0 && u[0] < 0xf5	    ? 4 :
					      0;

	if (n == 0 || (size_t)(end - p) < n)
		return 0;
	for (i = 1; i < n; i++)
		if ((u[i] & 0xc0) != 0x80)
			return 0;
	/* longer than need be, surrogates, beyond Unicode */
	if ((u[0] == 0xe0 && u[1] < 0xa0) || (u[0] == 0xed && u[1] > 0x9f) ||
	    (u[0] == 0xf0 && u[1] < 0x90) || (u[0] == 0xf4 && u[1] > 0x8f))
		return 0;
	return n;
}

/* bytes of the character there if it may stand bare; 0: it may not */
static size_t
bare(const char *p, const char *end, unsigned int flags)
{
	if (is_atext((unsigned char)*p))
		return 1;
	return flags & ADDRESS_UTF8 ? address_utf8(p, end) : 0;
}

static int
add(char *out, size_t *n, size_t max, const char *p, size_t len)
{
	if (max - *n < len)
		return -1;
	memcpy(out + *n, p, len);
	*n += len;
	out[*n] = '\0';
	return 0;
}

static const char *
dot_string(struct mailbox *m, const char **p, const char *end,
    unsigned int flags)
{
	size_t n = 0, len, atom = 0;

	for (; *p < end; *p += len) {
		if (**p == '.' && atom > 0) {
			atom = 0;
			len = 1;
		} else if ((len = bare(*p, end, flags)) > 0)
			atom++;
		else
			break;
		if (add(m->local, &n, LOCAL_MAX, *p, len) == -1)
			return "local part longer than 255 bytes";
	}
	return atom == 0 ? "no local part" : NULL;
}

static const char *
quoted_string(struct mailbox *m, const char **p, const char *end,
    unsigned int flags)
{
	size_t n = 0, len;
	int pair;

	for (++*p; *p < end && **p != '"'; *p += len) {
		if ((pair = **p == '\\') && ++*p == end)
			break;
		len = **p >= ' ' && **p <= '~'	  ? 1 :
		    flags & ADDRESS_UTF8 && !pair ? address_utf8(*p, end) :
						    0;
		if (len == 0)
			return "bad character between the quotes";
		if (add(m->local, &n, LOCAL_MAX, *p, len) == -1)
			return "local part longer than 255 bytes";
	}
	if (*p == end)
		return "no closing quote";
	++*p;
	return n == 0 ? "no local part" : NULL;
}

char
address_lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static const char *
literal(char *out, const char *p, size_t len)
{
	static const char v6[] = "IPv6:";
	char text[64];
	struct in6_addr a;
	size_t skip, i;

	if (len < 3 || len - 2 >= sizeof(text) || p[len - 1] != ']')
		return "bad address literal";
	memcpy(text, p + 1, len - 2);
	text[len - 2] = '\0';
	if (memchr(text, '\0', len - 2) != NULL)
		return "bad address literal";
	skip = strncasecmp(text, v6, sizeof(v6) - 1) == 0 ? sizeof(v6) - 1 : 0;
	if (inet_pton(skip > 0 ? AF_INET6 : AF_INET, text + skip, &a) != 1)
		return "bad address literal";
	for (i = 0; i < len; i++)
		out[i] = address_lower(p[i]);
	out[len] = '\0';
	return NULL;
}

const char *
domain_parse(char *out, const char *p, size_t len, unsigned int flags)
{
	const char *end = p + len;
	size_t n = 0, label = 0, c;

	if (len > 0 && *p == '[')
		return literal(out, p, len);
	if (len > 1 && end[-1] == '.')
		end--;
	if (end - p > DOMAIN_MAX)
		return "domain longer than 255 bytes";
	for (; p < end; p += c) {
		c = 1;
		if (*p == '.') {
			if (label == 0 || p[-1] == '-')
				return "bad label in the domain";
			label = 0;
		} else if (is_alnum((unsigned char)*p) || *p == '_' ||
		    (*p == '-' && label > 0))
			label++;
		else if ((flags & ADDRESS_UTF8) &&
		    (c = address_utf8(p, end)) > 0)
			label += c;
		else
			return "bad character in the domain";
		if (label > LABEL_MAX)
			return "label longer than 63 bytes in the domain";
		for (size_t i = 0; i < c; i++)
			out[n++] = address_lower(p[i]);
	}
	out[n] = '\0';
	return label == 0 || out[n - 1] == '-' ? "bad label in the domain" :
						 NULL;
}

/* up to the domain; *p stands behind the at sign */
static const char *
local_part(struct mailbox *m, const char **p, const char *end,
    unsigned int flags)
{
	const char *why;

	memset(m, 0, sizeof(*m));
	if (*p == end)
		return "no address";
	why = **p == '"' ? quoted_string(m, p, end, flags) :
			   dot_string(m, p, end, flags);
	if (why != NULL)
		return why;
	if (*p == end) {
		if ((flags & ADDRESS_POSTMASTER) &&
		    strcasecmp(m->local, postmaster) == 0)
			return NULL;
		return "no domain";
	}
	if (**p != '@')
		return "bad character in the local part";
	++*p;
	return NULL;
}

const char *
mailbox_parse(struct mailbox *m, const char *p, size_t len, unsigned int flags)
{
	const char *end = p + len, *why = local_part(m, &p, end, flags);

	if (why != NULL || (p == end && end[-1] != '@'))
		return why;
	return domain_parse(m->domain, p, (size_t)(end - p), flags);
}

/* what is between < and >: quotes may hold a > */
static const char *
closing(const char *p, const char *end)
{
	int quoted = 0;

	for (; p < end && (quoted || *p != '>'); p++)
		if (*p == '\\' && quoted && p + 1 < end)
			p++;
		else if (*p == '"')
			quoted = !quoted;
	return p;
}

/* "@a,@b:": what is behind it, or NULL; RFC 5321 appendix C */
static const char *
behind_route(const char *p, const char *end, unsigned int flags)
{
	char domain[DOMAIN_MAX + 1];
	const char *from;

	do {
		if (p == end || *p != '@')
			return NULL;
		for (from = ++p; p < end && *p != ',' && *p != ':'; p++)
			;
		if (p == end ||
		    domain_parse(domain, from, (size_t)(p - from), flags) !=
			NULL)
			return NULL;
	} while (*p++ == ',');
	return p;
}

const char *
path_parse(struct mailbox *m, const char **p, const char *end,
    unsigned int flags)
{
	const char *from = *p, *to, *why;

	if (from == end || *from != '<')
		return "no < in front of the address";
	if ((to = closing(++from, end)) == end)
		return "no > behind the address";
	*p = to + 1;
	memset(m, 0, sizeof(*m));
	if (from == to)
		return flags & ADDRESS_NULL ? NULL : "no address";
	if (*from == '@') {
		if ((from = behind_route(from, to, flags)) == NULL)
			return "bad source route";
		flags &= ~(unsigned int)ADDRESS_POSTMASTER;
	}
	if ((why = mailbox_parse(m, from, (size_t)(to - from), flags)) != NULL)
		memset(m, 0, sizeof(*m));
	return why;
}

static int
is_dot_string(const char *p)
{
	const char *end = p + strlen(p);
	struct mailbox m;

	return dot_string(&m, &p, end, ADDRESS_UTF8) == NULL && p == end;
}

size_t
mailbox_format(const struct mailbox *m, char *out)
{
	const int quotes = m->local[0] != '\0' && !is_dot_string(m->local);
	const char *p;
	char *o = out;

	if (quotes)
		*o++ = '"';
	for (p = m->local; *p != '\0'; p++) {
		if (quotes && (*p == '"' || *p == '\\'))
			*o++ = '\\';
		*o++ = *p;
	}
	if (quotes)
		*o++ = '"';
	if (m->domain[0] != '\0') {
		*o++ = '@';
		for (p = m->domain; *p != '\0'; p++)
			*o++ = *p;
	}
	*o = '\0';
	return (size_t)(o - out);
}

int
mailbox_same(const struct mailbox *a, const struct mailbox *b)
{
	return strcasecmp(a->local, b->local) == 0 &&
	    strcmp(a->domain, b->domain) == 0;
}

int
mailbox_is_utf8(const struct mailbox *m)
{
	const char *p;

	for (p = m->local; *p != '\0'; p++)
		if (*p & 0x80)
			return 1;
	for (p = m->domain; *p != '\0'; p++)
		if (*p & 0x80)
			return 1;
	return 0;
}

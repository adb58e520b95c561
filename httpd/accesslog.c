/*
 * accesslog: the combined format. Bytes outside 0x20-0x7e, '"' and '\' become
 * \xHH; each field is cut at its cap, never inside such an escape. Addresses
 * lose their last part unless the conf wants them whole. Touches nothing.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "accesslog.h"
#include "date.h"
#include "limits.h"

#define PUT(o, literal) put_mem(o, literal, sizeof(literal) - 1)

static int
plain(unsigned char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\';
}

/* at most max bytes of s, escaped */
static void
put_escaped(struct put *o, const char *s, size_t max)
{
	static const char digit[] = "0123456789abcdef";
	char x[4] = "\\x";
	size_t n;

	while (*s != '\0') {
		for (n = 0; n < max && plain((unsigned char)s[n]); n++)
			;
		put_mem(o, s, n);
		s += n;
		max -= n;
		if (*s == '\0' || max < sizeof(x))
			return;
		x[2] = digit[(unsigned char)*s >> 4];
		x[3] = digit[*s++ & 15];
		put_mem(o, x, sizeof(x));
		max -= sizeof(x);
	}
}

static void
put_ipv4(struct put *o, const uint8_t *a, int all)
{
	int i;

	for (i = 0; i < 4; i++) {
		put_num(o, i < 3 || all ? a[i] : 0);
		if (i < 3)
			PUT(o, ".");
	}
}

static void
put_ipv6(struct put *o, const struct in6_addr *in, int all)
{
	char text[INET6_ADDRSTRLEN];
	struct in6_addr a = *in;

	if (IN6_IS_ADDR_V4MAPPED(&a)) {
		put_ipv4(o, a.s6_addr + 12, all);
		return;
	}
	if (!all)
		memset(a.s6_addr + 6, 0, sizeof(a) - 6);
	inet_ntop(AF_INET6, &a, text, sizeof(text));
	put_str(o, text);
}

static void
put_address(struct put *o, const struct sockaddr *sa,
    enum accesslog_address how)
{
	const struct sockaddr_in *v4 = (const struct sockaddr_in *)sa;
	const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)sa;

	if (how != ADDRESS_NONE && sa->sa_family == AF_INET)
		put_ipv4(o, (const uint8_t *)&v4->sin_addr,
		    how == ADDRESS_FULL);
	else if (how != ADDRESS_NONE && sa->sa_family == AF_INET6)
		put_ipv6(o, &v6->sin6_addr, how == ADDRESS_FULL);
	else
		PUT(o, "-");
}

static void
put_field(struct put *o, const struct head *h, enum head_field f, size_t max)
{
	const char *s = h != NULL ? h->field[f] : NULL;

	PUT(o, " \"");
	put_escaped(o, s != NULL && *s != '\0' ? s : "-", max);
	PUT(o, "\"");
}

void
accesslog_line(struct put *o, const struct sockaddr *sa,
    enum accesslog_address how, time_t when, const struct head *h, int status,
    uint64_t body)
{
	char date[DATE_LOG_LEN];

	put_address(o, sa, how);
	date_log(date, when);
	PUT(o, " - - [");
	put_mem(o, date, sizeof(date));
	PUT(o, "] \"");
	if (h == NULL)
		PUT(o, "-");
	else {
		put_escaped(o, h->verb, 20);
		PUT(o, " ");
		put_escaped(o, h->target, HTTPD_LOG_TARGET);
		put_str(o, h->minor == 0 ? " HTTP/1.0" : " HTTP/1.1");
	}
	PUT(o, "\" ");
	put_num(o, (uint64_t)status);
	PUT(o, " ");
	put_num(o, body);
	put_field(o, h, FIELD_REFERER, HTTPD_LOG_REFERER);
	put_field(o, h, FIELD_USER_AGENT, HTTPD_LOG_AGENT);
	PUT(o, "\n");
}

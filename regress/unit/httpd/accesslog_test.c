/* accesslog: whole lines; no hostile byte comes out, none outgrows its cap */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "../tap.h"
#include "accesslog.h"
#include "limits.h"

#define WHEN 784111777
#define TIME " - - [06/Nov/1994:08:49:37 +0000] "

static char line[HTTPD_LOG_MAX + 1];

static const char *
of(const struct sockaddr_storage *ss, enum accesslog_address how,
    const struct head *h)
{
	struct put o = { .p = line, .size = HTTPD_LOG_MAX };

	accesslog_line(&o, (const struct sockaddr *)ss, how, WHEN, h, 200,
	    1234);
	line[o.n] = '\0';
	return o.full ? "full" : line;
}

static void
addresses(void)
{
	struct sockaddr_storage ss = { 0 };
	struct sockaddr_in *v4 = (struct sockaddr_in *)&ss;
	struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)&ss;
	static const char *rest = TIME "\"-\" 200 1234 \"-\" \"-\"\n";
	static const struct {
		int family;
		const char *in, *cut, *whole;
	} t[] = {
		{ AF_INET, "192.0.2.77", "192.0.2.0", "192.0.2.77" },
		{ AF_INET6, "2001:db8:1:2::3",
		    "2001:db8:1::", "2001:db8:1:2::3" },
		{ AF_INET6, "::ffff:192.0.2.77", "192.0.2.0", "192.0.2.77" },
		{ AF_UNIX, NULL, "-", "-" },
	};
	char want[256];
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		ss.ss_family = (sa_family_t)t[i].family;
		if (t[i].family == AF_INET)
			inet_pton(AF_INET, t[i].in, &v4->sin_addr);
		else if (t[i].family == AF_INET6)
			inet_pton(AF_INET6, t[i].in, &v6->sin6_addr);
		(void)snprintf(want, sizeof(want), "%s%s", t[i].cut, rest);
		ok(strcmp(of(&ss, ADDRESS_TRUNCATED, NULL), want) == 0, "%s",
		    t[i].cut);
		(void)snprintf(want, sizeof(want), "%s%s", t[i].whole, rest);
		ok(strcmp(of(&ss, ADDRESS_FULL, NULL), want) == 0, "%s",
		    t[i].whole);
		(void)snprintf(want, sizeof(want), "-%s", rest);
		ok(strcmp(of(&ss, ADDRESS_NONE, NULL), want) == 0, "none");
	}
}

int
main(void)
{
	struct sockaddr_storage ss = { .ss_family = AF_UNIX };
	struct head h = { .verb = "GET",
		.target = "/a b?\"\\\n\303",
		.minor = 0 };
	static char big[9000];
	size_t n;

	addresses();
	h.field[FIELD_REFERER] = "https://x/";
	h.field[FIELD_USER_AGENT] = "";
	ok(strcmp(of(&ss, ADDRESS_FULL, &h),
	       "-" TIME "\"GET /a b?\\x22\\x5c\\x0a\\xc3 HTTP/1.0\" 200 1234 "
	       "\"https://x/\" \"-\"\n") == 0,
	    "%s", line);
	for (n = 0; n < 2; n++) {
		memset(big, n == 0 ? 'x' : 1, sizeof(big) - 1);
		h.verb = h.target = big;
		h.field[FIELD_REFERER] = h.field[FIELD_USER_AGENT] = big;
		h.minor = 1;
		of(&ss, ADDRESS_FULL, &h);
		ok(strlen(line) > 900 && line[strlen(line) - 1] == '\n',
		    "long fields: %zu", strlen(line));
	}
	return done();
}

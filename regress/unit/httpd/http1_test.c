/*
 * http1: each row is a stream and what comes out of it, told as text; fed
 * whole, byte by byte and cut in two at every place it must tell the same.
 */
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "http1.h"
#include "limits.h"

#define G "GET / HTTP/1.1\r\nHost: a\r\n"
#define P "POST / HTTP/1.1\r\nHost: a\r\n"
#define CH P "Transfer-Encoding: chunked\r\n\r\n"

/* clang-format off */
static const struct {
	const char *in;
	const char *want; /* see tell() */
} t[] = {
/* request line */
{ G "\r\n",                                       "GET / a k;" },
{ "\r\n" G "\r\n",                                "GET / a k;" },
{ "\r\n\r\n" G "\r\n",                            "400" },
{ "\n" G "\r\n",                                  "400" },
{ "\026\003\001",                                 "400" },
{ "GET /x?y=%zz HTTP/1.1\r\nHost: a\r\n\r\n",     "GET /x?y=%zz a k;" },
{ "get / HTTP/1.1\r\nHost: a\r\n\r\n",            "get / a k;" },
{ "GET  / HTTP/1.1\r\nHost: a\r\n\r\n",           "400" },
{ "GET /  HTTP/1.1\r\nHost: a\r\n\r\n",           "400" },
{ "GET / HTTP/1.1 \r\nHost: a\r\n\r\n",           "400" },
{ "GET /\tHTTP/1.1\r\nHost: a\r\n\r\n",           "400" },
{ "GET /\r\n",                                    "400" },
{ "GET / \r\n",                                   "400" },
{ "GET / HTTP/1.1\n",                             "400" },
{ "GET / HTTP/1.1\r\r\n",                         "400" },
{ "GET / http/1.1\r\n",                           "400" },
{ "GET / HTTP/1.10\r\n",                          "400" },
{ "GET / HTTP/2.0\r\n",                           "505" },
{ "PRI * HTTP/2.0\r\n",                           "505" },
{ "GET / HTTP/0.9\r\n",                           "505" },
{ "GET / HTTP/1.2\r\nHost: a\r\n\r\n",            "GET / a k;" },
{ "GET x HTTP/1.1\r\nHost: a\r\n\r\n",            "400" },
{ "GET * HTTP/1.1\r\nHost: a\r\n\r\n",            "400" },
{ "GET /#f HTTP/1.1\r\nHost: a\r\n\r\n",          "400" },
{ "GET /\001 HTTP/1.1\r\nHost: a\r\n\r\n",        "400" },
{ "GET /\303\244 HTTP/1.1\r\nHost: a\r\n\r\n",    "GET /\303\244 a k;" },
{ "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",        "OPTIONS * a k;" },
{ "CONNECT b:1 HTTP/1.1\r\nHost: b:1\r\n\r\n",    "CONNECT b:1 b:1 k;" },
/* absolute-form */
{ "GET http://B.c/x HTTP/1.1\r\nHost: a\r\n\r\n", "GET /x b.c k;" },
{ "GET HTTPS://b HTTP/1.1\r\nHost: a\r\n\r\n",    "GET / b k;" },
{ "GET http://b:80?q HTTP/1.1\r\nHost: a\r\n\r\n", "GET /?q b:80 k;" },
{ "GET http://b?q HTTP/1.0\r\n\r\n",              "GET /?q b;" },
{ "GET http://b/ HTTP/1.1\r\n\r\n",               "400" },
{ "GET http://b/ HTTP/1.1\r\nHost: a/\r\n\r\n",   "400" },
{ "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n",    "400" },
{ "GET http://u@b/ HTTP/1.1\r\nHost: a\r\n\r\n",  "400" },
{ "GET ftp://b/ HTTP/1.1\r\nHost: a\r\n\r\n",     "400" },
/* Host */
{ "GET / HTTP/1.1\r\n\r\n",                       "400" },
{ "GET / HTTP/1.0\r\n\r\n",                       "GET / ;" },
{ "GET / HTTP/1.0\r\nHost: A.\r\n\r\n",           "GET / a;" },
{ G "Host: a\r\n\r\n",                            "400" },
{ "GET / HTTP/1.1\r\nHost:\r\n\r\n",              "400" },
{ "GET / HTTP/1.1\r\nHost: a b\r\n\r\n",          "400" },
{ "GET / HTTP/1.1\r\nHost: a..b\r\n\r\n",         "400" },
{ "GET / HTTP/1.1\r\nHost: .\r\n\r\n",            "400" },
{ "GET / HTTP/1.1\r\nHost: a:\r\n\r\n",           "GET / a k;" },
{ "GET / HTTP/1.1\r\nHost: a:65535\r\n\r\n",      "GET / a:65535 k;" },
{ "GET / HTTP/1.1\r\nHost: a:65536\r\n\r\n",      "400" },
{ "GET / HTTP/1.1\r\nHost: a:000080\r\n\r\n",     "400" },
{ "GET / HTTP/1.1\r\nHost: a:-1\r\n\r\n",         "400" },
{ "GET / HTTP/1.1\r\nHost: [::1]:8\r\n\r\n",      "GET / [::1]:8 k;" },
{ "GET / HTTP/1.1\r\nHost: [::1\r\n\r\n",         "400" },
{ "GET / HTTP/1.1\r\nHost: []\r\n\r\n",           "400" },
{ "GET / HTTP/1.1\r\nHost: [::1]x\r\n\r\n",       "400" },
/* fields */
{ G "Range:\t b=0-1 \t\r\n\r\n",                  "GET / a k range=b=0-1;" },
{ G "RANGE: x\r\nX: y\r\n\r\n",                   "GET / a k range=x;" },
{ G "Range: x\r\nrange: y\r\n\r\n",               "400" },
{ G "If-Match: \"a\"\r\nIF-match: \"b\"\r\nIf-Match: c\r\n\r\n",
  "GET / a k if-match=\"a\", \"b\", c;" },
{ G "Referer: x\r\nReferer: y\r\n\r\n",           "GET / a k referer=x;" },
{ G "X : y\r\n\r\n",                              "400" },
{ G "X\r\n\r\n",                                  "400" },
{ G ": y\r\n\r\n",                                "400" },
{ G "X(: y\r\n\r\n",                              "400" },
{ G "X: y\r\n z\r\n\r\n",                         "400" },
{ G "X: y\r\n\tz\r\n\r\n",                        "400" },
{ " X: y\r\n" G "\r\n",                           "400" },
{ G "X: a\rb\r\n\r\n",                            "400" },
{ G "X: a\001b\r\n\r\n",                          "400" },
{ G "X: a\177b\r\n\r\n",                          "400" },
{ G "X: a\377b\r\n\r\n",                          "GET / a k;" },
{ G "X: a\n\r\n",                                 "400" },
{ G "\n",                                         "400" },
{ G "\r\r\n",                                     "400" },
/* going on */
{ G "Connection: close\r\n\r\n",                  "GET / a;" },
{ G "Connection: x, CLOSE\r\n\r\n",               "GET / a;" },
{ G "Connection: x\r\nConnection: close\r\n\r\n", "GET / a;" },
{ G "Connection: closed\r\n\r\n",                 "GET / a k;" },
{ "GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", "GET / k;" },
{ G "\r\n" G "\r\n",                              "GET / a k;GET / a k;" },
{ G "\r\n\r\n" G "\r\n",                          "GET / a k;GET / a k;" },
{ G "\r\nX",                                      "GET / a k;" },
{ G "\r\n ",                                      "GET / a k;400" },
/* Expect */
{ P "Expect: 100-Continue\r\nContent-Length: 1\r\n\r\nx", "POST / a k e=x;" },
{ P "Expect: 200-ok\r\n\r\n",                     "417" },
{ "POST / HTTP/1.0\r\nExpect: 100-continue\r\n\r\n", "POST / ;" },
/* Content-Length */
{ P "Content-Length: 3\r\n\r\nabcGET",            "POST / a k=abc;" },
{ P "Content-Length: 0\r\n\r\n" G "\r\n",         "POST / a k;GET / a k;" },
{ P "Content-Length: 000000000000000003\r\n\r\nabc", "POST / a k=abc;" },
{ P "Content-Length: 0000000000000000003\r\n\r\nabc", "400" },
{ P "Content-Length:\r\n\r\n",                    "400" },
{ P "Content-Length: +3\r\n\r\nabc",              "400" },
{ P "Content-Length: -3\r\n\r\nabc",              "400" },
{ P "Content-Length: 0x3\r\n\r\nabc",             "400" },
{ P "Content-Length: 1_0\r\n\r\nabc",             "400" },
{ P "Content-Length: 3 3\r\n\r\nabc",             "400" },
{ P "Content-Length: 3, 3\r\n\r\nabc",            "400" },
{ P "Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc", "400" },
{ P "Content-Length: 3\r\nContent-Length: 4\r\n\r\nabc", "400" },
{ P "Content-Length: 21\r\n\r\nx",                "POST / a k413" },
/* Transfer-Encoding */
{ CH "0\r\n\r\n" G "\r\n",                        "POST / a k c;GET / a k;" },
{ CH "3\r\nabc\r\n0\r\n\r\nX",                    "POST / a k c=abc;" },
{ CH "3;x=\"y\"\r\nabc\r\n00a\r\n0123456789\r\n000\r\n\r\n",
  "POST / a k c=abc0123456789;" },
{ CH "0\r\nX: y\r\nZ:\r\n\r\n" G "\r\n",          "POST / a k c;GET / a k;" },
{ CH "A\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
  "POST / a k c=01234567890123456789;" },
{ CH "A\r\n0123456789\r\nB\r\n",                 "POST / a k c=0123456789413" },
{ CH "ffffffffffffffff\r\n",                      "POST / a k c413" },
{ CH "00000000000000001\r\n",                     "POST / a k c400" },
{ CH "\r\n",                                      "POST / a k c400" },
{ CH "g\r\n",                                     "POST / a k c400" },
{ CH "0x1\r\na\r\n0\r\n\r\n",                     "POST / a k c400" },
{ CH "+1\r\n",                                    "POST / a k c400" },
{ CH " 1\r\n",                                    "POST / a k c400" },
{ CH "1 \r\n",                                    "POST / a k c400" },
{ CH "1 ;x\r\n",                                  "POST / a k c400" },
{ CH "1;x\n",                                     "POST / a k c400" },
{ CH "1\n",                                       "POST / a k c400" },
{ CH "1\rx",                                      "POST / a k c400" },
{ CH "1;\001\r\n",                                "POST / a k c400" },
{ CH "1\r\nab",                                   "POST / a k c=a400" },
{ CH "1\r\na\n",                                  "POST / a k c=a400" },
{ CH "1\r\na\r0",                                 "POST / a k c=a400" },
{ CH "0\r\nX y\r\n\r\n",                          "POST / a k c400" },
{ CH "0\r\n: y\r\n\r\n",                          "POST / a k c400" },
{ CH "0\r\n y\r\n\r\n",                           "POST / a k c400" },
{ CH "0\r\nX: y\n\r\n",                           "POST / a k c400" },
{ CH "0\r\nX: y\rz",                              "POST / a k c400" },
{ CH "0\r\n\n",                                   "POST / a k c400" },
{ P "Transfer-Encoding: CHUNKED\r\n\r\n0\r\n\r\n", "POST / a k c;" },
{ P "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n", "400" },
{ P "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
  "400" },
{ P "Transfer-Encoding: gzip, chunked\r\n\r\n",   "400" },
{ P "Transfer-Encoding: ,chunked\r\n\r\n",        "400" },
{ P "Transfer-Encoding: chunked,\r\n\r\n",        "400" },
{ P "Transfer-Encoding: chunked;q=1\r\n\r\n",     "400" },
{ P "Transfer-Encoding: identity\r\n\r\n",        "400" },
{ P "Transfer-Encoding:\r\n\r\n",                 "400" },
{ "POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "400" },
};
/* clang-format on */

static const struct {
	enum head_field field;
	const char *name;
} shown[] = { { FIELD_RANGE, "range" }, { FIELD_REFERER, "referer" },
	{ FIELD_IF_MATCH, "if-match" } };

static char said[4096];
static int body;

static void
say(const char *s, size_t n)
{
	size_t at = strlen(said);

	if (at + n < sizeof(said)) {
		memcpy(said + at, s, n);
		said[at + n] = '\0';
	}
}

static void
tell_head(const struct head *h)
{
	char s[512];
	size_t i;

	(void)snprintf(s, sizeof(s), "%s %s %s", h->verb, h->target, h->host);
	say(s, strlen(s));
	if (h->port != 0) {
		(void)snprintf(s, sizeof(s), ":%u", h->port);
		say(s, strlen(s));
	}
	say(said[strlen(said) - 1] == ' ' ? "k" : " k",
	    h->keep ? 2U - (said[strlen(said) - 1] == ' ') : 0);
	say(" e", h->expect ? 2 : 0);
	say(" c", h->chunked ? 2 : 0);
	for (i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		if (h->field[shown[i].field] != NULL) {
			(void)snprintf(s, sizeof(s), " %s=%s", shown[i].name,
			    h->field[shown[i].field]);
			say(s, strlen(s));
		}
}

/* "VERB target host[:port] [k]eep [e]xpect [c]hunked fields=body;" or status */
static int
tell(struct http1 *h, const char *p, size_t n)
{
	enum http1_event ev;
	size_t used;
	char s[8];

	for (;;) {
		ev = http1_feed(h, p, n, &used);
		p += used;
		n -= used;
		switch (ev) {
		case HTTP1_MORE:
			return n == 0;
		case HTTP1_HEAD:
			tell_head(&h->head);
			body = 0;
			break;
		case HTTP1_BODY:
			say("=", body++ == 0);
			say((const char *)h->data, h->ndata);
			break;
		case HTTP1_END:
			say(";", 1);
			break;
		default:
			(void)snprintf(s, sizeof(s), "%d", h->status);
			say(s, strlen(s));
			return 0;
		}
	}
}

static int
same(const char *in, size_t n, size_t cut, const char *want)
{
	struct http1 h = { .body_max = 20 };
	size_t i;
	int good = 1;

	said[0] = '\0';
	if (cut == n)
		for (i = 0; i < n && good; i++)
			good = tell(&h, in + i, 1);
	else if (tell(&h, in, cut))
		tell(&h, in + cut, n - cut);
	http1_free(&h);
	return strcmp(said, want) == 0;
}

static void
rows(void)
{
	size_t i, n, cut;
	int good;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		n = strlen(t[i].in);
		good = 1;
		for (cut = 0; cut <= n && good; cut++)
			good = same(t[i].in, n, cut, t[i].want);
		if (!ok(good, "row %zu: %s", i, t[i].want))
			printf("# cut at %zu: %s\n", cut - 1, said);
	}
}

/* n bytes in of the kind asked for; the status, 0: a head came out */
static int
status_of(const char *before, char c, size_t n, const char *after)
{
	struct http1 h = { .body_max = 20 };
	size_t a = strlen(before), b = strlen(after), used;
	char *s = malloc(a + n + b + 1);
	enum http1_event ev;
	int status;

	memcpy(s, before, a);
	memset(s + a, c, n);
	memcpy(s + a + n, after, b + 1);
	ev = http1_feed(&h, s, a + n + b, &used);
	status = ev == HTTP1_ERROR ? h.status : ev == HTTP1_HEAD ? 0 : -1;
	http1_free(&h);
	free(s);
	return status;
}

static void
caps(void)
{
	static const char tail[] = " HTTP/1.1\r\nHost: a\r\n\r\n";
	char many[128 * 6 + 64];
	size_t i, n;

	n = HTTPD_LINE_MAX - strlen("GET / HTTP/1.1");
	ok(status_of("GET /", 'x', n, tail) == 0, "longest request line");
	ok(status_of("GET /", 'x', n + 1, tail) == 414, "longer");
	ok(status_of("GET /", 'x', 100000, "") == 414, "endless");
	n = HTTPD_HEAD_MAX - strlen("Host: a\r\nX:\r\n\r\n");
	ok(status_of(G "X:", 'x', n, "\r\n\r\n") == 0, "largest header");
	ok(status_of(G "X:", 'x', n + 1, "\r\n\r\n") == 431, "larger");
	ok(status_of(G "X:", 'x', 100000, "") == 431, "endless");
	ok(status_of(G "If-Match: a\r\nIf-Match: b\r\nIf-Match: ", 'x', 16000,
	       "\r\n\r\n") == 0,
	    "a large list");
	ok(status_of(G "If-Match: a\r\nIf-Match:", 'x', 8000,
	       "\r\nIf-Match: b\r\nIf-Match: c\r\n\r\n") == 431,
	    "a list that grows");
	for (i = 0; i < 2; i++) {
		memcpy(many, G, strlen(G));
		for (n = 0; n < HTTPD_FIELDS_MAX - 1 + i; n++)
			memcpy(many + strlen(G) + n * 6, "X: y\r\n", 6);
		many[strlen(G) + n * 6] = '\0';
		ok(status_of(many, ' ', 0, "\r\n") == (i == 0 ? 0 : 431),
		    "%zu fields", n + 1);
	}
}

/* NUL is no end of anything */
static void
nul(void)
{
	static const char *const where[] = { "GET /@ HTTP/1.1\r\n",
		"GET / HTTP/1.1@\r\n", "G@ET / HTTP/1.1\r\n", G "X@: y\r\n",
		G "X: @\r\n", G "Host@: a\r\n" };
	char s[128];
	size_t i, n;

	for (i = 0; i < sizeof(where) / sizeof(*where); i++) {
		n = strlen(where[i]);
		memcpy(s, where[i], n);
		*(char *)memchr(s, '@', n) = '\0';
		ok(same(s, n, 0, "400"), "NUL %zu", i);
	}
}

static void
life(void)
{
	struct http1 h = { .body_max = 20 };
	size_t used;

	ok(http1_idle(&h), "fresh is idle");
	http1_feed(&h, "GET", 3, &used);
	ok(!http1_idle(&h), "begun is not");
	http1_feed(&h, " / HTTP/1.1\r\nHost: a\r\n\r\n", 24, &used);
	ok(http1_feed(&h, "", 0, &used) == HTTP1_END && used == 0, "END");
	ok(http1_idle(&h) && strcmp(h.head.target, "/") == 0, "head stays");
	http1_rest(&h);
	ok(h.buf == NULL && http1_idle(&h), "rest gives it back");
	ok(http1_feed(&h, G "\r\n", 27, &used) == HTTP1_HEAD, "and goes on");
	http1_free(&h);
	ok(h.buf == NULL && h.body_max == 20, "free");
	http1_feed(&h, " ", 1, &used);
	ok(http1_feed(&h, G "\r\n", 27, &used) == HTTP1_ERROR && used == 27,
	    "an error is final");
	http1_free(&h);
}

int
main(void)
{
	rows();
	caps();
	nul();
	life();
	return done();
}

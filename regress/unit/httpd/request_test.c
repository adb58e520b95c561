/*
 * request: heads as bytes, a tiny file system, answers as bytes. Each row's
 * patterns must stand in the answer's header, or not, in any order.
 */
#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "../tap.h"
#include "http1.h"
#include "request.h"

#define NOW 1700000000
#define H " HTTP/1.1\r\nHost: example.org\r\n"
#define TAG "\"749405d3468e65a9\""

static const char *const names[] = { "index.html", "index.htm", NULL };
static const struct site site = { "example.org", 443, 1, names };
static const struct site other = { "example.org", 8443, 0, names };
static const struct arrival tls = { 1, "example.org" };
static const struct arrival plain = { 0, "" };
static const struct arrival www = { 1, "www.example.org" };

/* clang-format off */
static const struct file {
	const char *path;
	mode_t mode;
	int error;
} disk[] = {
{ "/index.html",     S_IFREG | 0644, 0 },      { "/a",    S_IFDIR | 0755, 0 },
{ "/a/index.htm",    S_IFREG | 0644, 0 },      { "/b",    S_IFDIR | 0755, 0 },
{ "/secret.txt",     0,              EACCES }, { "/fifo", S_IFIFO | 0644, 0 },
{ "/many",           0,              EMFILE }, { "/bad",  0,              EIO },
{ "/c/index.html",   S_IFDIR | 0755, 0 },      { "/out",  0,          EXDEV },
{ "/x y\"<",         S_IFDIR | 0755, 0 },
{ "/index.html/index.html", 0,       ENOTDIR },
{ "/.well-known/security.txt", S_IFREG | 0644, 0 },
};

static const struct row {
	const char *in;
	const struct arrival *from;
	int status, close;
	uint64_t offset, length;
	const char *has[4], *lacks[3];
} t[] = {
/* files */
{ "GET /index.html" H "\r\n", &tls, 200, 0, 0, 1000,
  { "Content-Type: text/html; charset=utf-8\r\n", "Content-Length: 1000\r\n",
    "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "ETag: " TAG "\r\n" },
  { "Connection", "Location", "Content-Range" } },
{ "GET / HTTP/1.0\r\n\r\n", &tls, 200, 1, 0, 1000,
  { "HTTP/1.1 200 OK\r\n", "Connection: close\r\n", "\r\nServer: gatelodge\r\n",
    "Strict-Transport-Security: max-age=63072000\r\n" }, { NULL } },
{ "GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n", &tls, 200, 0, 0, 1000,
  { "Connection: keep-alive\r\n", "X-Content-Type-Options: nosniff\r\n",
    "\r\nX-Frame-Options: SAMEORIGIN\r\n", "\r\nReferrer-Policy: strict-" },
  { NULL } },
{ "GET / HTTP/1.1\r\nHost: EXAMPLE.org.:443\r\n\r\n", &tls, 200, 0, 0, 1000,
  { "Date: Tue, 14 Nov 2023 22:13:20 GMT\r\n", "Accept-Ranges: bytes\r\n" },
  { "Connection" } },
{ "GET / HTTP/1.1\r\nHost: example.org\r\nConnection: close\r\n\r\n", &tls,
  200, 1, 0, 1000, { "Connection: close\r\n" }, { NULL } },
{ "HEAD /" H "\r\n", &tls, 200, 0, 0, 0, { "Content-Length: 1000\r\n" },
  { NULL } },
{ "GET /a/" H "\r\n", &tls, 200, 0, 0, 1000, { "text/html" }, { NULL } },
{ "GET /a?q=1" H "\r\n", &tls, 301, 0, 0, 0, { "Location: /a/?q=1\r\n" },
  { "ETag", "Accept-Ranges" } },
{ "GET /x%20y%22%3c" H "\r\n", &tls, 301, 0, 0, 0,
  { "Location: /x%20y%22%3C/\r\n" }, { NULL } },
{ "GET //a///b?c//d" H "\r\n", &tls, 301, 0, 0, 0,
  { "Location: /a/b?c//d\r\n" }, { NULL } },
{ "GET //evil.example/%0d" H "\r\n", &tls, 400, 0, 0, 0, { NULL },
  { "Location" } },
{ "GET /b/" H "\r\n", &tls, 404, 0, 0, 0,
  { "text/html; charset=utf-8\r\n", "Security-Policy: default-src 'none'\r\n" },
  { "ETag", "Last-Modified", "Accept-Ranges" } },
{ "HEAD /b/" H "\r\n", &tls, 404, 0, 0, 0, { "Content-Length: " },
  { "<html" } },
{ "GET /c/" H "\r\n", &tls, 404, 0, 0, 0, { NULL }, { NULL } },
{ "GET /index.html/" H "\r\n", &tls, 404, 0, 0, 0, { NULL }, { NULL } },
{ "GET /secret.txt" H "\r\n", &tls, 403, 0, 0, 0, { NULL }, { NULL } },
{ "GET /fifo" H "\r\n", &tls, 404, 0, 0, 0, { NULL }, { NULL } },
{ "GET /out" H "\r\n", &tls, 404, 0, 0, 0, { NULL }, { NULL } },
{ "GET /bad" H "\r\n", &tls, 500, 0, 0, 0, { NULL }, { NULL } },
{ "GET /many" H "\r\n", &tls, 503, 0, 0, 0, { "Retry-After: 5\r\n" },
  { NULL } },
{ "GET /.git/config" H "\r\n", &tls, 404, 0, 0, 0, { NULL }, { NULL } },
{ "GET /.well-known/security.txt" H "\r\n", &tls, 200, 0, 0, 1000,
  { "text/plain" }, { NULL } },
{ "GET /a%2findex.htm" H "\r\n", &tls, 404, 0, 0, 0, { NULL }, { NULL } },
{ "GET /../x" H "\r\n", &tls, 400, 0, 0, 0, { NULL }, { "Connection" } },
/* conditions and ranges */
{ "GET /" H "If-None-Match: " TAG "\r\n\r\n", &tls, 304, 0, 0, 0,
  { "ETag: " TAG, "Date: ", "Last-Modified: " },
  { "\nContent-Length", "\nContent-Type", "<html" } },
{ "GET /" H "If-Match: \"x\"\r\n\r\n", &tls, 412, 0, 0, 0, { "text/html" },
  { "ETag" } },
{ "GET /" H "Range: bytes=10-19\r\n\r\n", &tls, 206, 0, 10, 10,
  { "Content-Range: bytes 10-19/1000\r\n", "Content-Length: 10\r\n",
    "ETag: " TAG }, { NULL } },
{ "HEAD /" H "Range: bytes=10-19\r\n\r\n", &tls, 200, 0, 0, 0,
  { "Content-Length: 1000\r\n" }, { "Content-Range" } },
{ "GET /" H "Range: bytes=1000-\r\n\r\n", &tls, 416, 0, 0, 0,
  { "Content-Range: bytes */1000\r\n", "text/html" }, { "ETag" } },
{ "GET /" H "Range: bytes=1-2,4-5\r\n\r\n", &tls, 200, 0, 0, 1000, { NULL },
  { "Content-Range" } },
{ "GET /" H "Range: bytes=1-2\r\nIf-Range: " TAG "\r\n\r\n", &tls, 206, 0, 1,
  2, { NULL }, { NULL } },
{ "GET /" H "Range: bytes=1-2\r\nIf-Range: \"x\"\r\n\r\n", &tls, 200, 0, 0,
  1000, { NULL }, { NULL } },
/* methods, hosts, schemes */
{ "OPTIONS *" H "\r\n", &tls, 204, 0, 0, 0, { "Allow: GET, HEAD, OPTIONS\r\n" },
  { "\nContent-Length", "\nContent-Type" } },
{ "POST /" H "Content-Length: 3\r\n\r\n", &tls, 405, 0, 0, 0,
  { "Allow: GET, HEAD, OPTIONS\r\n" }, { NULL } },
{ "POST /" H "Content-Length: 65537\r\n\r\n", &tls, 405, 1, 0, 0, { NULL },
  { NULL } },
{ "POST /" H "Content-Length: 1048577\r\n\r\n", &tls, 413, 1, 0, 0, { NULL },
  { NULL } },
{ "POST /" H "Content-Length: 3\r\nExpect: 100-continue\r\n\r\n", &tls, 405, 1,
  0, 0, { "Connection: close\r\n" }, { NULL } },
{ "TRACE /" H "\r\n", &tls, 405, 0, 0, 0, { NULL }, { NULL } },
{ "CONNECT x:1" H "\r\n", &tls, 405, 1, 0, 0, { NULL }, { NULL } },
{ "BREW /" H "\r\n", &tls, 501, 0, 0, 0, { NULL }, { NULL } },
{ "GET / HTTP/1.1\r\nHost: x\r\n\r\n", &tls, 421, 0, 0, 0, { NULL },
  { NULL } },
{ "GET /a?b HTTP/1.1\r\nHost: www.example.org\r\n\r\n", &www, 301, 0, 0, 0,
  { "Location: https://example.org/a?b\r\n" }, { NULL } },
{ "GET /a\"?b HTTP/1.1\r\nHost: x:80\r\n\r\n", &plain, 301, 0, 0, 0,
  { "Location: https://example.org/a%22?b\r\n" },
  { "Strict-Transport", "ETag" } },
{ "GET //x/ HTTP/1.0\r\n\r\n", &plain, 301, 1, 0, 0,
  { "Location: https://example.org//x/\r\n" }, { NULL } },
};
/* clang-format on */

static int
look(const struct request *r, struct file_stat *f)
{
	size_t i;

	for (i = 0; i < sizeof(disk) / sizeof(*disk); i++)
		if (strcmp(disk[i].path, r->path) == 0)
			break;
	if (i == sizeof(disk) / sizeof(*disk))
		return ENOENT;
	memset(f, 0, sizeof(*f));
	f->mode = disk[i].mode;
	f->size = 1000;
	f->sec = 784111777;
	f->version = 7;
	return disk[i].error;
}

/* the answer to in, NUL ended */
static void
answer(struct request *r, const struct site *s, const struct arrival *from,
    const char *in, char *out)
{
	struct http1 h = { .body_max = HTTPD_BODY_MAX };
	struct put o = { .p = out, .size = HTTPD_ANSWER_MAX };
	enum request_step step;
	struct file_stat f;
	size_t used;
	int error;

	if (http1_feed(&h, in, strlen(in), &used) == HTTP1_HEAD)
		step = request_begin(r, s, from, &h.head);
	else
		step = request_refuse(r, s, from, NULL, h.status);
	while (step == REQUEST_FILE) {
		error = look(r, &f);
		step = request_file(r, error, error == 0 ? &f : NULL);
	}
	request_answer(r, NOW, &o);
	out[o.n] = '\0';
	http1_free(&h);
}

static int
holds(const struct row *w, const struct request *r, const char *out)
{
	const char *body = strstr(out, "\r\n\r\n");
	const char *length = strstr(out, "Content-Length: ");
	size_t i;

	if (body == NULL || r->status != w->status || r->close != w->close ||
	    r->offset != w->offset || r->length != w->length)
		return 0;
	body += 4;
	for (i = 0; i < 4 && w->has[i] != NULL; i++)
		if (strstr(out, w->has[i]) == NULL)
			return 0;
	for (i = 0; i < 3 && w->lacks[i] != NULL; i++)
		if (strstr(out, w->lacks[i]) != NULL)
			return 0;
	if (r->body != strlen(body) + r->length)
		return 0;
	return r->body == 0 || strtoull(length + 16, NULL, 10) == r->body;
}

static void
special(char *out)
{
	struct request r;
	char *in = malloc(HTTPD_LINE_MAX + 100);
	size_t n;

	answer(&r, &site, &tls, "GET / HTTP/1.1\n", out);
	ok(r.status == 400 && r.close && strstr(out, "close\r\n") != NULL,
	    "a head that never parsed");
	answer(&r, &other, &plain, "GET /" H "\r\n", out);
	ok(r.status == 200, "plain is permitted by conf");
	answer(&r, &other, &plain, "GET / HTTP/1.1\r\nHost: x\r\n\r\n", out);
	ok(strstr(out, "Location: https://example.org:8443/\r\n") != NULL,
	    "another port: %s", out);
	n = HTTPD_LINE_MAX - 20;
	memset(in, '"', n);
	memcpy(in, "GET /", 5);
	memcpy(in + n, H "\r\n", sizeof(H "\r\n"));
	answer(&r, &site, &plain, in, out);
	ok(r.status == 301 && strlen(out) > 3 * n - 20 &&
		strstr(out, "</html>\n") != NULL,
	    "the longest redirect fits");
	memset(in + 5, '/', 1);
	answer(&r, &site, &tls, in, out);
	ok(r.status == 404, "a long path is no file");
	free(in);
}

static void
tags(void)
{
	char a[RESPOND_ETAG], b[RESPOND_ETAG];
	int good = 1, i;

	respond_etag(a, 1, 2, 3, 4);
	for (i = 0; i < 4; i++) {
		respond_etag(b, 1 + (i == 0), 2 + (i == 1), 3 + (i == 2),
		    4 + (i == 3));
		good &= strcmp(a, b) != 0 && strlen(b) == 18;
	}
	ok(good, "each part changes the tag");
}

int
main(void)
{
	static char out[HTTPD_ANSWER_MAX + 1];
	struct request r;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		answer(&r, &site, t[i].from, t[i].in, out);
		if (!ok(holds(&t[i], &r, out), "row %zu: %d", i, r.status))
			printf("# %s# %s", t[i].in, out);
	}
	special(out);
	tags();
	return done();
}

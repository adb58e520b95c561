/*
 * respond: status line, header fields, built-in pages. All text is ours but
 * Location, whose bytes are encoded anew and whose host is the conf's. Touches
 * nothing. RFC 9110 8, 10, 15; RFC 9112 4; RFC 6797 7.2 (HSTS on TLS only).
 */
#include "date.h"
#include "limits.h"
#include "path.h"
#include "respond.h"

#define PUT(o, literal) put_mem(o, literal, sizeof(literal) - 1)

/* clang-format off */
static const struct status {
	int code;
	const char *reason, *text;
} statuses[] = { /* the last one stands for all others */
{ 200, "OK", "" },
{ 204, "No Content", "" },
{ 206, "Partial Content", "" },
{ 301, "Moved Permanently", "This page has another address." },
{ 304, "Not Modified", "" },
{ 400, "Bad Request", "The request could not be understood." },
{ 403, "Forbidden", "This page may not be read." },
{ 404, "Not Found", "There is no page at this address." },
{ 405, "Method Not Allowed", "This cannot be done to this page." },
{ 408, "Request Timeout", "The request did not arrive in time." },
{ 412, "Precondition Failed", "The page is not in the state expected." },
{ 413, "Content Too Large", "The request is larger than permitted here." },
{ 414, "URI Too Long", "The address is longer than permitted here." },
{ 416, "Range Not Satisfiable", "The page ends before the part asked for." },
{ 417, "Expectation Failed", "The request expects what we do not know." },
{ 421, "Misdirected Request", "This host is not served on this connection." },
{ 431, "Request Header Fields Too Large",
  "The request's header is larger than permitted here." },
{ 501, "Not Implemented", "The method of the request is not known here." },
{ 503, "Service Unavailable", "Please try again in a few seconds." },
{ 505, "HTTP Version Not Supported", "HTTP/1.1 is spoken here." },
{ 500, "Internal Server Error", "The server could not do its work." },
};
/* clang-format on */

static const struct status *
find(int code)
{
	const struct status *s = statuses;
	const struct status *last = s + sizeof(statuses) / sizeof(*s) - 1;

	while (s < last && s->code != code)
		s++;
	return s;
}

static void
put_page(struct put *o, const struct status *s)
{
	PUT(o,
	    "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n"
	    "<meta charset=\"utf-8\">\n"
	    "<meta name=\"viewport\" content=\"width=device-width\">\n"
	    "<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
	put_num(o, (uint64_t)s->code);
	PUT(o, " ");
	put_str(o, s->reason);
	PUT(o, "</title>\n</head>\n<body>\n<h1>");
	put_str(o, s->reason);
	PUT(o, "</h1>\n<p>");
	put_str(o, s->text);
	PUT(o, "</p>\n</body>\n</html>\n");
}

static void
put_date(struct put *o, time_t t)
{
	char date[DATE_LEN];

	date_format(date, t);
	put_mem(o, date, sizeof(date));
}

static void
put_location(struct put *o, const struct answer *a)
{
	PUT(o, "Location: ");
	if (a->host != NULL) {
		PUT(o, "https://");
		put_str(o, a->host);
		if (a->port != 443) {
			PUT(o, ":");
			put_num(o, a->port);
		}
	}
	if (a->path != NULL)
		path_encode(o, a->path);
	if (a->query != NULL)
		path_clean(o, a->query);
	PUT(o, "\r\n");
}

/* Content-Type, Content-Length and what describes a file */
static void
put_content(struct put *o, const struct answer *a, size_t page, time_t now)
{
	if (a->etag != NULL) {
		PUT(o, "ETag: ");
		put_str(o, a->etag);
		PUT(o, "\r\nLast-Modified: ");
		put_date(o, a->changed < now ? a->changed : now);
		PUT(o, "\r\n");
	}
	if (a->status == 204 || a->status == 304)
		return;
	PUT(o, "Content-Type: ");
	if (page > 0)
		PUT(o,
		    "text/html; charset=utf-8\r\n"
		    "Content-Security-Policy: default-src 'none'");
	else {
		put_str(o, a->type);
		PUT(o, "\r\nAccept-Ranges: bytes");
	}
	PUT(o, "\r\nContent-Length: ");
	put_num(o, page > 0 ? page : a->length);
	PUT(o, "\r\n");
	if (a->status == 206) {
		PUT(o, "Content-Range: bytes ");
		put_num(o, a->first);
		PUT(o, "-");
		put_num(o, a->first + a->length - 1);
		PUT(o, "/");
		put_num(o, a->size);
		PUT(o, "\r\n");
	} else if (a->status == 416) {
		PUT(o, "Content-Range: bytes */");
		put_num(o, a->size);
		PUT(o, "\r\n");
	}
}

static void
put_defaults(struct put *o, const struct answer *a)
{
	PUT(o,
	    "X-Content-Type-Options: nosniff\r\n"
	    "Referrer-Policy: strict-origin-when-cross-origin\r\n"
	    "X-Frame-Options: SAMEORIGIN\r\n"
	    "Permissions-Policy: camera=(), geolocation=(), microphone=(), "
	    "payment=(), usb=()\r\n");
	if (a->tls)
		PUT(o, "Strict-Transport-Security: max-age=" HTTPD_HSTS "\r\n");
	if (!a->keep)
		PUT(o, "Connection: close\r\n");
	else if (a->minor == 0)
		PUT(o, "Connection: keep-alive\r\n");
}

size_t
respond(struct put *o, const struct answer *a, time_t now)
{
	const struct status *s = find(a->status);
	char text[1024];
	struct put page = { .p = text, .size = sizeof(text) };

	if (s->text[0] != '\0')
		put_page(&page, s);
	PUT(o, "HTTP/1.1 ");
	put_num(o, (uint64_t)s->code);
	PUT(o, " ");
	put_str(o, s->reason);
	PUT(o, "\r\nServer: gatelodge\r\nDate: ");
	put_date(o, now);
	PUT(o, "\r\n");
	if (s->code / 100 == 3 && s->code != 304)
		put_location(o, a);
	if (s->code == 204 || s->code == 405)
		PUT(o, "Allow: GET, HEAD, OPTIONS\r\n");
	if (s->code == 503)
		PUT(o, "Retry-After: " HTTPD_RETRY_AFTER "\r\n");
	put_content(o, a, page.n, now);
	put_defaults(o, a);
	PUT(o, "\r\n");
	if (a->bare)
		return 0;
	put_mem(o, page.p, page.n);
	return page.n;
}

/* the finalizer of MurmurHash3: every bit in changes half of the bits out */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 33) * 0xff51afd7ed558ccdULL;
	x = (x ^ x >> 33) * 0xc4ceb9fe1a85ec53ULL;
	return x ^ x >> 33;
}

void
respond_etag(char *s, uint64_t size, int64_t sec, uint32_t nsec,
    uint64_t version)
{
	static const char digit[] = "0123456789abcdef";
	uint64_t v;
	int i;

	v = mix(size) + (uint64_t)sec * 1000000000ULL + nsec;
	v = mix(mix(v) + version);
	s[0] = s[17] = '"';
	s[18] = '\0';
	for (i = 16; i > 0; i--, v >>= 4)
		s[i] = digit[v & 15];
}

/*
 * request: a stream of requests against a file system whose answers depend on
 * the first byte. Each answer must be a well-formed head that has no bytes but
 * printable ones and CRLF, each log line one line of printable bytes.
 */
#include <sys/stat.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "accesslog.h"
#include "http1.h"
#include "request.h"

static char out[HTTPD_ANSWER_MAX + 1];

static void
check_answer(const struct request *r, const struct put *o)
{
	const char *s, *end;

	out[o->n] = '\0';
	if (o->full || strlen(out) != o->n || r->status < 200 ||
	    (end = strstr(out, "\r\n\r\n")) == NULL)
		abort();
	for (s = out; s < end; s++) {
		if (*s == '\r' && s[1] == '\n')
			s++;
		else if (*s < ' ' || *s > '~')
			abort();
	}
	if ((s = strstr(out, "\nLocation: ")) != NULL && s < end &&
	    strncmp(s + 11, "https://example.org/", 20) != 0 &&
	    (s[11] != '/' || s[12] == '/'))
		abort();
	if (r->length > 0 &&
	    (r->offset + r->length > r->file.size || strlen(end + 4) != 0))
		abort();
}

static void
log_line(const struct head *h, const struct request *r)
{
	struct sockaddr_in6 sin6 = { .sin6_family = AF_INET6 };
	char line[HTTPD_LOG_MAX];
	struct put o = { .p = line, .size = sizeof(line) };
	size_t i;

	accesslog_line(&o, (const struct sockaddr *)&sin6, ADDRESS_FULL,
	    1700000000, h, r->status, r->body);
	if (o.full || line[o.n - 1] != '\n')
		abort();
	for (i = 0; i < o.n - 1; i++)
		if (line[i] < ' ' || line[i] > '~')
			abort();
}

static void
answer(struct request *r, enum request_step step, const struct head *h,
    uint8_t choice)
{
	static const int errors[] = { 0, 0, 0, ENOENT, EACCES, EIO, EMFILE, 0 };
	struct file_stat f = { .size = 1000,
		.sec = 784111777,
		.mode = S_IFREG };
	struct put o = { .p = out, .size = HTTPD_ANSWER_MAX };
	int error;

	if (choice & 8)
		f.mode = S_IFDIR;
	if (choice & 16)
		f.size = 0;
	while (step == REQUEST_FILE) {
		if (strlen(r->path) >= sizeof(r->path) || r->path[0] != '/' ||
		    strstr(r->path, "/../") != NULL)
			abort();
		error = errors[choice & 7];
		step = request_file(r, error, error == 0 ? &f : NULL);
	}
	request_answer(r, 1700000000, &o);
	check_answer(r, &o);
	log_line(h, r);
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const index[] = { "index.html", "index.htm", NULL };
	static const struct site site = { "example.org", 443, 1, index };
	struct arrival from = { .tls = 1, .sni = "example.org" };
	struct http1 h = { .body_max = 1000 };
	static struct request r;
	enum http1_event ev = HTTP1_MORE;
	size_t used, n = size;

	if (n == 0)
		return 0;
	if (*data & 32)
		from = (struct arrival){ .sni = "" };
	for (n--; n > 0 || ev == HTTP1_HEAD; n -= used) {
		ev = http1_feed(&h, data + size - n, n, &used);
		if (ev == HTTP1_HEAD)
			answer(&r, request_begin(&r, &site, &from, &h.head),
			    &h.head, *data);
		else if (ev == HTTP1_ERROR) {
			answer(&r,
			    request_refuse(&r, &site, &from, NULL, h.status),
			    NULL, *data);
			break;
		}
	}
	http1_free(&h);
	return 0;
}

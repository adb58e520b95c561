/*
 * request: glues head, route, conditions, ranges and answers together, for
 * every version of HTTP. Believes the stat that it is told. Touches nothing.
 * RFC 9110 9.3.1, 10.1.1, 13.2, 14.2, 15.
 */
#include <sys/stat.h>
#include <errno.h>
#include <string.h>

#include "cond.h"
#include "mime.h"
#include "range.h"
#include "request.h"

/* stands for a head that never parsed */
static const struct head nothing = {
	.minor = 1, .verb = "", .target = "", .host = ""
};

static enum request_step
finish(struct request *r, int status)
{
	r->route = ROUTE_STATUS;
	r->status = status;
	return REQUEST_ANSWER;
}

static void
reset(struct request *r, const struct site *site, const struct arrival *from,
    const struct head *head)
{
	r->site = site;
	r->from = from;
	r->head = head;
	r->status = r->close = 0;
	r->offset = r->length = r->body = 0;
	r->dir = 0;
	r->index = 0;
}

/* path becomes directory/index[r->index] */
static enum request_step
try_index(struct request *r)
{
	const char *name = r->site->index[r->index++];
	size_t n;

	if (name == NULL)
		return finish(r, 404);
	n = strlen(name);
	if (n >= sizeof(r->path) - r->dir)
		return finish(r, 404);
	memcpy(r->path + r->dir, name, n + 1);
	return REQUEST_FILE;
}

enum request_step
request_begin(struct request *r, const struct site *site,
    const struct arrival *from, const struct head *head)
{
	int status;
	size_t n;

	reset(r, site, from, head);
	/* bodies serve nobody here: small ones are read, others end it */
	r->close = !head->keep || head->length > HTTPD_DRAIN_MAX ||
	    (head->expect && (head->chunked || head->length > 0)) ||
	    head->method == METHOD_CONNECT;
	if (head->length > HTTPD_BODY_MAX)
		return finish(r, 413);
	r->route = route_request(site, from, head, r->path, &status);
	if (r->route == ROUTE_STATUS)
		return finish(r, status);
	if (r->route != ROUTE_FILE) {
		r->status = 301;
		return REQUEST_ANSWER;
	}
	n = strlen(r->path);
	if (r->path[n - 1] != '/')
		return REQUEST_FILE;
	r->dir = n;
	return try_index(r);
}

enum request_step
request_refuse(struct request *r, const struct site *site,
    const struct arrival *from, const struct head *head, int status)
{
	reset(r, site, from, head != NULL ? head : &nothing);
	r->close = 1;
	return finish(r, status);
}

static int
error_status(int error)
{
	switch (error) {
	case ENOENT:
	case ENOTDIR:
	case ENAMETOOLONG:
	case ELOOP:
	case EXDEV:
		return 404;
	case EACCES:
	case EPERM:
		return 403;
	case EMFILE:
	case ENFILE:
	case ENOMEM:
	case EAGAIN:
	case ETIMEDOUT:
		return 503;
	default:
		return 500;
	}
}

enum request_step
request_file(struct request *r, int error, const struct file_stat *file)
{
	size_t n;

	if (error == ENOENT && r->dir != 0)
		return try_index(r);
	if (error != 0)
		return finish(r, error_status(error));
	if (S_ISDIR(file->mode) && r->dir == 0) {
		n = strlen(r->path); /* path_normal() left room for a slash */
		memcpy(r->path + n, "/", 2);
		r->route = ROUTE_PATH;
		r->status = 301;
		return REQUEST_ANSWER;
	}
	if (!S_ISREG(file->mode))
		return finish(r, 404);
	r->file = *file;
	return REQUEST_ANSWER;
}

/* the file is there: which part of it, if any, is the answer */
static int
file_status(struct request *r, const char *etag, time_t now)
{
	const char *range = r->head->field[FIELD_RANGE];
	const char *only_if = r->head->field[FIELD_IF_RANGE];
	enum range_kind kind = RANGE_WHOLE;
	uint64_t first, last;
	int status;

	if ((status = cond_check(r->head, etag, r->file.sec, now)) != 0)
		return status;
	if (range != NULL && r->head->method == METHOD_GET &&
	    (only_if == NULL || range_if(only_if, etag, r->file.sec, now)))
		kind = range_parse(range, r->file.size, &first, &last);
	if (kind == RANGE_NONE)
		return 416;
	r->offset = kind == RANGE_PART ? first : 0;
	r->length = kind == RANGE_PART ? last - first + 1 : r->file.size;
	return kind == RANGE_PART ? 206 : 200;
}

void
request_answer(struct request *r, time_t now, struct put *o)
{
	struct answer a = { .minor = r->head->minor, .tls = r->from->tls };
	char etag[RESPOND_ETAG];

	a.bare = r->head->method == METHOD_HEAD;
	a.query = strchr(r->head->target, '?');
	if (r->route == ROUTE_FILE) {
		respond_etag(etag, r->file.size, r->file.sec, r->file.nsec,
		    r->file.version);
		r->status = file_status(r, etag, now);
		if (r->status < 400) {
			a.etag = etag;
			a.type = mime_type(r->path);
		}
		a.changed = r->file.sec;
		a.size = r->file.size;
	} else if (r->route == ROUTE_PATH)
		a.path = r->path;
	else if (r->route == ROUTE_HTTPS) {
		a.host = r->site->host;
		a.port = r->site->port;
		a.query = r->head->target;
	}
	a.status = r->status;
	a.keep = !r->close;
	a.first = r->offset;
	a.length = r->length;
	r->body = respond(o, &a, now);
	if (a.bare)
		r->length = 0;
	r->body += r->length;
}

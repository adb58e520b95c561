/*
 * http1: the request parser of RFC 9112. A line is gathered in the buffer and
 * judged once, when its LF is there: no byte is looked at twice for being cut.
 * Whatever two parsers could read differently is 400 and the end of the
 * connection: bare CR or LF, folding, blanks before a colon, doubtful lengths,
 * more or other codings than one "chunked". Touches and trusts nothing.
 */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "http1.h"
#include "limits.h"

enum state {
	START,	  /* nothing of the request is here */
	EMPTY_LF, /* one empty line before it is forgiven: RFC 9112 2.2 */
	FIRST,
	LINE,
	FIELDS,
	SIZED, /* a body of Content-Length bytes */
	CHUNKED,
	ENDING, /* END is due */
	DEAD
};

#define BUF_MAX (HTTPD_LINE_MAX + HTTPD_HEAD_MAX + HTTPD_JOINED_MAX + 4)

static int
room(struct http1 *h, size_t n)
{
	size_t size = h->size != 0 ? h->size : HTTPD_HEAD_MIN;
	char *p;

	if (n <= h->size - h->len)
		return 0;
	while (size - h->len < n)
		size *= 2;
	if (size > BUF_MAX)
		size = BUF_MAX;
	if ((p = realloc(h->buf, size)) == NULL)
		return 500;
	h->buf = p;
	h->size = size;
	return 0;
}

/* bytes up to an LF join the line; status, or 0 and *whole */
static int
gather(struct http1 *h, const uint8_t *p, size_t n, size_t *used, int *whole)
{
	const uint8_t *lf = memchr(p, '\n', n);
	size_t max, take = lf != NULL ? (size_t)(lf - p) + 1 : n;
	int status;

	max = h->state == LINE ? HTTPD_LINE_MAX + 2 : HTTPD_HEAD_MAX - h->block;
	*used = take;
	*whole = lf != NULL;
	if (take > max - (h->len - h->line))
		return h->state == LINE ? 414 : 431;
	if ((status = room(h, take)) != 0)
		return status;
	memcpy(h->buf + h->len, p, take);
	h->len += take;
	return 0;
}

/* "http://authority/path": makes it origin-form, keeps the host before it */
static int
absolute(struct http1 *h, char *s)
{
	char *host, *rest;
	size_t n;

	if (strncasecmp(s, "http://", 7) == 0)
		s += 7;
	else if (strncasecmp(s, "https://", 8) == 0)
		s += 8;
	else
		return 400;
	n = strcspn(s, "/?");
	rest = s + n;
	/* two to the left: room for a NUL and for the slash of an empty path */
	host = memmove(s - 2, s, n);
	host[n] = '\0';
	if (head_host(host, n, &h->head.port) == -1)
		return 400;
	if (*rest != '/')
		*--rest = '/';
	h->host_at = (uint32_t)(host - h->buf);
	h->target_at = (uint32_t)(rest - h->buf);
	return 0;
}

static int
target(struct http1 *h, char *s)
{
	const uint8_t *c;

	for (c = (uint8_t *)s; *c != '\0'; c++)
		if (head_control[*c] || *c == '\t' || *c == '#')
			return 400;
	h->target_at = (uint32_t)(s - h->buf);
	if (s[0] == '/' || h->head.method == METHOD_CONNECT ||
	    (h->head.method == METHOD_OPTIONS && strcmp(s, "*") == 0))
		return 0;
	return absolute(h, s);
}

/* method SP request-target SP HTTP-version, without CRLF: RFC 9112 3 */
static int
request_line(struct http1 *h, char *s, size_t n)
{
	size_t i = 0;
	char *t, *v;

	while (i < n && head_token[(uint8_t)s[i]] != 0)
		i++;
	if (i == n || s[i] != ' ')
		return 400;
	s[i] = '\0';
	h->head.method = head_method(s, i);
	t = s + i + 1;
	if ((v = memchr(t, ' ', n - i - 1)) == NULL || v == t)
		return 400;
	*v++ = '\0';
	if ((size_t)(s + n - v) != 8 || memcmp(v, "HTTP/", 5) != 0 ||
	    v[5] < '0' || v[5] > '9' || v[6] != '.' || v[7] < '0' ||
	    v[7] > '9' || memchr(t, '\0', (size_t)(v - 1 - t)) != NULL)
		return 400;
	if (v[5] != '1')
		return 505;
	h->head.minor = v[7] != '0';
	return target(h, t);
}

/* the value at is the next of a list: joined, it stands behind the line */
static int
join(struct http1 *h, uint32_t *first, size_t at)
{
	size_t a = strlen(h->buf + *first), b = strlen(h->buf + at);
	char *p;
	int status;

	h->joined += a + b + 3;
	if (h->joined > HTTPD_JOINED_MAX)
		return 431;
	if ((status = room(h, a + b + 3)) != 0)
		return status;
	p = h->buf + h->len;
	memcpy(p, h->buf + *first, a);
	p[a] = ',';
	p[a + 1] = ' ';
	memcpy(p + a + 2, h->buf + at, b + 1);
	*first = (uint32_t)h->len;
	h->len += a + b + 3;
	return 0;
}

/* name ":" OWS value OWS, without CRLF: RFC 9112 5 */
static int
field_line(struct http1 *h, char *s, size_t n)
{
	enum head_field f;
	size_t i, v, e;

	for (i = 0; i < n && head_token[(uint8_t)s[i]] != 0; i++)
		s[i] = (char)head_token[(uint8_t)s[i]];
	if (i == 0 || i == n || s[i] != ':')
		return 400;
	s[i] = '\0';
	for (v = i + 1; v < n && (s[v] == ' ' || s[v] == '\t'); v++)
		;
	for (e = v; e < n; e++)
		if (head_control[(uint8_t)s[e]])
			return 400;
	while (e > v && (s[e - 1] == ' ' || s[e - 1] == '\t'))
		e--;
	s[e] = '\0';
	if (++h->nfields > HTTPD_FIELDS_MAX)
		return 431;
	if ((f = head_field(s, i)) == FIELD_COUNT)
		return 0;
	v += (size_t)(s - h->buf);
	if (h->at[f] == 0)
		h->at[f] = (uint32_t)v;
	else if (head_rule(f) == HEAD_ONCE)
		return 400;
	else if (head_rule(f) == HEAD_LIST)
		return join(h, &h->at[f], v);
	return 0;
}

/* how long the body is: RFC 9112 6 */
static int
framing(struct http1 *h)
{
	const char *coding = h->head.field[FIELD_TRANSFER_ENCODING];
	const char *length = h->head.field[FIELD_CONTENT_LENGTH];

	if (coding != NULL) {
		if (length != NULL || h->head.minor == 0 ||
		    strcasecmp(coding, "chunked") != 0)
			return 400;
		h->head.chunked = 1;
	} else if (length != NULL && head_length(length, &h->head.length) == -1)
		return 400;
	return 0;
}

/* the empty line is here: what only the whole head can tell */
static int
head_done(struct http1 *h)
{
	struct head *d = &h->head;
	char *host = h->at[FIELD_HOST] != 0 ? h->buf + h->at[FIELD_HOST] : NULL;
	uint16_t port = 0;
	const char *s;
	int i;

	for (i = 0; i < FIELD_COUNT; i++)
		if (h->at[i] != 0)
			d->field[i] = h->buf + h->at[i];
	d->verb = h->buf;
	d->target = h->buf + h->target_at;
	if (host == NULL ? d->minor > 0 :
			   head_host(host, strlen(host), &port) == -1)
		return 400;
	if (h->host_at != 0)
		d->host = h->buf + h->host_at;
	else {
		d->host = host != NULL ? host : "";
		d->port = port;
	}
	if ((s = d->field[FIELD_EXPECT]) != NULL && d->minor > 0) {
		if (strcasecmp(s, "100-continue") != 0)
			return 417;
		d->expect = 1;
	}
	d->keep = d->minor > 0;
	if ((s = d->field[FIELD_CONNECTION]) != NULL) {
		if (head_listed(s, "close"))
			d->keep = 0;
		else if (head_listed(s, "keep-alive"))
			d->keep = 1;
	}
	return framing(h);
}

static enum http1_event
fail(struct http1 *h, int status)
{
	/* what is wrong in a body says nothing against its head */
	if (h->state != SIZED && h->state != CHUNKED)
		memset(&h->head, 0, sizeof(h->head));
	h->state = DEAD;
	h->status = status;
	return HTTP1_ERROR;
}

/* a line is whole in the buffer */
static enum http1_event
judge(struct http1 *h)
{
	char *s = h->buf + h->line;
	size_t n = h->len - h->line;
	int status;

	if (n < 2 || s[n - 2] != '\r')
		return fail(h, 400);
	if (h->state == FIELDS)
		h->block += n;
	n -= 2;
	if (h->state == FIELDS && n == 0) {
		if ((status = head_done(h)) != 0)
			return fail(h, status);
		h->left = h->head.length;
		h->state = h->head.chunked ? CHUNKED : SIZED;
		return HTTP1_HEAD;
	}
	status = h->state == LINE ? request_line(h, s, n) : field_line(h, s, n);
	if (status != 0)
		return fail(h, status);
	h->line = h->len;
	h->state = FIELDS;
	return HTTP1_MORE;
}

/* one byte before the request line has begun; 1: it was taken */
static int
start(struct http1 *h, uint8_t c)
{
	if (h->state == EMPTY_LF || (h->state == START && c == '\r')) {
		if (h->state == EMPTY_LF && c != '\n')
			fail(h, 400);
		else
			h->state = h->state == START ? EMPTY_LF : FIRST;
		return 1;
	}
	h->state = LINE;
	if (head_token[c] == 0)
		fail(h, 400);
	return 0;
}

static enum http1_event
sized(struct http1 *h, const uint8_t *p, size_t n, size_t *used)
{
	*used = 0;
	if (h->left == 0) {
		h->state = ENDING;
		return HTTP1_MORE;
	}
	if (h->head.length > h->body_max)
		return fail(h, 413);
	if (n == 0)
		return HTTP1_MORE;
	*used = h->ndata = h->left < n ? (size_t)h->left : n;
	h->data = p;
	h->left -= h->ndata;
	return HTTP1_BODY;
}

static enum http1_event
chunked(struct http1 *h, const uint8_t *p, size_t n, size_t *used)
{
	enum chunk_event ev;

	h->chunk.max = h->body_max;
	ev = chunk_feed(&h->chunk, p, n, used);
	if (ev == CHUNK_ERROR)
		return fail(h, h->chunk.status);
	if (ev == CHUNK_END)
		h->state = ENDING;
	h->data = h->chunk.data;
	h->ndata = h->chunk.ndata;
	return ev == CHUNK_DATA ? HTTP1_BODY : HTTP1_MORE;
}

static void
fresh(struct http1 *h)
{
	memset(&h->head, 0, sizeof(h->head));
	memset(&h->chunk, 0, sizeof(h->chunk));
	memset(h->at, 0, sizeof(h->at));
	h->len = h->line = h->block = h->joined = 0;
	h->target_at = h->host_at = 0;
	h->nfields = 0;
	h->state = START;
}

/* until something happened or the bytes are used up */
static enum http1_event
advance(struct http1 *h, const uint8_t *p, size_t n, size_t *used)
{
	int status, whole;

	switch (h->state) {
	case START:
	case EMPTY_LF:
	case FIRST:
		*used = n > 0 ? (size_t)start(h, *p) : 0;
		return h->state == DEAD ? HTTP1_ERROR : HTTP1_MORE;
	case LINE:
	case FIELDS:
		*used = 0;
		if (n == 0)
			return HTTP1_MORE;
		if ((status = gather(h, p, n, used, &whole)) != 0)
			return fail(h, status);
		return whole ? judge(h) : HTTP1_MORE;
	case SIZED:
		return sized(h, p, n, used);
	case CHUNKED:
		return chunked(h, p, n, used);
	default:
		*used = n;
		return HTTP1_ERROR;
	}
}

enum http1_event
http1_feed(struct http1 *h, const void *data, size_t n, size_t *used)
{
	enum http1_event ev = HTTP1_MORE;
	const uint8_t *p = data;
	size_t took;

	*used = 0;
	if (h->state == ENDING)
		fresh(h);
	do {
		ev = advance(h, p + *used, n - *used, &took);
		*used += took;
		if (h->state == ENDING)
			return HTTP1_END;
	} while (ev == HTTP1_MORE && *used < n);
	return ev;
}

int
http1_idle(const struct http1 *h)
{
	return h->state == START || h->state == FIRST || h->state == ENDING;
}

void
http1_rest(struct http1 *h)
{
	if (h->buf == NULL)
		return;
	fresh(h);
	explicit_bzero(h->buf, h->size);
	free(h->buf);
	h->buf = NULL;
	h->size = 0;
}

void
http1_free(struct http1 *h)
{
	uint64_t max = h->body_max;

	http1_rest(h);
	memset(h, 0, sizeof(*h));
	h->body_max = max;
}

/*
 * spoolfile: bodies of mails out of the log and of big/, and what is kept in
 * dead/. Touches both; what it reads must be what the index promised.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "spoolimpl.h"
#include "text.h"

#define FIELD "X-Gatelodge-Envelope: "
#define UNFINISHED "dead/.unfinished"

enum { COPY = 65536 };

void
big_name(uint64_t id, char out[SPOOL_NAME])
{
	snprintf(out, SPOOL_NAME, "big/%016llx", (unsigned long long)id);
}

static void
dead_name(uint64_t id, char out[SPOOL_NAME])
{
	snprintf(out, SPOOL_NAME, "dead/%016llx.eml", (unsigned long long)id);
}

static void
close_fd(struct spool *s, int fd)
{
	int error = errno;

	if (fd != -1)
		s->io->close(fd);
	errno = error;
}

/* --- a mail -------------------------------------------------------- */

static int
read_record(struct spool *s, const struct spool_mail *m, uint8_t *p)
{
	char name[SPOOL_NAME];
	int fd, r;

	if (m->segment == s->head)
		return io_read(s, s->fd, p, m->bytes, m->at);
	segment_name(m->segment, name);
	if ((fd = s->io->openat(s->log, name, O_RDONLY)) == -1)
		return -1;
	r = io_read(s, fd, p, m->bytes, m->at);
	close_fd(s, fd);
	return r;
}

uint8_t *
mail_read(struct spool *s, const struct spool_mail *m, struct record *r)
{
	uint8_t *p = malloc(m->bytes);
	int error;

	if (p == NULL)
		return NULL;
	if (read_record(s, m, p) == 0) {
		errno = EBADMSG;
		if (record_header(r, p, m->bytes) == 0 &&
		    r->key == m->segment->key && r->id == m->id &&
		    r->type == (m->big ? RECORD_BIG : RECORD_MSG) &&
		    record_size(r->length) == m->bytes &&
		    record_whole(r, p, m->bytes))
			return p;
	}
	error = errno;
	explicit_bzero(p, m->bytes);
	free(p);
	errno = error;
	return NULL;
}

int
mail_envelope(const struct spool_mail *m, const struct record *r,
    const uint8_t *p, struct envelope *e, size_t *used)
{
	size_t i;

	if (envelope_parse(e, p, r->length, used) == -1) {
		if (errno == EINVAL)
			errno = EBADMSG;
		return -1;
	}
	if (e->nrcpt != m->nrcpt) {
		envelope_free(e);
		errno = EBADMSG;
		return -1;
	}
	e->hold = m->hold;
	for (i = 0; i < e->nrcpt; i++) {
		e->rcpt[i].state = m->rcpt[i].state;
		e->rcpt[i].tries = m->rcpt[i].tries;
		e->rcpt[i].when = m->rcpt[i].when;
		snprintf(e->rcpt[i].said, sizeof(e->rcpt[i].said), "%s",
		    m->rcpt[i].said != NULL ? m->rcpt[i].said : "");
	}
	return 0;
}

int
spool_envelope(struct spool *s, const struct spool_mail *m, struct envelope *e)
{
	struct record r;
	uint8_t *p = mail_read(s, m, &r);
	size_t used;
	int rv, error;

	if (p == NULL)
		return -1;
	rv = mail_envelope(m, &r, p + RECORD_HEADER, e, &used);
	error = errno;
	explicit_bzero(p, m->bytes);
	free(p);
	errno = error;
	return rv;
}

static int
memfd_of(struct spool *s, const uint8_t *p, size_t n)
{
	int fd = s->io->memfd();

	if (fd != -1 &&
	    (io_write(s, fd, p, n, 0) == -1 || s->io->seal(fd) == -1)) {
		close_fd(s, fd);
		return -1;
	}
	return fd;
}

int
spool_body(struct spool *s, const struct spool_mail *m)
{
	char name[SPOOL_NAME];
	struct record r;
	uint8_t *p;
	int fd, error;

	if (m->big) {
		big_name(m->id, name);
		return s->io->openat(s->conf.dir, name, O_RDONLY);
	}
	if ((p = mail_read(s, m, &r)) == NULL)
		return -1;
	errno = EBADMSG;
	fd = r.length < m->size ?
	    -1 :
	    memfd_of(s, p + RECORD_HEADER + r.length - m->size, m->size);
	error = errno;
	explicit_bzero(p, m->bytes);
	free(p);
	errno = error;
	return fd;
}

int
spool_big(struct spool *s)
{
	return s->io->openat(s->big, ".", O_RDWR | O_TMPFILE);
}

/* --- dead/ --------------------------------------------------------- */

static int
dead_open(struct spool *s)
{
	s->io->unlink(s->conf.dir, UNFINISHED);
	return s->io->openat(s->conf.dir, UNFINISHED,
	    O_WRONLY | O_CREAT | O_EXCL);
}

static int
dead_keep(struct spool *s, int fd, const char *name)
{
	if (s->io->fsync(fd) == -1 ||
	    s->io->rename(s->conf.dir, UNFINISHED, name) == -1)
		return -1;
	return s->io->fsync(s->dead);
}

static void
dead_failed(struct spool *s, uint64_t id)
{
	struct spool_event e = { .what = SPOOL_DEAD, .id = id, .error = errno };

	spool_tell(s, &e);
}

int
dead_range(struct spool *s, const struct spool_segment *seg, const uint8_t *p,
    size_t at, size_t n)
{
	char name[SPOOL_NAME];
	int fd, r = -1;

	if (n == 0)
		return 0;
	snprintf(name, sizeof(name), "dead/%08llu-%llx-%zx.bad",
	    (unsigned long long)seg->number, (unsigned long long)seg->base, at);
	if ((fd = s->io->openat(s->conf.dir, name, O_RDONLY)) != -1) {
		close_fd(s, fd); /* since an earlier start */
		return 0;
	}
	fd = dead_open(s);
	if (fd != -1 && io_write(s, fd, p, n, 0) == 0)
		r = dead_keep(s, fd, name);
	if (r == -1)
		dead_failed(s, 0);
	close_fd(s, fd);
	return r;
}

/* the envelope as fields of a header */
static int
write_fields(struct spool *s, int fd, const struct envelope *e, size_t *at)
{
	struct buf text = { .cap = ENVELOPE_BYTES },
		   out = { .cap = (size_t)8 * ENVELOPE_BYTES };
	const char *p, *end, *line;
	size_t len;
	int r = -1;

	if (envelope_print(&text, e) == -1)
		goto out;
	p = (const char *)buf_data(&text);
	end = p + text.len;
	while (text_line(&p, end, &line, &len) == 0 && len > 0)
		if (buf_printf(&out, FIELD "%.*s\r\n", (int)len, line) == -1)
			goto out;
	r = io_write(s, fd, buf_data(&out), out.len, 0);
	*at = out.len;
out:
	buf_free(&text);
	buf_free(&out);
	return r;
}

/* the body of a big one, behind at */
static int
copy_body(struct spool *s, const struct spool_mail *m, int to, size_t at)
{
	int fd = spool_body(s, m), r = fd == -1 ? -1 : 0;
	uint8_t *p = malloc(COPY);
	size_t i, n;

	if (p == NULL)
		r = -1;
	for (i = 0; r == 0 && i < m->size; i += n) {
		n = m->size - i < COPY ? m->size - i : COPY;
		if ((r = io_read(s, fd, p, n, i)) == 0)
			r = io_write(s, to, p, n, at + i);
	}
	close_fd(s, fd);
	if (p != NULL)
		explicit_bzero(p, COPY);
	free(p);
	return r;
}

static int
dead_mail(struct spool *s, const struct spool_mail *m, int with_body)
{
	struct envelope e;
	char name[SPOOL_NAME];
	size_t at;
	int fd, r = -1;

	if (spool_envelope(s, m, &e) == -1)
		return -1;
	dead_name(m->id, name);
	fd = dead_open(s);
	if (fd != -1 && write_fields(s, fd, &e, &at) == 0 &&
	    (!with_body || copy_body(s, m, fd, at) == 0))
		r = dead_keep(s, fd, name);
	close_fd(s, fd);
	envelope_free(&e);
	return r;
}

int
spool_dead(struct spool *s, const struct spool_mail *m)
{
	return dead_mail(s, m, 1);
}

void
mail_lost(struct spool *s, const struct spool_mail *m)
{
	struct spool_event e = { .what = SPOOL_LOST, .id = m->id };
	uint8_t *p;
	int r;

	spool_tell(s, &e);
	if (m->big)
		r = dead_mail(s, m, 0);
	else if ((p = malloc(m->bytes)) != NULL) {
		r = read_record(s, m, p);
		if (r == 0)
			r = dead_range(s, m->segment, p, m->at, m->bytes);
		explicit_bzero(p, m->bytes);
		free(p);
	} else
		r = -1;
	if (r == -1)
		dead_failed(s, m->id);
	spool_add_done(s, m->id);
}

/* --- big/ ---------------------------------------------------------- */

/* one without an envelope: of no use, unless the log has holes */
static void
check_file(void *arg, const char *name)
{
	struct spool *s = arg;
	struct spool_event e = { .what = SPOOL_ORPHAN };
	const struct spool_mail *m;
	char from[SPOOL_NAME], to[SPOOL_NAME];

	if ((e.id = msgid_parse(name, strlen(name))) == 0)
		return;
	msgid_seen(&s->ids, e.id);
	if ((m = mail_find(s, e.id)) != NULL && m->big)
		return;
	big_name(e.id, from);
	if (!s->damaged) {
		s->io->unlink(s->conf.dir, from);
		return;
	}
	dead_name(e.id, to);
	if (s->io->rename(s->conf.dir, from, to) == -1)
		dead_failed(s, e.id);
	else
		spool_tell(s, &e);
}

static int
is_there(struct spool *s, const struct spool_mail *m)
{
	int fd = spool_body(s, m);
	int64_t size;

	if (fd == -1)
		return errno == ENOENT ? 0 : errno == EIO ? 1 : -1;
	size = s->io->size(fd);
	close_fd(s, fd);
	return size == -1 ? -1 : (uint64_t)size == m->size;
}

int
big_check(struct spool *s)
{
	const struct spool_mail *m;
	int r;

	for (m = spool_next(s, NULL); m != NULL; m = spool_next(s, m)) {
		if (!m->big)
			continue;
		if ((r = is_there(s, m)) == -1)
			return -1;
		if (r == 0)
			mail_lost(s, m);
	}
	return s->io->list(s->big, check_file, s);
}

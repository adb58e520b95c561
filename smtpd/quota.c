/*
 * quota: see quota.h. Touches maildirsize, believes what it says of the
 * user's own mails as long as it is well formed: a user who lies has lied to
 * herself and to her quota. Maildir++, "maildirsize".
 */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "maildirimpl.h"
#include "quota.h"

static const char file[] = "maildirsize";

/* --- its text ------------------------------------------------------- */

static void
blanks(const char **p, const char *end)
{
	while (*p < end && (**p == ' ' || **p == '\t'))
		(*p)++;
}

/* 18 digits at most: no sum of a file of such overflows */
static int
number(const char **p, const char *end, int64_t *v)
{
	const char *from = *p;

	for (*v = 0; *p < end && **p >= '0' && **p <= '9'; (*p)++) {
		if (*p - from == 18)
			return -1;
		*v = *v * 10 + (**p - '0');
	}
	return *p > from ? 0 : -1;
}

static int
signed_number(const char **p, const char *end, int64_t *v)
{
	const int minus = *p < end && **p == '-';

	*p += minus;
	if (number(p, end, v) == -1)
		return -1;
	if (minus)
		*v = -*v;
	return 0;
}

/* "1000S,10C", nothing; letters that later rules may add say nothing */
static int
limits(struct maildirsize *q, const char *p, const char *end)
{
	int64_t v;

	if (p == end)
		return 0;
	for (;; p++) {
		if (number(&p, end, &v) == -1 || p == end)
			return -1;
		if (*p == 'S')
			q->bytes = (uint64_t)v;
		else if (*p == 'C')
			q->count = (uint64_t)v;
		else if (*p < 'A' || *p > 'Z')
			return -1;
		if (++p == end)
			return 0;
		if (*p != ',')
			return -1;
	}
}

static int
change(struct maildirsize *q, const char *p, const char *end)
{
	int64_t bytes, count;

	blanks(&p, end);
	if (signed_number(&p, end, &bytes) == -1 || p == end || *p > ' ')
		return -1;
	blanks(&p, end);
	if (signed_number(&p, end, &count) == -1)
		return -1;
	blanks(&p, end);
	if (p != end ||
	    __builtin_add_overflow(q->used.bytes, bytes, &q->used.bytes) ||
	    __builtin_add_overflow(q->used.count, count, &q->used.count))
		return -1;
	q->lines++;
	return 0;
}

int
maildirsize_parse(struct maildirsize *q, const char *p, size_t n)
{
	const char *end = p + n, *lf;
	int first = 1, r;

	memset(q, 0, sizeof(*q));
	errno = EINVAL;
	if (n > MAILDIRSIZE_BYTES)
		return -1;
	for (; p < end; p = lf + 1, first = 0) {
		lf = memchr(p, '\n', (size_t)(end - p));
		if (lf == NULL) /* its writer has died */
			return -1;
		r = first ? limits(q, p, lf) : change(q, p, lf);
		if (r == -1)
			return -1;
	}
	return q->lines > 0 && q->used.bytes >= 0 && q->used.count >= 0 ? 0 :
									  -1;
}

size_t
maildirsize_format(const struct maildirsize *q, char out[MAILDIRSIZE_HEAD])
{
	char bytes[24] = "", count[24] = "";

	if (q->bytes > 0)
		snprintf(bytes, sizeof(bytes), "%" PRIu64 "S", q->bytes);
	if (q->count > 0)
		snprintf(count, sizeof(count), "%" PRIu64 "C", q->count);
	return (size_t)snprintf(out, MAILDIRSIZE_HEAD,
	    "%s%s%s\n%" PRId64 " %" PRId64 "\n", bytes,
	    bytes[0] != '\0' && count[0] != '\0' ? "," : "", count,
	    q->used.bytes, q->used.count);
}

/* --- what it means -------------------------------------------------- */

static int
within(uint64_t limit, const struct usage *u, uint64_t size)
{
	const uint64_t used = u->bytes > 0 ? (uint64_t)u->bytes : 0;

	return used <= limit && size <= limit - used;
}

int
quota_fits(uint64_t limit, const struct usage *u, uint64_t size)
{
	return limit == 0 || within(limit + limit / 10, u, size);
}

int
quota_full(uint64_t limit, const struct usage *u)
{
	return limit != 0 && u->bytes >= 0 && (uint64_t)u->bytes >= limit;
}

/* --- the file ------------------------------------------------------- */

/* -1: there is none to be believed; st of it, if it is ours at all */
static int
look(struct maildir *m, int flags, struct stat *st)
{
	int fd = m->io->openat(m->root, file,
	    flags | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0);

	if (fd == -1)
		return -1;
	if (m->io->fstat(fd, st) == 0 && S_ISREG(st->st_mode) &&
	    st->st_uid == m->uid && st->st_size <= MAILDIRSIZE_BYTES)
		return fd;
	m->io->close(fd);
	errno = EINVAL;
	return -1;
}

static int
load(struct maildir *m, struct maildirsize *q, time_t *changed)
{
	char text[MAILDIRSIZE_BYTES + 1];
	struct stat st;
	size_t n = 0;
	ssize_t k;
	int fd = look(m, O_RDONLY, &st);

	if (fd == -1)
		return -1;
	do {
		k = m->io->read(fd, text + n, sizeof(text) - n);
		if (k > 0)
			n += (size_t)k;
	} while (n < sizeof(text) && (k > 0 || (k == -1 && errno == EINTR)));
	m->io->close(fd);
	if (k == -1)
		return -1;
	*changed = st.st_mtime;
	return maildirsize_parse(q, text, n);
}

/* a new file in the old one's place; the old one is worth nothing */
static int
save(struct maildir *m, const struct maildirsize *q)
{
	char text[MAILDIRSIZE_HEAD], name[FOLDER_NAME + 1];
	size_t n = maildirsize_format(q, text);
	int fd, r, tmp = maildir_enter(m, m->root, "tmp", NULL);

	if (tmp == -1)
		return -1;
	if ((fd = maildir_new(m, tmp, file, name)) == -1) {
		m->io->close(tmp);
		return -1;
	}
	r = maildir_put(m, fd, text, n);
	if (m->io->close(fd) == -1)
		r = -1;
	if (r == 0)
		r = m->io->renameat2(tmp, name, m->root, file, 0);
	if (r == -1)
		m->io->unlinkat(tmp, name, 0);
	m->io->close(tmp);
	return r;
}

static int
recount(struct maildir *m, uint64_t limit, struct usage *u)
{
	struct maildirsize q = { .bytes = limit };
	int r = maildir_count(m, &q.used.bytes, &q.used.count);

	if (r == -1)
		return -1;
	*u = q.used;
	/* what came meanwhile may be counted, and noted in the old file */
	if (r == 0 || save(m, &q) == -1)
		quota_forget(m);
	return 0;
}

int
quota_read(struct maildir *m, uint64_t limit, time_t now, uint64_t size,
    struct usage *u)
{
	struct maildirsize q;
	time_t changed;

	if (load(m, &q, &changed) == -1 || q.bytes != limit || q.count != 0)
		return recount(m, limit, u);
	if (limit != 0 && !within(limit, &q.used, size) &&
	    (q.lines > 1 || changed < now - MAILDIRSIZE_AGE ||
		changed > now + MAILDIRSIZE_AGE))
		return recount(m, limit, u);
	*u = q.used;
	return 0;
}

void
quota_add(struct maildir *m, int64_t bytes, int64_t count)
{
	char text[64];
	struct stat st;
	int fd = look(m, O_WRONLY | O_APPEND, &st), n;
	ssize_t k;

	if (fd == -1) {
		if (errno != ENOENT)
			quota_forget(m);
		return;
	}
	n = snprintf(text, sizeof(text), "%" PRId64 " %" PRId64 "\n", bytes,
	    count);
	/* in one piece or not at all: others write there, too */
	k = m->io->write(fd, text, (size_t)n);
	m->io->close(fd);
	if (k != n)
		quota_forget(m);
}

void
quota_forget(struct maildir *m)
{
	m->io->unlinkat(m->root, file, 0);
}

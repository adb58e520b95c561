/*
 * files: the open-file cache. Touches descriptors that the opener passed, and
 * believes it. An entry serves for two seconds (one, if there is nothing);
 * half of that time gone, the next request has the opener look again while it
 * is served, so a page in use never waits. One question per path at a time.
 * What is being sent keeps its old descriptor when a new file takes the place.
 */
#include <sys/random.h>
#include <sys/stat.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "files.h"
#include "server.h"

enum { BUCKETS = 1024, KINDS = 2 };
enum { IS, IS_NOT }; /* kinds */

static struct {
	LIST_HEAD(, file) by_path[BUCKETS];
	TAILQ_HEAD(lru, file) lru[KINDS]; /* the last used is the last */
	size_t n[KINDS], fds, bytes, questions;
	uint64_t seed, last; /* of questions */
	int opener;
} self = { .opener = -1 };

static size_t
bucket(const char *path)
{
	uint64_t h = self.seed;

	for (; *path != '\0'; path++)
		h = (h ^ (uint8_t)*path) * 0x100000001b3;
	return (h ^ h >> 29) % BUCKETS;
}

void
files_init(void)
{
	if (getrandom(&self.seed, sizeof(self.seed), 0) != sizeof(self.seed))
		fatal("getrandom");
	TAILQ_INIT(&self.lru[IS]);
	TAILQ_INIT(&self.lru[IS_NOT]);
}

/* what it holds of a file, if any */
static void
empty(struct file *f)
{
	if (f->fd != -1) {
		close(f->fd);
		self.fds -= !f->gone;
	}
	f->fd = -1;
	if (f->data != NULL) {
		free(f->data);
		self.bytes -= f->stat.size;
	}
	f->data = NULL;
	f->error = 0;
}

static void
release(struct file *f)
{
	if (--f->refs > 0)
		return;
	empty(f);
	self.bytes -= sizeof(*f) + strlen(f->path) + 1;
	free(f);
}

struct file *
files_take(struct file *f)
{
	f->refs++;
	return f;
}

void
files_drop(struct file *f)
{
	release(f);
}

static void
link_it(struct file *f, int kind)
{
	f->kind = kind;
	f->linked = 1;
	self.n[kind]++;
	TAILQ_INSERT_TAIL(&self.lru[kind], f, lru);
}

static void
unlink_it(struct file *f)
{
	f->linked = 0;
	self.n[f->kind]--;
	TAILQ_REMOVE(&self.lru[f->kind], f, lru);
}

static void
settled(struct file *f)
{
	f->question = 0;
	self.questions--;
}

/* out of the cache; who sends it still has it, and counts its descriptor */
static void
evict(struct file *f)
{
	if (f->question != 0)
		settled(f); /* the answer will be nobody's */
	if (f->linked)
		unlink_it(f);
	LIST_REMOVE(f, by_path);
	self.fds -= f->fd != -1;
	f->gone = 1;
	release(f);
}

static int
too_many(int kind)
{
	if (kind == IS_NOT)
		return self.n[IS_NOT] > HTTPD_NONE_MAX;
	return self.n[IS] > HTTPD_ENTRIES_MAX || self.fds > HTTPD_OPEN_MAX ||
	    self.bytes > HTTPD_CONTENT_MAX;
}

static void
shrink(int kind)
{
	struct file *f, *next;

	for (f = TAILQ_FIRST(&self.lru[kind]); f != NULL && too_many(kind);
	     f = next) {
		next = TAILQ_NEXT(f, lru);
		if (LIST_EMPTY(&f->waits))
			evict(f);
	}
}

static struct file *
add(const char *path, size_t at)
{
	size_t n = strlen(path) + 1;
	struct file *f = calloc(1, sizeof(*f) + n);

	if (f == NULL)
		return NULL;
	memcpy(f->path, path, n);
	f->fd = -1;
	f->refs = 1;
	self.bytes += sizeof(*f) + n;
	LIST_INSERT_HEAD(&self.by_path[at], f, by_path);
	return f;
}

/* -1: its queue is full. Without an opener it is asked when one comes */
static int
send_question(struct file *f)
{
	if (self.opener == -1)
		return 0;
	COUNT(asked);
	return imsg_send(self.opener, MSG_look, f->question, f->path,
		   strlen(f->path) + 1, -1) == -1 &&
		errno == ENOBUFS ?
	    -1 :
	    0;
}

/* the id tells the bucket, so that the answer is found */
static int
ask(struct file *f, size_t at, uint64_t now)
{
	errno = EAGAIN;
	if (self.questions == HTTPD_QUESTIONS_MAX)
		return -1;
	self.questions++;
	f->question = ++self.last * BUCKETS + at;
	f->asked = now;
	if (send_question(f) == 0)
		return 0;
	settled(f);
	errno = EAGAIN;
	return -1;
}

static uint64_t
fresh_ms(const struct file *f)
{
	return f->kind == IS ? HTTPD_FRESH_MS : HTTPD_FRESH_NONE_MS;
}

struct file *
files_get(const char *path, uint64_t now, struct file_wait *w)
{
	size_t at = bucket(path);
	struct file *f;

	LIST_FOREACH(f, &self.by_path[at], by_path)
		if (strcmp(f->path, path) == 0)
			break;
	if (f == NULL && (f = add(path, at)) == NULL)
		return NULL;
	if (f->linked && now - f->seen < fresh_ms(f)) {
		TAILQ_REMOVE(&self.lru[f->kind], f, lru);
		TAILQ_INSERT_TAIL(&self.lru[f->kind], f, lru);
		if (f->kind == IS && f->question == 0 &&
		    now - f->seen >= HTTPD_FRESH_MS / 2)
			ask(f, at, now);
		return f;
	}
	if (f->question != 0 && now - f->asked > HTTPD_LOOK_MS)
		settled(f); /* it was lost on its way, or the answer was */
	if (f->question == 0 && ask(f, at, now) == -1) {
		if (!f->linked && LIST_EMPTY(&f->waits))
			evict(f);
		errno = EAGAIN;
		return NULL;
	}
	w->file = f;
	LIST_INSERT_HEAD(&f->waits, w, entry);
	errno = EINPROGRESS;
	return NULL;
}

void
files_forget(struct file_wait *w)
{
	struct file *f = w->file;

	if (f == NULL)
		return;
	LIST_REMOVE(w, entry);
	w->file = NULL;
	/* nothing is known of it, and nobody wants to know */
	if (!f->linked && LIST_EMPTY(&f->waits))
		evict(f);
}

/*
 * A small file is read once and its descriptor given back; but not while its
 * time of change could stay the same through another change.
 */
static void
keep_content(struct file *f)
{
	size_t n = f->stat.size;
	uint8_t *p;

	if (f->fd == -1 || n > HTTPD_SMALL ||
	    f->stat.sec + HTTPD_STEADY > time(NULL) ||
	    (p = malloc(n + 1)) == NULL)
		return;
	if (pread(f->fd, p, n + 1, 0) != (ssize_t)n) {
		free(p); /* it is being written: the descriptor serves */
		return;
	}
	f->data = p;
	self.bytes += n;
	close(f->fd);
	f->fd = -1;
	self.fds--;
}

static void
fill(struct file *f, const struct found *found, int fd)
{
	empty(f);
	f->error = found->error;
	f->stat = found->stat;
	f->fd = fd;
	self.fds += fd != -1;
	keep_content(f);
}

static int
same(const struct file *f, const struct found *found)
{
	return f->linked && f->error == found->error &&
	    (f->error != 0 ||
		memcmp(&f->stat, &found->stat, sizeof(f->stat)) == 0);
}

/* somebody sends the old one: another entry takes its place */
static struct file *
succeed(struct file *old, size_t at)
{
	struct file *f = add(old->path, at);
	struct file_wait *w;

	if (f == NULL)
		return NULL;
	while ((w = LIST_FIRST(&old->waits)) != NULL) {
		LIST_REMOVE(w, entry);
		LIST_INSERT_HEAD(&f->waits, w, entry);
		w->file = f;
	}
	f->asked = old->asked;
	evict(old);
	return f;
}

static void
wake_all(struct file *f)
{
	struct file_wait *w;

	files_take(f);
	while ((w = LIST_FIRST(&f->waits)) != NULL) {
		files_forget(w);
		w->wake(w, f);
	}
	release(f);
}

static void
answered(struct imsg *m)
{
	size_t at = m->id % BUCKETS;
	struct found found;
	struct file *f;

	LIST_FOREACH(f, &self.by_path[at], by_path)
		if (f->question == m->id && m->id != 0)
			break;
	if (f == NULL || m->from != self.opener)
		return; /* asked of another one, or given up */
	memcpy(&found, m->data, sizeof(found));
	settled(f);
	if (!same(f, &found)) {
		if (f->refs > 1 && (f = succeed(f, at)) == NULL)
			return;
		fill(f, &found, imsg_get_fd(m));
	} else if (f->refs == 1)
		keep_content(f); /* it may have been too young before */
	f->seen = f->asked;
	if (f->linked)
		unlink_it(f);
	link_it(f, f->error == 0 ? IS : IS_NOT);
	wake_all(f);
	shrink(IS);
	shrink(IS_NOT);
}

void
server_from_opener_found(struct imsg *m)
{
	answered(m);
}

void
server_from_opener_opened(struct imsg *m)
{
	answered(m);
}

void
files_opener(int peer)
{
	struct file *f;
	int i;

	self.opener = peer;
	for (i = 0; i < BUCKETS && peer != -1; i++)
		LIST_FOREACH(f, &self.by_path[i], by_path)
			if (f->question != 0)
				send_question(f);
}

void
files_flush(void)
{
	struct file *f, *next;
	int i;

	for (i = 0; i < BUCKETS; i++)
		for (f = LIST_FIRST(&self.by_path[i]); f != NULL; f = next) {
			next = LIST_NEXT(f, by_path);
			if (LIST_EMPTY(&f->waits))
				evict(f);
			else if (f->linked)
				unlink_it(f); /* the answer makes it new */
		}
}

size_t
files_bytes(void)
{
	return self.bytes;
}

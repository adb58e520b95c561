/* spool: see spool.h; its beginning and its end. Touches log/, big/, dead/ */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "spoolimpl.h"

static void
free_all(struct spool *s, struct spool_segments *list)
{
	struct spool_segment *seg;

	while ((seg = TAILQ_FIRST(list)) != NULL) {
		TAILQ_REMOVE(list, seg, entry);
		segment_free(s, seg);
	}
}

static void
give_back(struct spool *s)
{
	const int fds[] = { s->fd, s->log, s->big, s->dead };
	size_t i;

	spool_cancel(s);
	free_all(s, &s->live);
	free_all(s, &s->spares);
	free_all(s, &s->old);
	for (i = 0; i < sizeof(fds) / sizeof(*fds); i++)
		if (fds[i] != -1)
			s->io->close(fds[i]);
	free(s->ops);
	free(s);
}

static int
open_dir(struct spool *s, const char *name)
{
	return s->io->openat(s->conf.dir, name, O_RDONLY | O_DIRECTORY);
}

static int
begin(struct spool *s)
{
	if ((s->log = open_dir(s, "log")) == -1 ||
	    (s->big = open_dir(s, "big")) == -1 ||
	    (s->dead = open_dir(s, "dead")) == -1 || replay(s) == -1 ||
	    big_check(s) == -1)
		return -1;
	if (s->nops > 0) /* mails that are lost: if this fails, once more */
		batch_write(s, &s->clock);
	spool_tend(s, &s->clock);
	return 0;
}

struct spool *
spool_open(const struct spool_conf *conf)
{
	struct spool *s = calloc(1, sizeof(*s));
	int error;

	if (s == NULL)
		return NULL;
	s->conf = *conf;
	s->io = conf->io != NULL ? conf->io : &spool_io_system;
	s->size = conf->segment != 0 ? conf->segment : SEGMENT_BYTES;
	s->log = s->big = s->dead = s->fd = -1;
	TAILQ_INIT(&s->live);
	TAILQ_INIT(&s->spares);
	TAILQ_INIT(&s->old);
	if (begin(s) == 0)
		return s;
	error = errno;
	give_back(s);
	errno = error;
	return NULL;
}

void
spool_close(struct spool *s, const struct spool_clock *clock)
{
	if (s == NULL)
		return;
	spool_cancel(s);
	if (s->head != NULL)
		batch_write(s, clock);
	give_back(s);
}

const struct spool_clock *
spool_clock(const struct spool *s)
{
	return &s->clock;
}

uint64_t
spool_id(struct spool *s, uint64_t ms)
{
	return msgid_next(&s->ids, ms);
}

void
spool_resume(struct spool *s)
{
	s->refuse = 0;
	s->faults = 0;
}

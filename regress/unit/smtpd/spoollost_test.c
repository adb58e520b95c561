/*
 * spool: of a large mail one half is damaged, its record or its body. What is
 * left is kept for people.
 */
#include <stdlib.h>
#include <string.h>

#include "spoolimpl.h"
#include "spoolmodel.h"
#include "tap.h"

enum { SIZE = 9000, PART = 5000, TENDS = 50 };

static uint64_t id;
static uint8_t body[SIZE];

static struct spool *
begin(void)
{
	struct spool *s;

	disk = fake_new();
	model_reset();
	if ((s = model_open()) == NULL || model_mail(s, 1, SIZE, 1) == -1 ||
	    model_commit(s) == -1)
		exit(1);
	id = acked.mail[0].id;
	model_body(id, body, SIZE);
	return s;
}

static void
end(struct spool *s)
{
	spool_close(s, &model_clock);
	fake_free(disk);
}

/* 1: what is now in dead/ holds the first n bytes of the body */
static int
is_kept(size_t n)
{
	const struct fake_inode *f;
	int i;

	for (i = 0; i < FAKE_FILES; i++) {
		f = &disk->inode[disk->now[i].inode];
		if (strncmp(disk->now[i].name, "dead/", 5) == 0 &&
		    f->nnow >= n && memcmp(f->now, body, n) == 0)
			return 1;
	}
	return 0;
}

static void
short_body(void)
{
	struct spool *s = begin();
	struct fake_disk *was = disk;
	char name[SPOOL_NAME];

	big_name(id, name);
	spool_close(s, &model_clock);
	fake_named(name)->nnow = PART;
	s = model_open();
	ok(s != NULL && spool_count(s) == 0 && model_events[SPOOL_LOST] == 1,
	    "a body that became shorter: the mail is lost");
	ok(is_kept(PART), "what there is of it is kept");
	ok(fake_named(name) == NULL, "elsewhere");
	disk = fake_crash(was, IMAGE_OLD);
	ok(is_kept(PART), "on the disk");
	fake_free(disk);
	disk = was;
	end(s);
}

/* the record is found to be damaged when its segment shall be emptied */
static void
no_record(void)
{
	struct spool *s = begin();
	const struct spool_mail *m = spool_find(s, id);
	uint8_t *p = fake_named("log/00000001.q")->now + m->at;
	int i;

	for (i = 0; i < 64; i++)
		p[i] ^= 0x55;
	while (s->head == m->segment)
		if (model_mail(s, 1, 4000, 0) == -1 || model_commit(s) == -1)
			exit(1);
	for (i = 0; i < MODEL_MAILS; i++)
		if (acked.mail[i].id != 0 && acked.mail[i].id != id)
			model_done(s, acked.mail[i].id);
	model_commit(s);
	for (i = 0; i < TENDS && spool_tend(s, &model_clock) == 1; i++)
		;
	ok(i < TENDS && spool_find(s, id) == NULL &&
		model_events[SPOOL_LOST] == 1,
	    "a record that is damaged: the mail is lost");
	ok(is_kept(SIZE), "its body is kept");
	end(s);
}

int
main(void)
{
	short_body();
	no_record();
	return done();
}

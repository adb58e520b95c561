/*
 * spool: the envelope of a mail grows with what is said of its recipients. The
 * segment it is in is emptied all the same, and nothing of it is lost.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "spoolimpl.h"
#include "spoolmodel.h"
#include "tap.h"

enum { RCPTS = RECIPIENTS_MAX, TENDS = 200 };

static struct recipient to[RCPTS];
static struct envelope e;
static char said[ENVELOPE_SAID];

/* a mail to as many as there may be, of whom the last words are the longest */
static void
add(struct spool *s)
{
	struct result r = { .state = RCPT_WAITING };
	int i, failed;

	memset(said, '%', sizeof(said) - 1); /* three bytes on disk, each */
	model_envelope(&e, to, spool_id(s, 5), RCPTS, 100);
	failed = model_add_body(s, &e, 0) == -1 ||
	    spool_commit(s, &model_clock) == -1;
	for (i = 0; i < RCPTS && !failed; i++) {
		r.n = (uint64_t)i;
		r.tries = UINT16_MAX;
		r.when = UINT64_MAX;
		memcpy(r.said, said, sizeof(said));
		failed = spool_add_result(s, e.id, &r) == -1 ||
		    (i % 100 == 99 && spool_commit(s, &model_clock) == -1);
	}
	ok(!failed, "%d recipients, each with last words", RCPTS);
}

/* other mail comes and goes, until there is a segment to be emptied */
static void
turn(struct spool *s)
{
	int i, n = 0, failed = 0;

	for (i = 0; i < 400 && s->head == spool_find(s, e.id)->segment; i++) {
		failed += model_mail(s, 1, 9000, 0) == -1 ||
		    model_commit(s) == -1 || model_done(s, model_any()) == -1 ||
		    model_commit(s) == -1;
	}
	while (n < TENDS && spool_tend(s, &model_clock) == 1)
		n++;
	ok(failed == 0 && n < TENDS, "housekeeping comes to an end");
	ok(TAILQ_FIRST(&s->live) == s->head, "the oldest segment is free");
}

static int
same(struct spool *s)
{
	const struct spool_mail *m = spool_find(s, e.id);
	struct envelope is;
	size_t i;
	int good;

	if (m == NULL || spool_envelope(s, m, &is) == -1)
		return 0;
	good = is.nrcpt == RCPTS;
	for (i = 0; i < RCPTS && good; i++)
		good = strcmp(is.rcpt[i].said, said) == 0 &&
		    is.rcpt[i].when == UINT64_MAX;
	envelope_free(&is);
	return good;
}

/* what no commit has room for must not be tried again after one */
static void
too_much(struct spool *s)
{
	int i;

	model_envelope(&e, to, spool_id(s, 5), RCPTS, 100);
	for (i = 0; i < RCPTS; i++)
		memset(to[i].orcpt, 'x', sizeof(to[i].orcpt) - 1);
	ok(model_add_body(s, &e, 0) == -1 && errno == EMSGSIZE,
	    "an envelope that is too large");
	ok(model_add_body(s, &e, 1) == -1 && errno == EMSGSIZE, "of a big one");
}

int
main(void)
{
	struct spool *s;
	char dead[48];

	disk = fake_new();
	model_reset();
	model_segment = 4 << 20;
	if ((s = model_open()) == NULL)
		return 1;
	add(s);
	turn(s);
	ok(same(s), "each word is there");
	snprintf(dead, sizeof(dead), "dead/%016llx.eml",
	    (unsigned long long)e.id);
	ok(spool_dead(s, spool_find(s, e.id)) == 0 && fake_named(dead) != NULL,
	    "it can go to dead/");
	spool_close(s, &model_clock);
	s = model_open();
	ok(s != NULL && same(s) && model_events[SPOOL_DAMAGE] == 0,
	    "and is there after a start");
	too_much(s);
	spool_close(s, &model_clock);
	fake_free(disk);
	return done();
}

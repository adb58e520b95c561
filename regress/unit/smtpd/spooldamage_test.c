/*
 * spool: bytes of segments turn into zeroes or noise, or are gone. It opens,
 * what was not hit is there, the rest is told of and kept in dead/.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "segment.h"
#include "spoolmodel.h"
#include "tap.h"

enum {
	MAILS = 24,
	STEP = 1536,
	CLOCK = 128, /* bytes of it behind each mail, in its commit */
};

enum hit { ZERO, NOISE, CUT, HITS };

static const char *const names[] = { "zeroes", "noise", "cut" };

static struct place {
	uint64_t id;
	char file[48];
	uint32_t at, bytes;
} place[MAILS];

static struct fake_disk *whole;
static struct model all;
static unsigned long bad, lost, told;

static void
build(void)
{
	const struct spool_mail *m;
	struct spool *s;
	int i;

	disk = fake_new();
	model_reset();
	fake_seed = 5;
	s = model_open();
	for (i = 0; i < MAILS; i++) {
		model_mail(s, 1, 1500 + fake_below(700), 0);
		if (model_commit(s) == -1)
			exit(1);
	}
	model_clock.queue += 600000;
	model_commit(s);
	for (i = 0, m = spool_next(s, NULL); m != NULL && i < MAILS; i++) {
		place[i].id = m->id;
		place[i].at = m->at;
		place[i].bytes = m->bytes;
		snprintf(place[i].file, sizeof(place[i].file), "log/%08u.q",
		    (unsigned int)m->segment->number);
		m = spool_next(s, m);
	}
	all = acked;
	spool_close(s, &model_clock);
	whole = disk;
}

static void
strike(const char *file, size_t at, size_t n, enum hit how)
{
	struct fake_inode *f = fake_named(file);
	size_t i;

	if (how == CUT) {
		f->nnow = at;
		return;
	}
	for (i = at; i < at + n && i < f->nnow; i++)
		f->now[i] = how == ZERO ? 0 : (uint8_t)fake_below(256);
}

static int
have_dead(void)
{
	int i;

	for (i = 0; i < FAKE_FILES; i++)
		if (strncmp(disk->now[i].name, "dead/", 5) == 0)
			return 1;
	return 0;
}

/* 1: a mail behind it in the same file is still there, or it is not the last */
static int
is_followed(struct spool *s, const struct place *p)
{
	int i;

	for (i = 0; i < MAILS; i++)
		if (strcmp(place[i].file, p->file) > 0 ||
		    (strcmp(place[i].file, p->file) == 0 &&
			place[i].at > p->at &&
			spool_find(s, place[i].id) != NULL))
			return 1;
	return 0;
}

static int
check_places(struct spool *s, const char *file, size_t at, size_t n)
{
	const struct place *p;
	int i, good = 1;

	for (i = 0; i < MAILS; i++) {
		p = &place[i];
		if (spool_find(s, p->id) != NULL) {
			good &= model_same_mail(s, model_find(&all, p->id));
			continue;
		}
		lost++;
		model_why = "more is lost than was hit";
		if (strcmp(p->file, file) != 0 ||
		    p->at + p->bytes + CLOCK <= at || p->at >= at + n)
			return 0;
		model_why = "not told";
		if (!is_followed(s, p))
			continue;
		told++;
		if (model_events[SPOOL_DAMAGE] == 0)
			return 0;
	}
	return good;
}

static void
one(const char *file, size_t at, size_t n, enum hit how)
{
	unsigned long before = lost, before_told = told;
	struct spool *s;
	size_t left;
	int good;

	disk = fake_crash(whole, IMAGE_NEW);
	memset(model_events, 0, sizeof(model_events));
	acked = pending = all;
	strike(file, at, n, how);
	if (how == CUT)
		n = model_segment - at;
	s = model_open();
	model_why = "does not open";
	good = s != NULL && check_places(s, file, at, n);
	if (good && told > before_told && !have_dead() &&
	    (how == NOISE || (how == ZERO && at + n < model_segment - 8192))) {
		model_why = "nothing in dead/";
		good = 0;
	}
	left = MAILS - (lost - before);
	if (good) {
		model_why = "does not go on";
		good = model_mail(s, 1, 700, 0) == 0 && model_commit(s) == 0;
	}
	spool_close(s, &model_clock);
	s = good ? model_open() : NULL;
	good = good && s != NULL && spool_count(s) == left + 1;
	spool_close(s, &model_clock);
	if (!good && bad++ < 5)
		printf("# %s, %zu bytes at %zu of %s: %s\n", names[how], n, at,
		    file, model_why);
	fake_free(disk);
}

static void
regions(const char *file)
{
	static const size_t sizes[] = { 1, 64, 512, 4096, 9000 };
	unsigned long was, before;
	size_t at, i;
	int how;

	for (how = ZERO; how < HITS; how++) {
		was = bad;
		before = lost;
		for (at = 0; at < model_segment; at += STEP)
			for (i = 0; i < (how == CUT ? 1 : 5); i++)
				one(file, at + (how == NOISE ? 7 : 0), sizes[i],
				    how);
		ok(bad == was && lost > before, "%s everywhere in %s: %lu lost",
		    names[how], file, lost - before);
	}
}

/* all of a file: kept as a whole, another one takes its place */
static void
no_head(void)
{
	struct spool *s;

	disk = fake_crash(whole, IMAGE_NEW);
	memset(model_events, 0, sizeof(model_events));
	strike(place[0].file, 0, 1 << 13, ZERO);
	strike(place[0].file, model_segment - 4096, 4096, NOISE);
	s = model_open();
	ok(s != NULL && model_events[SPOOL_DAMAGE] > 0 && have_dead() &&
		spool_count(s) > 0 && spool_find(s, place[0].id) == NULL &&
		spool_find(s, place[MAILS - 1].id) != NULL,
	    "without any head it is dead, the others are not");
	spool_close(s, &model_clock);
	fake_free(disk);
}

/* a body of big/ is gone, or has no mail that the log can tell of */
static void
big(void)
{
	struct spool *s;
	uint64_t id;
	char name[48], dead[48];

	disk = fake_new();
	model_reset();
	s = model_open();
	model_mail(s, 2, 9000, 1);
	model_commit(s);
	id = acked.mail[0].id;
	snprintf(name, sizeof(name), "big/%016llx", (unsigned long long)id);
	snprintf(dead, sizeof(dead), "dead/%016llx.eml",
	    (unsigned long long)id);
	ok(spool_dead(s, spool_find(s, id)) == 0 && fake_named(dead) != NULL &&
		fake_named(dead)->nnow > 9000 &&
		memcmp(fake_named(dead)->now, "X-Gatelodge-Envelope: id ",
		    25) == 0,
	    "a copy in dead/ is a mail with its envelope in the header");
	fake_unlink(FAKE_TOP, dead);
	fake_unlink(FAKE_TOP, name);
	spool_close(s, &model_clock);
	s = model_open();
	ok(s != NULL && spool_count(s) == 0 && model_events[SPOOL_LOST] == 1 &&
		fake_named(dead) != NULL,
	    "without its body: its envelope is dead");
	spool_close(s, &model_clock);
	s = model_open();
	ok(s != NULL && model_events[SPOOL_LOST] == 1, "and told once");
	model_mail(s, 1, 9000, 1);
	model_commit(s);
	id = pending.mail[1].id;
	strike("log/00000001.q", spool_find(s, id)->at, 64, NOISE);
	spool_close(s, &model_clock);
	snprintf(dead, sizeof(dead), "dead/%016llx.eml",
	    (unsigned long long)id);
	s = model_open();
	ok(s != NULL && spool_count(s) == 0 &&
		model_events[SPOOL_ORPHAN] == 1 && fake_named(dead) != NULL &&
		fake_named(dead)->nnow == 9000,
	    "a body whose envelope is damaged is not deleted");
	spool_close(s, &model_clock);
	fake_free(disk);
}

/*
 * Mail may hold what looks like records, of any seq. Its own record is gone:
 * those in its body must not be found.
 */
static void
forged(void)
{
	static uint8_t body[8192];
	struct recipient to[1];
	struct envelope e;
	struct record r = { RECORD_DONE, RECORD_FIRST | RECORD_LAST, 0, 0, 0,
		0 };
	struct spool *s;
	size_t at;
	const struct spool_mail *m;
	uint64_t victim;

	disk = fake_new();
	model_reset();
	s = model_open();
	model_mail(s, 1, 500, 0);
	model_commit(s);
	r.id = victim = acked.mail[0].id;
	for (at = 0; at < sizeof(body); at++)
		body[at] = 'x';
	/* every 64 bytes, wherever the envelope ends */
	for (at = 0; at + 128 <= sizeof(body); at += 65) {
		r.seq = 1000 + at;
		record_seal(&r, body + at);
	}
	model_envelope(&e, to, spool_id(s, 5), 1, sizeof(body));
	e.rcpt = to;
	ok(spool_add_msg(s, &e, body, -1) == 0 &&
		spool_commit(s, &model_clock) == 0,
	    "a body full of records");
	m = spool_find(s, e.id);
	strike("log/00000001.q", m->at, 64, NOISE);
	ok(spool_envelope(s, m, &e) == -1 && errno == EBADMSG &&
		spool_body(s, m) == -1 && errno == EBADMSG,
	    "damage is seen when it is read");
	model_commit(s);
	spool_close(s, &model_clock);
	s = model_open();
	ok(s != NULL && spool_find(s, victim) != NULL && spool_count(s) == 1,
	    "they did nothing");
	spool_close(s, &model_clock);
	fake_free(disk);
}

int
main(void)
{
	build();
	ok(strcmp(place[0].file, place[MAILS - 1].file) != 0,
	    "mails in several segments");
	regions(place[0].file);
	regions(place[MAILS / 2].file);
	regions(place[MAILS - 1].file);
	no_head();
	fake_free(whole);
	big();
	forged();
	return done();
}

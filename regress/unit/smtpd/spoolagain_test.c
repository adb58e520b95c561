/*
 * spool: who may have got a mail before all ended, and is to be looked for
 * before it is delivered again.
 */
#include <stdlib.h>

#include "spoolimpl.h"
#include "spoolmodel.h"
#include "tap.h"

enum { TENDS = 50 };

static struct spool *
again(struct spool *s)
{
	spool_close(s, &model_clock);
	if ((s = model_open()) == NULL)
		exit(1);
	return s;
}

int
main(void)
{
	const struct spool_mail *m;
	struct spool *s;
	uint64_t id;
	int i;

	disk = fake_new();
	model_reset();
	s = model_open();
	model_mail(s, 3, 500, 0);
	model_commit(s);
	id = acked.mail[0].id;
	ok(spool_find(s, id)->rcpt[0].uncertain == 0, "new: nobody has it");
	model_result(s, id, 0, RCPT_DELIVERED);
	model_result(s, id, 1, RCPT_WAITING);
	model_commit(s);
	s = again(s);
	m = spool_find(s, id);
	ok(m->rcpt[0].uncertain == 0, "who has it");
	ok(m->rcpt[1].uncertain == 1, "who may have got it since");
	ok(m->rcpt[2].uncertain == 1, "who may have got it");
	while (m->segment == s->head)
		if (model_mail(s, 1, 4000, 0) == -1 || model_commit(s) == -1)
			return 1;
	for (i = 0; i < MODEL_MAILS; i++)
		if (acked.mail[i].id != 0 && acked.mail[i].id != id)
			model_done(s, acked.mail[i].id);
	model_commit(s);
	for (i = 0; i < TENDS && spool_tend(s, &model_clock) == 1; i++)
		;
	m = spool_find(s, id);
	ok(m->segment == s->head && m->rcpt[0].uncertain == 0 &&
		m->rcpt[1].uncertain == 1 && m->rcpt[2].uncertain == 1,
	    "they are when their mail has moved");
	model_result(s, id, 1, RCPT_WAITING);
	model_commit(s);
	ok(spool_find(s, id)->rcpt[1].uncertain == 0, "till a result is there");
	spool_close(s, &model_clock);
	fake_free(disk);
	return done();
}

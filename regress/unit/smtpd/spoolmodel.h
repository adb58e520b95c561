/*
 * spoolmodel: what a spool must hold, kept beside it. Each change is done to
 * both; after a commit the model knows what was acknowledged, within one what
 * may be there. Mails say by their id what their body is.
 */
#ifndef SPOOLMODEL_H
#define SPOOLMODEL_H

#include "fakedisk.h"
#include "spool.h"

enum { MODEL_MAILS = 96, MODEL_RCPTS = 3 };

struct model_mail {
	uint64_t id; /* 0: free */
	uint64_t size;
	int big, hold;
	size_t nrcpt;
	struct result r[MODEL_RCPTS];
};

struct model {
	struct model_mail mail[MODEL_MAILS];
};

extern size_t model_segment;
extern struct model acked, pending;
extern struct spool_clock model_clock;
extern uint64_t model_highest, model_acked_highest; /* ids */
extern int model_events[SPOOL_DEAD + 1];
extern const char *model_why;
struct spool *model_open(void);
void model_body(uint64_t id, uint8_t *p, size_t n);
struct model_mail *model_find(struct model *m, uint64_t id);

/* 1: the spool has exactly these mails, as they are here */
int model_same_mail(struct spool *s, const struct model_mail *want);
int model_same(struct spool *s, const struct model *want);
void model_envelope(struct envelope *e, struct recipient *r, uint64_t id,
    size_t nrcpt, size_t size);
int model_add_body(struct spool *s, const struct envelope *e, int big);
int model_mail(struct spool *s, size_t nrcpt, size_t size, int big);
int model_result(struct spool *s, uint64_t id, size_t n, enum rcpt_state state);
int model_done(struct spool *s, uint64_t id);
int model_commit(struct spool *s);
void model_reset(void);
int model_count(const struct model *m);

/* the id of any mail that is acknowledged and not changed yet; 0: none */
uint64_t model_any(void);

/* one change at random; -1: it was refused */
int model_step(struct spool *s);
#endif

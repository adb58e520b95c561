/*
 * zygote: a process that forks, without exec, processes that share its pages.
 * For the parent: instances of a row (.fork), siblings of the zygote, which
 * the parent supervises like any other. For itself: one child per job
 * (.zygote), which can speak for its job only.
 */
#ifndef ZYGOTE_H
#define ZYGOTE_H

#include "proc.h"

/*
 * Forks a child of that row for the message and its descriptor, or lets the
 * job wait. Jobs that wait, or -1: too many do, or we are retiring (the
 * descriptor stays in m).
 */
int zygote_job(int row, struct imsg *);
int zygote_waiting(void);
/* of the child that is this peer: its job's id, and who gave the job */
uint64_t zygote_id(int peer);
int zygote_giver(int peer);

/* the library's part */
void zygote_fork(struct imsg *);
void zygote_pass(struct imsg *, const struct msg *);
void zygote_log(struct imsg *);
void zygote_bury(int peer, int error);
#endif

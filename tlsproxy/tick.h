/* tick: the deadlines of this process: a wheel that its event loop turns */
#ifndef TICK_H
#define TICK_H

#include "wheel.h"

/* after the loop is there, before anything is set */
void tick_init(void);
/* moves or sets it to ms from now; its fire gets it, unset */
void tick_set(struct deadline *, uint64_t ms);
void tick_del(struct deadline *);
#endif

/*
 * senders: who may send as whom, MAIL FROM and each address of From. Pure;
 * addresses are a user's, the tables ours. smtpd.conf(5), submission.sender.
 */
#ifndef SENDERS_H
#define SENDERS_H

#include "expand.h"

struct identity { /* one entry of submission.identities */
	const char *user;
	struct mailbox is;
};

struct senders { /* outlives what is asked of it */
	const struct directory *dir;
	const struct identity *identities;
	size_t n;
	int any;		/* submission.sender: any */
	struct expansion *room; /* to work in */
};

/*
 * 1: the user may be that sender: his own name at any domain of ours, with
 * any detail; an alias that leads to him alone, or has him in its list; an
 * identity. An alias user@domain, or one of a name with a detail, is whose it
 * says it is, be there a user of that name. The null path: always.
 */
int senders_may(const struct senders *, const char *user, uint32_t index,
    const struct mailbox *, time_t now);
#endif

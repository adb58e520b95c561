/*
 * srs: the sender rewriting scheme. A mail from elsewhere that goes on
 * elsewhere gets a sender of ours, which knows the way back for 21 days:
 *	SRS0=HHHH=TT=domain=local@ours, SRS1=HHHH=domain==...@ours
 * Pure: clock and secret come in. Letters of either case are the same.
 */
#ifndef SRS_H
#define SRS_H

#include <stdint.h>
#include <time.h>

#include "address.h"

enum { SRS_SECRET = 32, SRS_DAYS = 21 };

struct srs {
	uint8_t secret[SRS_SECRET];
};

enum srs_verdict {
	SRS_NOT, /* no such address */
	SRS_OK,
	SRS_FORGED, /* or damaged */
	SRS_EXPIRED,
};

/*
 * sender as an address of domain, which is ours; the null path stays what it
 * is, as does a sender of that domain. -1, ERANGE: its local part would be
 * longer than LOCAL_MAX; there is no way back then but the null path's.
 */
int srs_rewrite(const struct srs *, const struct mailbox *sender,
    const char *domain, time_t now, struct mailbox *out);
/* an address of ours back to whom it was made for; out is written if OK */
enum srs_verdict srs_reverse(const struct srs *, const struct mailbox *,
    time_t now, struct mailbox *out);
#endif

/*
 * penalty: who guesses waits, then stays outside, over all protocols. Scores
 * per IPv4 /32 and /24, IPv6 /128 and /64; they halve with time. Pure: the
 * clock comes in (ms, monotonic but for save and restore), addresses too.
 */
#ifndef PENALTY_H
#define PENALTY_H

#include "guardmsg.h"

enum penalty {
	PENALTY_PASSWORD,  /* 10; 3 where its user is at home */
	PENALTY_UNKNOWN,   /* 10: no such user */
	PENALTY_GARBAGE,   /* 5 */
	PENALTY_RECIPIENT, /* 3: an unknown one */
	PENALTY_FLOOD,	   /* 5 */
	PENALTY_HANDSHAKE, /* 1: a failed one */
};

struct penalties;

/* secret: keys the table, 16 bytes. NULL: ENOMEM */
struct penalties *penalties_new(const struct guard_conf *,
    const uint8_t secret[16]);
void penalties_free(struct penalties *);
/* the configuration has changed */
void penalties_configure(struct penalties *, const struct guard_conf *);

/*
 * One more offence. user: whose login was tried ("alice+phone" is alice), or
 * ""; guess: sasl_guess(), the same wrong one for the same user counts once
 * per network and hour; 0: unknown. n: how many at once (weight).
 */
void penalty_add(struct penalties *, uint64_t now, const struct addr *,
    enum penalty, uint32_t n, const char *user, uint64_t guess);
/* a good login: this user is known in this /24 or /64 for 30 days */
void penalty_good(struct penalties *, uint64_t now, const struct addr *,
    const char *user);
/*
 * ms that an answer to this address is to be held back; user: the login, or
 * "" if none is known yet. 0: none. Users known here are free of the wide
 * prefix's penalty; more than 30 failures an hour on one user from networks
 * where he is not known: those wait delay_max, he never.
 */
uint32_t penalty_wait(struct penalties *, uint64_t now, const struct addr *,
    const char *user);
/*
 * 1: refused at this moment, be it at accept or (for a wide prefix that is
 * home to a known user, which accept lets in) here, before any step.
 */
int penalty_refused(struct penalties *, uint64_t now, const struct addr *,
    const char *user);
/*
 * The next change that relays must hear: networks that are refused from now
 * on, or that are not any more before their time is over. 0: none. A wide
 * prefix where a user is known is never refused at accept.
 */
int penalty_change(struct penalties *, uint64_t now, struct slow *);
/* all that are refused now, for a new relay: *at begins with 0. 0: the end.
 * Nothing else may be done with penalties in between, as with the next */
int penalty_refusals(struct penalties *, uint64_t now, size_t *at,
    struct slow *);
/* a line for people: how much there is, then what has consequences */
int penalty_line(struct penalties *, uint64_t now, size_t *at, char *line,
    size_t size);
/* forgets what lies in that network; all: everything. How many it were */
size_t penalty_forgive(struct penalties *, uint64_t now,
    const struct forgive *);

/*
 * All of it as bytes, to be freed by the caller, and back; the last eight
 * are the checksum() of those before. wall: ms of CLOCK_REALTIME. restore:
 * -1: EINVAL, not of ours, damaged; then nothing has changed; else it comes
 * to what is there. From the future: as if saved now. The guesses are not
 * saved.
 */
uint8_t *penalties_save(struct penalties *, uint64_t now, uint64_t wall,
    size_t *len);
int penalties_restore(struct penalties *, uint64_t now, uint64_t wall,
    const uint8_t *, size_t len);
#endif

/*
 * tries: failed logins of the last hour, how many on which user, and which
 * guesses. Users are such as penalty_user() makes.
 */
#ifndef TRIES_H
#define TRIES_H

#include <sys/queue.h>
#include <stddef.h>
#include <stdint.h>

#include "limits.h"
#include "secrets.h"

enum {
	HOUR = 3600000, /* ms */
	USER_SIZE = SECRET_USER + 1,
	TRY_SLOTS = 12, /* of the hour, which slides by them */
	TRY_SLOT = HOUR / TRY_SLOTS,
	TRY_BUCKETS = TRIED_MAX / 4,
};

struct network {
	uint8_t ip[16]; /* IPv4 in the first four; 0 behind the prefix */
	uint32_t bits;	/* narrow 32, 128; wide 24 (IPv4), 64 (IPv6) */
};

struct tried {
	struct tried *next; /* in its bucket */
	TAILQ_ENTRY(tried) entry;
	char user[USER_SIZE];
	uint64_t slot;	       /* the newest one */
	uint16_t n[TRY_SLOTS]; /* failures; the newest first */
};

struct guess {
	uint64_t print; /* of network, user and password */
	uint64_t until; /* it counts no second time */
};

struct tries {
	struct tried *bucket[TRY_BUCKETS];
	TAILQ_HEAD(tried_list, tried) list; /* longest untouched first */
	struct guess guesses[GUESSES_MAX];
	size_t n;
	const uint64_t *secret;
};

/* of all zeroes */
void tries_init(struct tries *, const uint64_t secret[2]);
void tries_forget(struct tries *);			   /* all of it */
struct tried *tries_get(struct tries *, const char *user); /* NULL: ENOMEM */
void tries_fail(struct tries *, uint64_t now, const char *user);
/* failures of the last hour */
unsigned int tries_count(const struct tries *, uint64_t now, const char *user);
unsigned int tried_count(const struct tried *, uint64_t now);
/* 1: this guess came from there before, within an hour; else it has now */
int tries_again(struct tries *, uint64_t now, const struct network *,
    const char *user, uint64_t guess);
#endif

/* guessers: who they are in the tests of penalties */
#ifndef GUESSERS_H
#define GUESSERS_H

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>

#include "penalty.h"

#define A "198.51.100.1" /* two of one /24, one of another */
#define B "198.51.100.2"
#define C "203.0.113.1"
#define MAPPED "::ffff:198.51.100.1"
#define V6 "2001:db8:0:1::1" /* two of one /64, one of another */
#define V6B "2001:db8:0:1:ffff::2"
#define V6C "2001:db8:0:2::1"
#define DAY (24 * 3600)
#define MS 1000ULL

static const struct guard_conf usual = { .slow = 20,
	.refuse = 100,
	.halve = 600000,
	.delay = 1000,
	.delay_max = 15000,
	.refuse_ms = 3600000,
	.refuse_max = 86400000 };
static const uint8_t secret[16] = "sixteen bytes 16";

static inline struct addr
addr(const char *text)
{
	struct addr a = { .port = 4711 };

	a.family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	if (inet_pton(a.family, text, a.ip) != 1)
		abort();
	return a;
}

static inline void
fail_from(struct penalties *p, uint64_t now, int net, const char *user,
    uint64_t guess)
{
	struct addr a = { .family = AF_INET, .ip = { 10, 0, 0, 9 } };

	a.ip[1] = (uint8_t)(net >> 8);
	a.ip[2] = (uint8_t)net;
	penalty_add(p, now, &a, PENALTY_PASSWORD, 1, user, guess);
}

static inline int
refusals(struct penalties *p, uint64_t now)
{
	struct slow s;
	size_t at = 0;
	int n = 0;

	while (penalty_refusals(p, now, &at, &s))
		n += s.ms > 0;
	return n;
}

#endif

/*
 * schedule: when a mail is tried again, and when that is over. Times are ms
 * of queue time: CLOCK_BOOTTIME within a boot, what the wall clock says, a
 * day at most, across a reboot. It never goes back. Pure: clocks come in.
 * RFC 5321 4.5.4.1.
 */
#ifndef SCHEDULE_H
#define SCHEDULE_H

#include <stdint.h>

#define RETRY_FIRST 60000ULL
#define RETRY_MAX (4 * 3600000ULL)

enum { RETRY_SLOTS = 6, BOOT_ID = 16 };

struct clock_mark { /* a CLOCK record: three clocks at one moment, in ms */
	uint64_t queue, boot, wall;
	uint8_t boot_id[BOOT_ID];
};

/*
 * The mark of now, where boot and wall are given; old: the last that was
 * written, NULL: the spool is new. Called at the start, and for each record.
 */
struct clock_mark clock_now(const struct clock_mark *old, uint64_t boot,
    uint64_t wall, const uint8_t boot_id[BOOT_ID]);

/* ms after the nth failure in a row (0: the first): 1, 2, 4 ... 240 minutes,
 * an eighth more or less as random says */
uint64_t retry_delay(uint32_t n, uint32_t random);

struct retry_conf { /* ms */
	uint64_t expire, expire_bounce, warn;
};
struct schedule { /* of one recipient */
	uint64_t born, next;
	uint32_t slots; /* that have passed */
	uint8_t bounce; /* from the null sender */
	uint8_t warned;
};
enum slot {
	SLOT_RETRY,   /* at next */
	SLOT_WARN,    /* the same, and its sender is to be told of the delay */
	SLOT_EXPIRED, /* 5.4.7 */
};

void schedule_begin(struct schedule *, uint64_t now, int bounce);
/* a slot has passed without delivery, be it that the destination sleeps */
enum slot schedule_passed(struct schedule *, uint64_t now,
    const struct retry_conf *, uint32_t random);
/* somebody wants it to be tried now; its slots stay */
void schedule_hurry(struct schedule *, uint64_t now);
#endif

/* schedule: weeks of it, under clocks of our own */
#include <string.h>

#include "schedule.h"
#include "tap.h"

#define MIN 60000ULL
#define H (60 * MIN)
#define DAY (24 * H)

static const struct retry_conf usual = { 5 * DAY, 2 * DAY, 4 * H };

static void
delays(void)
{
	static const int minutes[] = { 1, 2, 4, 8, 16, 32, 64, 128, 240, 240 };
	uint64_t ms, least, most;
	uint32_t i, n;
	int good = 1;

	for (n = 0; n < 10; n++) {
		ms = minutes[n] * MIN;
		least = UINT64_MAX;
		most = 0;
		for (i = 0; i < 200000; i++) {
			uint64_t d = retry_delay(n, i * 2654435761U);

			least = d < least ? d : least;
			most = d > most ? d : most;
		}
		good = least >= ms - ms / 8 && most <= ms + ms / 8 &&
		    least < ms - ms / 9 && most > ms + ms / 9;
		ok(good, "slot %u: %d min, an eighth more or less", n,
		    minutes[n]);
	}
	ok(retry_delay(UINT32_MAX, 0) == 210 * MIN, "at the very end: 4 h");
}

/* how it went, from the first attempt to the last; random: of each slot */
struct life {
	int slots, warned;
	uint64_t end, warned_at;
	int too_early;
};

static struct life
live(int bounce, uint64_t born, const struct retry_conf *conf, uint32_t random)
{
	struct schedule s;
	struct life l = { 0 };
	uint64_t now = born;
	enum slot what;

	schedule_begin(&s, now, bounce);
	l.too_early = s.next != now;
	for (;;) {
		l.slots++;
		what = schedule_passed(&s, now, conf, random);
		if (what == SLOT_WARN) {
			l.warned++;
			l.warned_at = now - born;
		}
		if (what == SLOT_EXPIRED)
			break;
		l.too_early |= s.next <= now;
		now = s.next;
	}
	l.end = now - born;
	return l;
}

static void
lives(void)
{
	static const uint32_t seeds[] = { 0, 1, 1U << 31, UINT32_MAX, 4711 };
	struct retry_conf brief = { 5 * MIN, 2 * MIN, 1 };
	struct life l;
	size_t i;

	for (i = 0; i < sizeof(seeds) / sizeof(*seeds); i++) {
		l = live(0, 7 * DAY, &usual, seeds[i]);
		ok(l.end == 5 * DAY && l.slots > 30 && l.slots < 50 &&
			!l.too_early,
		    "5 days, to the minute: %d slots", l.slots);
		ok(l.warned == 1 && l.warned_at >= 4 * H && l.warned_at < 8 * H,
		    "one warning, after 4 hours");
		l = live(1, 0, &usual, seeds[i]);
		ok(l.end == 2 * DAY, "the null sender: 2 days");
		l = live(0, 0, &brief, seeds[i]);
		ok(l.slots >= RETRY_SLOTS && l.end > 25 * MIN,
		    "a short life has 6 slots all the same");
	}
}

/* the machine was asleep for a month: nothing expires at once */
static void
away(void)
{
	struct schedule s;
	enum slot what = SLOT_RETRY;
	uint64_t now = DAY;
	int n;

	schedule_begin(&s, now, 0);
	now += 30 * DAY;
	for (n = 0; what != SLOT_EXPIRED; n++) {
		what = schedule_passed(&s, now, &usual, 0);
		now = s.next;
	}
	ok(n == RETRY_SLOTS, "a month at once: six attempts");
	schedule_begin(&s, DAY, 0);
	ok(schedule_passed(&s, 0, &usual, 0) == SLOT_RETRY && s.next > 0,
	    "a time before its birth");
	schedule_begin(&s, 0, 0);
	schedule_passed(&s, 0, &usual, 0);
	schedule_hurry(&s, 5);
	ok(s.next == 5 && s.slots == 1, "hurry");
	schedule_hurry(&s, 50);
	ok(s.next == 5, "what is due stays due");
}

static void
clocks(void)
{
	static const uint8_t a[BOOT_ID] = "boot a", b[BOOT_ID] = "boot b";
	struct clock_mark m = clock_now(NULL, 1000, 50 * DAY, a), was;

	ok(m.queue == 0, "a new spool");
	m = clock_now(&m, 1000 + H, 50 * DAY + H, a);
	ok(m.queue == H, "an hour");
	m = clock_now(&m, 1000 + 2 * H, 0, a);
	ok(m.queue == 2 * H, "the wall clock falls back");
	m = clock_now(&m, 1000 + 3 * H, 5000 * DAY, a);
	ok(m.queue == 3 * H, "it leaps");
	was = clock_now(&m, 1000, 5000 * DAY, a);
	ok(was.queue == 3 * H, "a boot time that is none");
	ok(clock_now(&was, 1000 + 3 * H + 5, 0, a).queue == 3 * H + 5,
	    "and does not count twice");
	m.wall = 60 * DAY;
	ok(clock_now(&m, 5, 60 * DAY + 2 * H, b).queue == 5 * H,
	    "a reboot: as the wall clock says");
	ok(clock_now(&m, 5, 90 * DAY, b).queue == 27 * H, "a day at most");
	ok(clock_now(&m, 5, 59 * DAY, b).queue == 3 * H, "never back");
	ok(clock_now(&m, 1000 + 9 * H, 60 * DAY + 1, b).queue == 3 * H + 1,
	    "a long boot time says nothing of another boot");
	m.queue = UINT64_MAX - 5;
	ok(clock_now(&m, 1000 + 9 * H, 0, a).queue == UINT64_MAX - 5,
	    "it does not turn over");
}

int
main(void)
{
	delays();
	lives();
	away();
	clocks();
	return done();
}

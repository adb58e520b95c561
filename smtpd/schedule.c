/* schedule: see schedule.h; trusts no clock to go forward */
#include <string.h>

#include "schedule.h"

#define ACROSS_MAX (24 * 3600000ULL)

struct clock_mark
clock_now(const struct clock_mark *old, uint64_t boot, uint64_t wall,
    const uint8_t boot_id[BOOT_ID])
{
	struct clock_mark m = { .boot = boot, .wall = wall };
	uint64_t passed = 0;

	memcpy(m.boot_id, boot_id, BOOT_ID);
	if (old == NULL)
		return m;
	if (memcmp(old->boot_id, boot_id, BOOT_ID) == 0) {
		if (boot > old->boot)
			passed = boot - old->boot;
		else
			m.boot = old->boot;
	} else if (wall > old->wall) {
		passed = wall - old->wall;
		if (passed > ACROSS_MAX)
			passed = ACROSS_MAX;
	}
	m.queue = old->queue + passed;
	if (m.queue < old->queue) /* a damaged record */
		m.queue = old->queue;
	return m;
}

uint64_t
retry_delay(uint32_t n, uint32_t random)
{
	uint64_t ms = RETRY_MAX;

	if (n < 8 && RETRY_FIRST << n < RETRY_MAX)
		ms = RETRY_FIRST << n;
	return ms - ms / 8 + random % (ms / 4 + 1);
}

void
schedule_begin(struct schedule *s, uint64_t now, int bounce)
{
	memset(s, 0, sizeof(*s));
	s->born = s->next = now;
	s->bounce = bounce != 0;
}

enum slot
schedule_passed(struct schedule *s, uint64_t now, const struct retry_conf *conf,
    uint32_t random)
{
	uint64_t life = s->bounce ? conf->expire_bounce : conf->expire;
	uint64_t age = now > s->born ? now - s->born : 0;

	s->next = now + retry_delay(s->slots, random);
	if (s->slots < UINT32_MAX)
		s->slots++;
	if (age >= life && s->slots >= RETRY_SLOTS)
		return SLOT_EXPIRED;
	/* the last attempt is at its very end */
	if (age < life && s->next - s->born > life &&
	    s->slots + 1 >= RETRY_SLOTS)
		s->next = s->born + life;
	if (age < conf->warn || s->warned)
		return SLOT_RETRY;
	s->warned = 1;
	return SLOT_WARN;
}

void
schedule_hurry(struct schedule *s, uint64_t now)
{
	if (s->next > now)
		s->next = now;
}

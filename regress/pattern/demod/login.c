/*
 * login: the zygote. Knows connections by the relay's id only; reads none.
 * Trusts the relay, not its children.
 */
#include "demod.h"
#include "zygote.h"

static struct {
	int paused;
} self;

static void
all_relays(uint32_t type)
{
	static const struct pause p = { "test" };
	int i;

	for (i = 0; i < INSTS; i++)
		if (imsg_is_open(PEER(P_relay, i)))
			imsg_send(PEER(P_relay, i), type, 0, &p, sizeof(p), -1);
}

static void
over(int relay, uint64_t id, uint32_t why)
{
	const struct reason r = { why };

	imsg_send(relay, MSG_done, id, &r, sizeof(r), -1);
}

void
taker_from_relay_conn(struct imsg *m)
{
	int waiting = zygote_job(P_guest, m);

	if (waiting == -1)
		over(m->from, m->id, DONE_OVERLOAD);
	if (waiting >= procs[P_guest].n && !self.paused) {
		all_relays(MSG_pause);
		self.paused = 1;
	}
}

/* what the relay must not take from us; store, linked first, hears it last */
void
login_from_parent_sin(struct imsg *m)
{
	const struct imsg_head head = { MSG_conn, 0, 0 };
	int s;

	(void)m;
	for (s = 31; s > 3; s--)
		imsg_put(s, &head, NULL, 0, -1);
}

/* a child is a peer like others: its end is the end of its job */
void
login_link(int peer, int up)
{
	static const struct pause p = { "test" };

	if (ROW(peer) == P_relay && up && self.paused)
		imsg_send(peer, MSG_pause, 0, &p, sizeof(p), -1);
	if (ROW(peer) != P_guest || up)
		return;
	over(zygote_giver(peer), zygote_id(peer), DONE_OK);
	if (self.paused && zygote_waiting() <= 1) {
		all_relays(MSG_resume);
		self.paused = 0;
	}
}

/* queue: holds grants, and says which when it is asked */
#include "gatetestd.h"

void
queue_link(int peer, int up)
{
	(void)peer, (void)up;
}

void
holder_from_auth_grant(struct imsg *m)
{
	(void)m;
}

void
holder_from_auth_ungrant(struct imsg *m)
{
	(void)m;
}

void
queue_from_parent_ask_queue(struct imsg *m)
{
	imsg_send(PARENT, MSG_answer_queue, m->id, NULL, 0, -1);
}

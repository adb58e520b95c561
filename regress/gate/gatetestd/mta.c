/*
 * mta: connections to others, as tests ask for them by the control socket.
 */
#include "gatetestd.h"

void
mta_link(int peer, int up)
{
	(void)peer, (void)up;
}

void
caller_from_dial_addresses(struct imsg *m)
{
	(void)m;
}

void
caller_from_dial_connected(struct imsg *m)
{
	(void)m;
}

void
caller_from_dial_unreached(struct imsg *m)
{
	(void)m;
}

void
caller_from_relayout_tls_verdict(struct imsg *m)
{
	(void)m;
}

void
caller_from_relayout_tls_refused(struct imsg *m)
{
	(void)m;
}

void
mta_from_parent_ask_mta(struct imsg *m)
{
	imsg_send(PARENT, MSG_answer_mta, m->id, NULL, 0, -1);
}

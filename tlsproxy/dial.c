/* dial: stub */
#include "dial.h"
#include "msgs.h"

void
dial_init(void)
{
}

void
dial_link(int peer, int up)
{
	(void)peer, (void)up;
}

void
dial_from_caller_dial(struct imsg *m)
{
	(void)m;
}

void
dial_from_parent_anchors(struct imsg *m)
{
	(void)m;
}

void
dial_from_parent_resolver(struct imsg *m)
{
	(void)m;
}

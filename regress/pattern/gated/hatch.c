/* hatch: a zygote whose one crime is to claim somebody else's process */
#include <string.h>

#include "gated.h"
#include "sys.h"

void
hatch_from_parent_lie(struct imsg *m)
{
	struct sys_peer p = { .peer = P_relay };

	memcpy(&p.pid, m->data, sizeof(p.pid));
	imsg_send(PARENT, SYS_FORKED, 0, &p, sizeof(p), -1);
}

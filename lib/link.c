/*
 * link: a fresh socket pair, an end each, for every two peers that are there.
 * A row of ours is there while its channel is open; a row of another daemon,
 * while its parent says so. One path for start, respawn and reconnect.
 */
#include <errno.h>
#include <string.h>

#include "gate.h"
#include "parentimpl.h"
#include "sys.h"

static unsigned char foreign[PEERS];

static void
give(int to, int peer, int fd)
{
	struct sys_peer p = { .peer = (uint32_t)peer };

	if (procs[ROW(to)].daemon != NULL)
		gate_give(to, peer, fd);
	else
		imsg_send(to, SYS_CONNECT, 0, &p, sizeof(p), fd);
}

/* a parent may have channels of its own to rows of another daemon */
static int
there(int p)
{
	return procs[ROW(p)].daemon != NULL ? foreign[p] : imsg_is_open(p);
}

void
link_all(int peer)
{
	int p, s[2];

	for (p = 0; p < PEERS; p++) {
		if (!(procs[ROW(peer)].peers & BIT(ROW(p))) || !there(p))
			continue;
		if (imsg_pair(s) == -1) {
			log_warn("event=link error=\"%s\"", strerror(errno));
			return;
		}
		give(peer, p, s[0]);
		give(p, peer, s[1]);
	}
}

void
link_foreign(int peer, int there)
{
	if ((foreign[peer] = (unsigned char)there))
		link_all(peer);
}

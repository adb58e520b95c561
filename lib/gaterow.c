/* gaterow: rows and peers by the names that stand in messages; lookups only */
#include <string.h>

#include "gate.h"

/* 0: none. A daemon's parent is the row that bears the daemon's name */
int
gate_row(const char *daemon, const char *name)
{
	int i;

	for (i = nprocs - 1; i > 0; i--)
		if (strncmp(procs[i].name, name, 16) == 0 &&
		    (daemon == NULL) == (procs[i].daemon == NULL) &&
		    (daemon == NULL ||
			strncmp(procs[i].daemon, daemon, 16) == 0))
			break;
	return i;
}

/* -1: no such peer */
int
gate_peer(const char *daemon, const struct end *e)
{
	int row = gate_row(daemon, e->row), n = procs[row].n;

	n = n == PER_CORE ? INSTS : n > 0 ? n : 1;
	return row == PARENT || e->inst >= (uint32_t)n ?
	    -1 :
	    PEER(row, (int)e->inst);
}

struct end
gate_end(int peer)
{
	struct end e = { .inst = (uint32_t)INST(peer) };

	memcpy(e.row, procs[ROW(peer)].name,
	    strnlen(procs[ROW(peer)].name, sizeof(e.row)));
	return e;
}

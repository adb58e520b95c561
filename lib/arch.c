/* arch: -A, the two tables for people, for gatelodge(7) and for the tests */
#include <stdio.h>
#include <string.h>

#include "gate.h"
#include "parentimpl.h"

#define R_NAME(r) #r,
static const char *const roles[] = { GATE_ROLES(R_NAME) };

static const char *
end_name(int end)
{
	return end >= ROWS ? roles[end - ROWS] : procs[end].name;
}

static void
print_peers(const struct proc *p)
{
	const char *sep = "";
	int i;

	printf(" peers=");
	for (i = 1; i < nprocs; i++)
		if (p->peers & BIT(i)) {
			printf("%s%s%s%s", sep,
			    procs[i].daemon ? procs[i].daemon : "",
			    procs[i].daemon ? "." : "", procs[i].name);
			sep = ",";
		}
	sep = "";
	printf(" roles=");
	for (i = 0; i < (int)(sizeof(roles) / sizeof(*roles)); i++)
		if (p->roles & BIT(i)) {
			printf("%s%s", sep, roles[i]);
			sep = ",";
		}
	printf("\n");
}

static void
print_proc(const struct proc *p)
{
	char n[16];

	if (p->n == PER_CORE)
		snprintf(n, sizeof(n), "cores");
	else
		snprintf(n, sizeof(n), "%d", p->n ? p->n : 1);
	if (p->daemon != NULL)
		printf("foreign %s.%s n=%s", p->daemon, p->name, n);
	else
		printf("process %s user=%s root=%s promises=\"%s\" paths=\"%s\""
		       " prog=%s n=%s",
		    p->name, p->user ? p->user : "-", p->root ? p->root : "-",
		    p->promises ? p->promises : "-", p->paths ? p->paths : "-",
		    p->prog ? p->prog : "-", n);
	if (p->zygote)
		printf(" zygote=%s", procs[p->zygote].name);
	if (p->fork)
		printf(" fork=%s", procs[p->fork].name);
	if (p->late)
		printf(" late");
	if (p == procs)
		printf(" caps=%llx",
		    (unsigned long long)PARENT_CAPS |
			(unsigned long long)p->caps);
	print_peers(p);
}

void
arch_print(void)
{
	const struct proc *p;
	const struct msg *m;

	for (p = procs; p < procs + nprocs; p++)
		print_proc(p);
	for (m = msgs; m < msgs + nmsgs; m++)
		printf("message %s %s -> %s %u..%u%s\n", m->name,
		    end_name(m->from), end_name(m->to), m->min, m->max,
		    m->fd ? " +fd" : "");
}

/* kids: places, minutes and what is counted in them, whose pid is whose */
#include <sys/wait.h>
#include <event2/event.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "kids.h"
#include "tap.h"

enum { P_parent, P_store, P_relay, P_hatch, NPROC };

const struct proc procs[NPROC] = {
	[P_parent] = { .name = "test" },
	[P_store] = { .name = "store" },
	[P_relay] = { .name = "relay", .n = PER_CORE, .fork = P_hatch },
	[P_hatch] = { .name = "hatch" },
};
const struct msg msgs[1];
const int nprocs = NPROC, nmsgs, ngate;

static char last[LOG_LINE];

static void
sink(const char *line, size_t n)
{
	memcpy(last, line, n);
	last[n] = '\0';
}

static void
places(void)
{
	struct child *store, *relay;
	int i;

	ok(kid_add(P_parent) == kids, "the first is the parent");
	store = kid_add(P_store);
	relay = kid_add(PEER(P_relay, 3));
	ok(strcmp(store->name, "store") == 0 &&
		strcmp(relay->name, "relay.3") == 0,
	    "an instance has its number in its name");
	ok(kid_of(P_store) == store && kid_of(PEER(P_relay, 3)) == relay &&
		kid_of(PEER(P_relay, 2)) == NULL && kid_of(FREE) == NULL,
	    "found by peer");
	store->pid = 4711;
	ok(kid_of_pid(4711) == store && kid_of_pid(0) == NULL &&
		kid_of_pid(-1) == NULL && kid_of_pid(1) == NULL,
	    "found by pid");
	ok(kids_alive(), "somebody lives");
	store->pid = 0;
	relay->pid = FORKING;
	ok(kids_alive() && kid_of_pid(FORKING) == NULL,
	    "so does one that is being forked, without a pid");
	relay->pid = 0;
	ok(!kids_alive(), "nobody lives");
	kid_forget(store);
	ok(kid_of(P_store) == NULL, "forgotten");
	ok(kid_add(P_hatch) == store, "its place is used again");
	for (i = 0; nkids < KIDS_MAX; i++)
		kid_add(PEER(P_relay, i % INSTS));
	ok(kid_add(P_store) == NULL, "no more places");
	while (nkids > 3)
		kid_forget(&kids[--nkids]);
}

static void
minutes(void)
{
	struct child *c = &kids[2];
	int i;

	for (i = 1; i <= LINES_MAX + 234; i++)
		if (kid_count(c, &c->lines) != i)
			break;
	ok(i == LINES_MAX + 235 && last[0] == '\0', "lines of a minute");
	kid_count(c, &c->deaths);
	kid_count(c, &c->crimes);
	ok(c->deaths == 1 && c->crimes == 1, "deaths and crimes beside them");
	c->minute -= 59000;
	ok(kid_count(c, &c->deaths) == 2, "the same minute");
	c->minute -= 2000;
	ok(kid_count(c, &c->deaths) == 1 && c->crimes == 0 && c->lines == 0,
	    "the next one");
	ok(strcmp(last, "Wrelay.3: event=flood lost=234\n") == 0,
	    "what was lost of the last is told");
	last[0] = '\0';
	c->minute -= 61000;
	kid_count(c, &c->lines);
	ok(last[0] == '\0', "once");
}

static void
pids(void)
{
	pid_t a, b;
	int st, i;

	if ((a = fork()) == 0)
		_exit(3);
	if ((b = fork()) == 0) {
		pause();
		_exit(0);
	}
	ok(kid_is_ours(a) && kid_is_ours(b), "children are ours");
	ok(!kid_is_ours(1) && !kid_is_ours(getpid()) && !kid_is_ours(getppid()),
	    "nobody else is");
	ok(!stray_take(a, &st), "who has not died is no stray");
	waitpid(a, &st, 0);
	ok(!kid_is_ours(a), "nor who died and was reaped");
	stray_put(a, st);
	ok(kid_is_ours(a), "but one that waits to be claimed");
	ok(stray_take(a, &i) && i == st && WEXITSTATUS(i) == 3, "with its end");
	ok(!stray_take(a, &i) && !kid_is_ours(a), "once");
	for (i = 0; i < 1000; i++)
		stray_put(100000 + i, i);
	ok(stray_take(100999, &st) && st == 999 && !stray_take(100000, &st),
	    "the last ones are kept");
	kids[2].pid = b;
	kid_slay(&kids[2]);
	ok(waitpid(b, &st, 0) == b && WTERMSIG(st) == SIGKILL, "kid_slay");
	kids[2].pid = 0;
}

int
main(void)
{
	log_sink = sink;
	proc_loop();
	places();
	minutes();
	pids();
	return done();
}

/*
 * demod: the parent. Its configuration says what goes wrong; its control
 * commands start deliveries.
 */
#include <errno.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demod.h"
#include "parent.h"

enum { MDAS = 2 };

struct conf {
	struct parent_keys parent;
	char *evil, *state, *input;
	int reload;
};

static struct conf conf;

static struct {
	int state;
	struct event later;
	struct {
		char task[256];
		int home, busy;
		struct ctl *asks;
	} mda[MDAS];
} self;

#define AT(f) offsetof(struct conf, f)
enum { NOW, LATER, LATER_BAD, REFUSE };
static const char *const reloads[] = { "now", "later", "later-bad", "refuse",
	NULL };
/* clang-format off */
static const struct conf_key keys[] = {
PARENT_KEYS("demod"),
{ "evil", CONF_STRING, AT(evil), 0, 31, "none",
    "Crime that session commits.", .size = 0 },
{ "state", CONF_STRING, AT(state), 1, 200, NULL,
    "Directory of store.", .size = 0 },
{ "input", CONF_STRING, AT(input), 1, 200, "/etc/passwd",
    "File that session reads.", .size = 0 },
{ "reload", CONF_WORD, AT(reload), 0, 0, "now",
    "When a reload is decided, and how.", .words = reloads },
{ 0 },
};
/* clang-format on */

static void
check(struct conf_src *src, void *c)
{
	struct conf *new = c;

	if (strcmp(new->evil, "none") != 0 && new->reload != NOW)
		conf_error(src, &new->evil, "one evil at a time");
}

static int
start(void)
{
	self.state = open(conf.state, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (self.state == -1)
		log_warn("%s: %s", conf.state, strerror(errno));
	return self.state == -1 ? -1 : 0;
}

static int
root(int row)
{
	(void)row;
	return self.state;
}

static void
grant(int peer)
{
	if (ROW(peer) == P_store)
		parent_grant(peer, fcntl(self.state, F_DUPFD_CLOEXEC, 0),
		    "rwc");
	else
		parent_grant(peer,
		    fcntl(self.mda[INST(peer)].home, F_DUPFD_CLOEXEC, 0),
		    "rwc");
}

static void
configure(int peer)
{
	const char *state = geteuid() == 0 ? "/" : conf.state;
	const char *task = self.mda[INST(peer) % MDAS].task;

	if (ROW(peer) == P_login && strcmp(conf.evil, "gate") == 0)
		imsg_send(peer, MSG_sin, 0, NULL, 0, -1);
	else if (ROW(peer) == P_store)
		imsg_send(peer, MSG_where, 0, state, strlen(state), -1);
	else if (ROW(peer) == P_mda && *task != '\0')
		imsg_send(peer, MSG_task, 0, task, strlen(task), -1);
	if (ROW(peer) != P_session)
		return;
	if (*conf.evil != '\0')
		imsg_send(peer, MSG_conf, 0, conf.evil, strlen(conf.evil), -1);
	imsg_send(peer, MSG_start, 0, NULL, 0,
	    open(conf.input, O_RDONLY | O_CLOEXEC));
}

static void
decide(int fd, short what, void *arg)
{
	(void)fd, (void)what, (void)arg;
	parent_reloaded(conf.reload == LATER, "it thought better of it");
}

static int
reload(void *c)
{
	static const struct timeval soon = { 0, 100000 };
	struct conf *new = c;

	if (new->reload == REFUSE)
		return -1;
	if (conf.reload != LATER && conf.reload != LATER_BAD)
		return 0;
	evtimer_assign(&self.later, proc_base, decide, NULL);
	evtimer_add(&self.later, &soon);
	return 1;
}

static void
answer(int i, int status)
{
	if (self.mda[i].asks != NULL)
		ctl_done(self.mda[i].asks, status);
	self.mda[i].asks = NULL;
}

static void
ended(int peer, int status)
{
	log_info("event=ended instance=%d status=%d", INST(peer), status);
	if (self.mda[INST(peer)].asks != NULL)
		ctl_printf(self.mda[INST(peer)].asks, "ended\n");
	answer(INST(peer), 1);
	close(self.mda[INST(peer)].home);
	self.mda[INST(peer)].busy = 0;
}

void
parent_from_mda_result(struct imsg *m)
{
	const int i = INST(m->from);

	if (self.mda[i].asks != NULL)
		ctl_printf(self.mda[i].asks, "%.*s\n", (int)m->len,
		    (const char *)m->data);
	answer(i, 0);
}

void
parent_from_session_report(struct imsg *m)
{
	uint32_t rounds;

	memcpy(&rounds, m->data, sizeof(rounds));
	log_info("event=linked rounds=%u", rounds);
}

/* deliver instance uid home word */
static void
deliver(struct ctl *c, int argc, char **argv)
{
	int i = argc == 5 ? (int)strtol(argv[1], NULL, 10) : MDAS, home;
	uid_t id;

	if (i < 0 || i >= MDAS ||
	    (home = open(argv[3], O_PATH | O_DIRECTORY | O_CLOEXEC)) == -1) {
		ctl_printf(c, "deliver instance uid home word was meant\n");
		ctl_done(c, 1);
		return;
	}
	id = (uid_t)strtol(argv[2], NULL, 10);
	if (self.mda[i].busy) {
		close(home);
		if (parent_start(PEER(P_mda, i), id, id) == -1)
			ctl_printf(c, "%s\n", strerror(errno));
		ctl_done(c, 1);
		return;
	}
	snprintf(self.mda[i].task, sizeof(self.mda[i].task), "%s %s", argv[3],
	    argv[4]);
	self.mda[i].home = home;
	self.mda[i].asks = c;
	self.mda[i].busy = 1;
	if (parent_start(PEER(P_mda, i), id, id) == -1)
		fatal("mda: %s", strerror(errno));
}

static void
whoami(struct ctl *c, int argc, char **argv)
{
	(void)argc, (void)argv;
	ctl_printf(c, "%u\n", ctl_uid(c));
	ctl_done(c, 0);
}

/* an answer of many records */
static void
big(struct ctl *c, int argc, char **argv)
{
	int i, n = argc == 2 ? (int)strtol(argv[1], NULL, 10) : 0;

	for (i = 0; i < n; i++)
		ctl_printf(c, "line %09d\n", i);
	ctl_done(c, 0);
}

static const struct ctl_command commands[] = {
	{ "deliver", 0, 5, deliver },
	{ "whoami", 1, 1, whoami },
	{ "big", 0, 2, big },
	{ 0 },
};

int
main(int argc, char *argv[])
{
	struct daemon d = {
		.keys = keys,
		.conf = &conf,
		.size = sizeof(conf),
		.check = check,
		.start = start,
		.root = root,
		.grant = grant,
		.configure = configure,
		.reload = reload,
		.ended = ended,
		.ctl = commands,
	};

	return daemon_main(&d, argc, argv);
}

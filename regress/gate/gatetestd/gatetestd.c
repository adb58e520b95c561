/*
 * gatetestd: the parent. Has nothing of its own to configure; tells what the
 * gate has published.
 */
#include <stdio.h>
#include <string.h>

#include "account.h"
#include "gatetestd.h"
#include "parent.h"

static struct conf {
	struct parent_keys parent;
} conf;

/* clang-format off */
static const struct conf_key keys[] = {
PARENT_KEYS("gatetestd"),
{ 0 },
};
/* clang-format on */

static void
accounts(struct ctl *c, int argc, char **argv)
{
	const struct account *a;
	uint32_t i;

	(void)argc, (void)argv;
	for (i = 0; i < 1000; i++)
		if ((a = account_of(i)) != NULL)
			ctl_printf(c, "%u %s %u %u %s\n", a->index, a->name,
			    a->uid, a->gid, a->home);
	ctl_printf(c, account_known() ? "complete\n" : "unknown\n");
	ctl_done(c, 0);
}

static void
services(struct ctl *c, int argc, char **argv)
{
	const struct welcome *w = house_welcome();
	int i;

	(void)argc, (void)argv;
	for (i = 0; w != NULL && i < SERVICES && w->services[i].name[0]; i++)
		ctl_printf(c, "%s %s.%s kind=%u port=%u\n", w->services[i].name,
		    w->services[i].daemon, w->services[i].row,
		    w->services[i].kind, w->services[i].port);
	ctl_done(c, w == NULL);
}

static struct ctl *asked[ASKS]; /* by the id of the request */

/* words of a test, joined by blanks, to the row that they are for */
static void
ask(struct ctl *c, int row, uint32_t type, int argc, char **argv)
{
	char words[WORDS] = "";
	size_t n = 0;
	uint64_t id = 0;
	int i;

	while (id < ASKS && asked[id] != NULL)
		id++;
	for (i = 1; i < argc && n < sizeof(words); i++)
		n += (size_t)snprintf(words + n, sizeof(words) - n, "%s%s",
		    i > 1 ? " " : "", argv[i]);
	if (id == ASKS || argc < 2 || n >= sizeof(words) ||
	    imsg_send(row, type, id, words, n + 1, -1) == -1) {
		ctl_printf(c, "cannot be asked\n");
		ctl_done(c, 1);
		return;
	}
	asked[id] = c;
}

static void
ask_mta(struct ctl *c, int argc, char **argv)
{
	ask(c, P_mta, MSG_ask_mta, argc, argv);
}

static void
ask_queue(struct ctl *c, int argc, char **argv)
{
	ask(c, P_queue, MSG_ask_queue, argc, argv);
}

/* text of any number of lines; one without any is the end */
static void
answered(struct imsg *m)
{
	struct ctl *c = m->id < ASKS ? asked[m->id] : NULL;

	if (c == NULL)
		return;
	if (m->len > 0) {
		ctl_printf(c, "%.*s\n", (int)m->len, (const char *)m->data);
		return;
	}
	asked[m->id] = NULL;
	ctl_done(c, 0);
}

void
parent_from_mta_answer_mta(struct imsg *m)
{
	answered(m);
}

void
parent_from_queue_answer_queue(struct imsg *m)
{
	answered(m);
}

static const struct ctl_command commands[] = {
	{ "mta", 0, 8, ask_mta },
	{ "queue", 0, 8, ask_queue },
	{ "accounts", 0, 1, accounts },
	{ "services", 0, 1, services },
	{ 0 },
};

int
main(int argc, char *argv[])
{
	struct daemon d = {
		.keys = keys,
		.conf = &conf,
		.size = sizeof(conf),
		.ctl = commands,
	};

	return daemon_main(&d, argc, argv);
}

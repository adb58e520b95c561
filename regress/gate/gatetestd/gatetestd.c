/*
 * gatetestd: the parent. Has nothing of its own to configure; tells what the
 * gate has published.
 */
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

static const struct ctl_command commands[] = {
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

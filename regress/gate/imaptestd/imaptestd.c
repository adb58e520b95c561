/*
 * imaptestd: the parent. It is told by the gate who somebody is and gets the
 * connection; join.c brings both together with what login had read.
 */
#include "imaptestd.h"
#include "parent.h"

static struct conf {
	struct parent_keys parent;
	int64_t join;
} conf;

/* clang-format off */
static const struct conf_key keys[] = {
PARENT_KEYS("imaptestd"),
{ "join", CONF_TIME, offsetof(struct conf, join), 10, 60000, "30s",
    "Time for grant, descriptor and words of one connection to come." },
{ 0 },
};
/* clang-format on */

static const struct ctl_command commands[] = {
	{ "joins", 0, 1, join_tell },
	{ 0 },
};

static int
start(void)
{
	join_configure(conf.join);
	return 0;
}

int
main(int argc, char *argv[])
{
	struct daemon d = {
		.keys = keys,
		.conf = &conf,
		.size = sizeof(conf),
		.start = start,
		.ctl = commands,
	};

	return daemon_main(&d, argc, argv);
}

/* gated: the parent of the gate; configuration and listening sockets */
#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "gated.h"
#include "parent.h"

static struct conf {
	struct parent_keys parent;
	char *listen;
	int64_t relays;
} conf;

static int listeners[INSTS];

#define AT(f) offsetof(struct conf, f)
/* clang-format off */
static const struct conf_key keys[] = {
PARENT_KEYS("gated"),
{ "listen", CONF_STRING, AT(listen), 1, 89, NULL,
    "Socket for clients; each relay has its own, with its number added.",
    .size = 0 },
{ "relays", CONF_INT, AT(relays), 1, INSTS, "2",
    "Relay processes.", .size = 0 },
{ 0 },
};
/* clang-format on */

static int
instances(int row)
{
	return row == P_relay ? (int)conf.relays : 0;
}

static int
start(void)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int i;

	for (i = 0; i < conf.relays; i++) {
		snprintf(sun.sun_path, sizeof(sun.sun_path), "%s.%d",
		    conf.listen, i);
		unlink(sun.sun_path);
		listeners[i] = socket(AF_UNIX,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (listeners[i] == -1 ||
		    bind(listeners[i], (struct sockaddr *)&sun, sizeof(sun)) ==
			-1 ||
		    listen(listeners[i], 1024) == -1) {
			log_warn("%s: %s", sun.sun_path, strerror(errno));
			return -1;
		}
	}
	return 0;
}

static void
configure(int peer)
{
	if (ROW(peer) == P_relay)
		imsg_send(peer, MSG_listen, 0, NULL, 0,
		    fcntl(listeners[INST(peer)], F_DUPFD_CLOEXEC, 0));
}

/* lie pid: hatch will say that this is a relay of its own */
static void
lie(struct ctl *c, int argc, char **argv)
{
	const int32_t pid = argc == 2 ? (int32_t)strtol(argv[1], NULL, 10) : 0;

	ctl_done(c, imsg_send(P_hatch, MSG_lie, 0, &pid, sizeof(pid), -1) != 0);
}

static const struct ctl_command commands[] = {
	{ "lie", 0, 2, lie },
	{ 0 },
};

int
main(int argc, char *argv[])
{
	struct daemon d = {
		.keys = keys,
		.conf = &conf,
		.size = sizeof(conf),
		.start = start,
		.instances = instances,
		.configure = configure,
		.ctl = commands,
		.gate = 1,
	};

	return daemon_main(&d, argc, argv);
}

/* ctl: see ctl.h; trusts the daemon, which root owns */
#include <sys/socket.h>
#include <sys/un.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "ctl.h"

enum { NOT_RUNNING = 3 };

static int
dial(const char *path)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };
	int s;

	errno = ENAMETOOLONG;
	if (strlen(path) >= sizeof(sun.sun_path))
		return -1;
	memcpy(sun.sun_path, path, strlen(path) + 1);
	if ((s = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0)) == -1)
		return -1;
	if (connect(s, (struct sockaddr *)&sun, sizeof(sun)) == 0)
		return s;
	close(s);
	return -1;
}

int
ctl_ask(const char *path, int argc, char **argv)
{
	char b[16384];
	size_t n = 0, l;
	ssize_t r;
	int s, i;

	for (i = 0; i < argc; i++) {
		l = strlen(argv[i]) + 1;
		if (n + l > 4096) {
			fprintf(stderr, "too many words\n");
			return 1;
		}
		memcpy(b + n, argv[i], l);
		n += l;
	}
	if ((s = dial(path)) == -1) {
		fprintf(stderr, "%s: %s\n", path,
		    errno == ECONNREFUSED || errno == ENOENT ? "not running" :
							       strerror(errno));
		return NOT_RUNNING;
	}
	if (send(s, b, n, MSG_NOSIGNAL) == -1)
		return NOT_RUNNING;
	while ((r = recv(s, b, sizeof(b), 0)) > 0) {
		if (b[0] == 'x' && r == 2)
			return b[1] - '0';
		if (fwrite(b + 1, 1, (size_t)r - 1, stdout) != (size_t)r - 1)
			return 1;
	}
	fprintf(stderr, "%s: it hung up\n", path);
	return 1;
}

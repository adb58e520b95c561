/* hammer: n connections, c at a time, a word each; counts what came of it */
#include <sys/socket.h>
#include <sys/un.h>
#include <err.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *path;
static struct pollfd p[64];
static const char *said[64];

/* mixed: every 10th leaves, every 50th crashes, every 50th offends */
static void
start(int slot, int k, const char *word)
{
	struct sockaddr_un sun = { .sun_family = AF_UNIX };

	memcpy(sun.sun_path, path, strlen(path) + 1);
	if ((p[slot].fd = socket(AF_UNIX, SOCK_STREAM, 0)) == -1 ||
	    connect(p[slot].fd, (struct sockaddr *)&sun, sizeof(sun)) == -1)
		err(1, "%s", path);
	said[slot] = strcmp(word, "mixed") ? word :
	    k % 50 == 19		   ? "crash" :
	    k % 50 == 31		   ? "row" :
	    k % 10 == 7			   ? "leave" :
					     "hello";
	p[slot].events = POLLIN;
	if (write(p[slot].fd, said[slot], strlen(said[slot])) == -1)
		err(1, "write");
}

int
main(int argc, char *argv[])
{
	int n, c, i, k = 0, open = 0, served = 0, bad = 0, lost = 0;
	char b[64];
	ssize_t r;

	if (argc != 5)
		errx(1, "usage: hammer path n at-a-time word");
	path = argv[1];
	n = (int)strtol(argv[2], NULL, 10);
	c = (int)strtol(argv[3], NULL, 10);
	c = c < 64 ? c : 64;
	for (i = 0; i < c; i++)
		p[i].fd = -1;
	for (;;) {
		for (i = 0; i < c && k < n; i++)
			if (p[i].fd == -1) {
				start(i, k++, argv[4]);
				open++;
			}
		if (open == 0)
			break;
		if (poll(p, c, 3000) == 0)
			break;
		for (i = 0; i < c; i++) {
			if (p[i].fd == -1 || p[i].revents == 0)
				continue;
			r = read(p[i].fd, b, sizeof(b) - 1);
			if (r > 3 && memcmp(b, "ok ", 3) == 0)
				served++;
			else if (strcmp(said[i], "hello") != 0)
				bad++;
			else
				lost++;
			close(p[i].fd);
			p[i].fd = -1;
			open--;
		}
	}
	printf("served=%d bad=%d lost=%d hung=%d\n", served, bad, lost, open);
	return served + bad != n;
}

/*
 * mda: works as a user in that user's home. Writes there what the task says,
 * tries everywhere else, tells the parent what came of it, and waits to be
 * stopped, or ends, as the task says.
 */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "demod.h"

static struct {
	char home[200], word[32];
} self;

static const char *
attempt(const char *path, int flags)
{
	int fd = open(path, flags | O_CLOEXEC, 0600), e = errno;

	if (fd == -1)
		return e == EACCES ? "EACCES" :
		    e == EPERM	   ? "EPERM" :
				     strerror(e);
	if ((flags & O_ACCMODE) != O_RDONLY && write(fd, "x\n", 2) != 2)
		return "unwritable";
	close(fd);
	return "ok";
}

static const char *
below(const char *name)
{
	static char paths[2][300];
	static int turn;

	turn = !turn;
	snprintf(paths[turn], sizeof(paths[turn]), "%s/%s", self.home, name);
	return paths[turn];
}

/* "home word": crash dies, leave ends, stay waits */
void
mda_from_parent_task(struct imsg *m)
{
	char text[257];
	int inside, dir;

	memcpy(text, m->data, m->len);
	text[m->len] = '\0';
	if (sscanf(text, "%199s %31s", self.home, self.word) != 2)
		fatal("a task without a home");
	if (strcmp(self.word, "crash") == 0)
		abort();
	inside = strcmp(attempt(below("mail"), O_WRONLY | O_CREAT), "ok");
	dir = mkdir(below("new"), 0700) == -1 && errno != EEXIST;
	inside |= rename(below("mail"), below("new/mail")) == -1;
	snprintf(text, sizeof(text),
	    "home=%s dir=%s above=%s tmp=%s passwd=%s shadow=%s",
	    inside ? "no" : "ok", dir ? "no" : "ok",
	    attempt(below("../beside"), O_WRONLY | O_CREAT),
	    attempt("/tmp/gatelodge-mda", O_WRONLY | O_CREAT | O_EXCL),
	    attempt("/etc/passwd", O_RDONLY), attempt("/etc/shadow", O_RDONLY));
	imsg_send(PARENT, MSG_result, 0, text, strlen(text), -1);
	if (strcmp(self.word, "leave") == 0)
		exit(0);
}

void
mda_link(int peer, int up)
{
	const uint32_t n = 4711;

	if (up)
		imsg_send(peer, MSG_note, 0, &n, sizeof(n), -1);
}

void
mda_from_store_note_ok(struct imsg *m)
{
	uint32_t n;

	memcpy(&n, m->data, sizeof(n));
	log_info("event=noted n=%u", n);
}

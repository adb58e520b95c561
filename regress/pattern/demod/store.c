/* store: owns the state directory, nothing else; trusts nobody's bytes. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "demod.h"

static struct {
	char path[300];
} self;

void
store_from_parent_where(struct imsg *m)
{
	snprintf(self.path, sizeof(self.path), "%.*s/last", (int)m->len,
	    (const char *)m->data);
}

void
store_from_session_put(struct imsg *m)
{
	int fd;

	if ((fd = open(self.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC,
		 0600)) == -1) {
		log_warn("%s: %s", self.path, strerror(errno));
		return;
	}
	if (write(fd, m->data, m->len) != (ssize_t)m->len)
		log_warn("%s: short write", self.path);
	close(fd);
	proc_counters[PUTS]++;
	imsg_reply(m, MSG_put_ok, NULL, 0, -1);
}

void
store_from_guest_word(struct imsg *m)
{
	proc_counters[WORDS]++;
	imsg_reply(m, MSG_word_ok, NULL, 0, -1);
}

void
store_from_mda_note(struct imsg *m)
{
	proc_counters[NOTES]++;
	imsg_reply(m, MSG_note_ok, m->data, m->len, -1);
}

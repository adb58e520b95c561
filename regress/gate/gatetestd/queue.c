/*
 * queue: holds grants, and says which when it is asked. Believes auth alone;
 * when auth is gone, it knows nothing.
 */
#include <sys/queue.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gatetestd.h"

enum { GRANTS_MAX = 10000 };

struct held {
	LIST_ENTRY(held) entry;
	uint64_t id;
	struct grant is;
};

static struct {
	LIST_HEAD(, held) grants;
	unsigned int n;
} self;

static struct held *
find(uint64_t id)
{
	struct held *h;

	LIST_FOREACH(h, &self.grants, entry)
		if (h->id == id)
			break;
	return h;
}

static void
forget(struct held *h)
{
	LIST_REMOVE(h, entry);
	self.n--;
	free(h);
}

void
queue_link(int peer, int up)
{
	(void)peer;
	while (!up && !LIST_EMPTY(&self.grants))
		forget(LIST_FIRST(&self.grants));
}

void
holder_from_auth_grant(struct imsg *m)
{
	struct held *h;

	if (find(m->id) != NULL) {
		imsg_crime(m, "granted already");
		return;
	}
	if (self.n == GRANTS_MAX || (h = calloc(1, sizeof(*h))) == NULL) {
		log_warn("event=full grants=%u", self.n);
		return;
	}
	h->id = m->id;
	memcpy(&h->is, m->data, sizeof(h->is));
	LIST_INSERT_HEAD(&self.grants, h, entry);
	self.n++;
	if (h->is.service[sizeof(h->is.service) - 1] != '\0')
		imsg_crime(m, "a service without end");
}

/* one that was granted before our time may be none of ours */
void
holder_from_auth_ungrant(struct imsg *m)
{
	struct held *h = find(m->id);

	if (h != NULL)
		forget(h);
}

static void
say(uint64_t id, const char *text)
{
	imsg_send(PARENT, MSG_answer_queue, id, text, strlen(text), -1);
}

void
queue_from_parent_ask_queue(struct imsg *m)
{
	const char *words = m->data;
	const struct held *h;
	char line[128];

	if (words[m->len - 1] != '\0')
		say(m->id, "malformed");
	else if (strcmp(words, "count") == 0) {
		snprintf(line, sizeof(line), "%u", self.n);
		say(m->id, line);
	} else if (strcmp(words, "grants") == 0)
		LIST_FOREACH(h, &self.grants, entry) {
			snprintf(line, sizeof(line),
			    "id=%llx account=%u credential=%llx service=%s",
			    (unsigned long long)h->id, h->is.account,
			    (unsigned long long)h->is.credential,
			    h->is.service);
			say(m->id, line);
		}
	else
		say(m->id, "no such question");
	say(m->id, "");
}

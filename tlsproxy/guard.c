/*
 * guard: what people ask of auth about penalties, passed on by the parent.
 * Each question has an id by which its answer finds whoever asked; an answer
 * that comes too late, or to nobody, is dropped. Reads an address from the
 * control socket, whose users are root; auth's lines are text to it.
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <event2/event_struct.h>
#include <stdlib.h>
#include <string.h>

#include "tlsproxy.h"

enum { ASKED_MAX = 16, ANSWER_S = 5 };

static struct {
	struct asked {
		struct ctl *ctl; /* NULL: free */
		uint64_t id;
		struct event timer;
	} asked[ASKED_MAX];
	uint64_t last;
} self;

static void
end(struct asked *a, int status)
{
	struct ctl *ctl = a->ctl;

	event_del(&a->timer);
	a->ctl = NULL;
	ctl_done(ctl, status);
}

static void
on_late(int fd, short what, void *arg)
{
	struct asked *a = arg;

	(void)fd, (void)what;
	ctl_printf(a->ctl, "auth gave no answer\n");
	end(a, 1);
}

static void
refuse(struct ctl *ctl, const char *why)
{
	ctl_printf(ctl, "%s\n", why);
	ctl_done(ctl, 1);
}

static void
ask(struct ctl *ctl, uint32_t type, const void *p, size_t len)
{
	static const struct timeval patience = { ANSWER_S, 0 };
	struct asked *a;

	for (a = self.asked; a < self.asked + ASKED_MAX; a++)
		if (a->ctl == NULL)
			break;
	if (a == self.asked + ASKED_MAX)
		refuse(ctl, "too many questions at once");
	else if (imsg_send(P_auth, type, ++self.last, p, len, -1) == -1)
		refuse(ctl, "auth is not there");
	else {
		a->ctl = ctl;
		a->id = self.last;
		evtimer_assign(&a->timer, proc_base, on_late, a);
		evtimer_add(&a->timer, &patience);
	}
}

void
guard_penalties(struct ctl *ctl, int argc, char **argv)
{
	(void)argc, (void)argv;
	ask(ctl, MSG_penalties, NULL, 0);
}

/* "192.0.2.1", "2001:db8::/64", "all"; -1: none of them */
static int
read_network(const char *text, struct forgive *f)
{
	char ip[INET6_ADDRSTRLEN], *end_of;
	const char *slash = strchr(text, '/');
	size_t n = slash != NULL ? (size_t)(slash - text) : strlen(text);
	unsigned long bits;

	memset(f, 0, sizeof(*f));
	f->all = strcmp(text, "all") == 0;
	if (f->all)
		return 0;
	if (n >= sizeof(ip))
		return -1;
	memcpy(ip, text, n);
	ip[n] = '\0';
	f->net.family = strchr(ip, ':') != NULL ? AF_INET6 : AF_INET;
	f->bits = f->net.family == AF_INET ? 32 : 128;
	if (inet_pton(f->net.family, ip, f->net.ip) != 1)
		return -1;
	if (slash == NULL)
		return 0;
	bits = strtoul(slash + 1, &end_of, 10);
	if (strspn(slash + 1, "0123456789") != strlen(slash + 1) ||
	    end_of == slash + 1 || bits > f->bits)
		return -1;
	f->bits = (uint32_t)bits;
	return 0;
}

void
guard_forgive(struct ctl *ctl, int argc, char **argv)
{
	struct forgive f;

	if (argc != 2 || read_network(argv[1], &f) == -1)
		refuse(ctl,
		    "an address was meant, ADDRESS/BITS, or the word all");
	else
		ask(ctl, MSG_forgive, &f, sizeof(f));
}

static struct asked *
find(uint64_t id)
{
	struct asked *a;

	for (a = self.asked; a < self.asked + ASKED_MAX; a++)
		if (a->ctl != NULL && a->id == id)
			return a;
	return NULL;
}

void
parent_from_auth_told(struct imsg *m)
{
	struct asked *a = find(m->id);

	if (a != NULL)
		ctl_printf(a->ctl, "%.*s\n", (int)m->len,
		    (const char *)m->data);
}

void
parent_from_auth_told_end(struct imsg *m)
{
	struct asked *a = find(m->id);
	struct told_end e;

	memcpy(&e, m->data, sizeof(e));
	if (a != NULL)
		end(a, e.status != 0);
}

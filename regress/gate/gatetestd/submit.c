/*
 * submit: SASL of its clients, carried to auth and back; base64 is all that
 * it knows of it. While auth thinks, nothing is read from the client. RFC 4954
 */
#include <event2/event.h>
#include <string.h>

#include "base64.h"
#include "taker.h"

static struct mechs announced[SERVICES];

static void
temporary(struct client *c)
{
	c->turn = NOBODY;
	buf_printf(&c->out, "454 temporary\r\n");
}

static void
to_auth(struct client *c, uint32_t type, const void *data, size_t len)
{
	c->turn = AUTH;
	if (imsg_send(P_auth, type, c->id, data, len, -1) == -1)
		temporary(c);
}

/* it leaves while we speak about it */
void
submit_end(struct client *c)
{
	if (c->turn != NOBODY)
		imsg_send(P_auth, MSG_sasl_abort, c->id, NULL, 0, -1);
	c->turn = NOBODY;
}

/* mech [base64|=] */
void
submit_start(struct client *c, const char *arg, int final)
{
	uint8_t b[sizeof(struct sasl_start) + SASL_MAX];
	struct sasl_start s = { .final = (uint8_t) final };
	const char *initial = strchr(arg, ' ');
	size_t n = strcspn(arg, " ");
	ssize_t len = 0;

	if (c->known) {
		buf_printf(&c->out, "503 it is known\r\n");
		return;
	}
	s.initial = initial != NULL;
	if (initial != NULL && strcmp(++initial, "=") != 0)
		len = base64_decode(initial, strlen(initial), b + sizeof(s),
		    SASL_MAX);
	if (n == 0 || n >= sizeof(s.mech) || len == -1 || len > SASL_MAX) {
		buf_printf(&c->out, "501 malformed\r\n");
		return;
	}
	memcpy(s.mech, arg, n);
	memcpy(b, &s, sizeof(s));
	to_auth(c, MSG_sasl_start, b, sizeof(s) + (size_t)len);
	explicit_bzero(b, sizeof(b));
}

/* what it answers to a challenge */
void
submit_line(struct client *c, const char *line)
{
	uint8_t b[SASL_MAX];
	ssize_t len = base64_decode(line, strlen(line), b, sizeof(b));

	if (len != -1 && len <= SASL_MAX)
		to_auth(c, MSG_sasl_response, b, (size_t)len);
	else {
		submit_end(c);
		buf_printf(&c->out, "501 %s\r\n",
		    strcmp(line, "*") == 0 ? "aborted" : "malformed");
	}
	explicit_bzero(b, sizeof(b));
}

static struct mechs *
find(const char service[static 16])
{
	int i;

	for (i = 0; i < SERVICES; i++)
		if (memcmp(announced[i].service, service, 16) == 0)
			return &announced[i];
	return NULL;
}

void
submit_mechs(struct client *c)
{
	const struct mechs *m = find(c->is.service);

	buf_printf(&c->out, "MECHS %s; %s\r\n", m != NULL ? m->mechs : "",
	    m != NULL ? m->bindings : "");
}

/* auth is gone, and all that it knew */
void
submit_unlinked(void)
{
	struct client *c, *next;

	memset(announced, 0, sizeof(announced));
	for (c = LIST_FIRST(&clients); c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		if (c->turn == NOBODY)
			continue;
		temporary(c);
		flow_go(c);
	}
}

void
login_from_auth_mechs(struct imsg *m)
{
	struct mechs in, *to;

	memcpy(&in, m->data, sizeof(in));
	if (in.service[sizeof(in.service) - 1] != '\0' ||
	    in.mechs[sizeof(in.mechs) - 1] != '\0' ||
	    in.bindings[sizeof(in.bindings) - 1] != '\0') {
		imsg_crime(m, "MECHS without end");
		return;
	}
	if ((to = find(in.service)) == NULL)
		to = find((const char[16]){ 0 });
	if (to != NULL)
		*to = in;
}

void
login_from_auth_sasl_challenge(struct imsg *m)
{
	char text[BASE64_SIZE(SASL_MAX)];
	struct client *c = client_find(m->id);

	if (c == NULL)
		return; /* it left meanwhile */
	if (c->turn != AUTH) {
		imsg_crime(m, "a challenge that nobody waits for");
		return;
	}
	base64_encode(m->data, m->len, text);
	c->turn = CLIENT;
	buf_printf(&c->out, "334 %s\r\n", text);
	flow_go(c);
}

static void
succeeded(struct client *c, const struct sasl_done *d, const void *data,
    size_t len)
{
	char text[BASE64_SIZE(SASL_DATA_MAX)];

	c->known = 1;
	base64_encode(data, len, text);
	buf_printf(&c->out, "235 ok user=%s wait=%u data=%s\r\n", d->user,
	    d->wait, text);
}

void
login_from_auth_sasl_done(struct imsg *m)
{
	struct client *c = client_find(m->id);
	struct sasl_done d;

	memcpy(&d, m->data, sizeof(d));
	if (d.result > SASL_RESULT_TEMPORARY ||
	    d.user[sizeof(d.user) - 1] != '\0') {
		imsg_crime(m, "SASL_DONE of no kind");
		return;
	}
	if (c == NULL || c->turn == NOBODY) { /* it left, or gave up */
		log_info("event=stray id=%llx result=%u",
		    (unsigned long long)m->id, d.result);
		return;
	}
	c->turn = NOBODY;
	if (d.result == SASL_RESULT_OK)
		succeeded(c, &d, (const uint8_t *)m->data + sizeof(d),
		    m->len - sizeof(d));
	else if (d.result == SASL_RESULT_FAIL)
		buf_printf(&c->out, "535 fail wait=%u\r\n", d.wait);
	else
		temporary(c);
	flow_go(c);
}

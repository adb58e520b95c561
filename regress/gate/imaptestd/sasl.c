/*
 * sasl: what a client says about itself, carried to auth and back. While
 * auth thinks nothing is read. RFC 3501 6.2.2 in its own words.
 */
#include <string.h>

#include "base64.h"
#include "login.h"

static struct mechs announced[SERVICES];

static void
temporary(struct client *c)
{
	c->state = LINES;
	buf_printf(&c->out, "NO temporary\r\n");
}

static void
to_auth(struct client *c, uint32_t type, const void *data, size_t len)
{
	c->state = ASKED;
	if (imsg_send(P_auth, type, c->id, data, len, -1) == -1)
		temporary(c);
}

void
sasl_forget(struct client *c)
{
	if (c->state == ASKED || c->state == ANSWERS)
		imsg_send(P_auth, MSG_sasl_abort, c->id, NULL, 0, -1);
}

void
sasl_begin(struct client *c, const char *arg, int final)
{
	uint8_t b[sizeof(struct sasl_start) + SASL_MAX];
	struct sasl_start s = { .final = (uint8_t) final };
	const char *initial = strchr(arg, ' ');
	size_t n = strcspn(arg, " ");
	ssize_t len = 0;

	s.initial = initial != NULL;
	if (initial != NULL && strcmp(++initial, "=") != 0)
		len = base64_decode(initial, strlen(initial), b + sizeof(s),
		    SASL_MAX);
	if (n == 0 || n >= sizeof(s.mech) || len == -1 || len > SASL_MAX) {
		buf_printf(&c->out, "BAD malformed\r\n");
		return;
	}
	memcpy(s.mech, arg, n);
	memcpy(b, &s, sizeof(s));
	to_auth(c, MSG_sasl_start, b, sizeof(s) + (size_t)len);
	explicit_bzero(b, sizeof(b));
}

/* LOGIN is PLAIN in other words */
void
sasl_plain(struct client *c, const char *arg)
{
	struct {
		struct sasl_start s;
		char text[STEP];
	} m = { { "PLAIN", .initial = 1 }, "" };
	size_t n = strcspn(arg, " "), all = strlen(arg);

	if (n == 0 || arg[n] == '\0' || all + 1 > sizeof(m.text)) {
		buf_printf(&c->out, "BAD malformed\r\n");
		return;
	}
	memcpy(m.text + 1, arg, all);
	m.text[1 + n] = '\0';
	to_auth(c, MSG_sasl_start, &m, sizeof(m.s) + 1 + all);
	explicit_bzero(&m, sizeof(m));
}

void
sasl_answer(struct client *c, const char *line)
{
	uint8_t b[SASL_MAX];
	ssize_t len = base64_decode(line, strlen(line), b, sizeof(b));

	if (len != -1 && len <= SASL_MAX)
		to_auth(c, MSG_sasl_response, b, (size_t)len);
	else {
		sasl_forget(c);
		c->state = LINES;
		buf_printf(&c->out, "BAD %s\r\n",
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
sasl_tell_mechs(struct client *c)
{
	const struct mechs *m = find(c->is.service);

	buf_printf(&c->out, "MECHS %s; %s\r\n", m != NULL ? m->mechs : "",
	    m != NULL ? m->bindings : "");
}

void
sasl_unlinked(void)
{
	struct client *c, *next;

	memset(announced, 0, sizeof(announced));
	for (c = LIST_FIRST(&clients); c != NULL; c = next) {
		next = LIST_NEXT(c, entry);
		if (c->state != ASKED && c->state != ANSWERS)
			continue;
		temporary(c);
		client_go(c);
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
	if (c->state != ASKED) {
		imsg_crime(m, "a challenge that nobody waits for");
		return;
	}
	base64_encode(m->data, m->len, text);
	c->state = ANSWERS;
	buf_printf(&c->out, "334 %s\r\n", text);
	client_go(c);
}

static void
succeeded(struct client *c, const struct sasl_done *d, const void *data,
    size_t len)
{
	memcpy(c->ahead.user, c->lies ? "bo" : d->user,
	    c->lies ? sizeof("bo") : sizeof(c->ahead.user));
	memcpy(c->data, data, len);
	c->ahead.datalen = (uint32_t)len;
	c->state = LEAVING;
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
	if (c == NULL || (c->state != ASKED && c->state != ANSWERS)) {
		log_info("event=stray id=%llx result=%u",
		    (unsigned long long)m->id, d.result);
		return; /* it left, or gave up */
	}
	if (d.result == SASL_RESULT_OK)
		succeeded(c, &d, (const uint8_t *)m->data + sizeof(d),
		    m->len - sizeof(d));
	else if (d.result == SASL_RESULT_FAIL) {
		c->state = LINES;
		buf_printf(&c->out, "NO fail wait=%u\r\n", d.wait);
	} else
		temporary(c);
	client_go(c);
}

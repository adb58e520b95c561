/*
 * secretsedit: see secretsedit.h. What a name or a line is, secrets.c says;
 * here lines are counted and copied. RFC 5803.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "secretsedit.h"

/* of nobody: the rest of a line whose name is to be checked */
#define KEY "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
#define NOBODY ":SCRAM-SHA-256$4096:QUFB$" KEY ":" KEY

struct checked {
	struct secret is;
	int n;
	char why[160];
};

static int
take_checked(const struct secret *s, void *arg)
{
	struct checked *c = arg;

	c->is = *s;
	c->n++;
	return 0;
}

static void
first_complaint(size_t line, const char *why, void *arg)
{
	struct checked *c = arg;

	(void)line;
	if (*c->why == '\0')
		snprintf(c->why, sizeof(c->why), "%s", why);
}

/* a line with it is read, and nothing else is in it */
static int
is_login(const struct checked *c, const char *login)
{
	char again[SECRET_USER + SECRET_LABEL + 2];

	snprintf(again, sizeof(again), "%s%s%s", c->is.user,
	    *c->is.label != '\0' ? "+" : "", c->is.label);
	return c->n == 1 && strcmp(again, login) == 0;
}

int
secretsedit_begin(struct secretsedit *e, const char *login,
    const char *services, const char **why)
{
	static struct checked c;
	char line[SECRET_LINE + 1];
	int n, r;

	memset(&c, 0, sizeof(c));
	memset(e, 0, sizeof(*e));
	n = snprintf(line, sizeof(line), "%s" NOBODY "%s%s", login,
	    *services != '\0' ? " services=" : "", services);
	*why = "too long";
	if (n < 0 || (size_t)n >= sizeof(line))
		return -1;
	r = secrets_parse(line, (size_t)n, take_checked, first_complaint, &c);
	*why = *c.why != '\0' ? c.why : "not a user name";
	if (r == -1 || !is_login(&c, login) ||
	    strcmp(c.is.services, services) != 0)
		return -1;
	memcpy(e->user, c.is.user, sizeof(e->user));
	memcpy(e->label, c.is.label, sizeof(e->label));
	return 0;
}

struct finding {
	struct secretsedit *e;
	void (*complain)(size_t, const char *, void *);
	void *arg;
};

static int
take(const struct secret *s, void *arg)
{
	struct secretsedit *e = ((struct finding *)arg)->e;

	if (strcmp(s->user, e->user) != 0 || strcmp(s->label, e->label) != 0 ||
	    e->n == SECRETS_OF_ONE)
		return 0;
	if (e->n == 0)
		memcpy(e->services, s->services, sizeof(e->services));
	e->lines[e->n++] = s->line;
	return 0;
}

static void
complain(size_t line, const char *why, void *arg)
{
	const struct finding *f = arg;

	f->complain(line, why, f->arg);
}

int
secretsedit_find(struct secretsedit *e, const char *text, size_t len,
    void (*told)(size_t, const char *, void *), void *arg)
{
	struct finding f = { e, told, arg };

	e->n = 0;
	return secrets_parse(text, len, take, complain, &f);
}

size_t
secretsedit_line(const struct secret *s, char out[SECRET_LINE + 2])
{
	char salt[BASE64_SIZE(SECRET_SALT)], stored[BASE64_SIZE(SECRET_KEY)],
	    server[BASE64_SIZE(SECRET_KEY)];
	int n;

	base64_encode(s->salt, s->saltlen, salt);
	base64_encode(s->stored, s->keylen, stored);
	base64_encode(s->server, s->keylen, server);
	n = snprintf(out, SECRET_LINE + 2, "%s%s%s:SCRAM-%s$%u:%s$%s:%s%s%s\n",
	    s->user, *s->label != '\0' ? "+" : "", s->label,
	    s->hash == SECRET_SHA1 ? "SHA-1" : "SHA-256", s->iterations, salt,
	    stored, server, *s->services != '\0' ? " services=" : "",
	    s->services);
	explicit_bzero(salt, sizeof(salt));
	explicit_bzero(stored, sizeof(stored));
	explicit_bzero(server, sizeof(server));
	return n > 0 ? (size_t)n : 0;
}

static size_t
add_lines(char *to, const struct secret *v, size_t n)
{
	char line[SECRET_LINE + 2];
	size_t i, len, all = 0;

	for (i = 0; i < n; i++) {
		len = secretsedit_line(&v[i], line);
		memcpy(to + all, line, len);
		all += len;
	}
	explicit_bzero(line, sizeof(line));
	return all;
}

static int
is_found(const struct secretsedit *e, size_t line)
{
	size_t i;

	for (i = 0; i < e->n; i++)
		if (e->lines[i] == line)
			return 1;
	return 0;
}

char *
secretsedit_apply(const struct secretsedit *e, const char *text, size_t len,
    const struct secret *v, size_t n, size_t *outlen)
{
	const char *end = text + len, *next;
	char *out = malloc(len + 1 + n * (SECRET_LINE + 1));
	size_t line, o = 0, added = 0;

	if (out == NULL)
		return NULL;
	for (line = 1; text < end; text = next, line++) {
		next = memchr(text, '\n', (size_t)(end - text));
		next = next == NULL ? end : next + 1;
		if (is_found(e, line)) {
			if (added == 0)
				o += added = add_lines(out + o, v, n);
			continue;
		}
		memcpy(out + o, text, (size_t)(next - text));
		o += (size_t)(next - text);
	}
	if (added == 0 && n > 0) {
		if (o > 0 && out[o - 1] != '\n')
			out[o++] = '\n';
		o += add_lines(out + o, v, n);
	}
	*outlen = o;
	if (o <= SECRETS_MAX)
		return out;
	explicit_bzero(out, o);
	free(out);
	errno = EFBIG;
	return NULL;
}

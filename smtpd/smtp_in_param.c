/*
 * smtp_in_param: what may follow the address in MAIL and RCPT. Texts are
 * decoded and then printable: they will stand in reports and in the spool.
 * RFC 1870, 3461 4, 4954 5, 6152, 6531 3.4, 6533 3.
 */
#include <string.h>
#include <strings.h>

#include "smtp_in.h"

struct value {
	const char *p; /* NULL: there is none */
	size_t n;
};

struct param {
	const char *name;
	/* 0; -1: such a value is none */
	int (*run)(struct smtp_in *, const struct value *);
};

static int
is(const struct value *v, const char *word)
{
	return v->p != NULL && strlen(word) == v->n &&
	    strncasecmp(v->p, word, v->n) == 0;
}

static int
digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	    c >= 'A' && c <= 'F'    ? c - 'A' + 10 :
				      -1;
}

/*
 * xtext; with utf8 characters beyond ASCII as they are. Bytes, or -1: it is
 * none, it has no bytes, more than max, or some that cannot be printed.
 */
static int
xtext(char *out, size_t max, const char *p, size_t n, int utf8)
{
	const char *end = p + n, *from;
	size_t len = 0, k, took;
	int high, low;
	char c;

	for (; p < end; p += took) {
		from = p;
		took = k = 1;
		if (*p == '+') {
			if (end - p < 3 || (high = digit(p[1])) < 2 ||
			    high > 7 || (low = digit(p[2])) == -1)
				return -1;
			c = (char)(high * 16 + low);
			if (c > '~')
				return -1;
			from = &c;
			took = 3;
		} else if (*p < '!' || *p > '~' || *p == '=') {
			if (!utf8 || (took = k = address_utf8(p, end)) == 0)
				return -1;
		}
		if (k > max - len)
			return -1;
		memcpy(out + len, from, k);
		len += k;
	}
	out[len] = '\0';
	return len == 0 ? -1 : (int)len;
}

static int
size(struct smtp_in *s, const struct value *v)
{
	size_t i;

	if (v->p == NULL || v->n == 0 || v->n > 20)
		return -1;
	for (i = 0; i < v->n; i++) {
		if (v->p[i] < '0' || v->p[i] > '9')
			return -1;
		/* 20 digits may be more than fits: then it is too much */
		if (s->mail.size > UINT64_MAX / 10 - 1)
			s->mail.size = UINT64_MAX / 10;
		else
			s->mail.size =
			    s->mail.size * 10 + (uint64_t)(v->p[i] - '0');
	}
	return 0;
}

static int
body(struct smtp_in *s, const struct value *v)
{
	s->mail.eight = is(v, "8BITMIME");
	return s->mail.eight || is(v, "7BIT") ? 0 : -1;
}

static int
smtputf8(struct smtp_in *s, const struct value *v)
{
	s->mail.utf8 = 1;
	return v->p == NULL ? 0 : -1;
}

static int
ret(struct smtp_in *s, const struct value *v)
{
	s->mail.ret = is(v, "FULL") ? 'F' : is(v, "HDRS") ? 'H' : 0;
	return s->mail.ret != 0 ? 0 : -1;
}

static int
envid(struct smtp_in *s, const struct value *v)
{
	return v->p == NULL ||
		xtext(s->mail.envid, ENVID_MAX, v->p, v->n, 0) == -1 ?
	    -1 :
	    0;
}

/* who wrote it first, by the word of a client that is believed only itself */
static int
auth(struct smtp_in *s, const struct value *v)
{
	char out[MAILBOX_TEXT];

	if (!s->conf->submission || v->p == NULL)
		return -1;
	return is(v, "<>") || xtext(out, MAILBOX_TEXT - 1, v->p, v->n, 0) > 0 ?
	    0 :
	    -1;
}

static int
notify(struct smtp_in *s, const struct value *v)
{
	static const struct {
		const char *word;
		unsigned int bit;
	} words[] = { { "SUCCESS", NOTIFY_SUCCESS },
		{ "FAILURE", NOTIFY_FAILURE }, { "DELAY", NOTIFY_DELAY } };
	const char *p = v->p, *end;
	struct value one;
	size_t i;

	if (is(v, "NEVER")) {
		s->rcpt.notify = NOTIFY_NEVER;
		return 0;
	}
	if (p == NULL)
		return -1;
	for (end = p + v->n; p <= end; p += one.n + 1) {
		one.p = p;
		for (one.n = 0; p + one.n < end && p[one.n] != ','; one.n++)
			;
		for (i = 0; i < 3 && !is(&one, words[i].word); i++)
			;
		if (i == 3)
			return -1;
		s->rcpt.notify |= words[i].bit;
	}
	return 0;
}

/* "rfc822;" and xtext; the type is an atom */
static int
orcpt(struct smtp_in *s, const struct value *v)
{
	const char *semi;
	size_t type, i;

	if (v->p == NULL || (semi = memchr(v->p, ';', v->n)) == NULL)
		return -1;
	type = (size_t)(semi - v->p) + 1;
	if (type == 1 || type > ORCPT_MAX)
		return -1;
	for (i = 0; i < type - 1; i++)
		if ((v->p[i] < '0' || v->p[i] > '9') &&
		    ((v->p[i] | 32) < 'a' || (v->p[i] | 32) > 'z') &&
		    v->p[i] != '-')
			return -1;
	memcpy(s->rcpt.orcpt, v->p, type);
	return xtext(s->rcpt.orcpt + type, ORCPT_MAX - type, v->p + type,
		   v->n - type, s->mail.utf8) == -1 ?
	    -1 :
	    0;
}

/* clang-format off */
static const struct param of_mail[] = {
{ "SIZE",     size },     { "BODY",  body }, { "RET",  ret },
{ "SMTPUTF8", smtputf8 }, { "ENVID", envid }, { "AUTH", auth },
{ NULL,       NULL },
};

static const struct param of_rcpt[] = {
{ "NOTIFY",   notify },   { "ORCPT", orcpt }, { NULL,   NULL },
};
/* clang-format on */

/* each at most once, in any order */
static const char *
params(struct smtp_in *s, const struct param *known, const char *p,
    const char *end)
{
	const struct param *k;
	const char *word;
	unsigned int seen = 0;
	struct value v;
	size_t n;

	while (p < end) {
		if (*p != ' ')
			return "501 5.5.4 No blank in front of a parameter";
		while (p < end && *p == ' ')
			p++;
		for (word = p; p < end && *p != ' ' && *p != '='; p++)
			;
		n = (size_t)(p - word);
		v.p = p < end && *p == '=' ? ++p : NULL;
		while (p < end && *p != ' ')
			p++;
		v.n = v.p != NULL ? (size_t)(p - v.p) : 0;
		for (k = known; k->name != NULL; k++)
			if (strlen(k->name) == n &&
			    strncasecmp(k->name, word, n) == 0)
				break;
		if (k->name == NULL)
			return "555 5.5.4 Unknown parameter";
		if (seen & 1U << (k - known))
			return "501 5.5.4 A parameter is said twice";
		seen |= 1U << (k - known);
		if (k->run(s, &v) == -1)
			return "501 5.5.4 Bad value of a parameter";
	}
	return NULL;
}

const char *
smtp_in_mail_params(struct smtp_in *s, const char *p, const char *end)
{
	return params(s, of_mail, p, end);
}

const char *
smtp_in_rcpt_params(struct smtp_in *s, const char *p, const char *end)
{
	return params(s, of_rcpt, p, end);
}

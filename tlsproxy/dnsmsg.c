/*
 * dnsmsg: see dnsmsg.h. Every byte of an answer may be an attacker's. Names
 * are unpacked into a buffer of their largest size; a pointer must lead to
 * what is before the name it stands in, so none leads in a circle.
 */
#include <sys/socket.h>
#include <stdio.h>
#include <string.h>

#include "dnsmsg.h"
#include "tlsa.h"

enum { HEADER = 12, WIRE_NAME = 255, LABEL = 63 };
enum { CNAME = 5, CLASS_IN = 1, FLAG_TC = 0x02, FLAG_QR = 0x80 };
enum { RCODE_NXDOMAIN = 3 };

struct name { /* in small letters, as on the wire */
	uint8_t b[WIRE_NAME];
	size_t len;
};

struct reader {
	const uint8_t *p;
	size_t len, at;
};

struct record {
	struct name owner;
	unsigned int type, class;
	size_t at, len; /* of its data */
};

static int
is_letter(int c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' ||
	    c == '_';
}

static uint8_t
small(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 'a' - 'A') : c;
}

int
dns_name(char out[DIAL_NAME], const char *in)
{
	size_t i, label = 0, len = strlen(in);

	if (len > 0 && in[len - 1] == '.')
		len--;
	if (len == 0 || len > DIAL_NAME - 3)
		return -1;
	for (i = 0; i < len; i++) {
		out[i] = (char)small((uint8_t)in[i]);
		if (out[i] == '.' ? label == 0 : !is_letter(out[i]))
			return -1;
		label = out[i] == '.' ? 0 : label + 1;
		if (label > LABEL)
			return -1;
	}
	memset(out + len, 0, DIAL_NAME - len);
	return label == 0 ? -1 : 0;
}

int
dns_join(char out[DIAL_NAME], const char *a, const char *b)
{
	int n;

	memset(out, 0, DIAL_NAME);
	n = snprintf(out, DIAL_NAME, "%s.%s", a, b);
	return n > DIAL_NAME - 3 ? -1 : 0;
}

/* what dns_name() gave, on the wire */
static void
to_wire(struct name *n, const char *text)
{
	size_t label;

	for (n->len = 0;; text += label + 1) {
		label = strcspn(text, ".");
		n->b[n->len++] = (uint8_t)label;
		memcpy(n->b + n->len, text, label);
		n->len += label;
		if (text[label] == '\0')
			break;
	}
	n->b[n->len++] = 0;
}

/* the other way; -1: it is no name of a host */
static int
to_text(char out[DIAL_NAME], const struct name *n)
{
	char text[WIRE_NAME + 1];
	size_t at = 0, len = 0, label;

	while ((label = n->b[at++]) > 0) {
		if (memchr(n->b + at, '.', label) != NULL ||
		    memchr(n->b + at, '\0', label) != NULL)
			return -1;
		memcpy(text + len, n->b + at, label);
		len += label;
		at += label;
		text[len++] = '.';
	}
	text[len] = '\0';
	return dns_name(out, text);
}

static int
is_same(const struct name *a, const struct name *b)
{
	return a->len == b->len && memcmp(a->b, b->b, a->len) == 0;
}

static int
get16(struct reader *r, unsigned int *v)
{
	if (r->len - r->at < 2)
		return -1;
	*v = (unsigned int)r->p[r->at] << 8 | r->p[r->at + 1];
	r->at += 2;
	return 0;
}

static int
add_label(struct name *n, const uint8_t *p, size_t label)
{
	size_t i;

	if (label > LABEL || n->len + 1 + label > WIRE_NAME)
		return -1;
	n->b[n->len++] = (uint8_t)label;
	for (i = 0; i < label; i++)
		n->b[n->len++] = small(p[i]);
	return 0;
}

static int
get_name(struct reader *r, struct name *n)
{
	size_t at = r->at, low = at, after = 0, label = 1;

	n->len = 0;
	while (label > 0) {
		if (at >= r->len)
			return -1;
		label = r->p[at++];
		if ((label & 0xc0) == 0xc0) {
			if (at >= r->len)
				return -1;
			label = (label & 0x3f) << 8 | r->p[at++];
			if (after == 0)
				after = at;
			if (label >= low) /* back only */
				return -1;
			low = at = label;
			label = 1;
			continue;
		}
		if (r->len - at < label || add_label(n, r->p + at, label) == -1)
			return -1;
		at += label;
	}
	r->at = after > 0 ? after : at;
	return 0;
}

/* moves on to the next one */
static int
get_record(struct reader *r, struct record *rec)
{
	unsigned int ttl, len;

	if (get_name(r, &rec->owner) == -1 || get16(r, &rec->type) == -1 ||
	    get16(r, &rec->class) == -1 || get16(r, &ttl) == -1 ||
	    get16(r, &ttl) == -1 || get16(r, &len) == -1 ||
	    r->len - r->at < len)
		return -1;
	rec->at = r->at;
	rec->len = len;
	r->at += len;
	return 0;
}

/* a name that ends with the record's data; -1: it does not */
static int
get_target(const struct reader *r, const struct record *rec, size_t from,
    struct name *n)
{
	struct reader d = { r->p, rec->at + rec->len, rec->at + from };

	return from > rec->len || get_name(&d, n) == -1 || d.at != d.len ? -1 :
									   0;
}

static int
take_address(struct dnsmsg *m, const struct reader *r, const struct record *rec)
{
	struct addr *a = &m->addr[m->n];

	if (rec->len != (rec->type == DNS_A ? 4 : 16))
		return -1;
	if (m->n == DNS_ADDRESSES)
		return 0;
	a->family = rec->type == DNS_A ? AF_INET : AF_INET6;
	memcpy(a->ip, r->p + rec->at, rec->len);
	m->n++;
	return 0;
}

/* the smaller preference is the better one, then the larger weight */
static int
is_better(const struct target *a, const struct target *b)
{
	return a->preference != b->preference ? a->preference < b->preference :
						a->weight > b->weight;
}

/* behind those that are as good; the worst has to go when there are many */
static void
insert(struct dnsmsg *m, const struct target *t)
{
	size_t i = m->n;

	while (i > 0 && is_better(t, &m->target[i - 1]))
		i--;
	if (i == TARGETS_MAX)
		return;
	if (m->n < TARGETS_MAX)
		m->n++;
	memmove(&m->target[i + 1], &m->target[i], (m->n - i - 1) * sizeof(*t));
	m->target[i] = *t;
}

static int
take_target(struct dnsmsg *m, const struct reader *r, const struct record *rec)
{
	struct reader d = { r->p, rec->at + rec->len, rec->at };
	struct target t = { 0 };
	unsigned int v[3] = { 0 }, i, n = rec->type == DNS_SRV ? 3 : 1;
	struct name name;

	for (i = 0; i < n; i++)
		if (get16(&d, &v[i]) == -1)
			return -1;
	if (get_target(r, rec, 2 * (size_t)n, &name) == -1)
		return -1;
	t.preference = (uint16_t)v[0];
	t.weight = (uint16_t)v[1];
	t.port = (uint16_t)v[2];
	if (name.len == 1)
		m->result = DNS_NULL;
	else if (to_text(t.name, &name) == 0)
		insert(m, &t);
	else
		m->left++;
	return 0;
}

static int
take_tlsa(struct dnsmsg *m, const struct reader *r, const struct record *rec)
{
	const uint8_t *p = r->p + rec->at;
	struct tlsa t;

	if (rec->len < 3)
		return -1;
	t.usage = p[0];
	t.selector = p[1];
	t.mtype = p[2];
	t.data = p + 3;
	t.len = rec->len - 3;
	if (m->n < TLSA_MAX &&
	    tlsa_pack(m->tlsa, sizeof(m->tlsa), &m->tlsalen, &t) == 0)
		m->n++;
	else
		m->left++;
	return 0;
}

static int
take(struct dnsmsg *m, const struct reader *r, const struct record *rec)
{
	switch (rec->type) {
	case DNS_A:
	case DNS_AAAA:
		return take_address(m, r, rec);
	case DNS_MX:
	case DNS_SRV:
		return take_target(m, r, rec);
	case DNS_TLSA:
		return take_tlsa(m, r, rec);
	default:
		return 0;
	}
}

/* the first answer; -1: there is no such place */
static int
pass_question(struct reader *r, unsigned int *answers)
{
	struct reader counts = { r->p, r->len, 4 };
	unsigned int questions, skipped;
	struct name n;

	if (get16(&counts, &questions) == -1 || get16(&counts, answers) == -1)
		return -1;
	for (r->at = HEADER; questions > 0; questions--)
		if (get_name(r, &n) == -1 || get16(r, &skipped) == -1 ||
		    get16(r, &skipped) == -1)
			return -1;
	return 0;
}

/*
 * One walk over the answers: records of that name and type are taken; 1: it
 * is an alias, and name is what of; -1: broken.
 */
static int
walk(struct dnsmsg *m, struct reader r, unsigned int answers, struct name *name,
    int type)
{
	struct record rec;
	struct name target;

	while (answers-- > 0) {
		if (get_record(&r, &rec) == -1)
			return -1;
		if (rec.class != CLASS_IN || !is_same(&rec.owner, name))
			continue;
		if (rec.type == CNAME) {
			if (get_target(&r, &rec, 0, &target) == -1)
				return -1;
			*name = target;
			return 1;
		}
		if (rec.type == (unsigned int)type && take(m, &r, &rec) == -1)
			return -1;
	}
	return 0;
}

void
dns_parse(struct dnsmsg *m, const uint8_t *p, size_t len, const char *text,
    int type)
{
	struct reader r = { p, len, 0 };
	unsigned int answers, rcode;
	struct name name;
	int more;

	memset(m, 0, sizeof(*m));
	m->result = DNS_FAILED;
	if (len < HEADER || !(p[2] & FLAG_QR) || p[2] & FLAG_TC ||
	    pass_question(&r, &answers) == -1)
		return;
	rcode = p[3] & 0xf;
	if (rcode != 0 && rcode != RCODE_NXDOMAIN)
		return;
	m->result = DNS_NONE;
	to_wire(&name, text);
	while ((more = walk(m, r, answers, &name, type)) == 1) {
		m->n = m->left = m->tlsalen = 0; /* an alias has nothing else */
		m->result = DNS_NONE;
		if (++m->aliases > DNS_ALIASES)
			break;
	}
	if (more != 0) {
		memset(m, 0, sizeof(*m));
		m->result = DNS_FAILED;
		return;
	}
	if (to_text(m->canonical, &name) == -1)
		memset(m->canonical, 0, sizeof(m->canonical));
	if (m->n > 0)
		m->result = DNS_GOOD;
	else if (m->left > 0)
		m->result = DNS_BROKEN;
	else if (m->result != DNS_NULL && rcode == RCODE_NXDOMAIN)
		m->result = DNS_NXDOMAIN;
}

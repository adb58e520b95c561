/*
 * conf_value: one scalar of a configuration file as a C value, and numbers
 * back as text. Everything numeric: no names are looked up, no locale, no
 * octal. Touches memory only; believes the schema, not the text.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <netinet/in.h>
#include <ctype.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "conf.h"
#include "conf_impl.h"

struct unit {
	const char *name;
	int64_t n;
};

/* largest first; times without a unit are read, but not written */
static const struct unit counts[] = { { "", 1 }, { NULL, 0 } };
static const struct unit sizes[] = { { "G", 1 << 30 }, { "M", 1 << 20 },
	{ "k", 1 << 10 }, { "", 1 }, { NULL, 0 } };
static const struct unit times[] = { { "d", 86400000 }, { "h", 3600000 },
	{ "m", 60000 }, { "s", 1000 }, { "ms", 1 }, { "", 1000 }, { NULL, 0 } };

static const struct unit *
units(int type)
{
	return type == CONF_SIZE ? sizes : type == CONF_TIME ? times : counts;
}

size_t
conf_sizeof(int type)
{
	switch (type) {
	case CONF_INT:
	case CONF_SIZE:
	case CONF_TIME:
		return sizeof(int64_t);
	case CONF_BOOL:
	case CONF_WORD:
		return sizeof(int);
	case CONF_STRING:
		return sizeof(char *);
	case CONF_ADDR:
		return sizeof(struct conf_addr);
	case CONF_MAP:
		return sizeof(struct conf_list);
	default:
		if (type >= CONF_LIST && type < CONF_LIST + CONF_MAP)
			return sizeof(struct conf_list);
		fprintf(stderr, "conf: no type %d\n", type);
		abort();
	}
}

const char *
conf_noun(int type)
{
	/* clang-format off */
	static const char *const nouns[] = {
		[CONF_INT] = "a number", [CONF_SIZE] = "a size",
		[CONF_TIME] = "a time", [CONF_BOOL] = "yes or no",
		[CONF_STRING] = "text", [CONF_WORD] = "a word",
		[CONF_ADDR] = "an address", [CONF_MAP] = "a mapping",
	};
	/* clang-format on */

	return type & CONF_LIST ? "a list" : nouns[type];
}

int
conf_plain(const char *s)
{
	const char *c;

	if (!isalpha((unsigned char)*s) && *s != '/' && *s != '_')
		return 0;
	for (c = s; *c != '\0'; c++)
		if (!isalnum((unsigned char)*c) && !strchr("/_.@+-", *c))
			return 0;
	return strcmp(s, "null") != 0 && strcmp(s, "Null") != 0 &&
	    strcmp(s, "NULL") != 0;
}

void
conf_number(int type, int64_t n, int64_t also, char *buf, size_t size)
{
	const struct unit *u = units(type);

	if (n == 0) {
		snprintf(buf, size, "0");
		return;
	}
	while (u->n > 1 && (n % u->n != 0 || also % u->n != 0))
		u++;
	snprintf(buf, size, "%" PRId64 "%s", n / u->n, u->name);
}

/* 1s to 60s, not 1s to 1m; 1k to 1G. Empty, if there is no limit */
void
conf_range(int type, int64_t lo, int64_t hi, char *buf, size_t size)
{
	char from[32], to[32];

	conf_number(type, lo, hi, from, sizeof(from));
	conf_number(type, hi, lo, to, sizeof(to));
	if (hi == INT64_MAX || strtoll(to, NULL, 10) >= 100) {
		conf_number(type, lo, 0, from, sizeof(from));
		conf_number(type, hi, 0, to, sizeof(to));
	}
	if (hi != INT64_MAX)
		snprintf(buf, size, "%s to %s", from, to);
	else if (lo != INT64_MIN)
		snprintf(buf, size, "%s or more", from);
	else
		buf[0] = '\0';
}

/* 0, -1: not a number with a unit, 1: does not fit */
static int
parse_number(int type, const char *s, int64_t *n)
{
	const struct unit *u = units(type);
	int minus = type == CONF_INT && *s == '-', large = 0;
	const char *digits = s += minus;

	for (*n = 0; isdigit((unsigned char)*s); s++)
		if (__builtin_mul_overflow(*n, 10, n) ||
		    __builtin_sub_overflow(*n, *s - '0', n))
			large = 1;
	if (s == digits || (*digits == '0' && s > digits + 1))
		return -1;
	while (u->name != NULL && strcmp(u->name, s) != 0)
		u++;
	if (u->name == NULL)
		return -1;
	/* up to here below zero, where one more number fits */
	return large || __builtin_mul_overflow(*n, u->n, n) ||
	    (!minus && __builtin_sub_overflow(0, *n, n));
}

static int
scalar_number(struct conf_src *s, const struct conf_key *k,
    const struct conf_node *node, int64_t *to)
{
	static const char *const examples[] = {
		[CONF_INT] = "a decimal such as 25",
		[CONF_SIZE] = "64k, 10M or 1G",
		[CONF_TIME] = "250ms, 10s, 5m, 8h or 30d",
	};
	char range[80];
	int64_t n;
	int rc;

	if ((rc = parse_number(k->type, node->text, &n)) < 0) {
		conf_complain(s, node, "not %s; %s was meant",
		    conf_noun(k->type), examples[k->type]);
		return -1;
	}
	conf_range(k->type, k->lo, k->hi, range, sizeof(range));
	if (rc > 0 || n < k->lo || n > k->hi) {
		conf_complain(s, node, "out of range%s%s",
		    range[0] != '\0' ? ", " : "", range);
		return -1;
	}
	*to = n;
	return 0;
}

static int
scalar_bool(struct conf_src *s, const struct conf_node *node, int *to)
{
	static const char *const words[] = { "no", "yes", "false", "true",
		"off", "on" };
	int i;

	for (i = 0; i < 6; i++)
		if (strcmp(words[i], node->text) == 0) {
			*to = i & 1;
			return 0;
		}
	conf_complain(s, node, "neither yes nor no; one of them was meant");
	return -1;
}

static int
scalar_word(struct conf_src *s, const struct conf_key *k,
    const struct conf_node *node, int *to)
{
	const char *comma = "";
	char meant[256] = "";
	size_t n = 0;
	int i;

	for (i = 0; k->words[i] != NULL; i++) {
		if (strcmp(k->words[i], node->text) == 0) {
			*to = i;
			return 0;
		}
		if (i > 0)
			comma = k->words[i + 1] != NULL ? ", " : " or ";
		if (n < sizeof(meant))
			n += snprintf(meant + n, sizeof(meant) - n, "%s%s",
			    comma, k->words[i]);
	}
	conf_complain(s, node, "unknown word; %s was meant", meant);
	return -1;
}

static int
scalar_string(struct conf_src *s, const struct conf_key *k,
    const struct conf_node *node, char **to)
{
	int64_t n = strlen(node->text);
	char range[80];

	if ((*to = conf_copy(s, node->text)) == NULL)
		return -1;
	if (n >= k->lo && n <= k->hi)
		return 0;
	conf_range(CONF_INT, k->lo, k->hi, range, sizeof(range));
	conf_complain(s, node, "too %s, %s bytes", n < k->lo ? "short" : "long",
	    range);
	return -1;
}

/* "*", "192.0.2.1" or "[2001:db8::1]" of len bytes */
static int
parse_host(const char *s, size_t len, struct conf_addr *a)
{
	struct sockaddr_in in = { .sin_family = AF_INET };
	struct sockaddr_in6 in6 = { .sin6_family = AF_INET6 };
	char host[INET6_ADDRSTRLEN + 2];

	if (len >= sizeof(host))
		return -1;
	memcpy(host, s, len);
	host[len] = '\0';
	in.sin_port = in6.sin6_port = htons(a->port);
	if (strcmp(host, "*") == 0)
		a->family = AF_UNSPEC;
	else if (inet_pton(AF_INET, host, &in.sin_addr) == 1) {
		a->family = AF_INET;
		a->len = sizeof(in);
		memcpy(&a->ss, &in, sizeof(in));
	} else {
		if (len < 2 || host[0] != '[' || host[len - 1] != ']')
			return -1;
		host[len - 1] = '\0';
		if (inet_pton(AF_INET6, host + 1, &in6.sin6_addr) != 1)
			return -1;
		a->family = AF_INET6;
		a->len = sizeof(in6);
		memcpy(&a->ss, &in6, sizeof(in6));
	}
	return 0;
}

static int
scalar_addr(struct conf_src *s, const struct conf_node *node,
    struct conf_addr *to)
{
	const char *colon = strrchr(node->text, ':');
	struct conf_addr a;
	int64_t port = 0;
	int rc = -1;

	memset(&a, 0, sizeof(a));
	if (colon != NULL)
		rc = parse_number(CONF_INT, colon + 1, &port);
	if (rc == 0 && port >= 1 && port <= UINT16_MAX)
		a.port = port;
	if (rc < 0 || parse_host(node->text, colon - node->text, &a) < 0)
		conf_complain(s, node,
		    "not an address with a port; "
		    "192.0.2.1:25, \"[2001:db8::1]:25\" or \"*:25\" was "
		    "meant");
	else if (a.port == 0)
		conf_complain(s, node, "port out of range, 1 to 65535");
	else {
		*to = a;
		return 0;
	}
	return -1;
}

int
conf_scalar(struct conf_src *s, const struct conf_key *k,
    const struct conf_node *node, void *to)
{
	if (node->kind != CONF_NODE_SCALAR) {
		conf_complain(s, node, "a %s; %s was meant%s",
		    node->kind == CONF_NODE_LIST ? "list" : "mapping",
		    conf_noun(k->type),
		    k->type == CONF_ADDR ? ", in quotes" : "");
		return -1;
	}
	if (conf_null(node)) {
		conf_complain(s, node, "no value; %s was meant%s",
		    conf_noun(k->type),
		    k->type == CONF_STRING ? " ('' is an empty one)" : "");
		return -1;
	}
	switch (k->type) {
	case CONF_BOOL:
		return scalar_bool(s, node, to);
	case CONF_STRING:
		return scalar_string(s, k, node, to);
	case CONF_WORD:
		return scalar_word(s, k, node, to);
	case CONF_ADDR:
		return scalar_addr(s, node, to);
	default:
		return scalar_number(s, k, node, to);
	}
}

const char *
conf_absolute(const void *v)
{
	const char *s = *(char *const *)v;

	return *s == '/' || *s == '\0' ?
	    NULL :
	    "not a path from the root; one that begins with / was meant";
}

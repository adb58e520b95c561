/*
 * dnsmsg: any bytes as an answer to the question for a.example; the first
 * one says of which type. 5: as a name in text; 6: as a file of trust
 * anchors. What is taken is within its bounds and reads as the same again.
 */
#include <sys/socket.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "anchors.h"
#include "dnsmsg.h"
#include "limits.h"
#include "tlsa.h"

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
is_name(const char *s)
{
	char again[DIAL_NAME];

	MUST(strlen(s) <= DIAL_NAME - 3 && dns_name(again, s) == 0 &&
	    memcmp(again, s, DIAL_NAME) == 0);
}

static void
targets(const struct dnsmsg *m)
{
	size_t i;

	MUST(m->n <= TARGETS_MAX);
	for (i = 0; i < m->n; i++) {
		is_name(m->target[i].name);
		MUST(i == 0 ||
		    m->target[i - 1].preference < m->target[i].preference ||
		    (m->target[i - 1].preference == m->target[i].preference &&
			m->target[i - 1].weight >= m->target[i].weight));
	}
}

static void
records(const struct dnsmsg *m)
{
	struct tlsa t;
	size_t at = 0, n = 0;

	MUST(m->n <= TLSA_MAX && m->tlsalen <= TLSA_BYTES);
	while (tlsa_next(m->tlsa, m->tlsalen, &at, &t) == 1)
		n++;
	MUST(n == m->n && at == m->tlsalen);
}

static void
addresses(const struct dnsmsg *m, int family)
{
	size_t i;

	MUST(m->n <= DNS_ADDRESSES);
	for (i = 0; i < m->n; i++)
		MUST(m->addr[i].family == family && m->addr[i].port == 0);
}

static void
answer(int type, const uint8_t *p, size_t len)
{
	static struct dnsmsg m;

	dns_parse(&m, p, len, "a.example", type);
	MUST((m.result == DNS_GOOD) == (m.n > 0));
	MUST(m.aliases <= DNS_ALIASES);
	if (m.canonical[0] != '\0')
		is_name(m.canonical);
	if (m.result == DNS_FAILED)
		MUST(m.canonical[0] == '\0' && m.left == 0);
	if (type == DNS_MX || type == DNS_SRV)
		targets(&m);
	else if (type == DNS_TLSA)
		records(&m);
	else
		addresses(&m, type == DNS_A ? AF_INET : AF_INET6);
}

static void
name(const uint8_t *p, size_t len)
{
	char *s = malloc(len + 1), out[DIAL_NAME];

	MUST(s != NULL);
	memcpy(s, p, len);
	s[len] = '\0';
	if (dns_name(out, s) == 0)
		is_name(out);
	free(s);
}

static int
take_again(const char *record, void *arg)
{
	MUST(strcmp(record, arg) == 0);
	return 0;
}

static void
never(size_t line, const char *what, void *arg)
{
	(void)line, (void)what, (void)arg;
	abort();
}

static int
take(const char *record, void *arg)
{
	char copy[ANCHOR_LINE];

	(void)arg;
	MUST(strlen(record) < sizeof(copy) && strpbrk(record, ";\n") == NULL);
	memcpy(copy, record, strlen(record) + 1);
	MUST(anchors_parse(record, strlen(record), take_again, never, copy) ==
	    0);
	return 0;
}

static void
complain(size_t line, const char *what, void *arg)
{
	size_t *last = arg;

	MUST(line > *last && *what != '\0');
	*last = line;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	static const int types[] = { DNS_A, DNS_AAAA, DNS_MX, DNS_SRV,
		DNS_TLSA };
	size_t line = 0;

	if (len == 0)
		return 0;
	if (data[0] < 5)
		answer(types[data[0]], data + 1, len - 1);
	else if (data[0] == 5)
		name(data + 1, len - 1);
	else if (data[0] == 6)
		anchors_parse((const char *)data + 1, len - 1, take, complain,
		    &line);
	return 0;
}

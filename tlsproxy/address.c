/*
 * address: see address.h. The tables are those of IANA's special-purpose
 * registries, as far as a host there is not one of the public Internet.
 */
#include <sys/socket.h>
#include <arpa/inet.h>
#include <string.h>

#include "address.h"

struct net {
	unsigned int bits;
	uint8_t ip[16];
};

/* clang-format off */
static const struct net special4[] = {
{  8, { 0 } },           /* this network */
{  8, { 10 } },          /* private */
{ 10, { 100, 64 } },     /* shared, behind a carrier's NAT */
{  8, { 127 } },         /* loopback */
{ 16, { 169, 254 } },    /* link-local */
{ 12, { 172, 16 } },     /* private */
{ 24, { 192, 0, 0 } },   /* protocols */
{ 24, { 192, 0, 2 } },   /* documentation */
{ 24, { 192, 88, 99 } }, /* 6to4 relays, given up */
{ 16, { 192, 168 } },    /* private */
{ 15, { 198, 18 } },     /* benchmarks */
{ 24, { 198, 51, 100 } },
{ 24, { 203, 0, 113 } },
{  4, { 224 } },         /* multicast */
{  4, { 240 } },         /* reserved, broadcast */
}, special6[] = {        /* within 2000::/3 */
{ 23, { 0x20, 0x01 } },  /* protocols, Teredo */
{ 32, { 0x20, 0x01, 0x0d, 0xb8 } },
{ 20, { 0x3f, 0xff } },
}, global6[] = {
{  3, { 0x20 } },
}, inner[] = {           /* what has an IPv4 address behind the prefix */
{ 96, { 0x00, 0x64, 0xff, 0x9b } },
{ 16, { 0x20, 0x02 } },
};
/* clang-format on */

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* the one that it lies in */
static const struct net *
find(const struct net *list, size_t n, const uint8_t *ip)
{
	unsigned int whole, rest;

	for (; n > 0; n--, list++) {
		whole = list->bits / 8;
		rest = list->bits % 8;
		if (memcmp(list->ip, ip, whole) == 0 &&
		    (rest == 0 ||
			(list->ip[whole] ^ ip[whole]) >> (8 - rest) == 0))
			return list;
	}
	return NULL;
}

int
address_is_public(const struct addr *a)
{
	const struct net *n;

	if (a->family == AF_INET)
		return find(special4, N(special4), a->ip) == NULL;
	if (a->family != AF_INET6)
		return 0;
	if ((n = find(inner, N(inner), a->ip)) != NULL)
		return find(special4, N(special4), a->ip + n->bits / 8) == NULL;
	return find(global6, N(global6), a->ip) != NULL &&
	    find(special6, N(special6), a->ip) == NULL;
}

static int
same_ip(const struct addr *a, const struct addr *b)
{
	return a->family == b->family && a->scope == b->scope &&
	    memcmp(a->ip, b->ip, a->family == AF_INET ? 4 : 16) == 0;
}

int
address_same(const struct addr *a, const struct addr *b)
{
	return same_ip(a, b) && a->port == b->port;
}

int
address_is_in(const struct addr *list, size_t n, const struct addr *a)
{
	for (; n > 0; n--, list++)
		if (same_ip(list, a) &&
		    (list->port == 0 || list->port == a->port))
			return 1;
	return 0;
}

size_t
address_order(struct addr *out, enum family_order order, const struct addr *v4,
    size_t n4, const struct addr *v6, size_t n6)
{
	int six = order == FAMILY_ANY || order == FAMILY_6_ONLY;
	size_t n = 0;

	if (order == FAMILY_4_ONLY)
		n6 = 0;
	if (order == FAMILY_6_ONLY)
		n4 = 0;
	for (; n < ADDRESS_TRIES && n4 + n6 > 0; six = !six)
		if (six && n6 > 0) {
			out[n++] = *v6++;
			n6--;
		} else if (!six && n4 > 0) {
			out[n++] = *v4++;
			n4--;
		}
	return n;
}

int
address_parse(struct addr *a, const char *text)
{
	memset(a, 0, sizeof(*a));
	a->family = strchr(text, ':') != NULL ? AF_INET6 : AF_INET;
	return inet_pton(a->family, text, a->ip) == 1 ? 0 : -1;
}

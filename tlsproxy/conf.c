/* conf: the schema of tlsproxy.conf, and what no schema can say about it */
#include <netinet/in.h>
#include <string.h>

#include "cert.h"
#include "tlsproxy.h"

#define AT(f) offsetof(struct gate_conf, f)
#define IN_SERVICE(f) offsetof(struct gate_service, f)

static const char *const tls_words[] = { "no", "starttls", "implicit", NULL };
static const char *const ask_words[] = { "no", "ask", NULL };

static const char *
check_name(const void *v)
{
	return cert_is_name(*(char *const *)v) ?
	    NULL :
	    "not a file name for a certificate; a host name was meant";
}

static const char *
check_alpn(const void *v)
{
	const char *s = *(char *const *)v;

	return strpbrk(s, ", \t") != NULL || *s == '\0' ?
	    "not a protocol name; h2 or http/1.1 was meant" :
	    NULL;
}

/* clang-format off */
static const struct conf_key service_keys[] = {
{ "listen", CONF_ADDR | CONF_LIST, IN_SERVICE(listen), 1, LISTENERS_MAX, NULL,
    "Addresses to listen on; a star is all of this machine, IPv4 and IPv6." },
{ "tls", CONF_WORD, IN_SERVICE(tls), 0, 0, NULL,
    "Whether TLS begins at once, on request, or never.", .words = tls_words },
{ "to", CONF_STRING, IN_SERVICE(to), 3, 31, NULL,
    "Daemon and process that take its connections, as in httpd.server." },
{ "alpn", CONF_STRING | CONF_LIST, IN_SERVICE(alpn), 0, 8, "[]",
    "Application protocols offered to clients, the best first.",
    .check = check_alpn },
{ "client-cert", CONF_WORD, IN_SERVICE(ask), 0, 0, "no",
    "Whether clients are asked for a certificate; it is never required.",
    .words = ask_words },
{ 0 }
};

const struct conf_key gate_keys[] = {
PARENT_KEYS("tlsproxy"),
{ "services", CONF_MAP, AT(services), 0, SERVICES, "{}",
    "The services, by name.", .sub = service_keys,
    .size = sizeof(struct gate_service) },
{ "certificates", CONF_STRING | CONF_LIST, AT(certificates), 0, CERTS_MAX,
    "[]", "Certificates by name: NAME.crt, NAME.key and, if it is there, "
    "NAME.ocsp\nbelow the directory tls.\nThe first one serves clients that "
    "name no host, or one that is not ours.", .check = check_name },
{ "tls", CONF_STRING, AT(tls), 1, 200, SYSCONFDIR "/tls",
    "Directory of certificates and keys.",
    .check = conf_absolute },
{ "secrets", CONF_STRING, AT(secrets), 1, 255, SYSCONFDIR "/secrets",
    "File of the accounts, mode 0600.",
    .check = conf_absolute },
{ "ca", CONF_STRING, AT(ca), 0, 255, "/etc/ssl/certs/ca-certificates.crt",
    "Trusted CAs, for the certificates of clients.",
    .check = conf_absolute },
{ "min-uid", CONF_INT, AT(min_uid), 1, 2147483647, "1000",
    "Smallest user id of an account." },
{ "relays", CONF_INT, AT(relays), 0, RELAYS_MAX, "0",
    "Relay processes; 0: one per core." },
{ "limits.connections", CONF_INT, AT(connections), 16, CONNS_CEILING, "8192",
    "Connections of one relay.\nWhen nine tenths are in use, addresses with "
    "more than 8 get no more." },
{ "limits.per-address", CONF_INT, AT(per_address), 1, CONNS_CEILING, "64",
    "Connections of one relay with one IPv4 address or IPv6 /64." },
{ "limits.handshakes", CONF_INT, AT(handshakes), 1, CONNS_CEILING, "256",
    "Unfinished handshakes of one relay; when full, the oldest goes." },
{ "limits.handshakes-per-address", CONF_INT, AT(handshakes_per_address), 1,
    CONNS_CEILING, "16", "The same of one address or /64." },
{ "limits.handshake-rate", CONF_INT, AT(handshake_rate), 1, 1000000, "500",
    "Full handshakes of one relay per second; the rest waits." },
{ "limits.handshake", CONF_TIME, AT(handshake_time), 100, 60000, "10s",
    "Time for a handshake, from accept to its end." },
{ "limits.close", CONF_TIME, AT(close_time), 100, 60000, "5s",
    "Time for a client to take the last bytes and to end its side." },
{ 0 }
};
/* clang-format on */

int
gate_to(const char *to, char daemon[16], char row[16])
{
	const char *dot = strchr(to, '.');
	int i;

	memset(daemon, 0, 16);
	memset(row, 0, 16);
	if (dot == NULL || dot - to > 15 || strlen(dot + 1) > 15)
		return PARENT;
	memcpy(daemon, to, (size_t)(dot - to));
	memcpy(row, dot + 1, strlen(dot + 1));
	i = gate_row(daemon, row);
	return i != PARENT && imsg_is(i, R_taker) ? i : PARENT;
}

static void
check_service(struct conf_src *src, const struct gate_service *s)
{
	char daemon[16], row[16];
	const char *const *p = s->alpn.v;
	size_t i, n = 0;

	if (strlen(s->name) > 15)
		conf_error(src, s, "name too long, 15 bytes at most");
	if (gate_to(s->to, daemon, row) == PARENT)
		conf_error(src, &s->to,
		    "no such process; httpd.server was meant, or another "
		    "that tlsproxy -A lists as taker");
	for (i = 0; i < s->alpn.n; i++)
		n += strlen(p[i]) + 1;
	if (n > ALPN_MAX)
		conf_error(src, &s->alpn, "too long, %d bytes at most",
		    ALPN_MAX - 1);
	if (s->tls == KIND_PLAIN && (s->alpn.n > 0 || s->ask))
		conf_error(src, &s->tls,
		    "no; alpn and client-cert need starttls or implicit");
}

static int
is_any(const struct conf_addr *a)
{
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memcpy(&v4, &a->ss, sizeof(v4));
	memcpy(&v6, &a->ss, sizeof(v6));
	return a->family == AF_INET ?
	    v4.sin_addr.s_addr == INADDR_ANY :
	    a->family == AF_UNSPEC || IN6_IS_ADDR_UNSPECIFIED(&v6.sin6_addr);
}

/* a star is 0.0.0.0 and :: */
static int
same(const struct conf_addr *a, const struct conf_addr *b)
{
	if (a->port != b->port)
		return 0;
	if (a->family == b->family)
		return a->len == b->len && memcmp(&a->ss, &b->ss, a->len) == 0;
	return (a->family == AF_UNSPEC || b->family == AF_UNSPEC) &&
	    is_any(a) && is_any(b);
}

/* the address of one service that another one has already */
static void
check_taken(struct conf_src *src, const struct gate_conf *c, size_t s, size_t a)
{
	const struct gate_service *v = c->services.v;
	const struct conf_addr *mine =
	    (const struct conf_addr *)v[s].listen.v + a;
	size_t i, j;

	for (i = 0; i <= s; i++)
		for (j = 0; (i < s || j < a) && j < v[i].listen.n; j++)
			if (same(mine,
				(const struct conf_addr *)v[i].listen.v + j)) {
				conf_error(src, mine, "taken by %s", v[i].name);
				return;
			}
}

void
gate_check(struct conf_src *src, void *conf)
{
	const struct gate_conf *c = conf;
	const struct gate_service *v = c->services.v;
	size_t i, j;

	for (i = 0; i < c->services.n; i++) {
		check_service(src, &v[i]);
		for (j = 0; j < v[i].listen.n; j++)
			check_taken(src, c, i, j);
		if (v[i].tls != KIND_PLAIN && c->certificates.n == 0)
			conf_error(src, &v[i].tls,
			    "needs a certificate, and certificates is empty");
	}
}

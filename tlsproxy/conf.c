/* conf: the schema of tlsproxy.conf, and what no schema can say about it */
#include <arpa/inet.h>
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

static const char *
check_client(const void *v)
{
	return **(char *const *)v == '\0' ? NULL : check_name(v);
}

static const char *
check_source(int family, const char *text)
{
	struct in6_addr a;

	return *text == '\0' || inet_pton(family, text, &a) == 1 ?
	    NULL :
	    "not an address of this family, without port";
}

static const char *
check_source4(const void *v)
{
	return check_source(AF_INET, *(char *const *)v);
}

static const char *
check_source6(const void *v)
{
	return check_source(AF_INET6, *(char *const *)v);
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
{ "auth", CONF_BOOL, IN_SERVICE(auth), 0, 0, "no",
    "Whether clients log in with a password of the file secrets." },
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
    "Trusted CAs, for the certificates of clients and of other servers.",
    .check = conf_absolute },
{ "state", CONF_STRING, AT(state), 1, 200, STATEDIR "/gate",
    "Directory of what outlives a restart: penalties, and the secret of\n"
    "salts for users that are not there.", .check = conf_absolute },
{ "client-certificate", CONF_STRING, AT(client), 0, 255, "\"\"",
    "The one of certificates that is shown to servers that ask for one, as\n"
    "other chat servers do; empty: none.", .check = check_client },
{ "out", CONF_BOOL, AT(out), 0, 0, "yes",
    "Whether daemons may connect to other hosts." },
{ "dial.servers", CONF_ADDR | CONF_LIST, AT(servers), 0, RESOLVERS_MAX, "[]",
    "Resolvers to ask; those that strip DNSSEC are not used.\n"
    "None: names are looked up from the root servers on." },
{ "dial.root-anchor", CONF_STRING, AT(root_anchor), 0, 255,
    "/usr/share/dns/root.key", "Trust anchor of the root zone, DS or DNSKEY "
    "records in zone-file form.", .check = conf_absolute },
{ "dial.anchors", CONF_STRING, AT(anchors), 0, 255, "\"\"",
    "Further trust anchors, for zones of one's own.",
    .check = conf_absolute },
{ "dial.permit", CONF_ADDR | CONF_LIST, AT(permit), 0, PERMIT_MAX, "[]",
    "Addresses of this machine, or private ones, that may be connected to\n"
    "all the same, as for a smarthost behind the firewall." },
{ "dial.source4", CONF_STRING, AT(source4), 0, 15, "\"\"",
    "IPv4 address to connect from.", .check = check_source4 },
{ "dial.source6", CONF_STRING, AT(source6), 0, 45, "\"\"",
    "IPv6 address to connect from.", .check = check_source6 },
{ "penalties.slow", CONF_INT, AT(slow), 0, 1000000, "20",
    "Score from which on answers to a network are delayed; 0: never." },
{ "penalties.refuse", CONF_INT, AT(refuse), 0, 1000000, "100",
    "Score from which on its connections are refused; 0: never.\n"
    "An IPv4 /24 or an IPv6 /64 needs four times as much for either." },
{ "penalties.halve", CONF_TIME, AT(halve), 1000, 86400000, "10m",
    "Time in which a score halves." },
{ "penalties.delay", CONF_TIME, AT(delay), 1, 60000, "1s",
    "First delay; each further failure doubles it." },
{ "penalties.delay-max", CONF_TIME, AT(delay_max), 1, 60000, "15s",
    "Longest delay." },
{ "penalties.refuse-time", CONF_TIME, AT(refuse_time), 1000, 604800000, "1h",
    "How long a network is refused at first; each further time doubles it." },
{ "penalties.refuse-max", CONF_TIME, AT(refuse_max), 1000, 604800000, "24h",
    "Longest such time." },
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
	if (s->tls == KIND_PLAIN && (s->alpn.n > 0 || s->ask || s->auth))
		conf_error(src, &s->tls,
		    "no; alpn, client-cert and auth need starttls or implicit");
	i = (size_t)gate_row(daemon, row);
	if (s->auth && i != PARENT && !imsg_is((int)i, R_login))
		conf_error(src, &s->to,
		    "nobody logs in there; smtpd.submit was meant, or another "
		    "that tlsproxy -A lists as login");
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

/* a star is no address of somebody else */
static void
check_others(struct conf_src *src, const struct conf_list *l)
{
	const struct conf_addr *a = l->v;

	for (; a < (const struct conf_addr *)l->v + l->n; a++)
		if (a->family == AF_UNSPEC)
			conf_error(src, a,
			    "not one address; 192.0.2.1:53 was meant");
}

static void
check_shown(struct conf_src *src, const struct gate_conf *c)
{
	const char *const *names = c->certificates.v;
	size_t i;

	for (i = 0; i < c->certificates.n; i++)
		if (strcmp(names[i], c->client) == 0)
			return;
	if (*c->client != '\0')
		conf_error(src, &c->client, "not one of certificates");
}

void
gate_check(struct conf_src *src, void *conf)
{
	const struct gate_conf *c = conf;
	const struct gate_service *v = c->services.v;
	size_t i, j;

	check_others(src, &c->servers);
	check_others(src, &c->permit);
	check_shown(src, c);
	for (i = 0; i < c->services.n; i++) {
		check_service(src, &v[i]);
		for (j = 0; j < v[i].listen.n; j++)
			check_taken(src, c, i, j);
		if (v[i].tls != KIND_PLAIN && c->certificates.n == 0)
			conf_error(src, &v[i].tls,
			    "needs a certificate, and certificates is empty");
	}
}

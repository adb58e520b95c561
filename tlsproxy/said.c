/* said: see said.h. Reads the TLS object and the socket's own address. */
#include <sys/socket.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <tls.h>

#include "said.h"
#include "tlsx.h"

_Static_assert(offsetof(struct said, names) == sizeof(struct conninfo) &&
	offsetof(struct conninfo, tls) + sizeof(struct tlsinfo) ==
	    sizeof(struct conninfo),
    "names follow at once");

struct addr
said_addr(const struct sockaddr_storage *ss)
{
	struct addr a = { .family = ss->ss_family };
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;

	memcpy(&v4, ss, sizeof(v4));
	memcpy(&v6, ss, sizeof(v6));
	if (ss->ss_family == AF_INET) {
		a.port = ntohs(v4.sin_port);
		memcpy(a.ip, &v4.sin_addr, 4);
	} else {
		a.port = ntohs(v6.sin6_port);
		a.scope = v6.sin6_scope_id;
		memcpy(a.ip, &v6.sin6_addr, 16);
	}
	return a;
}

void
said_accepted(struct conn *c, int fd)
{
	struct sockaddr_storage ss = { 0 };
	socklen_t len = sizeof(ss);
	struct timespec t;

	if (getsockname(fd, (struct sockaddr *)&ss, &len) == 0)
		c->local = said_addr(&ss);
	clock_gettime(CLOCK_REALTIME, &t);
	c->accepted_ns = (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

size_t
said_plain(const struct conn *c, struct said *said)
{
	memset(&said->conn, 0, sizeof(said->conn));
	memcpy(said->conn.service, c->serving->is.name,
	    sizeof(said->conn.service));
	said->conn.peer = c->peer;
	said->conn.local = c->local;
	said->conn.accepted_ns = c->accepted_ns;
	return sizeof(said->conn);
}

static void
copy(char *to, size_t size, const char *s)
{
	if (s != NULL)
		memcpy(to, s, strnlen(s, size - 1));
}

static void
hex(char *to, const uint8_t *p, size_t n)
{
	for (; n-- > 0; p++, to += 2)
		snprintf(to, 3, "%02x", *p);
}

void
said_peer(struct tlsinfo *t, struct tlsname names[TLS_NAMES],
    const struct tlsx_peer *peer)
{
	unsigned int i;

	if (peer->chain == TLSX_NONE)
		return;
	t->peer_chain = peer->chain == TLSX_TRUSTED ? 2 : 1;
	copy(t->peer_hash, sizeof(t->peer_hash), "SHA256:");
	hex(t->peer_hash + 7, peer->hash, sizeof(peer->hash));
	for (i = 0; i < peer->nnames && i < TLS_NAMES; i++) {
		struct tlsname *n = &names[t->nnames];

		memset(n, 0, sizeof(*n));
		if (strlen(peer->names[i].name) >= sizeof(n->name))
			continue;
		n->type = (uint8_t)peer->names[i].type;
		copy(n->name, sizeof(n->name), peer->names[i].name);
		t->nnames++;
	}
}

void
said_session(struct tlsinfo *t, struct tls *tls)
{
	const char *v = tls_conn_version(tls);

	t->version = v != NULL && strcmp(v, "TLSv1.3") == 0 ? 0x0304 : 0x0303;
	t->resumed = tls_conn_session_resumed(tls) != 0;
	copy(t->cipher, sizeof(t->cipher), tls_conn_cipher(tls));
	copy(t->sni, sizeof(t->sni), tls_conn_servername(tls));
	copy(t->alpn, sizeof(t->alpn), tls_conn_alpn_selected(tls));
}

size_t
said_tls(const struct conn *c, struct said *said)
{
	struct tlsinfo *t = &said->conn.tls;
	static struct tlsx_peer peer; /* large */

	said_plain(c, said);
	said_session(t, c->stream.tls);
	if (c->serving->is.ask &&
	    tlsx_peer(c->stream.ssl, time(NULL), &peer) == 0)
		said_peer(t, said->names, &peer);
	return sizeof(said->conn) + t->nnames * sizeof(said->names[0]);
}

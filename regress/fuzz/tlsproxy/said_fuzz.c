/*
 * What a client may put into its SNI, ALPN and certificate reaches daemons by
 * said_tls() only: whatever it is, each string ends in its field, is zero
 * behind its end, and the length is that of the names it tells of.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>

#include "said.h"
#include "tlsx.h"

static struct {
	const char *text[4]; /* version, cipher, servername, alpn */
	const uint8_t *p;
	size_t n;
} in;

const char *
tls_conn_version(struct tls *t)
{
	(void)t;
	return in.text[0];
}

const char *
tls_conn_cipher(struct tls *t)
{
	(void)t;
	return in.text[1];
}

const char *
tls_conn_servername(struct tls *t)
{
	(void)t;
	return in.text[2];
}

const char *
tls_conn_alpn_selected(struct tls *t)
{
	(void)t;
	return in.text[3];
}

int
tls_conn_session_resumed(struct tls *t)
{
	(void)t;
	return (int)in.n;
}

int
tlsx_peer(struct ssl_st *s, time_t now, struct tlsx_peer *peer)
{
	size_t i, n;

	(void)s, (void)now;
	memset(peer, 0, sizeof(*peer));
	if (in.n < sizeof(peer->hash))
		return -1;
	peer->chain = in.p[0] % 3;
	memcpy(peer->hash, in.p, sizeof(peer->hash));
	for (i = sizeof(peer->hash); i < in.n && peer->nnames < TLSX_NAMES;) {
		n = in.p[i++];
		n = n < in.n - i ? n : in.n - i;
		peer->names[peer->nnames].type = n % 3;
		memcpy(peer->names[peer->nnames++].name, in.p + i, n);
		i += n;
	}
	return 0;
}

static void
check(const char *p, size_t size)
{
	size_t n = strnlen(p, size);

	if (n == size)
		abort();
	for (; n < size; n++)
		if (p[n] != '\0')
			abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *p, size_t size)
{
	struct serving serving = { .is = { .ask = 1, .name = "fuzz" } };
	struct conn c = { .serving = &serving };
	const struct tlsinfo *t;
	char text[4][1024];
	struct said said;
	size_t i, n;

	for (i = 0; i < 4; i++) { /* strings first, ended by NUL */
		n = strnlen((const char *)p, size);
		n = n < sizeof(text[i]) ? n : sizeof(text[i]) - 1;
		memcpy(text[i], p, n);
		text[i][n] = '\0';
		in.text[i] = n == 1 ? NULL : text[i];
		n += n < size;
		p += n;
		size -= n;
	}
	in.p = p;
	in.n = size;
	memset(&said, 0xff, sizeof(said));
	n = said_tls(&c, &said);
	t = &said.conn.tls;
	check(said.conn.service, sizeof(said.conn.service));
	check(t->cipher, sizeof(t->cipher));
	check(t->sni, sizeof(t->sni));
	check(t->alpn, sizeof(t->alpn));
	check(t->peer_hash, sizeof(t->peer_hash));
	if (t->nnames > TLS_NAMES ||
	    n != sizeof(said.conn) + t->nnames * sizeof(said.names[0]))
		abort();
	for (i = 0; i < t->nnames; i++)
		check(said.names[i].name, sizeof(said.names[i].name));
	return 0;
}

/* client: the OpenSSL client of handshake.h, and what tests do with it */
#ifndef CLIENT_H
#define CLIENT_H

#include "handshake.h"

static SSL_SESSION *session; /* the newest that a server gave */

static inline int
client_session(SSL *s, SSL_SESSION *n)
{
	(void)s;
	SSL_SESSION_free(session);
	session = n;
	return 1;
}

/* version: TLS1_2_VERSION, TLS1_3_VERSION */
static inline SSL_CTX *
client_new(int version)
{
	SSL_CTX *c = SSL_CTX_new(TLS_client_method());

	MUST(c != NULL && SSL_CTX_set_min_proto_version(c, version) == 1 &&
	    SSL_CTX_set_max_proto_version(c, version) == 1);
	SSL_CTX_set_session_cache_mode(c,
	    SSL_SESS_CACHE_CLIENT | SSL_SESS_CACHE_NO_INTERNAL);
	SSL_CTX_sess_set_new_cb(c, client_session);
	return c;
}

/* before the handshake; with: a session to resume, or NULL */
static inline void
both_new(struct both *b, struct tls *server, SSL_CTX *client, const char *name,
    SSL_SESSION *with)
{
	MUST(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, b->fd) == 0);
	MUST((b->c = SSL_new(client)) != NULL);
	SSL_set_fd(b->c, b->fd[1]);
	if (name != NULL)
		SSL_set_tlsext_host_name(b->c, name);
	if (with != NULL)
		SSL_set_session(b->c, with);
	MUST(tls_accept_socket(server, &b->s, b->fd[0]) == 0);
	b->ss = tlsx_last();
}

static inline int
both_open(struct both *b, struct tls *server, SSL_CTX *client, const char *name,
    SSL_SESSION *with)
{
	both_new(b, server, client, name, with);
	return both_shake(b);
}

/* bytes both ways; the client sees its ticket on the way */
static inline int
both_talk(struct both *b)
{
	char buf[8];

	return tls_write(b->s, "hello", 5) == 5 &&
	    SSL_read(b->c, buf, sizeof(buf)) == 5 &&
	    SSL_write(b->c, "world", 5) == 5 &&
	    tls_read(b->s, buf, sizeof(buf)) == 5 &&
	    memcmp(buf, "world", 5) == 0;
}

/* a whole connection; was it resumed? -1: it failed */
static inline int
once(struct tls *server, SSL_CTX *client, const char *name, SSL_SESSION *with)
{
	struct both b;
	int r = -1;

	if (both_open(&b, server, client, name, with) == 0 && both_talk(&b))
		r = SSL_session_reused(b.c);
	both_free(&b);
	return r;
}

/* a service of one self-signed pair */
static inline struct tls *
service_one(const struct text *chain, const char *id, int ask)
{
	struct service_pair p = { (const uint8_t *)chain->p, chain->len, NULL,
		0 };
	struct service_conf c = { .pairs = &p,
		.npairs = 1,
		.session_id = id,
		.ask = ask };
	char why[256] = "";
	struct tls *t = service_new(&c, why, sizeof(why));

	if (t == NULL)
		printf("# %s\n", why);
	MUST(t != NULL);
	return t;
}
#endif

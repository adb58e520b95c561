/*
 * notls: what the relay asks of libtls, without TLS: a handshake is one byte
 * of the client ('+' good, '?' more, else bad), bytes are copied as they are,
 * a client that closes has sent close_notify.
 */
#ifndef NOTLS_H
#define NOTLS_H

#include <sys/socket.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <tls.h>
#include <unistd.h>

#include "keyprov.h"
#include "service.h"
#include "tlsx.h"

struct tls {
	int fd;
	int users; /* of a server: connections made of it, and it itself */
	struct tls *server;
};

struct tls *
service_new(const struct service_conf *c, char *why, size_t size)
{
	struct tls *t = calloc(1, sizeof(*t));

	(void)why, (void)size, (void)c;
	if (t != NULL)
		t->users = 1;
	return t;
}

void
service_free(struct tls *t)
{
	if (t != NULL && --t->users == 0)
		free(t);
}

int
tls_accept_socket(struct tls *t, struct tls **out, int fd)
{
	if ((*out = calloc(1, sizeof(**out))) == NULL)
		return -1;
	(*out)->fd = fd;
	(*out)->server = t;
	t->users++;
	return 0;
}

void
tls_free(struct tls *t)
{
	if (t == NULL)
		return;
	service_free(t->server);
	free(t);
}

ssize_t
tls_read(struct tls *t, void *p, size_t n)
{
	ssize_t r = recv(t->fd, p, n, MSG_DONTWAIT);

	return r == -1 && errno == EAGAIN ? TLS_WANT_POLLIN : r;
}

ssize_t
tls_write(struct tls *t, const void *p, size_t n)
{
	ssize_t r = send(t->fd, p, n, MSG_DONTWAIT | MSG_NOSIGNAL);

	return r == -1 && errno == EAGAIN ? TLS_WANT_POLLOUT : r;
}

int
tls_handshake(struct tls *t)
{
	char b = 0;
	ssize_t r = tls_read(t, &b, 1);

	if (r == TLS_WANT_POLLIN || b == '?')
		return TLS_WANT_POLLIN;
	return r == 1 && b == '+' ? 0 : -1;
}

int
tls_close(struct tls *t)
{
	(void)t;
	return 0;
}

/* clang-format off */
int tls_init(void) { return 0; }
const char *tls_error(struct tls *t) { (void)t; return "no TLS"; }
const char *tls_conn_version(struct tls *t) { (void)t; return "TLSv1.3"; }
const char *tls_conn_cipher(struct tls *t) { (void)t; return "none"; }
const char *tls_conn_servername(struct tls *t) { (void)t; return NULL; }
const char *tls_conn_alpn_selected(struct tls *t) { (void)t; return NULL; }
int tls_conn_session_resumed(struct tls *t) { (void)t; return 0; }
int tlsx_init(void) { return 0; }
int tlsx_ca(const void *p, size_t n) { return p == NULL ? 0 : n > 0 ? 1 : -1; }
int tlsx_cut(void) { return 0; }
struct ssl_st *tlsx_last(void) { return NULL; }
int wire_use(struct ssl_st *s, int fd) { (void)s, (void)fd; return 0; }
void wire_more(int on) { (void)on; }
int tlsx_pending(const struct ssl_st *s) { (void)s; return 0; }
void tlsx_ticket_key(const uint8_t k[TLSX_TICKET_LEN]) { (void)k; }
int tlsx_exporter(struct ssl_st *s, uint8_t *b) { (void)s, (void)b; return -1; }
int tlsx_endpoint(const struct ssl_st *s, uint8_t *b)
{ (void)s, (void)b; return -1; }
/* clang-format on */

int
keyprov_init(int (*f)(const struct sign_req *, const uint8_t *, uint8_t *,
    size_t *))
{
	(void)f;
	return 0;
}

int
tlsx_peer(struct ssl_st *s, time_t now, struct tlsx_peer *p)
{
	(void)s, (void)now;
	memset(p, 'a', sizeof(*p)); /* as large as it may be */
	p->chain = TLSX_UNTRUSTED;
	for (p->nnames = 0; p->nnames < TLSX_NAMES; p->nnames++) {
		p->names[p->nnames].type = TLSX_XMPP;
		p->names[p->nnames].name[255 - p->nnames % 2] = '\0';
	}
	return 0;
}
#endif

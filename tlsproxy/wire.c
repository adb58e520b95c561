/*
 * wire: see wire.h. OpenSSL's own socket BIO, but for its calls: read(2) and
 * write(2) wait when the flag O_NONBLOCK is gone, and whoever has a copy of
 * the descriptor may take that flag away.
 */
#include <sys/socket.h>
#include <errno.h>
#include <openssl/bio.h>
#include <openssl/ssl.h>

#include "wire.h"

static int more; /* MSG_MORE or 0 */

void
wire_more(int on)
{
	more = on ? MSG_MORE : 0;
}

static int
wire_read(BIO *b, char *p, int len)
{
	ssize_t n;

	errno = 0;
	n = recv((int)BIO_get_fd(b, NULL), p, (size_t)len, MSG_DONTWAIT);
	BIO_clear_retry_flags(b);
	if (n == 0)
		BIO_set_flags(b, BIO_FLAGS_IN_EOF);
	else if (n == -1 && BIO_sock_should_retry(-1))
		BIO_set_retry_read(b);
	return (int)n;
}

static int
wire_write(BIO *b, const char *p, int len)
{
	ssize_t n;

	errno = 0;
	n = send((int)BIO_get_fd(b, NULL), p, (size_t)len,
	    MSG_DONTWAIT | MSG_NOSIGNAL | more);
	BIO_clear_retry_flags(b);
	if (n == -1 && BIO_sock_should_retry(-1))
		BIO_set_retry_write(b);
	return (int)n;
}

static const BIO_METHOD *
method(void)
{
	static BIO_METHOD *m;
	const BIO_METHOD *s = BIO_s_socket();

	if (m != NULL || (m = BIO_meth_new(BIO_TYPE_SOCKET, "wire")) == NULL)
		return m;
	BIO_meth_set_create(m, BIO_meth_get_create(s));
	BIO_meth_set_destroy(m, BIO_meth_get_destroy(s));
	BIO_meth_set_ctrl(m, BIO_meth_get_ctrl(s));
	BIO_meth_set_read(m, wire_read);
	BIO_meth_set_write(m, wire_write);
	return m;
}

int
wire_use(SSL *ssl, int fd)
{
	const BIO_METHOD *m = method();
	BIO *b;

	if (ssl == NULL || m == NULL || (b = BIO_new(m)) == NULL)
		return -1;
	BIO_set_fd(b, fd, BIO_NOCLOSE);
	SSL_set_bio(ssl, b, b); /* and frees those that were there */
	return 0;
}

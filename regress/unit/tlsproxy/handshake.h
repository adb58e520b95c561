/*
 * handshake: a libtls server and an OpenSSL client in one process, over a
 * socketpair. The server's keys are in a keystore, asked without a process
 * between.
 */
#ifndef HANDSHAKE_H
#define HANDSHAKE_H

#include <sys/socket.h>
#include <openssl/ssl.h>
#include <tls.h>
#include <unistd.h>

#include "keyprov.h"
#include "keystore.h"
#include "service.h"
#include "tap.h"
#include "testcerts.h"
#include "tlsx.h"

struct both {
	struct tls *s;
	SSL *ss; /* of s */
	SSL *c;
	int fd[2]; /* of s, of c */
};

static struct keystore *keys;
static enum sign_role role = SIGN_AS_SERVER;
static int signatures; /* made */
static int broken;     /* 1: the signer is away, 2: it signs nonsense */

static int
ask_keystore(const struct sign_req *r, const uint8_t *text, uint8_t *sig,
    size_t *len)
{
	static uint8_t msg[sizeof(*r) + SIGN_TEXT_MAX];
	struct sign_resp resp;

	memcpy(msg, r, sizeof(*r));
	memcpy(msg + sizeof(*r), text, r->len);
	if (broken == 1 ||
	    keystore_sign(keys, role, msg, sizeof(*r) + r->len, 0, &resp) !=
		SIGN_OK)
		return -1;
	if (broken == 2)
		resp.sig[resp.len / 2] ^= 1;
	signatures++;
	memcpy(sig, resp.sig, resp.len);
	*len = resp.len;
	return 0;
}

/* into the keystore; its id is the one keyprov will ask for */
static inline void
key_store(EVP_PKEY *k, int client)
{
	struct text t = key_text(k);
	uint8_t id[KEYID_LEN];
	const char *why;

	MUST(keystore_load_mem(keys, t.p, t.len, client, id, &why) == 0);
	free(t.p);
}

static inline void
handshake_init(void)
{
	MUST(tlsx_init() == 0 && keyprov_init(ask_keystore) == 0 &&
	    (keys = keystore_new()) != NULL);
}

/* one of them waits for the other until both are done; -1: one failed */
static inline int
both_shake(struct both *b)
{
	int i, s = -2, c = 0, e;

	for (i = 0; i < 20 && (s != 0 || c != 1); i++) {
		if (c != 1 && (c = SSL_connect(b->c)) != 1 &&
		    (e = SSL_get_error(b->c, c)) != SSL_ERROR_WANT_READ &&
		    e != SSL_ERROR_WANT_WRITE)
			return -1;
		if (s != 0 && (s = tls_handshake(b->s)) == -1)
			return -1;
	}
	return s == 0 && c == 1 ? 0 : -1;
}

static inline void
both_free(struct both *b)
{
	SSL_shutdown(b->c); /* else its session is not to be used again */
	SSL_free(b->c);
	tls_free(b->s);
	close(b->fd[0]);
	close(b->fd[1]);
}
#endif

/*
 * signtext: what the signer is asked, and which texts it may sign: TLS
 * handshakes and nothing else. Pure; knows no library and no key.
 * RFC 8446 4.4.3, RFC 8422 5.4, RFC 5246 7.4.8.
 */
#ifndef SIGNTEXT_H
#define SIGNTEXT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>

#define KEYID_LEN 32	    /* SHA-256 of the DER SubjectPublicKeyInfo */
#define SIGN_TEXT_MAX 16000 /* bytes of a text to be signed */
#define SIG_MAX 1024	    /* bytes of a signature: RSA up to 8,192 bits */

enum sign_pad { PAD_PKCS1 = 1, PAD_PSS, PAD_ECDSA };

/* a request; the text follows it in the same message */
struct sign_req {
	uint8_t id[KEYID_LEN];
	uint32_t pad; /* enum sign_pad */
	uint32_t md;  /* 256, 384, 512: SHA-2 */
	uint32_t len; /* of the text, bytes */
};

enum sign_result {
	SIGN_OK,
	SIGN_SHORT,	/* lengths do not agree */
	SIGN_NOKEY,	/* no such key, or not any more */
	SIGN_TEXT,	/* not a handshake that this asker may have signed */
	SIGN_ALGORITHM, /* digest or padding does not fit key or text */
	SIGN_FAILED	/* the library said no */
};

/* the answer; only the first SIGN_RESP_LEN() bytes of it need to travel */
struct sign_resp {
	uint32_t result; /* enum sign_result */
	uint32_t len;	 /* of sig, bytes; 0 but for SIGN_OK */
	uint8_t sig[SIG_MAX];
};
#define SIGN_RESP_LEN(r) (offsetof(struct sign_resp, sig) + (r)->len)

static_assert(sizeof(struct sign_req) == KEYID_LEN + 12, "padding");
static_assert(sizeof(struct sign_resp) == 8 + SIG_MAX, "padding");

enum signtext {
	SIGNTEXT_NONE,	   /* nothing that we sign */
	SIGNTEXT_SERVER13, /* TLS 1.3 server CertificateVerify */
	SIGNTEXT_SERVER12, /* TLS 1.2 ServerKeyExchange, a group we offer */
	SIGNTEXT_CLIENT13, /* TLS 1.3 client CertificateVerify */
	SIGNTEXT_CLIENT12  /* TLS 1.2 client's whole transcript */
};

/* what a text is; any bytes, any length */
enum signtext signtext_kind(const uint8_t *, size_t);

/* who asks: relays serve, relayout is a client; neither has the other's */
enum sign_role { SIGN_AS_SERVER, SIGN_AS_CLIENT };

/* may this role have it signed by a key that has (or not) "client: yes"? */
int signtext_permitted(enum signtext, enum sign_role, int client_key);

/* for the log: "handshake refused" and the like, static, never NULL */
const char *sign_result_text(uint32_t);
#endif

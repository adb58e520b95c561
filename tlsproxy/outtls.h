/*
 * outtls: TLS clients: what they show, whom they trust, one for each request.
 * The parent sends a whole configuration; it takes the place of the last one
 * for requests that come then.
 */
#ifndef OUTTLS_H
#define OUTTLS_H

#include "msgs.h"
#include "stream.h"
#include "tlsxpeer.h"

struct outwish { /* a request, while its handshake lasts */
	struct tls_out is;
	struct tlsx_demand *demand; /* the caller's */
	uint32_t dane; /* as in struct tls_verdict, if all goes well */
};

/* once: who signs for our certificate, as keyprov_init() says */
void outtls_prepare(int (*sign)(const struct sign_req *, const uint8_t *,
    uint8_t *, size_t *));
void outtls_begin(void);
/* consume the descriptor; -1: it does not fit */
int outtls_ca(int fd);
int outtls_cert(const struct relay_cert *, int fd);
/* what is wrong with it is said when it is used first */
void outtls_apply(void);

/*
 * The stream's TLS object on fd, which stays the caller's, for a request
 * that outcheck found sound; the wish lives until the handshake is over, its
 * demand as long as the stream.
 * 0 or -1: this machine cannot, *why is static text.
 */
int outtls_make(struct stream *, int fd, struct outwish *, const uint8_t *tlsa,
    size_t len, const char **why);
/* after the handshake has failed: why, error, text */
void outtls_refusal(const struct stream *, const struct outwish *,
    struct tls_refused *);

struct outsaid { /* the payload of TLS_VERDICT */
	struct tls_verdict verdict;
	struct tlsname names[TLS_NAMES];
};
/* after it has succeeded; bytes of it, 0: ENOMEM */
size_t outtls_verdict(const struct stream *, const struct outwish *,
    struct outsaid *);
#endif

/*
 * outside: the parent's part in the way out: what relayout must know, at its
 * start and after each reload. Sends certificates and CAs as they were read;
 * the key of the certificate that servers may see is the signer's.
 */
#include <string.h>

#include "certs.h"
#include "tlsproxy.h"

static void
send_certificate(int peer, const struct pair *p)
{
	const struct relay_cert c = { .chain = (uint32_t)p->chainlen };

	imsg_send(peer, MSG_out_cert, 0, &c, sizeof(c), certs_anew(p->memfd));
}

void
outside_configure(int peer)
{
	const struct gate_conf *c = &gate_conf;
	const struct out_conf o = { .on = (uint32_t)c->out,
		.close_ms = (uint32_t)c->close_time };
	const struct set *s = certs.now;
	size_t i;

	if (ROW(peer) != P_relayout || !certs_ready())
		return;
	imsg_send(peer, MSG_out_conf, 0, &o, sizeof(o), -1);
	if (c->out && s->ca != -1)
		imsg_send(peer, MSG_out_ca, 0, NULL, 0, certs_anew(s->ca));
	for (i = 0; c->out && i < s->n; i++)
		if (s->v[i].client)
			send_certificate(peer, &s->v[i]);
	imsg_send(peer, MSG_out_apply, 0, NULL, 0, -1);
}

/* outconf: messages of dial and relayout. Fixed width, no padding */
#ifndef OUTCONF_H
#define OUTCONF_H

#include "gatemsg.h"
#include "limits.h"

struct resolver {
	uint32_t on; /* 0: nothing goes out */
	uint32_t nservers, npermit;
	uint32_t zero;
	struct addr source4, source6; /* family 0: any */
	struct addr servers[RESOLVERS_MAX];
	struct addr permit[PERMIT_MAX]; /* port 0: all ports */
};

struct out_conf { /* begins relayout's configuration; out_apply ends it */
	uint32_t on;
	uint32_t close_ms;
};

_Static_assert(sizeof(struct resolver) ==
	    16 + (2 + RESOLVERS_MAX + PERMIT_MAX) * sizeof(struct addr) &&
	sizeof(struct out_conf) == 8,
    "no padding");

/* clang-format off */
#define OUT_MSGS(M)                                                         \
	M(anchors,   parent, dial,   0,                            SAME, 1) \
	M(resolver,  parent, dial,   sizeof(struct resolver),      SAME, 0) \
	M(out_conf,  parent, relayout, sizeof(struct out_conf),    SAME, 0) \
	M(out_ca,    parent, relayout, 0,                          SAME, 1) \
	M(out_cert,  parent, relayout, sizeof(struct relay_cert),  SAME, 1) \
	M(out_apply, parent, relayout, 0,                          SAME, 0) \
	M(sign_out,  relayout, signer, sizeof(struct sign_req),             \
	    sizeof(struct sign_req) + SIGN_TEXT_MAX, 0)                     \
	M(signature_out, signer, relayout, 8, sizeof(struct sign_resp), 0)
/* clang-format on */
#endif

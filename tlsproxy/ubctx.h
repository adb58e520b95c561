/* ubctx: a context of libunbound on our event loop, as we want it */
#ifndef UBCTX_H
#define UBCTX_H

#include <stddef.h>

#include "conninfo.h"

struct ub_ctx;

/*
 * Asks these forwarders, or, n 0, from the root servers on. anchors, one a
 * line; NULL: nothing is validated. NULL: said why.
 */
struct ub_ctx *ubctx_new(const struct addr *forwarders, size_t n,
    const char *anchors);
#endif

/*
 * ubctx: see ubctx.h. Everything that differs from what libunbound does by
 * itself stands here. Without words of ours it reads no file.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <unbound-event.h>
#include <unbound.h>

#include "limits.h"
#include "proc.h"
#include "ubctx.h"

#define N(a) (sizeof(a) / sizeof((a)[0]))

/* Questions that nobody answers wait long, so there is room for all of two
 * callers. Lists of ports are large: half of all ports do, and the kernel
 * itself takes fewer. */
/* clang-format off */
static const struct {
	const char *name, *value;
} options[] = { /* besides, there is no resolv.conf, hosts file, thread */
{ "outgoing-port-avoid:",  "0-32767" },
{ "outgoing-range:",       "256" },
{ "outgoing-num-tcp:",     "8" },
{ "msg-cache-size:",       "256k" },
{ "rrset-cache-size:",     "512k" },
{ "key-cache-size:",       "128k" },
{ "neg-cache-size:",       "64k" },
{ "infra-cache-numhosts:", "1000" },
{ "infra-host-ttl:",       "60" },
{ "infra-keep-probing:",   "yes" },
};
/* clang-format on */

/* where no name server is looked for, though a zone may say so */
static const char *const inside[] = { "0.0.0.0/8", "10.0.0.0/8",
	"100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16",
	"fc00::/7", "fe80::/10", "::ffff:0:0/96" };

static int
set(struct ub_ctx *ctx, const char *name, const char *value)
{
	int r = ub_ctx_set_option(ctx, name, value);

	if (r != 0)
		log_warn("event=resolver option=%s error=\"%s\"", name,
		    ub_strerror(r));
	return r;
}

static int
add_anchors(struct ub_ctx *ctx, const char *p)
{
	char line[ANCHOR_LINE];
	size_t n;

	for (; *p != '\0'; p += n + (p[n] == '\n')) {
		n = strcspn(p, "\n");
		if (n >= sizeof(line))
			return -1;
		memcpy(line, p, n);
		line[n] = '\0';
		if (n > 0 && ub_ctx_add_ta(ctx, line) != 0)
			return -1;
	}
	return 0;
}

static int
add_forwarder(struct ub_ctx *ctx, const struct addr *a)
{
	char ip[INET6_ADDRSTRLEN], text[sizeof(ip) + 8];

	if (inet_ntop(a->family, a->ip, ip, sizeof(ip)) == NULL)
		return -1;
	snprintf(text, sizeof(text), "%s@%u", ip, a->port);
	return ub_ctx_set_fwd(ctx, text);
}

static int
set_up(struct ub_ctx *ctx, const struct addr *forwarders, size_t n,
    const char *anchors)
{
	int r = 0;
	size_t i;

	ub_ctx_debugout(ctx, NULL); /* its log would not be ours */
	for (i = 0; i < N(options); i++)
		r |= set(ctx, options[i].name, options[i].value);
	r |= set(ctx, "module-config:",
	    anchors != NULL ? "validator iterator" : "iterator");
	r |= set(ctx, "do-not-query-localhost:", n > 0 ? "no" : "yes");
	for (i = 0; n == 0 && i < N(inside); i++)
		r |= set(ctx, "do-not-query-address:", inside[i]);
	for (i = 0; i < n; i++)
		r |= add_forwarder(ctx, &forwarders[i]);
	if (anchors != NULL)
		r |= add_anchors(ctx, anchors);
	return r;
}

struct ub_ctx *
ubctx_new(const struct addr *forwarders, size_t n, const char *anchors)
{
	struct ub_ctx *ctx = ub_ctx_create_event(proc_base);

	if (ctx != NULL && set_up(ctx, forwarders, n, anchors) == 0)
		return ctx;
	log_warn("event=resolver error=\"libunbound cannot be set up\"");
	ub_ctx_delete(ctx);
	return NULL;
}

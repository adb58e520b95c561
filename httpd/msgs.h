/* msgs: what the processes of httpd say to each other; handled by
 * <to>_from_<from>_<name>(). What crosses daemons stands in lib/gate.h. */
#ifndef MSGS_H
#define MSGS_H

#include "gate.h"
#include "limits.h"
#include "request.h"

enum { P_parent = PARENT, P_server, P_opener, P_tlsproxy, P_relay, NPROC };

struct server_conf { /* how a server works */
	uint32_t idle_ms, header_ms, body_ms, write_ms;
	uint32_t connections, requests; /* at a time; of one connection */
	uint64_t memory;		/* bytes of all connections */
	uint32_t address;		/* enum accesslog_address */
	uint16_t port;			/* of https as clients see it */
	uint8_t https_only;
	uint8_t log; /* 1: the access log's descriptor comes next */
	char host[HTTPD_HOST_MAX + 1];
	char index[HTTPD_INDEX_MAX][HTTPD_INDEX_LEN]; /* empty: the end */
};

struct found {	       /* what the opener found at a path */
	int32_t error; /* errno, 0: it is there */
	uint32_t zero;
	struct file_stat stat;
};

_Static_assert(sizeof(struct server_conf) == 40 + 256 + 512 &&
	sizeof(struct found) == 8 + 32,
    "no padding");

/* a question's id comes back with its answer */
/* clang-format off */
#define MSGS(M)                                                           \
	M(conf,     parent, server, sizeof(struct server_conf), SAME, 0)  \
	M(log,      parent, server, 0, SAME, 1) /* the access log */      \
	M(flush,    parent, server, 0, SAME, 0)                           \
	M(root,     parent, opener, 0, SAME, 1)                           \
	M(look,     server, opener, 2, HTTPD_PATH_MAX, 0)                 \
	M(found,    opener, server, sizeof(struct found), SAME, 0)        \
	M(opened,   opener, server, sizeof(struct found), SAME, 1)
/* clang-format on */

enum { MSG_first = NGATE - 1, MSGS(M_ENUM) NMSG };
MSGS(M_DECL)
#endif

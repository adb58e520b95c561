/* conf: the schema of httpd.conf, and what no schema can say about it */
#include <string.h>

#include "httpd.h"

#define AT(f) offsetof(struct httpd_conf, f)

static const char *const address_words[] = { "truncated", "full", "none",
	NULL };

static const char *
check_host(const void *v)
{
	const char *s = *(char *const *)v;
	char copy[HTTPD_HOST_MAX + 1];
	uint16_t port;
	size_t n = strlen(s);

	memcpy(copy, s, n + 1);
	return head_host(copy, n, &port) == -1 || port != 0 ||
		strcmp(copy, s) != 0 ?
	    "not a host name in lower case" :
	    NULL;
}

static const char *
check_absolute(const void *v)
{
	return **(char *const *)v == '/' ? NULL :
					   "not absolute; it begins with /";
}

static const char *
check_log(const void *v)
{
	return **(char *const *)v == '\0' ? NULL : check_absolute(v);
}

static const char *
check_index(const void *v)
{
	const char *s = *(char *const *)v;

	return *s == '\0' || *s == '.' || strchr(s, '/') != NULL ||
		strlen(s) >= HTTPD_INDEX_LEN ?
	    "not the name of a file, or longer than 63 bytes" :
	    NULL;
}

/* clang-format off */
const struct conf_key httpd_keys[] = {
PARENT_KEYS("httpd"),
{ "host", CONF_STRING, AT(host), 1, HTTPD_HOST_MAX, NULL,
    "The one name of this site.\n"
    "Requests for another one are sent here.",
    .check = check_host },
{ "root", CONF_STRING, AT(root), 1, 255, "/var/www/gatelodge",
    "Directory of the site's files.\n"
    "User _gl_opener must be able to read them; links that lead out of it\n"
    "are not followed, names that begin with a dot are not served, except\n"
    "/.well-known.", .check = check_absolute },
{ "index", CONF_STRING | CONF_LIST, AT(index), 0, HTTPD_INDEX_MAX,
    "[index.html]", "Files that stand for their directory, the first that is "
    "there.", .check = check_index },
{ "https-only", CONF_BOOL, AT(https_only), 0, 0, "yes",
    "Whether requests without TLS are sent to https." },
{ "https-port", CONF_INT, AT(https_port), 0, 65535, "0",
    "Port of https in such answers; 0: that of the gate's first service\n"
    "with implicit TLS that leads to httpd." },
{ "workers", CONF_INT, AT(workers), 0, HTTPD_WORKERS_MAX, "1",
    "Server processes; 0: one per core.\nOne feeds ten relays." },
{ "access-log", CONF_STRING, AT(log), 0, 255,
    LOGDIR "/httpd/access.log",
    "File of the access log, in the combined format; empty: none.",
    .check = check_log },
{ "log-address", CONF_WORD, AT(log_address), 0, 0, "truncated",
    "What the access log says of visitors' addresses; truncated is to /24 or /48.",
    .words = address_words },
{ "limits.connections", CONF_INT, AT(connections), 16, HTTPD_CONNS_CEILING,
    "8192", "Connections of one server; more wait at the gate." },
{ "limits.requests", CONF_INT, AT(requests), 1, 1000000000, "1000",
    "Requests of one connection, then it is closed." },
{ "limits.memory", CONF_SIZE, AT(memory), 1048576, 1LL << 40, "64M",
    "Memory of one server's connections; beyond it the answer is 503." },
{ "limits.idle", CONF_TIME, AT(idle), 1, 3600000, "15s",
    "Time between two requests of a connection, and before the first." },
{ "limits.header", CONF_TIME, AT(header), 100, 3600000, "10s",
    "Time for the header of a request, from its first byte." },
{ "limits.body", CONF_TIME, AT(body), 100, 3600000, "10s",
    "Time for each kilobyte of a request's body." },
{ "limits.write", CONF_TIME, AT(write), 100, 3600000, "30s",
    "Time in which a client takes nothing of an answer." },
{ 0 }
};
/* clang-format on */

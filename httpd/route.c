/*
 * route: method, host, scheme and path decide, in this order. Redirects lead
 * to the conf's host only, never to one that the client named. Touches
 * nothing. RFC 9110 7.4 (421), 9.1, 15.
 */
#include <string.h>
#include <strings.h>

#include "limits.h"
#include "path.h"
#include "route.h"

/* 0: a method for files; else the status that ends it */
static int
method_status(enum head_method m)
{
	switch (m) {
	case METHOD_GET:
	case METHOD_HEAD:
		return 0;
	case METHOD_OPTIONS:
		return 204;
	case METHOD_OTHER:
		return 501;
	default:
		return 405;
	}
}

enum route
route_request(const struct site *site, const struct arrival *from,
    const struct head *head, char *path, int *status)
{
	int named = head->host[0] != '\0';

	if ((*status = method_status(head->method)) != 0)
		return ROUTE_STATUS;
	if (named && from->tls && from->sni[0] != '\0' &&
	    strcasecmp(head->host, from->sni) != 0) {
		*status = 421;
		return ROUTE_STATUS;
	}
	if ((*status = path_normal(head->target, path, HTTPD_PATH_MAX)) == 400)
		return ROUTE_STATUS;
	if ((site->https_only && !from->tls) ||
	    (named && strcmp(head->host, site->host) != 0))
		return ROUTE_HTTPS;
	if (*status == 301)
		return ROUTE_PATH;
	if (*status == 0 && path_hidden(path))
		*status = 404;
	return *status == 0 ? ROUTE_FILE : ROUTE_STATUS;
}

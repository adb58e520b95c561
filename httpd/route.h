/* route: from a request head to what is to be done. No I/O. */
#ifndef ROUTE_H
#define ROUTE_H

#include "head.h"

struct site {			  /* of the conf; outlives its requests */
	const char *host;	  /* the one true name, lower case */
	uint16_t port;		  /* of https as clients see it */
	int https_only;		  /* plain requests are sent there */
	const char *const *index; /* names tried in a directory; NULL ends */
};

struct arrival { /* of a connection; outlives its requests */
	int tls;
	const char *sni; /* "": none */
};

enum route {
	ROUTE_FILE,   /* path names it */
	ROUTE_PATH,   /* 301 to path on the same host */
	ROUTE_HTTPS,  /* 301 to the same target on https://host:port */
	ROUTE_STATUS, /* answer *status: 204, 4xx, 5xx */
};

/* path: room for HTTPD_PATH_MAX; the normal form of path.h */
enum route route_request(const struct site *, const struct arrival *,
    const struct head *, char *path, int *status);
#endif

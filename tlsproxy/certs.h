/* certs: the sets of certificates, for certs.c and judge.c */
#ifndef CERTS_H
#define CERTS_H

#include "tlsproxy.h"

struct pair {
	char name[256];
	size_t chainlen, ocsplen; /* bytes in memfd, one behind the other */
	int memfd;		  /* sealed */
	int key;		  /* descriptor of the key file */
	int client;		  /* servers may see it */
	int inspected, keyed;	  /* facts, is: have come */
	int stapled;		  /* relays have it */
	struct facts facts;
	struct key_is is;
};

struct set {
	char dir[256]; /* where the files are */
	struct pair v[CERTS_MAX];
	size_t n;
	int ca;	  /* sealed memfd; -1: none */
	int asks; /* a service wants certificates of clients */
	uint64_t generation;
};

struct certs {
	struct set *now;  /* in force; the first one before it is judged, too */
	struct set *next; /* loaded and not judged yet; or NULL */
	uint64_t generation;
};
extern struct certs certs;

void certs_free(struct set *); /* takes NULL */
/* a descriptor with an offset of its own: the file is read from its start */
int certs_anew(int fd);
#endif

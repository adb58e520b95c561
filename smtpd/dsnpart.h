/* dsnpart: the three parts of a report, as dsn.c asks for them */
#ifndef DSNPART_H
#define DSNPART_H

#include "dsn.h"

enum { DSN_STATUS = 12 }; /* "5.255.255", with NUL */

/* there is such a string */
static inline int
dsn_has(const char *s)
{
	return s != NULL && *s != '\0';
}

/* a status of the action's class, whatever the recipient's was */
void dsn_status(const struct dsn_recipient *, char out[DSN_STATUS]);

/* 0; -1: the buffer is full */
int dsn_text(const struct dsn *, struct buf *);
/* wide: UTF-8 may stand as it is */
int dsn_fields(const struct dsn *, int wide, struct buf *);
/* the header, or all of it; *all tells */
int dsn_returned(const struct dsn *, struct buf *, int *all);
#endif

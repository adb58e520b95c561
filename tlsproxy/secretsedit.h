/*
 * secretsedit: the text of the file of accounts with one credential changed.
 * All other lines, comments and their order stay. Pure; RFC 5803.
 */
#ifndef SECRETSEDIT_H
#define SECRETSEDIT_H

#include "limits.h"
#include "secrets.h"

enum { SECRETS_OF_ONE = 2 }; /* a line for each hash */

struct secretsedit { /* a credential, and what the text has of it */
	char user[SECRET_USER + 1], label[SECRET_LABEL + 1];
	char services[128]; /* of its first line */
	size_t lines[SECRETS_OF_ONE], n;
};

/*
 * Begins with "alice" or "alice+phone" and the list of services, empty: all.
 * -1: one of them is malformed; *why, static, says what was meant.
 */
int secretsedit_begin(struct secretsedit *, const char *login,
    const char *services, const char **why);
/* finds it; -1: complain was told of lines that are none */
int secretsedit_find(struct secretsedit *, const char *text, size_t len,
    void (*complain)(size_t line, const char *, void *), void *arg);
/*
 * These lines in the place of what was found, or at the end; n 0: nothing
 * in its place. The caller's to wipe and free; NULL: ENOMEM, or EFBIG.
 */
char *secretsedit_apply(const struct secretsedit *, const char *text,
    size_t len, const struct secret *, size_t n, size_t *outlen);
/* a line with its end; its length, at most SECRET_LINE + 1 */
size_t secretsedit_line(const struct secret *, char out[SECRET_LINE + 2]);
#endif

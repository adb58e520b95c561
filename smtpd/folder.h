/*
 * folder: names of mailboxes as directories of Maildir++: ".a.b", modified
 * UTF-7. Pure; believes no byte. RFC 3501 5.1, 5.1.3.
 */
#ifndef FOLDER_H
#define FOLDER_H

#include <stddef.h>

#include "limits.h"

/*
 * A name in UTF-8, its parts apart by separator ('.' or '/'), to what the
 * directory is called; the empty string for INBOX, in any case, and "INBOX."
 * in front says nothing. With '/' a '.' and a '\' of a name are stored as \2e
 * and \5c. -1: EINVAL: a part that is empty, controls, what is not UTF-8, what
 * cannot be a file; ENAMETOOLONG.
 */
int folder_name(const char *, size_t n, char separator,
    char out[FOLDER_NAME + 1]);
#endif

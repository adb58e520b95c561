/*
 * forward: the text of ~/.forward, the user's own and believed by nobody but
 * his mda: where his mail goes, and whether he keeps it. Pure. Words as in
 * aliases(5), separated by commas or lines; # begins a comment.
 */
#ifndef FORWARD_H
#define FORWARD_H

#include "target.h"

/*
 * Calls take for each target that is not his own name, in order, and complain
 * for each word that is none ("what is wrong; what was meant"). flags: of
 * target.h. Returns 1: he keeps his mail (his name, or that with \ in front,
 * is there, or nothing is), 0: he does not, -1: there were complaints, and
 * take was not called: he keeps it. What leads back to him by another name
 * or with a detail only the queue can see: it is to be kept, too.
 */
int forward_parse(const char *text, size_t len, const char *user,
    unsigned int flags, void (*take)(const struct target *, void *),
    void (*complain)(size_t line, size_t column, const char *, void *),
    void *arg);
#endif

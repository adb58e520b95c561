/*
 * anchors: trust anchors of the DNS, a file of DS and DNSKEY records in
 * zone-file form, one a line; behind a semicolon is a comment. Pure. RFC
 * 1035 5.1, 4034.
 */
#ifndef ANCHORS_H
#define ANCHORS_H

#include <stddef.h>

/*
 * Calls take for each record as "owner. IN TYPE data", root as ".", and
 * complain for each line that is none. 0; -1: there were complaints, or take
 * said -1.
 */
int anchors_parse(const char *text, size_t len,
    int (*take)(const char *record, void *),
    void (*complain)(size_t line, const char *, void *), void *arg);
#endif

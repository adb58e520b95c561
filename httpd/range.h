/* range: one byte range of a file (RFC 9110 14). No I/O. */
#ifndef RANGE_H
#define RANGE_H

#include <stdint.h>
#include <time.h>

enum range_kind {
	RANGE_WHOLE, /* 200: malformed, other units and many ranges too */
	RANGE_PART,  /* 206: bytes first to last of size, both counted */
	RANGE_NONE   /* 416: it begins behind the end */
};

enum range_kind range_parse(const char *, uint64_t size, uint64_t *first,
    uint64_t *last);
/* 1: If-Range lets the range count, 0: send the whole (RFC 9110 13.1.5) */
int range_if(const char *, const char *etag, time_t changed, time_t now);
#endif

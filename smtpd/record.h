/*
 * record: what the spool's log is made of. A header of 40 bytes, the payload,
 * its CRC32C, zeroes up to a multiple of 64; numbers are little-endian. Each
 * record carries the random key of its segment: what a recycled segment held
 * before, or what a mail's body pretends to be, is none. Pure.
 */
#ifndef RECORD_H
#define RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "envelope.h"
#include "limits.h"

enum {
	RECORD_HEADER = 40,
	RECORD_ALIGN = 64,
	RECORD_PAYLOAD = ENVELOPE_GROWN + MEMFD_BYTES, /* the largest */
};

enum record_type {	 /* on disk: never another number */
	RECORD_HEAD = 1, /* of a segment */
	RECORD_MSG,
	RECORD_BIG,
	RECORD_RESULT,
	RECORD_RESCHEDULE,
	RECORD_HOLD,
	RECORD_DONE,
	RECORD_CLOCK,
};

enum record_flags { /* of a commit's records, whose seq have no gap */
	RECORD_FIRST = 1,
	RECORD_LAST = 2,
};

struct record {
	enum record_type type;
	unsigned int flags;
	uint32_t length; /* of the payload */
	uint64_t id;	 /* of the message; HEAD, CLOCK: the last one given */
	uint64_t seq;
	uint64_t key; /* of the segment */
};

/* CRC-32C (Castagnoli, RFC 3720 B.4) of more bytes; crc begins with 0 */
uint32_t crc32c(uint32_t crc, const void *, size_t);
/* bytes on disk of a record with a payload of that many */
size_t record_size(size_t length);
/*
 * Completes a record in place: the payload stands at p + RECORD_HEADER, p has
 * record_size() bytes.
 */
void record_seal(const struct record *, uint8_t *p);
/* the header of one of any key; -1: it is none */
int record_header(struct record *, const uint8_t *p, size_t n);
/* 1: the payload of this header is whole, too */
int record_whole(const struct record *, const uint8_t *p, size_t n);
/*
 * The next whole record with that key and a higher seq, at or behind offset
 * at; its offset, or n if there is none.
 */
size_t record_find(struct record *, const uint8_t *p, size_t n, size_t at,
    uint64_t key, uint64_t seq);

/* little-endian, wherever they stand */
void put_u32(uint8_t *, uint32_t);
void put_u64(uint8_t *, uint64_t);
uint32_t get_u32(const uint8_t *);
uint64_t get_u64(const uint8_t *);
#endif

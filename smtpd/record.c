/*
 * record: see record.h. Believes nothing before its checksum holds; the
 * payload's goes on from the header's, so that no header fits another payload.
 */
#include <string.h>

#include "record.h"

#define MAGIC "GLq1"

enum {
	AT_TYPE = 4,
	AT_FLAGS = 6,
	AT_CRC = 8,
	AT_LENGTH = 12,
	AT_ID = 16,
	AT_SEQ = 24,
	AT_KEY = 32,
	VERSION = 1,
	POLYNOMIAL = 0x82f63b78, /* of CRC-32C, reflected */
	SLICES = 8,
};

static uint32_t table[SLICES][256];

void
put_u32(uint8_t *p, uint32_t v)
{
	int i;

	for (i = 0; i < 4; i++)
		p[i] = (uint8_t)(v >> 8 * i);
}

void
put_u64(uint8_t *p, uint64_t v)
{
	put_u32(p, (uint32_t)v);
	put_u32(p + 4, (uint32_t)(v >> 32));
}

uint32_t
get_u32(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
	    (uint32_t)p[3] << 24;
}

uint64_t
get_u64(const uint8_t *p)
{
	return get_u32(p) | (uint64_t)get_u32(p + 4) << 32;
}

static void
make_table(void)
{
	uint32_t i, c;
	int k;

	for (i = 0; i < 256; i++) {
		for (c = i, k = 0; k < 8; k++)
			c = c >> 1 ^ (c & 1 ? (uint32_t)POLYNOMIAL : 0);
		table[0][i] = c;
	}
	for (i = 0; i < 256; i++)
		for (k = 1; k < SLICES; k++)
			table[k][i] = table[k - 1][i] >> 8 ^
			    table[0][table[k - 1][i] & 255];
}

uint32_t
crc32c(uint32_t crc, const void *data, size_t n)
{
	const uint8_t *p = data;
	uint32_t lo, hi;

	if (table[0][1] == 0)
		make_table();
	crc = ~crc;
	for (; n >= SLICES; n -= SLICES, p += SLICES) {
		lo = get_u32(p) ^ crc;
		hi = get_u32(p + 4);
		crc = table[7][lo & 255] ^ table[6][lo >> 8 & 255] ^
		    table[5][lo >> 16 & 255] ^ table[4][lo >> 24] ^
		    table[3][hi & 255] ^ table[2][hi >> 8 & 255] ^
		    table[1][hi >> 16 & 255] ^ table[0][hi >> 24];
	}
	for (; n > 0; n--, p++)
		crc = crc >> 8 ^ table[0][(crc ^ *p) & 255];
	return ~crc;
}

size_t
record_size(size_t length)
{
	return (RECORD_HEADER + length + sizeof(uint32_t) + RECORD_ALIGN - 1) &
	    ~(size_t)(RECORD_ALIGN - 1);
}

/* of a header, with zeroes where it stands itself */
static uint32_t
header_crc(const uint8_t *p)
{
	static const uint8_t zero[sizeof(uint32_t)];
	uint32_t crc = crc32c(0, p, AT_CRC);

	crc = crc32c(crc, zero, sizeof(zero));
	return crc32c(crc, p + AT_LENGTH, RECORD_HEADER - AT_LENGTH);
}

void
record_seal(const struct record *r, uint8_t *p)
{
	size_t end = RECORD_HEADER + (size_t)r->length;
	uint32_t crc;

	memcpy(p, MAGIC, AT_TYPE);
	p[AT_TYPE] = VERSION;
	p[AT_TYPE + 1] = (uint8_t)r->type;
	p[AT_FLAGS] = (uint8_t)r->flags;
	p[AT_FLAGS + 1] = 0;
	put_u32(p + AT_LENGTH, r->length);
	put_u64(p + AT_ID, r->id);
	put_u64(p + AT_SEQ, r->seq);
	put_u64(p + AT_KEY, r->key);
	crc = header_crc(p);
	put_u32(p + AT_CRC, crc);
	put_u32(p + end, crc32c(crc, p + RECORD_HEADER, r->length));
	end += sizeof(uint32_t);
	memset(p + end, 0, record_size(r->length) - end);
}

int
record_header(struct record *r, const uint8_t *p, size_t n)
{
	if (n < RECORD_HEADER || memcmp(p, MAGIC, AT_TYPE) != 0 ||
	    p[AT_TYPE] != VERSION || p[AT_TYPE + 1] < RECORD_HEAD ||
	    p[AT_TYPE + 1] > RECORD_CLOCK || p[AT_FLAGS + 1] != 0 ||
	    get_u32(p + AT_LENGTH) > RECORD_PAYLOAD ||
	    get_u32(p + AT_CRC) != header_crc(p))
		return -1;
	r->type = p[AT_TYPE + 1];
	r->flags = p[AT_FLAGS];
	r->length = get_u32(p + AT_LENGTH);
	r->id = get_u64(p + AT_ID);
	r->seq = get_u64(p + AT_SEQ);
	r->key = get_u64(p + AT_KEY);
	return 0;
}

int
record_whole(const struct record *r, const uint8_t *p, size_t n)
{
	return record_size(r->length) <= n &&
	    get_u32(p + RECORD_HEADER + r->length) ==
	    crc32c(get_u32(p + AT_CRC), p + RECORD_HEADER, r->length);
}

size_t
record_find(struct record *r, const uint8_t *p, size_t n, size_t at,
    uint64_t key, uint64_t seq)
{
	for (; at < n; at += RECORD_ALIGN)
		if (record_header(r, p + at, n - at) == 0 && r->key == key &&
		    r->seq > seq && record_whole(r, p + at, n - at))
			return at;
	return n;
}

/* record: known checksums, every bit counts, the next one is found. msgid */
#include <string.h>

#include "msgid.h"
#include "record.h"
#include "tap.h"

enum { LENGTH = 100 };

static void
checksums(void)
{
	uint8_t b[32];
	size_t i;
	int good = 1;

	/* RFC 3720 B.4 */
	memset(b, 0, sizeof(b));
	ok(crc32c(0, b, sizeof(b)) == 0x8a9136aa, "32 zeroes");
	memset(b, 0xff, sizeof(b));
	ok(crc32c(0, b, sizeof(b)) == 0x62a8ab43, "32 ones");
	for (i = 0; i < sizeof(b); i++)
		b[i] = (uint8_t)i;
	ok(crc32c(0, b, sizeof(b)) == 0x46dd794e, "rising");
	ok(crc32c(0, "123456789", 9) == 0xe3069283, "digits");
	for (i = 0; i <= sizeof(b); i++)
		good &=
		    crc32c(crc32c(0, b, i), b + i, sizeof(b) - i) == 0x46dd794e;
	ok(good, "in two pieces");
	ok(crc32c(7, b, 0) == 7, "nothing");
}

static void
numbers(void)
{
	uint8_t b[8];

	put_u64(b, 0x0102030405060708);
	ok(b[0] == 8 && b[7] == 1 && get_u64(b) == 0x0102030405060708 &&
		get_u32(b) == 0x05060708,
	    "little-endian");
	ok(record_size(0) == 64 && record_size(20) == 64 &&
		record_size(21) == 128 && record_size(84) == 128,
	    "aligned");
}

static void
one(void)
{
	struct record r = { RECORD_MSG, RECORD_FIRST, LENGTH, 1, 2, 3 }, is;
	uint8_t b[192];
	size_t i, wrong = 0, size = record_size(LENGTH);
	int bit, good;

	memset(b, 'p', sizeof(b));
	record_seal(&r, b);
	ok(size == 192 && record_header(&is, b, size) == 0 &&
		is.type == r.type && is.flags == r.flags &&
		is.length == LENGTH && is.id == 1 && is.seq == 2 &&
		is.key == 3 && record_whole(&is, b, size),
	    "there and back");
	ok(record_header(&is, b, RECORD_HEADER - 1) == -1, "half a header");
	ok(record_header(&is, b, size) == 0 && !record_whole(&is, b, size - 1),
	    "not all of it");
	for (i = 0; i < RECORD_HEADER + LENGTH + 4; i++)
		for (bit = 0; bit < 8; bit++) {
			b[i] ^= (uint8_t)(1 << bit);
			good = record_header(&is, b, size) == 0 &&
			    record_whole(&is, b, size);
			wrong += (size_t)good;
			b[i] ^= (uint8_t)(1 << bit);
		}
	ok(wrong == 0, "every bit counts");
	for (i = RECORD_HEADER + LENGTH + 4, good = 1; i < size; i++)
		good &= b[i] == 0;
	ok(good, "zeroes behind it");
	b[RECORD_HEADER] = 'q';
	r.id = 9; /* a header that is good, of another payload */
	record_seal(&r, b + 0);
	memset(b + RECORD_HEADER, 'p', LENGTH);
	ok(record_header(&is, b, size) == 0 && !record_whole(&is, b, size),
	    "a payload of another header");
}

static void
find(void)
{
	struct record r = { RECORD_DONE, 0, 0, 1, 10, 3 }, is;
	uint8_t b[64 * 8];

	memset(b, 0, sizeof(b));
	record_seal(&r, b + 64);
	r.seq = 11;
	record_seal(&r, b + 64 * 3);
	r.seq = 12;
	r.key = 4;
	record_seal(&r, b + 64 * 5);
	ok(record_find(&is, b, sizeof(b), 0, 3, 0) == 64 && is.seq == 10,
	    "behind zeroes");
	ok(record_find(&is, b, sizeof(b), 64, 3, 10) == 64 * 3 && is.seq == 11,
	    "a higher one");
	ok(record_find(&is, b, sizeof(b), 0, 3, 11) == sizeof(b), "none");
	ok(record_find(&is, b, sizeof(b), 0, 4, 0) == 64 * 5, "of another key");
	ok(record_find(&is, b, 64 * 3 + 32, 128, 3, 0) == 64 * 3 + 32,
	    "cut off");
}

static void
ids(void)
{
	struct msgid m = { 0 };
	char text[MSGID_TEXT];
	uint64_t id, last = 0;
	int i, good = 1;

	for (i = 0; i < 200000; i++, last = id) {
		id = msgid_next(&m, 1000);
		good &= id > last;
	}
	ok(good && id >> 16 > 1000, "200000 in one ms");
	ok((id = msgid_next(&m, 5)) > last, "the clock falls back");
	ok(msgid_next(&m, 2000000) == 2000000ULL << 16, "and goes on");
	msgid_seen(&m, 1ULL << 60);
	ok(msgid_next(&m, 5) == (1ULL << 60) + 1, "one of before is seen");
	msgid_seen(&m, 7);
	ok(msgid_next(&m, 5) == (1ULL << 60) + 2, "an old one is nothing");
	msgid_format(0x0123456789abcdef, text);
	ok(strcmp(text, "0123456789abcdef") == 0 &&
		msgid_parse(text, 16) == 0x0123456789abcdef,
	    "as text");
	ok(msgid_parse("0123456789abcdeF", 16) == 0 &&
		msgid_parse("123", 3) == 0 &&
		msgid_parse("0123456789abcde/", 16) == 0,
	    "what is none");
}

int
main(void)
{
	checksums();
	numbers();
	one();
	find();
	ids();
	return done();
}

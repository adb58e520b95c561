/*
 * spool: opens whatever its segments hold. The input is a list of records:
 * type, flags, a step of seq, length, payload; they get good checksums, but
 * every 16th length is a hole of noise. Or (first byte odd) it is the bytes of
 * a segment. It must open, hold what the index says, and work on.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../../unit/smtpd/spoolmodel.h"
#include "record.h"

enum { KEY = 77, BASE = 5, DATA = 8192 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static uint8_t segment[32768];

static void
head(uint8_t *p)
{
	struct record r = { RECORD_HEAD, 0, 16, 1, BASE, KEY };

	put_u64(p + RECORD_HEADER, 0);
	put_u64(p + RECORD_HEADER + 8, BASE);
	record_seal(&r, p);
}

static void
records(const uint8_t *p, size_t n)
{
	struct record r = { 0, 0, 0, 0, BASE, KEY };
	size_t at = DATA, len;

	head(segment);
	for (; n >= 6; p += len, n -= len) {
		r.type = 1 + p[0] % RECORD_CLOCK;
		r.flags = p[1] & 3;
		r.seq += 1 + (p[1] >> 7);
		r.id = 1 + p[2] % 4;
		len = p[3] | (size_t)p[4] << 8;
		p += 5;
		n -= 5;
		if (len > n)
			len = n;
		if (at + record_size(len) > sizeof(segment) - 4096)
			return;
		memcpy(segment + at + RECORD_HEADER, p, len);
		r.length = (uint32_t)len;
		record_seal(&r, segment + at);
		if (len % 16 == 15)
			segment[at + 9] ^= 1;
		at += record_size(len);
	}
}

static void
use(struct spool *s)
{
	const struct spool_mail *m;
	struct envelope e;
	size_t n = 0;
	int fd;

	for (m = spool_next(s, NULL); m != NULL; m = spool_next(s, m), n++) {
		if (spool_envelope(s, m, &e) == -1)
			abort();
		if (e.id != m->id || e.nrcpt != m->nrcpt || e.size != m->size)
			abort();
		envelope_free(&e);
		if ((fd = spool_body(s, m)) == -1)
			abort();
		fake_close(fd);
	}
	if (n != spool_count(s))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct spool *s;
	size_t n;
	int i;

	if (size == 0)
		return 0;
	memset(segment, 0, sizeof(segment));
	if (*data & 1) {
		n = size - 1 < sizeof(segment) ? size - 1 : sizeof(segment);
		memcpy(segment, data + 1, n);
	} else
		records(data + 1, size - 1);
	fake_seed = 1;
	disk = fake_new();
	i = fake_inode();
	fake_change("log/00000001.q", i);
	fake_put(&disk->inode[i].now, &disk->inode[i].nnow, 0, segment,
	    sizeof(segment));
	model_reset();
	if ((s = model_open()) == NULL)
		abort();
	use(s);
	if (model_mail(s, 1, 100, 0) == -1 || model_commit(s) == -1)
		abort();
	n = spool_count(s);
	for (i = 0; i < 100 && spool_tend(s, &model_clock) == 1; i++)
		;
	use(s);
	spool_close(s, &model_clock);
	if (i == 100 || (s = model_open()) == NULL || spool_count(s) != n)
		abort();
	use(s);
	spool_close(s, &model_clock);
	if (fake_open_fds(disk) != 0)
		abort();
	fake_free(disk);
	return 0;
}

/* tlsa: see tlsa.h; believes no length */
#include <errno.h>
#include <string.h>

#include "tlsa.h"

enum { HEAD = 6 };

int
tlsa_pack(uint8_t *buf, size_t size, size_t *used, const struct tlsa *t)
{
	uint8_t *p = buf + *used;
	uint16_t len = (uint16_t)t->len;

	errno = ENOSPC;
	if (t->len > UINT16_MAX || size - *used < HEAD + t->len)
		return -1;
	p[0] = t->usage;
	p[1] = t->selector;
	p[2] = t->mtype;
	p[3] = 0;
	memcpy(p + 4, &len, sizeof(len));
	memcpy(p + HEAD, t->data, t->len);
	*used += HEAD + t->len;
	return 0;
}

int
tlsa_next(const uint8_t *buf, size_t len, size_t *at, struct tlsa *t)
{
	const uint8_t *p = buf + *at;
	uint16_t n;

	if (*at == len)
		return 0;
	errno = EINVAL;
	if (len - *at < HEAD)
		return -1;
	memcpy(&n, p + 4, sizeof(n));
	if (p[3] != 0 || len - *at - HEAD < n)
		return -1;
	t->usage = p[0];
	t->selector = p[1];
	t->mtype = p[2];
	t->len = n;
	t->data = p + HEAD;
	*at += HEAD + n;
	return 1;
}

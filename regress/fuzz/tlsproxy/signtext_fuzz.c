/*
 * signtext: any bytes. What is taken for a handshake has the length and the
 * marks of one; with a byte more or less it is none of the same kind.
 */
#include <stdlib.h>
#include <string.h>

#include "signtext.h"

#define MUST(x)                  \
	do {                     \
		if (!(x))        \
			abort(); \
	} while (0)

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
server12(const uint8_t *p, size_t len)
{
	MUST(len == 100 || len == 133 || len == 165);
	MUST(p[64] == 3 && p[65] == 0 && len == 68U + p[67]);
	MUST(p[66] == 23 || p[66] == 24 || p[66] == 29);
}

static void
verify13(const uint8_t *p, size_t len, const char *who)
{
	size_t i;

	MUST(len == 130 || len == 146);
	for (i = 0; i < 64; i++)
		MUST(p[i] == ' ');
	MUST(memcmp(p + 64, "TLS 1.3, ", 9) == 0);
	MUST(memcmp(p + 73, who, 6) == 0 && p[97] == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t len)
{
	enum signtext kind;
	uint8_t *p;

	/* exactly as long, so that a byte too far is seen */
	if ((p = malloc(len)) == NULL && len > 0)
		return 0;
	if (len > 0)
		memcpy(p, data, len);
	kind = signtext_kind(p, len);
	MUST(!signtext_permitted(kind, SIGN_AS_SERVER, 1) ||
	    !signtext_permitted(kind, SIGN_AS_CLIENT, 1));
	MUST(!signtext_permitted(kind, SIGN_AS_CLIENT, 0));
	switch (kind) {
	case SIGNTEXT_NONE:
		break;
	case SIGNTEXT_SERVER12:
		server12(p, len);
		break;
	case SIGNTEXT_SERVER13:
		verify13(p, len, "server");
		break;
	case SIGNTEXT_CLIENT13:
		verify13(p, len, "client");
		break;
	case SIGNTEXT_CLIENT12:
		MUST(p[0] == 1 && p[4] == 3 && p[5] == 3);
		break;
	}
	if (kind != SIGNTEXT_NONE)
		MUST(signtext_kind(p, len - 1) != kind);
	free(p);
	return 0;
}

/*
 * signtext: is this text a TLS handshake that the signer may sign?
 * Touches nothing, trusts nothing: the asker may be a taken-over relay. Each
 * form is checked to its last byte, so that no certificate request, ACME
 * order, OCSP response, token or bare digest can pass for a handshake.
 * RFC 8446 4.4.3, RFC 8422 5.4, RFC 5246 7.4.8.
 */
#include <string.h>

#include "signtext.h"

#define RANDOMS 64 /* of client and server, 32 bytes each */

/* 64 spaces, a context with its NUL, the transcript's SHA-256 or SHA-384 */
static int
is_verify13(const uint8_t *p, size_t len, const char *who)
{
	size_t n = strlen(who) + 1, i;

	if (len != 64 + n + 32 && len != 64 + n + 48)
		return 0;
	for (i = 0; i < 64; i++)
		if (p[i] != ' ')
			return 0;
	return memcmp(p + 64, who, n) == 0;
}

/* both randoms, named_curve(3), a group that tlsx_config() offers, a point */
static int
is_ske12(const uint8_t *p, size_t len)
{
	if (len < RANDOMS + 5 || p[64] != 3 || len != RANDOMS + 4U + p[67])
		return 0;
	switch (p[65] << 8 | p[66]) {
	case 23: /* P-256, uncompressed */
		return p[67] == 65 && p[68] == 4;
	case 24: /* P-384, uncompressed */
		return p[67] == 97 && p[68] == 4;
	case 29: /* X25519 */
		return p[67] == 32;
	}
	return 0;
}

/* clang-format off */
static const struct flight { /* a client's handshake, up to its signature */
	uint8_t type;
	int must;
	size_t min; /* bytes of the body */
} flight[] = {
{ 1,  1, 41 }, /* ClientHello */
{ 2,  1, 38 }, /* ServerHello */
{ 11, 1, 3 },  /* Certificate */
{ 22, 0, 4 },  /* CertificateStatus */
{ 12, 1, 9 },  /* ServerKeyExchange: ours are all ECDHE */
{ 13, 1, 6 },  /* CertificateRequest */
{ 14, 1, 0 },  /* ServerHelloDone */
{ 11, 1, 3 },  /* Certificate, ours */
{ 16, 1, 33 }, /* ClientKeyExchange */
};
/* clang-format on */

static int
is_transcript12(const uint8_t *p, size_t len)
{
	const struct flight *f = flight;
	const struct flight *end = f + sizeof(flight) / sizeof(*f);
	size_t off, n;

	for (off = 0; len - off >= 4; off += 4 + n, f++) {
		n = (size_t)p[off + 1] << 16 | p[off + 2] << 8 | p[off + 3];
		while (f < end && f->type != p[off] && !f->must)
			f++;
		if (f == end || f->type != p[off] || n < f->min ||
		    n > len - off - 4)
			return 0;
		/* both hellos begin with 0x0303 */
		if (off + 4 < len && f->type <= 2 &&
		    (p[off + 4] != 3 || p[off + 5] != 3))
			return 0;
	}
	return off == len && f == end;
}

enum signtext
signtext_kind(const uint8_t *p, size_t len)
{
	if (len > SIGN_TEXT_MAX)
		return SIGNTEXT_NONE;
	if (is_verify13(p, len, "TLS 1.3, server CertificateVerify"))
		return SIGNTEXT_SERVER13;
	if (is_ske12(p, len))
		return SIGNTEXT_SERVER12;
	if (is_verify13(p, len, "TLS 1.3, client CertificateVerify"))
		return SIGNTEXT_CLIENT13;
	if (is_transcript12(p, len))
		return SIGNTEXT_CLIENT12;
	return SIGNTEXT_NONE;
}

int
signtext_permitted(enum signtext kind, enum sign_role role, int client_key)
{
	switch (kind) {
	case SIGNTEXT_SERVER13:
	case SIGNTEXT_SERVER12:
		return role == SIGN_AS_SERVER;
	case SIGNTEXT_CLIENT13:
	case SIGNTEXT_CLIENT12:
		return role == SIGN_AS_CLIENT && client_key;
	case SIGNTEXT_NONE:
		break;
	}
	return 0;
}

const char *
sign_result_text(uint32_t result)
{
	/* clang-format off */
	static const char *const text[] = {
	[SIGN_OK] =        "signed",
	[SIGN_SHORT] =     "lengths do not agree",
	[SIGN_NOKEY] =     "no such key",
	[SIGN_TEXT] =      "not a handshake it may have signed",
	[SIGN_ALGORITHM] = "digest or padding does not fit",
	[SIGN_FAILED] =    "the library failed",
	};
	/* clang-format on */

	if (result >= sizeof(text) / sizeof(*text))
		return "unknown result";
	return text[result];
}

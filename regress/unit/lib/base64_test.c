/* base64: texts good and bad, all lengths there and back */
#include <stdlib.h>
#include <string.h>

#include "base64.h"
#include "tap.h"

/* clang-format off */
static const struct {
	const char *text;
	ssize_t n; /* with max 6; -1: no base64 */
	const char *bytes;
} t[] = {
/* RFC 4648 section 10 */
{ "", 0, "" }, { "Zg==", 1, "f" }, { "Zm8=", 2, "fo" }, { "Zm9v", 3, "foo" },
{ "Zm9vYg==", 4, "foob" }, { "Zm9vYmE=", 5, "fooba" },
{ "Zm9vYmFy", 6, "foobar" },
{ "Zm9vYmFyZg==", 7, "foobar" }, { "Zm9vYmFyZm9v", 7, "foobar" },
{ "Zm9vYmFyZh==", -1, "" }, { "Zm9vYmFy!!!!", -1, "" },
{ "+/+/", 3, "\xfb\xff\xbf" },
{ "Z", -1, "" }, { "Zg", -1, "" }, { "Zg=", -1, "" }, { "Zm9vZ", -1, "" },
{ "=", -1, "" }, { "====", -1, "" }, { "Z===", -1, "" }, { "=g==", -1, "" },
{ "Zg==Zg==", -1, "" }, { "Zm=v", -1, "" }, { "Zg=v", -1, "" },
{ "Zh==", -1, "" }, { "Zi==", -1, "" }, { "Zo==", -1, "" },
{ "Zw==", 1, "g" }, { "Zm9=", -1, "" }, { "Zm+=", -1, "" },
{ "Zm9 ", -1, "" }, { " Zm9", -1, "" }, { "Zm\n9", -1, "" },
{ "Zm-_", -1, "" }, { "Zm9\xc3", -1, "" }, { "Zm9v\r\n\r\n", -1, "" },
};
/* clang-format on */

/* from and to memory of its exact size, so that a byte too far is seen */
static ssize_t
decode(const char *text, size_t len, uint8_t *out, size_t max)
{
	char *in = malloc(len + !len);
	uint8_t *to = malloc(max + !max);
	ssize_t n;

	memcpy(in, text, len);
	memset(to, 0, max);
	n = base64_decode(in, len, to, max);
	memcpy(out, to, max);
	free(in);
	free(to);
	return n;
}

static void
rows(void)
{
	char again[BASE64_SIZE(6)];
	uint8_t out[6];
	size_t i, n;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		n = strlen(t[i].bytes);
		ok(decode(t[i].text, strlen(t[i].text), out, 6) == t[i].n &&
			memcmp(out, t[i].bytes, n) == 0,
		    "row %zu: %s", i, t[i].text);
		if (t[i].n == -1 || t[i].n > 6)
			continue;
		base64_encode(out, n, again);
		ok(strcmp(again, t[i].text) == 0, "and back: %s", again);
	}
	ok(base64_decode("Zg\0=", 4, out, 6) == -1, "a NUL");
	ok(decode("Zm9v", 4, out, 0) == 1, "no room: more than that");
}

static void
back(void)
{
	enum { N = 200 };
	uint8_t bytes[N], got[N];
	char *text;
	size_t i, len, bad = 0;

	for (i = 0; i < N; i++)
		bytes[i] = (uint8_t)(i * 167 + 41);
	for (len = 0; len <= N; len++) {
		text = malloc(BASE64_SIZE(len));
		base64_encode(bytes, len, text);
		bad += strlen(text) + 1 != BASE64_SIZE(len) ||
		    decode(text, strlen(text), got, len) != (ssize_t)len ||
		    memcmp(got, bytes, len) != 0;
		free(text);
	}
	ok(bad == 0, "0 to %d bytes there and back", N);
}

/* each text of one group stands for its bytes alone */
static void
unique(void)
{
	static const char set[] = "AQgw/=";
	uint8_t out[3];
	char text[5] = "", again[BASE64_SIZE(3)];
	size_t i, good = 0, bad = 0;
	ssize_t n;

	for (i = 0; i < 6 * 6 * 6 * 6; i++) {
		text[0] = set[i % 6];
		text[1] = set[i / 6 % 6];
		text[2] = set[i / 36 % 6];
		text[3] = set[i / 216];
		if ((n = base64_decode(text, 4, out, 3)) == -1)
			continue;
		good++;
		base64_encode(out, (size_t)n, again);
		bad += strcmp(text, again) != 0;
	}
	/* 5^4 whole ones; before = and == only digits of A Q g w have no
	 * bits that are lost */
	ok(good == 5 * 5 * 5 * 5 + 5 * 5 * 4 + 5 * 4 && bad == 0,
	    "one text for the same bytes");
}

int
main(void)
{
	rows();
	back();
	unique();
	return done();
}

/* certfacts: see certfacts.h; touches nothing */
#include <string.h>

#include "certfacts.h"

#define DAY 86400

int
cert_is_name(const char *s)
{
	size_t label = 0;
	const char *p;

	if (strlen(s) > 253)
		return 0;
	for (p = strncmp(s, "*.", 2) == 0 ? s + 2 : s; *p != '\0'; p++) {
		if (*p == '.') {
			if (label == 0 || p[-1] == '-')
				return 0;
			label = 0;
		} else if (strchr("abcdefghijklmnopqrstuvwxyz0123456789-_",
			       *p) == NULL ||
		    (*p == '-' && label == 0) || ++label > 63)
			return 0;
	}
	return label > 0 && p[-1] != '-';
}

enum cert_verdict
facts_check(const struct cert_facts *c, const uint8_t id[KEYID_LEN], time_t now)
{
	if (memcmp(c->id, id, KEYID_LEN) != 0)
		return CERT_OTHER_KEY;
	if (now < c->not_before)
		return CERT_NOT_YET;
	return now > c->not_after ? CERT_EXPIRED : CERT_OK;
}

const char *
cert_verdict_text(enum cert_verdict v)
{
	switch (v) {
	case CERT_OK:
		return "good";
	case CERT_OTHER_KEY:
		return "certificate and key do not match";
	case CERT_NOT_YET:
		return "not valid yet";
	case CERT_EXPIRED:
		return "expired";
	}
	return "unknown verdict";
}

int
facts_days(const struct cert_facts *c, time_t now)
{
	int64_t s = c->not_after - now;

	return (int)(s >= 0 ? s / DAY : -((DAY - 1 - s) / DAY));
}

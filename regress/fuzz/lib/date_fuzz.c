/* date: what parses comes out as a form that parses to the same moment */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "date.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *s = strndup((const char *)data, size);
	char out[DATE_LEN + 1] = "", log[DATE_LOG_LEN];
	time_t now = 1700000000, t, again;

	if (size >= sizeof(t)) {
		memcpy(&t, data, sizeof(t));
		date_format(out, t);
		date_log(log, t);
		if (date_parse(out, t, &again) == -1)
			abort();
	}
	if (date_parse(s, now, &t) == 0) {
		date_format(out, t);
		date_log(log, t);
		if (date_parse(out, now, &again) == -1 || again != t)
			abort();
	}
	free(s);
	return 0;
}

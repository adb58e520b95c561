/* cond, range: lines are field values; a part always lies inside the file */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cond.h"
#include "range.h"

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static void
ranges(const char *s, uint64_t size)
{
	uint64_t first = 0, last = 0;

	if (range_parse(s, size, &first, &last) == RANGE_PART &&
	    (first > last || last >= size))
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum head_field order[] = { FIELD_RANGE, FIELD_IF_RANGE,
		FIELD_IF_MATCH, FIELD_IF_NONE_MATCH, FIELD_IF_MODIFIED_SINCE,
		FIELD_IF_UNMODIFIED_SINCE };
	char *copy = strndup((const char *)data, size), *s = copy, *line;
	struct head h = { .method = METHOD_GET };
	size_t i;
	int status;

	for (i = 0; i < sizeof(order) / sizeof(*order); i++)
		if ((line = strsep(&s, "\n")) != NULL && *line != '\0')
			h.field[order[i]] = line;
	status = cond_check(&h, "\"e\"", 784111777, 1700000000);
	if (status != 0 && status != 304 && status != 412)
		abort();
	if (h.field[FIELD_IF_RANGE] != NULL)
		range_if(h.field[FIELD_IF_RANGE], "\"e\"", 784111777,
		    784111778);
	if (h.field[FIELD_RANGE] != NULL) {
		ranges(h.field[FIELD_RANGE], 0);
		ranges(h.field[FIELD_RANGE], 10);
		ranges(h.field[FIELD_RANGE], UINT64_MAX);
	}
	free(copy);
	return 0;
}

/*
 * path: what comes out is normal: encoded again it is its own normal form, and
 * no segment of it leads upwards.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "path.h"

static void
check(const char *path, int status)
{
	static char encoded[4096], again[1024];
	struct put o = { .p = encoded, .size = sizeof(encoded) - 1 };

	if (path[0] != '/' || strstr(path, "//") != NULL ||
	    strstr(path, "/../") != NULL || strstr(path, "/./") != NULL)
		abort();
	if (status == 404)
		return;
	if (strchr(path, '\\') != NULL)
		abort();
	path_encode(&o, path);
	encoded[o.n] = '\0';
	if (o.full || strcspn(encoded, "?#\\\" <>") != o.n)
		abort();
	if (path_normal(encoded, again, sizeof(again)) != 0 ||
	    strcmp(again, path) != 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static char clean[65536];
	struct put o = { .p = clean, .size = sizeof(clean) - 1 };
	char *target, path[1000];
	size_t room;
	int status;

	if (size == 0 || size > 8192)
		return 0;
	target = strndup((const char *)data + 1, size - 1);
	room = data[0] < 128 ? sizeof(path) : data[0] - 126U;
	status = path_normal(target, path, room);
	if (status != 0 && status != 301 && status != 400 && status != 404)
		abort();
	if (status != 400)
		check(path, status);
	path_hidden(status != 400 ? path : target);
	path_clean(&o, target);
	clean[o.n] = '\0';
	if (o.full || strcspn(clean, "#\\\" <>\r\n") != o.n)
		abort();
	free(target);
	return 0;
}

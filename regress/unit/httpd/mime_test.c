/* mime: every kind of name finds its row or none */
#include <string.h>

#include "../tap.h"
#include "mime.h"

/* clang-format off */
static const struct { const char *path, *type; } t[] = {
{ "/index.html",     "text/html; charset=utf-8" },
{ "/A.HTML",         "text/html; charset=utf-8" },
{ "/a.b/c.css",      "text/css; charset=utf-8" },
{ "/x.tar.gz",       "application/gzip" },
{ "/x.7z",           "application/x-7z-compressed" },
{ "/x.zst",          "application/zstd" },
{ "/x.webmanifest",  "application/manifest+json" },
{ "/x.svg",          "image/svg+xml" },
{ "/x.woff2",        "font/woff2" },
{ "/README",         "application/octet-stream" },
{ "/x.",             "application/octet-stream" },
{ "/x.htmlx",        "application/octet-stream" },
{ "/x.webmanifestx", "application/octet-stream" },
{ "/a.html/b",       "application/octet-stream" },
{ "/x.\303\244",     "application/octet-stream" },
};
/* clang-format on */

int
main(void)
{
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++)
		ok(strcmp(mime_type(t[i].path), t[i].type) == 0, "%s: %s",
		    t[i].path, mime_type(t[i].path));
	return done();
}

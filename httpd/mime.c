/*
 * mime: the built-in table of types, sorted by extension. Everything textual
 * says charset=utf-8: a browser that guesses is a browser that can be fooled.
 * Types as registered at IANA where they are. Touches nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "mime.h"

#define EXTENSION_MAX 11
#define OOXML "application/vnd.openxmlformats-officedocument."

struct row {
	char extension[EXTENSION_MAX + 1];
	const char *type;
};

/* clang-format off */
static const struct row rows[] = {
	{ "7z",          "application/x-7z-compressed" },
	{ "aac",         "audio/aac" },
	{ "apk",         "application/vnd.android.package-archive" },
	{ "apng",        "image/apng" },
	{ "asc",         "text/plain; charset=utf-8" },
	{ "atom",        "application/atom+xml" },
	{ "avi",         "video/x-msvideo" },
	{ "avif",        "image/avif" },
	{ "bin",         "application/octet-stream" },
	{ "bmp",         "image/bmp" },
	{ "bz2",         "application/x-bzip2" },
	{ "c",           "text/plain; charset=utf-8" },
	{ "conf",        "text/plain; charset=utf-8" },
	{ "css",         "text/css; charset=utf-8" },
	{ "csv",         "text/csv; charset=utf-8" },
	{ "cur",         "image/x-icon" },
	{ "deb",         "application/vnd.debian.binary-package" },
	{ "diff",        "text/plain; charset=utf-8" },
	{ "doc",         "application/msword" },
	{ "docx",        OOXML "wordprocessingml.document" },
	{ "eot",         "application/vnd.ms-fontobject" },
	{ "epub",        "application/epub+zip" },
	{ "flac",        "audio/flac" },
	{ "gif",         "image/gif" },
	{ "gmi",         "text/gemini; charset=utf-8" },
	{ "gz",          "application/gzip" },
	{ "h",           "text/plain; charset=utf-8" },
	{ "heic",        "image/heic" },
	{ "htm",         "text/html; charset=utf-8" },
	{ "html",        "text/html; charset=utf-8" },
	{ "ico",         "image/x-icon" },
	{ "ics",         "text/calendar; charset=utf-8" },
	{ "iso",         "application/octet-stream" },
	{ "jar",         "application/java-archive" },
	{ "jpeg",        "image/jpeg" },
	{ "jpg",         "image/jpeg" },
	{ "js",          "text/javascript; charset=utf-8" },
	{ "json",        "application/json" },
	{ "jsonld",      "application/ld+json" },
	{ "jxl",         "image/jxl" },
	{ "log",         "text/plain; charset=utf-8" },
	{ "m3u8",        "application/vnd.apple.mpegurl" },
	{ "m4a",         "audio/mp4" },
	{ "m4v",         "video/mp4" },
	{ "map",         "application/json" },
	{ "md",          "text/markdown; charset=utf-8" },
	{ "mid",         "audio/midi" },
	{ "mjs",         "text/javascript; charset=utf-8" },
	{ "mkv",         "video/x-matroska" },
	{ "mov",         "video/quicktime" },
	{ "mp3",         "audio/mpeg" },
	{ "mp4",         "video/mp4" },
	{ "mpeg",        "video/mpeg" },
	{ "mpg",         "video/mpeg" },
	{ "odp",         "application/vnd.oasis.opendocument.presentation" },
	{ "ods",         "application/vnd.oasis.opendocument.spreadsheet" },
	{ "odt",         "application/vnd.oasis.opendocument.text" },
	{ "oga",         "audio/ogg" },
	{ "ogg",         "audio/ogg" },
	{ "ogv",         "video/ogg" },
	{ "opus",        "audio/ogg" },
	{ "otf",         "font/otf" },
	{ "patch",       "text/plain; charset=utf-8" },
	{ "pdf",         "application/pdf" },
	{ "pgp",         "application/pgp-encrypted" },
	{ "png",         "image/png" },
	{ "ppt",         "application/vnd.ms-powerpoint" },
	{ "pptx",        OOXML "presentationml.presentation" },
	{ "ps",          "application/postscript" },
	{ "rar",         "application/vnd.rar" },
	{ "rss",         "application/rss+xml" },
	{ "rtf",         "application/rtf" },
	{ "sh",          "text/plain; charset=utf-8" },
	{ "sig",         "application/pgp-signature" },
	{ "svg",         "image/svg+xml" },
	{ "tar",         "application/x-tar" },
	{ "tgz",         "application/gzip" },
	{ "tif",         "image/tiff" },
	{ "tiff",        "image/tiff" },
	{ "toml",        "application/toml" },
	{ "ts",          "video/mp2t" },
	{ "ttf",         "font/ttf" },
	{ "txt",         "text/plain; charset=utf-8" },
	{ "vcf",         "text/vcard; charset=utf-8" },
	{ "vtt",         "text/vtt; charset=utf-8" },
	{ "wasm",        "application/wasm" },
	{ "wav",         "audio/wav" },
	{ "weba",        "audio/webm" },
	{ "webm",        "video/webm" },
	{ "webmanifest", "application/manifest+json" },
	{ "webp",        "image/webp" },
	{ "woff",        "font/woff" },
	{ "woff2",       "font/woff2" },
	{ "xhtml",       "application/xhtml+xml" },
	{ "xls",         "application/vnd.ms-excel" },
	{ "xlsx",        OOXML "spreadsheetml.sheet" },
	{ "xml",         "text/xml; charset=utf-8" },
	{ "xsl",         "text/xml; charset=utf-8" },
	{ "xz",          "application/x-xz" },
	{ "yaml",        "application/yaml" },
	{ "yml",         "application/yaml" },
	{ "zip",         "application/zip" },
	{ "zst",         "application/zstd" },
};
/* clang-format on */

static int
compare(const void *key, const void *row)
{
	return strcmp(key, ((const struct row *)row)->extension);
}

const char *
mime_type(const char *path)
{
	const char *dot = strrchr(path, '.');
	const struct row *r = NULL;
	char key[EXTENSION_MAX + 1];
	size_t i, n;

	if (dot != NULL && (n = strlen(++dot)) <= EXTENSION_MAX) {
		for (i = 0; i <= n; i++)
			key[i] = (char)(dot[i] >= 'A' && dot[i] <= 'Z' ?
				dot[i] + ('a' - 'A') :
				dot[i]);
		r = bsearch(key, rows, sizeof(rows) / sizeof(*rows),
		    sizeof(*rows), compare);
	}
	return r != NULL ? r->type : "application/octet-stream";
}

/* mime: from a file name's extension to a Content-Type. */
#ifndef MIME_H
#define MIME_H

/* static storage; text has its charset; unknown: application/octet-stream */
const char *mime_type(const char *path);
#endif

/* limits: the caps of httpd, all in one place; bytes unless said otherwise */
#ifdef _GCC_NEXT_LIMITS_H /* gcc's <limits.h> wants the C library's */
#include_next <limits.h>
#endif
#ifndef LIMITS_H
#define LIMITS_H

/* a request */
#define HTTPD_LINE_MAX 8192	 /* request line; beyond: 414 */
#define HTTPD_HEAD_MAX 16384	 /* header block with its CRLFs; beyond: 431 */
#define HTTPD_FIELDS_MAX 100	 /* fields; beyond: 431 */
#define HTTPD_JOINED_MAX 16384	 /* list fields given more than once */
#define HTTPD_HOST_MAX 255	 /* host name without port */
#define HTTPD_CHUNK_EXT_MAX 256	 /* extensions of one chunk */
#define HTTPD_TRAILER_MAX 4096	 /* trailer section; beyond: 431 */
#define HTTPD_BODY_MAX (1 << 20) /* beyond: 413 */
#define HTTPD_DRAIN_MAX 65536	 /* unwanted body that is worth reading */
#define HTTPD_HEAD_MIN 2048	 /* first size of a session's head buffer */

/* an answer */
#define HTTPD_PATH_MAX 1000    /* decoded path with its NUL; beyond: 404 */
#define HTTPD_ANSWER_MAX 32768 /* header and body of our own making */
#define HTTPD_RETRY_AFTER "5"  /* seconds, with 503 */
#define HTTPD_HSTS "63072000"  /* seconds: two years */

/* the access log */
#define HTTPD_LOG_MAX 1024 /* a line with its newline */
#define HTTPD_LOG_TARGET 400
#define HTTPD_LOG_REFERER 200
#define HTTPD_LOG_AGENT 240
#endif

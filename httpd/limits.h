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
#define HTTPD_LOG_BUFFER 65536
#define HTTPD_LOG_MS 100 /* a line waits at most */

/* the server process */
#define HTTPD_WORKERS_MAX 16
#define HTTPD_CONNS_CEILING 24576 /* limits.connections may not be more */
#define HTTPD_FILES 65536	  /* descriptors of one process */
#define HTTPD_INPUT 16384	  /* one read */
#define HTTPD_OUTPUT 262144	  /* answers of one turn */
#define HTTPD_OUTPUT_FULL 65536	  /* then they leave */
#define HTTPD_COPY 65536	  /* a shorter rest of a file is copied */
#define HTTPD_STEP 1048576	  /* of a file, then others have their turn */
#define HTTPD_SNDBUF 524288	  /* of a pair that a large file goes through */
#define HTTPD_LINGER_MAX 1048576  /* read after our end, then no more */
#define HTTPD_LINGER_MS 2000	  /* the same in time */
#define HTTPD_LOOK_MS 5000	  /* a question to the opener; beyond: 503 */
#define HTTPD_PROGRESS 1024	  /* bytes of a body that count as progress */

/* the open files */
#define HTTPD_OPEN_MAX 512	  /* descriptors kept */
#define HTTPD_ENTRIES_MAX 2048	  /* paths that are there */
#define HTTPD_NONE_MAX 512	  /* paths that are not */
#define HTTPD_QUESTIONS_MAX 4096  /* to the opener, under way */
#define HTTPD_SMALL 16384	  /* a file whose bytes are kept */
#define HTTPD_CONTENT_MAX 8388608 /* all kept bytes */
#define HTTPD_STEADY 2		  /* seconds unchanged, then they are */
#define HTTPD_FRESH_MS 2000	  /* then the opener looks again */
#define HTTPD_FRESH_NONE_MS 1000  /* the same of what is not there */

/* the conf */
#define HTTPD_INDEX_MAX 8  /* names of index files */
#define HTTPD_INDEX_LEN 64 /* of one, with its NUL */
#define HTTPD_SERVICES 16  /* of the gate */
#endif

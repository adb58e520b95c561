/* limits: every cap of smtpd that is not a key of smtpd.conf */
#ifdef _GCC_NEXT_LIMITS_H /* gcc's <limits.h> wants the C library's */
#include_next <limits.h>
#endif
#ifndef LIMITS_H
#define LIMITS_H

enum {
	/* a dialogue; RFC 5321 4.5.3.1 asks for 512 and 1,000 */
	COMMAND_LINE = 2048,
	AUTH_LINE = 12288,
	BODY_LINE = 65536,
	ERRORS_MAX = 20,	 /* of one session, then 421 */
	UNKNOWN_MAX = 10,	 /* unknown users of one session, then 421 */
	DRAIN_BYTES = 100 << 20, /* of a body that was refused */

	/* a message */
	HEADER_BYTES = 256 * 1024,
	HEADER_FIELDS = 1000,
	FIELD_BYTES = 64 * 1024,
	RECEIVED_MAX = 100,	  /* fields: a loop */
	MEMFD_BYTES = 256 * 1024, /* a larger body goes to the spool at once */

	/* the spool */
	SEGMENT_BYTES = 16 << 20,
	SEGMENTS_SPARE = 2,
	BATCH_MAILS = 256,
	BATCH_BYTES = 8 << 20,
	ENVELOPE_BYTES = 256 * 1024,
	RECIPIENTS_MAX = 1000, /* of one envelope, after expansion */

	/* expansion */
	ALIAS_DEPTH = 10,
	ALIAS_RESULTS = 200,
	ALIASES_BYTES = 4 << 20, /* of the file */
	FORWARD_BYTES = 8192,
	FORWARD_LINES = 50,

	/* replies of other hosts */
	REPLY_LINE = 2048,
	REPLY_BYTES = 64 * 1024,
	REPLY_LINES = 100,
};
#endif

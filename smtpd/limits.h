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
	ENVID_MAX = 100,	 /* bytes, decoded; RFC 3461 4.4, 4.2 */
	ORCPT_MAX = 500,
	VERDICT_LINE = 400, /* a reply that another process gives */
	/* its deadlines, ms; RFC 5321 4.5.3.2 */
	COMMAND_WAIT = 300000,
	BODY_IDLE = 180000,
	BODY_FLOOR_WAIT = 300000, /* then 10 KiB a minute are the least */
	BODY_FLOOR = 10240,
	BODY_WAIT = 3600000,
	ANSWER_WAIT = 120000, /* of another process */
	DRAIN_WAIT = 60000,

	/* a message */
	HEADER_BYTES = 256 * 1024,
	HEADER_FIELDS = 1000,
	FIELD_BYTES = 64 * 1024,
	RECEIVED_MAX = 100,	   /* fields: a loop */
	ADDRLIST_MAX = 2000,	   /* of one field */
	DSN_RETURNED = 100 * 1024, /* bytes of the message in its DSN */
	DSN_DIAGNOSTIC = 2000,	   /* bytes of a host's reply in it */
	MEMFD_BYTES = 256 * 1024,  /* a larger body goes to the spool at once */

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
	ALIASES_MAX = 50000,	 /* in it */
	ALIASES_TARGETS = 200000,
	ALIASES_ERRORS = 100, /* told, then it ends */
	ALIAS_STEPS = 5000,   /* of one expansion */
	FORWARD_BYTES = 8192,
	FORWARD_LINES = 50,

	/* replies of other hosts */
	REPLY_LINE = 2048,
	REPLY_BYTES = 64 * 1024,
	REPLY_LINES = 100,

	/* Maildirs; beyond: TEMP */
	MAILDIR_FOLDERS = 20000,  /* of one Maildir */
	MAILDIR_FILES = 10000000, /* of one Maildir, when it is searched */
	MAILDIR_PASSES = 4,	  /* of a search in one that changes */
	MAILDIR_TRIES = 100,	  /* names in tmp/ */
	MAILDIR_HOST = 64,	  /* bytes of the host in a file's name */
	MAILDIR_FLAGS = 32,	  /* of one mail */
	TMP_STALE = 36 * 3600,	  /* seconds, then a file in tmp/ is dead */
	FOLDER_NAME = 255,	  /* bytes on disk, as file systems have it */
	FOLDER_PART = 200,
	FOLDER_DEPTH = 20,
	MAILDIRSIZE_BYTES = 5120, /* then it is counted anew */
	MAILDIRSIZE_AGE = 900,	  /* seconds that it may say "full" */
};
#endif

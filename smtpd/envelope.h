/*
 * envelope: what the spool knows of a message beside its body, as text that
 * strings(1) shows: a line per key, in their order, then one per recipient,
 * then an empty one. And what becomes of its recipients later. Pure; believes
 * no byte. RFC 3461.
 */
#ifndef ENVELOPE_H
#define ENVELOPE_H

#include "address.h"
#include "buf.h"
#include "limits.h"

enum {
	ENVELOPE_USER = 65,	  /* an account's name with NUL */
	ENVELOPE_RECEIVED = 1024, /* from whom: HELO, address, protocol */
	ENVELOPE_ENVID = 101,	  /* RFC 3461 4.4 */
	ENVELOPE_ORCPT = 501,	  /* RFC 3461 4.2 */
	ENVELOPE_SAID = 201,	  /* by the other side, the last time */
	/* what ENVELOPE_BYTES become with last words, of no plain byte, and
	   the longest numbers for each recipient */
	ENVELOPE_GROWN =
	    ENVELOPE_BYTES + RECIPIENTS_MAX * (3 * ENVELOPE_SAID + 32),
};

enum envelope_body { BODY_7BIT, BODY_8BIT };
enum envelope_ret { RET_NONE, RET_FULL, RET_HDRS };
enum rcpt_notify { /* bits; NEVER stands alone */
	NOTIFY_SUCCESS = 1,
	NOTIFY_FAILURE = 2,
	NOTIFY_DELAY = 4,
	NOTIFY_NEVER = 8,
};
enum rcpt_route { ROUTE_LOCAL, ROUTE_REMOTE };
enum rcpt_state { RCPT_WAITING, RCPT_DELIVERED, RCPT_FAILED };

struct recipient {
	uint64_t n; /* its place, from 0; its name is id.n */
	struct mailbox addr;
	char orcpt[ENVELOPE_ORCPT]; /* type;address, "": none */
	uint32_t notify;	    /* 0: not said */
	uint32_t route;
	char user[ENVELOPE_USER]; /* LOCAL: the account */
	char detail[LOCAL_MAX + 1];
	uint32_t state;
	uint64_t tries;
	uint64_t when;		  /* next attempt, in queue time */
	char said[ENVELOPE_SAID]; /* "": nothing yet */
};

struct envelope {
	uint64_t id;
	struct mailbox from;
	char auth[ENVELOPE_USER]; /* the account that sent it; "": none */
	char received[ENVELOPE_RECEIVED];
	uint64_t rdate;	 /* seconds, of the wall clock */
	uint64_t queued; /* queue time then: its age counts from there */
	uint64_t size;	 /* bytes of the body */
	uint32_t body, smtputf8, ret;
	char envid[ENVELOPE_ENVID];
	uint64_t hop; /* Received fields it has */
	uint64_t notbefore;
	uint32_t hold; /* 1: until it is released */
	struct recipient *rcpt;
	size_t nrcpt;
};

struct result { /* what became of one recipient */
	uint64_t n;
	uint32_t state;
	uint64_t tries, when;
	char said[ENVELOPE_SAID];
};

struct spool_clock { /* ms; boot: CLOCK_BOOTTIME */
	uint64_t queue, wall, boot;
};

/*
 * Appends it, to the end of its empty line; recipients are numbered as they
 * stand. -1: ENOBUFS beyond the buffer's cap, ENOMEM, EINVAL.
 */
int envelope_print(struct buf *, const struct envelope *);
/*
 * The envelope in front of n bytes; *used of them. Nothing but what
 * envelope_print() writes. rcpt is allocated, envelope_free() gives it back.
 * -1: EINVAL, ENOMEM; then there is nothing to free.
 */
int envelope_parse(struct envelope *, const void *, size_t n, size_t *used);
void envelope_free(struct envelope *);

/* payloads of records: one line each; -1 as above */
int result_print(struct buf *, const struct result *);
int result_parse(struct result *, const char **p, const char *end);
int clock_print(struct buf *, const struct spool_clock *);
int clock_parse(struct spool_clock *, const void *, size_t);
int number_print(struct buf *, uint64_t);
int number_parse(uint64_t *, const void *, size_t);
#endif

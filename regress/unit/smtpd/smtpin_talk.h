/* smtpin_talk: what tests of smtp_in say, and what they hear */
#ifndef SMTPIN_TALK_H
#define SMTPIN_TALK_H

#include <string.h>

#include "smtpin_drive.h"

#define E "EHLO c\r\n"
#define M "MAIL FROM:<a@b>\r\n"
#define R "RCPT TO:<x@y>\r\n"
#define D "DATA\r\n"
#define Q "QUIT\r\n"
#define EMR E M R
#define EMRD E M R D
/* and what is heard */
#define OE "220 250"
#define OM " 250/2.1.0"
#define OR " <x@y> 250/2.1.5"
#define OEMR OE OM OR
#define OEMRD OEMR " 354"
#define OC " 250/2.0.0"
#define OQ " 221/2.0.0 close"

/* GREET, READY, MAIL, RCPT, between two BDAT */
static const char *const states[] = { "", E, E M, EMR, EMR "BDAT 1\r\nx" };

static struct drive d;
static uint8_t text[1 << 20];
static size_t ntext;

/* what happens when it comes in these pieces */
static inline int
same(const char *how, const uint8_t *cuts, size_t ncuts, const char *want)
{
	int good;

	drive_init(&d, how);
	drive(&d, text, ntext, cuts, ncuts);
	good = d.wrong == NULL && strcmp(d.said, want) == 0;
	smtp_in_free(&d.s);
	return good;
}

static inline void
copy(const char *in)
{
	uint8_t *p;

	ntext = strlen(in);
	memcpy(text, in, ntext);
	while ((p = memchr(text, '\035', ntext)) != NULL)
		*p = '\0';
}

/* d.said: what has happened then */
static inline void
talk(const char *how, const char *in)
{
	smtp_in_free(&d.s);
	drive_init(&d, how);
	copy(in);
	drive(&d, text, ntext, NULL, 0);
}
#endif

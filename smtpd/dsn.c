/*
 * dsn: the parts between their boundaries. They are written first, because
 * the boundary must not occur in them; what they need of the hosts that will
 * carry the report shows in their bytes. Touches memory only.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "date.h"
#include "dsn.h"
#include "dsnpart.h"
#include "fold.h"
#include "limits.h"

enum { BOUNDARY = 80 };

struct parts {
	struct buf text, fields, returned;
	int all;  /* of the message */
	int wide; /* UTF-8 where else only ASCII may be */
	char boundary[BOUNDARY];
};

static int
is_wide(const struct buf *b)
{
	size_t i;

	for (i = 0; i < b->len; i++)
		if (buf_data(b)[i] & 0x80)
			return 1;
	return 0;
}

static int
occurs(const struct buf *b, const char *s)
{
	return b->len > 0 && memmem(buf_data(b), b->len, s, strlen(s)) != NULL;
}

/* one that nobody could know is tried once, as a rule */
static void
choose(const struct dsn *d, struct parts *p)
{
	unsigned int i = 0;

	do
		(void)snprintf(p->boundary, sizeof(p->boundary),
		    "%.24s.%016" PRIx64 ".%u", d->id, d->salt, i++);
	while (occurs(&p->text, p->boundary) ||
	    occurs(&p->fields, p->boundary) ||
	    occurs(&p->returned, p->boundary));
}

static int
write_parts(const struct dsn *d, struct parts *p)
{
	const int may = d->utf8 || mailbox_is_utf8(d->to);

	if (dsn_text(d, &p->text) == -1 ||
	    dsn_returned(d, &p->returned, &p->all) == -1 ||
	    dsn_fields(d, may, &p->fields) == -1)
		return -1;
	p->wide = may &&
	    (is_wide(&p->fields) || is_wide(&p->returned) ||
		mailbox_is_utf8(d->to));
	choose(d, p);
	return 0;
}

/* what the report is about, in the worst case of its recipients */
static const char *
subject(const struct dsn *d)
{
	static const char *const subjects[] = {
		[DSN_FAILED] = "Your message could not be delivered",
		[DSN_DELAYED] = "Your message is not delivered yet",
		[DSN_DELIVERED] = "Your message was delivered",
		[DSN_RELAYED] = "Your message was handed over",
		[DSN_EXPANDED] = "Your message was passed on",
	};
	enum dsn_action worst = DSN_EXPANDED;
	size_t i;

	for (i = 0; i < d->rcpts; i++)
		if (d->rcpt[i].action < worst)
			worst = d->rcpt[i].action;
	return subjects[worst];
}

static int
write_header(const struct dsn *d, const struct parts *p, struct buf *out)
{
	char text[MAILBOX_TEXT + 2], date[DATE_MAIL_LEN + 1] = "";
	struct fold f;
	size_t n;

	date_mail(date, d->now);
	fold_begin(&f, out, "\t", "Date:");
	fold_words(&f, date);
	fold_next(&f, "From: Mail Delivery System");
	(void)snprintf(text, sizeof(text), "<MAILER-DAEMON@%s>", d->domain);
	fold_words(&f, text);
	fold_next(&f, "To:");
	text[0] = '<';
	n = 1 + mailbox_format(d->to, text + 1);
	text[n++] = '>';
	fold_word(&f, text, n);
	fold_next(&f, "Subject:");
	fold_words(&f, subject(d));
	fold_next(&f, "Message-ID:");
	(void)snprintf(text, sizeof(text), "<%s@%s>", d->id, d->host);
	fold_words(&f, text);
	fold_next(&f, "Auto-Submitted: auto-replied");
	fold_next(&f, "MIME-Version: 1.0");
	fold_next(&f, "Content-Type: multipart/report;");
	fold_words(&f, "report-type=delivery-status;");
	(void)snprintf(text, sizeof(text), "boundary=\"%s\"", p->boundary);
	fold_words(&f, text);
	return fold_end(&f);
}

static int
write_part(struct buf *out, const struct parts *p, const char *type,
    const struct buf *part)
{
	if (buf_printf(out,
		"\r\n--%s\r\nContent-Type: %s\r\n"
		"Content-Transfer-Encoding: %s\r\n\r\n",
		p->boundary, type, is_wide(part) ? "8bit" : "7bit") == -1)
		return -1;
	return buf_add(out, buf_data(part), part->len);
}

static int
assemble(const struct dsn *d, const struct parts *p, struct buf *out)
{
	const char *returned = p->all ?
	    (p->wide ? "message/global" : "message/rfc822") :
	    (p->wide ? "message/global-headers" : "text/rfc822-headers");

	if (write_header(d, p, out) == -1 ||
	    write_part(out, p, "text/plain; charset=utf-8", &p->text) == -1 ||
	    write_part(out, p,
		p->wide ? "message/global-delivery-status" :
			  "message/delivery-status",
		&p->fields) == -1 ||
	    write_part(out, p, returned, &p->returned) == -1)
		return -1;
	return buf_printf(out, "\r\n--%s--\r\n", p->boundary);
}

int
dsn_write(const struct dsn *d, struct buf *out)
{
	struct parts p = { .text.cap = out->cap,
		.fields.cap = out->cap,
		.returned.cap = out->cap };
	int status = write_parts(d, &p);

	if (status == 0)
		status = assemble(d, &p, out);
	buf_free(&p.text);
	buf_free(&p.fields);
	buf_free(&p.returned);
	return status == -1 ? -1 : p.wide;
}

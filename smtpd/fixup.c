/*
 * fixup: the header section is gathered until its end is known, then read
 * again field by field, and those that stay are written. Touches its buffers;
 * trusts its caller's settings, no byte of the message.
 */
#include <string.h>

#include "addrlist.h"
#include "date.h"
#include "fixup.h"
#include "fold.h"
#include "limits.h"

#define BIT(name) (1U << HEADER_##name)

/* LF may become CRLF; what is added takes less than a line each */
#define OUT_BYTES (2 * HEADER_BYTES + 4 * 1024)

static const unsigned int dropped[] = {
	[FIXUP_SUBMIT] = BIT(BCC) | BIT(MBOX) | BIT(OURS) | BIT(RESENT_BCC) |
	    BIT(RETURN_PATH),
	[FIXUP_DELIVER] = BIT(MBOX) | BIT(OURS) | BIT(RETURN_PATH),
};

static void
put(struct fixup *f, const char *p, size_t n)
{
	if (buf_add(&f->out, p, n) == -1)
		f->failed = 1;
}

/* with line ends as mail has them, and one at its end */
static void
put_lines(struct fixup *f, const char *p, size_t n)
{
	size_t i, run;

	for (i = 0; i < n; i += run + 1) {
		for (run = 0;
		     i + run < n && p[i + run] != '\r' && p[i + run] != '\n';
		     run++)
			;
		put(f, p + i, run);
		if (i + run == n)
			break;
		if (p[i + run] == '\n')
			put(f, "\r\n", 2);
		else if (i + run + 1 == n || p[i + run + 1] != '\n')
			put(f, " ", 1);
	}
	if (n > 0 && p[n - 1] != '\n')
		put(f, "\r\n", 2);
}

static void
judge_from(struct fixup *f, const char *value, size_t n)
{
	enum addrlist_event ev;
	struct addrlist l;
	struct mailbox m;
	int any = 0;

	if (f->seen & BIT(FROM)) {
		f->reply = "554 5.6.0 More than one From field";
		return;
	}
	addrlist_begin(&l, value, n);
	while ((ev = addrlist_next(&l, &m)) == ADDRLIST_MAILBOX) {
		any = 1;
		if (f->owns != NULL &&
		    (!f->owns(f->arg, &m) ||
			(l.shows && !f->owns(f->arg, &l.shown)))) {
			f->reply = "550 5.7.1 An address in From is not yours";
			return;
		}
	}
	if (ev == ADDRLIST_MANY)
		f->reply = "554 5.6.0 Too many addresses in From";
	else if (ev == ADDRLIST_BAD || !any)
		f->reply = "554 5.6.0 From is not a list of addresses";
}

static void
on_field(void *arg, const struct header_field *h)
{
	struct fixup *f = arg;
	const char *head = (const char *)buf_data(&f->head);

	if (f->reply != NULL)
		return;
	if (f->mode == FIXUP_SUBMIT && h->name == HEADER_FROM)
		judge_from(f, head + h->value, h->end - h->value);
	if (dropped[f->mode] & 1U << h->name)
		return;
	f->seen |= 1U << h->name;
	if (f->mode == FIXUP_SUBMIT)
		put_lines(f, head + h->start, h->end - h->start);
	else
		put(f, head + h->start, h->end - h->start);
}

static void
add(struct fixup *f, const char *name, const char *value)
{
	struct fold line;

	fold_begin(&line, &f->out, "\t", name);
	fold_word(&line, value, strlen(value));
	if (fold_end(&line) == -1)
		f->failed = 1;
}

/* what is missing */
static void
complete(struct fixup *f)
{
	char date[DATE_MAIL_LEN + 1], text[MAILBOX_TEXT];

	if (!(f->seen & BIT(DATE))) {
		date_mail(date, f->now);
		date[DATE_MAIL_LEN] = '\0';
		add(f, "Date:", date);
	}
	if (!(f->seen & BIT(FROM))) {
		mailbox_format(f->from, text);
		add(f, "From:", text);
	}
	if (!(f->seen & BIT(MESSAGE_ID)) &&
	    buf_printf(&f->out, "Message-ID: <%s@%s>\r\n", f->id, f->host) ==
		-1)
		f->failed = 1;
	if (!(f->seen & (BIT(TO) | BIT(CC))))
		add(f, "To:", "undisclosed-recipients:;");
}

static enum fixup_event
refuse(struct fixup *f, const char *reply)
{
	f->reply = reply;
	buf_free(&f->head);
	buf_free(&f->out);
	return FIXUP_REFUSED;
}

/* the header section is in head, and maybe the first bytes of the body */
static enum fixup_event
rewrite(struct fixup *f)
{
	struct header again = { .field = on_field, .arg = f };
	const char *head = (const char *)buf_data(&f->head);
	const struct header *h = &f->header;
	size_t used;

	f->out.cap = OUT_BYTES;
	header_feed(&again, head, h->end, &used);
	header_end(&again);
	if (f->reply != NULL)
		return refuse(f, f->reply);
	if (f->mode == FIXUP_SUBMIT)
		complete(f);
	if (f->mode == FIXUP_SUBMIT || h->malformed)
		put(f, "\r\n", 2);
	else
		put(f, head + h->end, h->body - h->end);
	if (f->head.len > h->body)
		put(f, head + h->body, f->head.len - h->body);
	buf_free(&f->head);
	return f->failed ? refuse(f, "451 4.3.0 Out of memory") : FIXUP_DONE;
}

static enum fixup_event
after(struct fixup *f, enum header_event ev)
{
	if (ev == HEADER_FAULT)
		return refuse(f, header_reply(f->header.fault));
	return ev == HEADER_BODY ? rewrite(f) : FIXUP_MORE;
}

enum fixup_event
fixup_feed(struct fixup *f, const void *data, size_t n, size_t *used)
{
	enum header_event ev;

	*used = 0;
	if (f->reply != NULL)
		return FIXUP_REFUSED;
	ev = header_feed(&f->header, data, n, used);
	f->head.cap = HEADER_BYTES + 1;
	if (buf_add(&f->head, data, *used) == -1)
		return refuse(f, "451 4.3.0 Out of memory");
	return after(f, ev);
}

enum fixup_event
fixup_end(struct fixup *f)
{
	if (f->reply != NULL)
		return FIXUP_REFUSED;
	return after(f, header_end(&f->header));
}

void
fixup_free(struct fixup *f)
{
	buf_free(&f->head);
	buf_free(&f->out);
}

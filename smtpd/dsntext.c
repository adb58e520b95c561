/*
 * dsntext: a report in plain words, for people who never heard of SMTP; what
 * a host said is quoted below. Trusts no byte of it. Codes: RFC 3463, 7505.
 */
#include <stdio.h>
#include <string.h>

#include "date.h"
#include "dsnpart.h"
#include "fold.h"
#include "limits.h"

#define INDENT "    "

/* clang-format off */
static const struct { const char *code, *words; } words[] = {
{ "1.1",  "There is no mailbox of that name." },
{ "1.2",  "There is no such domain, or it has no mail server." },
{ "1.3",  "The address is not written as addresses are." },
{ "1.6",  "The mailbox has moved, or this address has come to its end." },
{ "1.10", "The domain takes no mail." },
{ "2.1",  "The mailbox takes no mail at present." },
{ "2.2",  "The mailbox is full." },
{ "2.3",  "The message is too large for the mailbox." },
{ "3.1",  "The mail server has no room left." },
{ "3.4",  "The message is too large." },
{ "4.1",  "The mail server of the domain does not answer." },
{ "4.2",  "The connection to the mail server broke off." },
{ "4.3",  "The domain's entries in the DNS could not be read." },
{ "4.4",  "No mail server was found for the domain." },
{ "4.6",  "The message went round in circles." },
{ "4.7",  "It was tried again and again, until its time was over." },
{ "5.3",  "The message has too many recipients." },
{ "6.7",  "The address has letters that the mail server cannot handle." },
{ "7.1",  "The mail server of the recipient refused the message." },
{ "7.5",  "No connection could be made that is as safe as it must be." },
};

static const struct {
	const char *intro, *otherwise;
} actions[] = {
	[DSN_FAILED] = {
	    "could not be delivered to the recipients below. It will not be "
	    "tried again.",
	    "The mail server of the recipient did not take the message." },
	[DSN_DELAYED] = {
	    "could not be delivered yet to the recipients below. It will be "
	    "tried again; you need not send it once more.",
	    "The mail server of the recipient did not take the message yet." },
	[DSN_DELIVERED] = {
	    "was delivered to the recipients below.",
	    "It is in the mailbox." },
	[DSN_RELAYED] = {
	    "was handed over for the recipients below to mail servers that do "
	    "not report what becomes of it.",
	    "It was handed over." },
	[DSN_EXPANDED] = {
	    "was passed on to all who stand behind the addresses below.",
	    "It was passed on." },
};
/* clang-format on */

void
dsn_status(const struct dsn_recipient *r, char out[DSN_STATUS])
{
	static const char class[] = { [DSN_FAILED] = '5',
		[DSN_DELAYED] = '4',
		[DSN_DELIVERED] = '2',
		[DSN_RELAYED] = '2',
		[DSN_EXPANDED] = '2' };
	static const char digits[] = "0123456789";
	const char *p = r->status;
	size_t a = 0, b = 0;

	if (p[0] >= '2' && p[0] <= '5' && p[1] == '.') {
		a = strspn(p + 2, digits);
		if (p[2 + a] == '.')
			b = strspn(p + 3 + a, digits);
	}
	if (a < 1 || a > 3 || b < 1 || b > 3 || p[3 + a + b] != '\0')
		(void)snprintf(out, DSN_STATUS, "%c.0.0", class[r->action]);
	else
		(void)snprintf(out, DSN_STATUS, "%c%s", class[r->action],
		    p + 1);
}

static int
paragraph(struct buf *out, const char *const *text)
{
	struct fold f;

	fold_begin(&f, out, "", "");
	for (; *text != NULL; text++)
		fold_words(&f, *text);
	fold_next(&f, "");
	return fold_end(&f);
}

static const char *
why(const struct dsn_recipient *r, const char *status)
{
	size_t i;

	if (r->action == DSN_FAILED || r->action == DSN_DELAYED)
		for (i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (strcmp(status + 2, words[i].code) == 0)
				return words[i].words;
	return actions[r->action].otherwise;
}

static int
recipient(struct buf *out, const struct dsn_recipient *r)
{
	char address[MAILBOX_TEXT + 2], status[DSN_STATUS];
	struct fold f;
	size_t n;

	address[0] = '<';
	n = 1 + mailbox_format(r->to, address + 1);
	address[n++] = '>';
	fold_begin(&f, out, INDENT, "");
	fold_word(&f, address, n);
	dsn_status(r, status);
	fold_next(&f, INDENT);
	fold_words(&f, why(r, status));
	(void)snprintf(address, sizeof(address), "(%s)", status);
	fold_words(&f, address);
	if (dsn_has(r->diagnostic) && dsn_has(r->remote)) {
		fold_next(&f, INDENT);
		fold_name(&f, r->remote);
		fold_words(&f, "said:");
	}
	if (dsn_has(r->diagnostic)) {
		fold_next(&f, INDENT);
		fold_text(&f, r->diagnostic,
		    strnlen(r->diagnostic, DSN_DIAGNOSTIC), 1);
	}
	fold_next(&f, "");
	return fold_end(&f);
}

/* those of one action, the last moment for them all */
static int
recipients(const struct dsn *d, enum dsn_action action, struct buf *out)
{
	char date[DATE_MAIL_LEN + 2] = "";
	const char *intro[] = { "Your message of", date, actions[action].intro,
		NULL };
	const char *until[] = { "The last attempt will be made about", date,
		NULL };
	time_t last = 0;
	size_t i;
	int any = 0;

	for (i = 0; i < d->rcpts; i++) {
		if (d->rcpt[i].action != action)
			continue;
		if (!any) {
			date_mail(date, d->arrival);
			if (paragraph(out, intro) == -1)
				return -1;
		}
		any = 1;
		if (recipient(out, &d->rcpt[i]) == -1)
			return -1;
		if (last < d->rcpt[i].until)
			last = d->rcpt[i].until;
	}
	if (action != DSN_DELAYED || last == 0)
		return 0;
	date_mail(date, last);
	date[DATE_MAIL_LEN] = '.';
	return paragraph(out, until);
}

int
dsn_text(const struct dsn *d, struct buf *out)
{
	const char *hello[] = { "This is the mail system of", d->host,
		"with a report for you.", NULL };
	int action;

	if (paragraph(out, hello) == -1)
		return -1;
	for (action = DSN_FAILED; action <= DSN_EXPANDED; action++)
		if (recipients(d, (enum dsn_action)action, out) == -1)
			return -1;
	return 0;
}

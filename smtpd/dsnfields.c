/*
 * dsnfields: the fields for programs. Each is folded, so each of its bytes
 * has passed fold; addresses, which fold keeps whole, are made safe here.
 * RFC 3464 2, addresses in UTF-8 RFC 6533 3.
 */
#include <stdio.h>
#include <string.h>

#include "date.h"
#include "dsnpart.h"
#include "fold.h"
#include "limits.h"

/* the UTF-8 character of n bytes there, or an ASCII one, as \x{...} */
static size_t
escape(const char *p, size_t n, char *out, size_t size)
{
	unsigned int v = (unsigned char)*p;
	size_t i;

	if (n > 1)
		v &= 0xffU >> (n + 1);
	for (i = 1; i < n; i++)
		v = v << 6 | ((unsigned char)p[i] & 0x3f);
	return (size_t)snprintf(out, size, "\\x{%02X}", v);
}

static int
is_utf8(const char *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (p[i] & 0x80)
			return 1;
	return 0;
}

/* an address as one word without control characters, 7-bit unless wide */
static void
address(struct fold *f, const char *p, size_t len, int wide)
{
	const int escaped = !wide && is_utf8(p, len);
	const char *end = p + len;
	char out[FOLD_WORD];
	size_t n = 0, c;

	for (; p < end && n < sizeof(out) - sizeof("\\x{10FFFF}"); p += c) {
		const unsigned char b = (unsigned char)*p;

		c = b & 0x80 ? address_utf8(p, end) : 1;
		if (c == 0 || b < ' ' || b == 127) {
			out[n++] = '?';
			c = 1;
		} else if (escaped && (c > 1 || strchr(" +=\\", b) != NULL))
			n += escape(p, c, out + n, sizeof(out) - n);
		else {
			memcpy(out + n, p, c);
			n += c;
		}
	}
	fold_word(f, out, n);
}

static void
typed(struct fold *f, const char *type, size_t len)
{
	char word[32];
	size_t n;

	n = (size_t)snprintf(word, sizeof(word), "%.*s;", (int)len, type);
	fold_word(f, word, n < sizeof(word) ? n : sizeof(word) - 1);
}

/* type;address as the client had it; nothing if it is none */
static void
original(struct fold *f, const char *orcpt, int wide)
{
	static const char types[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ-0123456789";
	const size_t type = strspn(orcpt, types);
	const char *text = orcpt + type + 1;
	size_t n;

	if (type == 0 || type > 20 || orcpt[type] != ';' || *text == '\0')
		return;
	n = strnlen(text, ORCPT_MAX);
	fold_next(f, "Original-Recipient:");
	if (is_utf8(text, n))
		typed(f, "utf-8", 5);
	else
		typed(f, orcpt, type);
	address(f, text, n, wide);
}

static void
date(struct fold *f, const char *name, time_t t)
{
	char text[DATE_MAIL_LEN + 1] = "";

	date_mail(text, t);
	fold_next(f, name);
	fold_words(f, text);
}

static void
diagnostic(struct fold *f, const struct dsn_recipient *r, int wide)
{
	if (dsn_has(r->remote)) {
		fold_next(f, "Remote-MTA:");
		fold_words(f, "dns;");
		fold_name(f, r->remote);
	}
	if (!dsn_has(r->diagnostic))
		return;
	fold_next(f, "Diagnostic-Code:");
	fold_words(f, dsn_has(r->remote) ? "smtp;" : "x-gatelodge;");
	fold_text(f, r->diagnostic, strnlen(r->diagnostic, DSN_DIAGNOSTIC),
	    wide);
}

static void
recipient(struct fold *f, const struct dsn_recipient *r, int wide)
{
	static const char *const names[] = { [DSN_FAILED] = "failed",
		[DSN_DELAYED] = "delayed",
		[DSN_DELIVERED] = "delivered",
		[DSN_RELAYED] = "relayed",
		[DSN_EXPANDED] = "expanded" };
	char text[MAILBOX_TEXT], status[DSN_STATUS];
	size_t n = mailbox_format(r->to, text);

	if (dsn_has(r->orcpt))
		original(f, r->orcpt, wide);
	fold_next(f, "Final-Recipient:");
	fold_words(f, is_utf8(text, n) ? "utf-8;" : "rfc822;");
	address(f, text, n, wide);
	fold_next(f, "Action:");
	fold_words(f, names[r->action]);
	fold_next(f, "Status:");
	dsn_status(r, status);
	fold_words(f, status);
	diagnostic(f, r, wide);
	if (r->attempt != 0)
		date(f, "Last-Attempt-Date:", r->attempt);
	if (dsn_has(r->log)) {
		fold_next(f, "Final-Log-ID:");
		fold_name(f, r->log);
	}
	if (r->action == DSN_DELAYED && r->until != 0)
		date(f, "Will-Retry-Until:", r->until);
}

int
dsn_fields(const struct dsn *d, int wide, struct buf *out)
{
	struct fold f;
	size_t i;

	fold_begin(&f, out, "\t", "Reporting-MTA:");
	fold_words(&f, "dns;");
	fold_name(&f, d->host);
	if (dsn_has(d->envid)) {
		fold_next(&f, "Original-Envelope-Id:");
		fold_text(&f, d->envid, strnlen(d->envid, ENVID_MAX), 0);
	}
	date(&f, "Arrival-Date:", d->arrival);
	for (i = 0; i < d->rcpts; i++) {
		fold_next(&f, "");
		recipient(&f, &d->rcpt[i], wide);
	}
	return fold_end(&f);
}

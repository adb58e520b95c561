/*
 * smtp_out: a hostile host. Bytes: flags, size of the pieces, length of the
 * body, the body, then what the host says; there \1 ends the handshake of
 * TLS, \2 lets the clock run to the deadline, \3 ends the connection. Any
 * cut gives the same results and sends the same bytes; what is sent are
 * commands and the body, stuffed; all recipients hear of it in the end.
 */
#include "../../unit/smtpd/outdialog.h"

enum { MAX_BODY = 255, TICKS = 40, RCPTS = 3 };

int LLVMFuzzerTestOneInput(const uint8_t *, size_t);

static struct out_rcpt rcpts[RCPTS] = {
	{ .to = { "a", "b.example" }, .notify = "NEVER" },
	{ .to = { "\303\244", "b.example" } },
	{ .to = { "c d", "b.example" }, .orcpt = "rfc822;c@b.example" },
};

static void
prepare(struct dialog *d, unsigned int flags, const uint8_t *body, size_t n)
{
	struct outbody count = { 0 };

	memset(d, 0, offsetof(struct dialog, trace));
	d->trace[0] = '\0';
	d->n = d->nsent = 0;
	d->now = 1;
	d->conf.helo = "a.example";
	d->conf.need = (enum tls_need)(flags % 3);
	if (flags & 8) {
		d->conf.user = "u";
		d->conf.password = "p";
	}
	d->verified = (flags & 16) != 0;
	d->waits = 1;
	d->mails = flags & 32 ? 3 : 1;
	memcpy(d->mail.from.local, flags & 64 ? "\303\244" : "al", 3);
	memcpy(d->mail.from.domain, "a.example", 10);
	d->mail.rcpt = rcpts;
	d->mail.nrcpt = RCPTS;
	d->mail.utf8 = (flags & 128) != 0;
	d->mail.envid = flags & 4 ? "id" : NULL;
	d->body = (const char *)body;
	d->bodylen = n;
	outbody_add(&count, body, n, NULL);
	outbody_end(&count, NULL);
	d->mail.size = count.size;
	d->mail.eight = count.eight;
}

/* after each turn there is a deadline, or it is the end */
static void
settled(struct dialog *d)
{
	if (!d->closed && smtp_out_deadline(&d->s) <= d->now)
		abort();
}

static void
event(struct dialog *d, uint8_t c)
{
	if (c == 1)
		smtp_out_secured(&d->s, d->verified, d->now);
	else if (c == 2) {
		d->now = smtp_out_deadline(&d->s);
		smtp_out_tick(&d->s, d->now);
	} else
		smtp_out_lost(&d->s, "4.4.2", "gone");
	dialog_run(d);
}

static void
play(struct dialog *d, const uint8_t *p, size_t size, size_t piece)
{
	size_t n;
	int i;

	d->window = piece;
	dialog_begin(d);
	settled(d);
	while (size > 0 && !d->closed) {
		for (n = 0; n < size && (p[n] == 0 || p[n] > 3); n++)
			;
		dialog_host(d, p, n, piece);
		settled(d);
		if (n < size && !d->closed)
			event(d, p[n++]);
		settled(d);
		p += n;
		size -= n;
	}
	for (i = 0; !d->closed; i++) {
		if (i == TICKS)
			abort();
		event(d, 2);
		settled(d);
	}
	if (d->results != (size_t)d->given * RCPTS)
		abort();
	smtp_out_free(&d->s);
}

/* by another way than outbody's */
static size_t
stuffed(const uint8_t *p, size_t n, int dots, char *out)
{
	size_t i, k = 0;

	for (i = 0; i < n; i++) {
		if (dots && p[i] == '.' && (k == 0 || out[k - 1] == '\n'))
			out[k++] = '.';
		if (p[i] == '\n')
			out[k++] = '\r';
		else if (p[i] == '\r') {
			if (i + 1 == n || p[i + 1] != '\n')
				out[k++] = ' ';
			continue;
		}
		out[k++] = (char)p[i];
	}
	if (k > 0 && out[k - 1] != '\n') {
		out[k++] = '\r';
		out[k++] = '\n';
	}
	if (dots) {
		memcpy(out + k, ".\r\n", 3);
		k += 3;
	}
	return k;
}

/* a body behind its command: bytes of it; DATA may have been refused */
static size_t
bodies(const struct dialog *d, size_t at, int dots)
{
	char want[3 * MAX_BODY + 5];
	size_t n = stuffed((const uint8_t *)d->body, d->bodylen, dots, want);

	if (d->nsent - at >= n && memcmp(d->sent + at, want, n) == 0)
		return n;
	if (!dots)
		abort();
	return 0;
}

/* commands and bodies, whole ones; 1: a body was among them */
static int
grammar(const struct dialog *d)
{
	static const char *const verbs[] = { "EHLO a.example\r\n",
		"HELO a.example\r\n", "STARTTLS\r\n", "AUTH PLAIN ", "RSET\r\n",
		"MAIL FROM:<", "RCPT TO:<", "DATA\r\n", "BDAT ", "QUIT\r\n" };
	size_t at = 0, n, v, k;
	int body = 0;
	const char *lf;

	while (at < d->nsent) {
		lf = memchr(d->sent + at, '\n', d->nsent - at);
		for (v = 0; v < sizeof(verbs) / sizeof(*verbs); v++) {
			n = strlen(verbs[v]);
			if (d->nsent - at >= n &&
			    memcmp(d->sent + at, verbs[v], n) == 0)
				break;
		}
		if (lf == NULL || v == sizeof(verbs) / sizeof(*verbs))
			abort();
		at = (size_t)(lf + 1 - d->sent);
		if (verbs[v][0] == 'D' || verbs[v][0] == 'B') {
			k = bodies(d, at, verbs[v][0] == 'D');
			body |= k > 0 || verbs[v][0] == 'B';
			at += k;
		}
	}
	return body;
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct dialog whole, cut;
	size_t n;

	if (size < 3 || size - 3 < data[2] || size > 20000)
		return 0;
	n = data[2];
	prepare(&whole, data[0], data + 3, n);
	play(&whole, data + 3 + n, size - 3 - n, 0);
	if (!grammar(&whole) && whole.delivered > 0)
		abort();
	prepare(&cut, data[0], data + 3, n);
	play(&cut, data + 3 + n, size - 3 - n, data[1] > 0 ? data[1] : 1);
	if (strcmp(whole.trace, cut.trace) != 0 || whole.nsent != cut.nsent ||
	    memcmp(whole.sent, cut.sent, cut.nsent) != 0)
		abort();
	return 0;
}

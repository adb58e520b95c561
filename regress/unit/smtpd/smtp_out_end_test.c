/* smtp_out: waiting, ends of mails and of connections, and whose fault it is */
#include "outplay.h"
#include "tap.h"

/* row by row: how long the host may be silent, in seconds */
static void
patience(void)
{
	static const struct {
		const char *name, *host;
		int seconds;
	} t[] = {
		{ "banner", "", 300 },
		{ "EHLO", HI, 300 },
		{ "MAIL", HI "250 mx\n", 300 },
		{ "RCPT", HI "250 mx\n|" OK, 300 },
		{ "DATA", HI "250 mx\n|" OK OK, 120 },
		{ "the dot", HI "250 mx\n|" OK OK "354 go\n", 600 },
		{ "the next mail", HI "250 mx\n|" OK OK "354 go\n|" QUEUED,
		    10 },
		{ "half a reply", HI "25", 300 },
	};
	static struct dialog d;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		prepare(&d, 0, 1);
		play(&d, t[i].host, 0, 0);
		ok(smtp_out_deadline(&d.s) == d.now + 1000U * t[i].seconds,
		    "%s may take %d s", t[i].name, t[i].seconds);
		smtp_out_free(&d.s);
	}
	/* lines that drip do not buy time */
	prepare(&d, 0, 1);
	play(&d, HI, 0, 0);
	for (i = 0; i < 4; i++) {
		d.now += 100000;
		smtp_out_tick(&d.s, d.now);
		dialog_run(&d);
		dialog_host(&d, "250-x\r\n", 7, 0);
	}
	ok(d.closed, "an EHLO that drips ends");
	smtp_out_free(&d.s);
}

/* a host that takes a byte now and then, and one that takes none */
static void
slow_reader(void)
{
	static struct dialog d;
	struct out_action a;
	enum out_what what;
	int bytes = 0;

	prepare(&d, 0, 1);
	play(&d, HI "250 mx\n|" OK OK, 0, 0);
	smtp_out_window(&d.s, 0);
	smtp_out_feed(&d.s, "354 go\r\n", 8, &(size_t){ 0 }, d.now);
	ok(smtp_out_next(&d.s, &a, d.now) == OUT_WAIT, "no room, no body");
	smtp_out_window(&d.s, 1);
	ok(smtp_out_next(&d.s, &a, d.now) == OUT_BODY && a.offset == 0,
	    "room for one byte: the body");
	smtp_out_body(&d.s, RAW, 19, d.now);
	for (;;) {
		what = smtp_out_next(&d.s, &a, d.now);
		if (what != OUT_SEND)
			break;
		bytes++;
		if (a.n != 1)
			ok(0, "more than the window");
		d.now += 170000;
		smtp_out_tick(&d.s, d.now);
		smtp_out_window(&d.s, 1);
		if (bytes == 20)
			smtp_out_window(&d.s, 0);
	}
	ok(what == OUT_WAIT && bytes == 20, "all of it, byte by byte");
	d.now += 9999;
	smtp_out_tick(&d.s, d.now);
	ok(smtp_out_next(&d.s, &a, d.now) == OUT_WAIT, "a block has 3 min");
	d.now++;
	smtp_out_tick(&d.s, d.now);
	ok(smtp_out_next(&d.s, &a, d.now) == OUT_RESULT && a.fate == OUT_HOST &&
		strcmp(a.status, "4.4.2") == 0,
	    "then it is over, and the next host may have it");
	ok(smtp_out_next(&d.s, &a, d.now) == OUT_CLOSE, "the end");
	smtp_out_free(&d.s);

	prepare(&d, 0, 1);
	play(&d, HI "250 mx\n|" OK OK, 0, 0);
	smtp_out_feed(&d.s, "354 go\r\n", 8, &(size_t){ 0 }, d.now);
	d.mail.size = 1000;
	for (bytes = 0; bytes < 200; bytes++) {
		smtp_out_window(&d.s, 1);
		what = smtp_out_next(&d.s, &a, d.now);
		if (what == OUT_BODY) {
			smtp_out_body(&d.s, "x", 1, d.now);
			continue;
		}
		if (what != OUT_SEND)
			break;
		d.now += 170000;
		smtp_out_tick(&d.s, d.now);
	}
	ok(what == OUT_RESULT && a.fate == OUT_HOST &&
		strcmp(a.status, "4.4.2") == 0 && bytes > 50 && bytes < 100,
	    "two hours for a mail, not for ever");
	smtp_out_free(&d.s);
}

/* the host speaks before the body is whole */
static void
early(const char *reply, int chunks, enum out_fate fate, const char *name)
{
	static struct dialog d;
	struct out_action a;
	enum out_what what;
	size_t used;

	prepare(&d, 0, 1);
	play(&d, chunks ? HI "250-mx\n250 CHUNKING\n|" OK : HI "250 mx\n|" OK,
	    0, 0);
	smtp_out_window(&d.s, 0);
	smtp_out_feed(&d.s, "250 ok\r\n", 8, &used, d.now);
	smtp_out_next(&d.s, &a, d.now);
	if (!chunks) {
		dialog_run(&d);
		smtp_out_window(&d.s, 0);
		smtp_out_feed(&d.s, "354 go\r\n", 8, &used, d.now);
		smtp_out_next(&d.s, &a, d.now);
	}
	smtp_out_feed(&d.s, reply, strlen(reply), &used, d.now);
	smtp_out_window(&d.s, 1000);
	what = smtp_out_next(&d.s, &a, d.now);
	ok(what == OUT_RESULT && a.fate == fate &&
		smtp_out_next(&d.s, &a, d.now) == OUT_CLOSE,
	    "%s, %s", name, chunks ? "BDAT" : "DATA");
	smtp_out_free(&d.s);
}

/* the last chunk has left, and nobody has asked yet where the body ends */
static void
last_chunk(const char *reply, enum out_fate fate, const char *name)
{
	static struct dialog d;
	struct out_action a;
	size_t used;

	prepare(&d, 0, 1);
	play(&d, HI "250-mx\n250 CHUNKING\n|" OK, 0, 0);
	smtp_out_feed(&d.s, "250 ok\r\n", 8, &used, d.now);
	smtp_out_window(&d.s, 1000);
	while (smtp_out_next(&d.s, &a, d.now) == OUT_SEND)
		;
	smtp_out_body(&d.s, d.body, d.bodylen, d.now);
	smtp_out_window(&d.s, d.bodylen);
	smtp_out_next(&d.s, &a, d.now);
	smtp_out_next(&d.s, &a, d.now);
	if (*reply != '\0')
		smtp_out_feed(&d.s, reply, strlen(reply), &used, d.now);
	else
		smtp_out_lost(&d.s, "4.4.2", "gone");
	ok(smtp_out_next(&d.s, &a, d.now) == OUT_RESULT && a.fate == fate,
	    "a last chunk without room behind it: %s", name);
	smtp_out_free(&d.s);
}

static void
changed(size_t size, int chunks, const char *name)
{
	static struct dialog d;

	prepare(&d, 0, 1);
	d.mail.size = size;
	play(&d,
	    chunks ? HI "250-mx\n250 CHUNKING\n|" OK OK QUEUED :
		     HI "250 mx\n|" OK OK "354 go\n|" QUEUED,
	    0, 0);
	d.sent[d.nsent] = '\0';
	ok(strcmp(d.trace,
	       "= 0 temporary 0 4.3.0 the mail has changed here\n"
	       "* close 0 4.3.0 the mail has changed here\n") == 0 &&
		strstr(d.sent, "\r\n.\r\n") == NULL,
	    "%s: never ended", name);
	/* a byte behind a chunk would be a command */
	ok(size > 19 || strstr(d.sent, "S: x") == NULL, "nor begun if longer");
	smtp_out_free(&d.s);
}

/* a result that is not told yet is not undone */
static void
told_first(void)
{
	static struct dialog d;
	struct out_action a;
	size_t used;

	prepare(&d, 0, 2);
	play(&d, HI "250 mx\n|" OK OK OK "354 go\n|", 0, 0);
	smtp_out_feed(&d.s, "250 2.0.0 yes\r\n", 15, &used, d.now);
	smtp_out_feed(&d.s, "421 no\r\n", 8, &used, d.now);
	ok(used == 0, "nothing is read before all is told");
	smtp_out_lost(&d.s, "4.4.2", "gone");
	ok(smtp_out_next(&d.s, &a, d.now) == OUT_RESULT &&
		a.fate == OUT_DELIVERED,
	    "lost, but one has it");
	ok(smtp_out_next(&d.s, &a, d.now) == OUT_RESULT &&
		a.fate == OUT_DELIVERED,
	    "and so has the other");
	ok(smtp_out_next(&d.s, &a, d.now) == OUT_CLOSE, "then the end");
	smtp_out_free(&d.s);
}

/* who would start TLS at once does not even come to it */
static void
injected(void)
{
	static struct dialog d;

	prepare(&d, MAY, 1);
	play(&d, HI "250-mx\n250 STARTTLS\n|220 go\n250 evil\n250 evil\n", 0,
	    0);
	ok(strcmp(d.trace, attack) == 0, "TLS does not begin");
	smtp_out_free(&d.s);
}

/* whether another family, or another host, may be asked */
static void
stages(void)
{
	static const struct {
		const char *host;
		enum out_stage stage;
	} t[] = {
		{ "554 no\n", OUT_GREETING },
		{ HI "450 no\n", OUT_GREETING },
		{ HI "502 no\n|550 no\n", OUT_GREETING },
		{ HI "250-mx\n250 STARTTLS\n|454 no\n", OUT_SECURITY },
		{ HI "250-mx\n250 STARTTLS\n|220 go\n|250 mx\n|550 no\n",
		    OUT_ENVELOPE },
		{ HI "250-mx\n250 STARTTLS\n|220 go\n|250 mx\n|" OK "550 no\n",
		    OUT_ENVELOPE },
		{ HI "250-mx\n250 STARTTLS\n|220 go\n|250 mx\n|" OK OK
		     "550 no\n",
		    OUT_CONTENT },
	};
	static struct dialog d;
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		prepare(&d, MUST, 1);
		play(&d, t[i].host, 0, 0);
		ok(d.results == 1 && d.stage == t[i].stage, "stage %zu", i);
		smtp_out_free(&d.s);
	}
}

static void
leaving(void)
{
	static struct dialog d;

	prepare(&d, 0, 1);
	play(&d, HI "250 mx\n|" OK OK "354 go\n|" QUEUED, 0, 0);
	smtp_out_quit(&d.s, d.now);
	dialog_run(&d);
	ok(memcmp(d.sent + d.nsent - 6, "QUIT\r\n", 6) == 0, "QUIT when idle");
	smtp_out_free(&d.s);
	prepare(&d, 0, 1);
	play(&d, HI "250 mx\n|" OK, 0, 0);
	smtp_out_quit(&d.s, d.now);
	dialog_run(&d);
	ok(d.closed && d.results == 1, "an end when a mail is under way");
	smtp_out_free(&d.s);
	prepare(&d, 0, 1);
	d.mails = 0;
	play(&d, HI "250 mx\n|", 0, 0);
	ok(d.nsent == strlen(EHLO) + 1 &&
		smtp_out_mail(&d.s, &d.mail, d.now) == 0,
	    "a mail that comes after EHLO");
	dialog_run(&d);
	ok(d.nsent > strlen(EHLO) + 1, "leaves at once");
	smtp_out_free(&d.s);
	prepare(&d, PASSWORD | MUST, 1);
	smtp_out_init(&d.s, &d.conf, d.now);
	smtp_out_secured(&d.s, 1, d.now);
	smtp_out_mail(&d.s, &d.mail, d.now);
	dialog_host(&d, "220 hi\r\n250-mx\r\n250 AUTH PLAIN\r\n", 32, 0);
	ok(strstr(d.sent, "AUTH PLAIN AHUAcA==\r\n") != NULL,
	    "TLS from the first byte on");
	smtp_out_free(&d.s);
}

int
main(void)
{
	patience();
	slow_reader();
	early("552 5.3.4 too big\r\n", 0, OUT_PERMANENT, "early 552");
	early("552 5.3.4 too big\r\n", 1, OUT_PERMANENT, "early 552");
	early("451 4.3.0 no\r\n", 1, OUT_TEMPORARY, "early 451");
	early("421 4.3.0 no\r\n", 1, OUT_HOST, "early 421");
	early("250 2.0.0 yes\r\n", 0, OUT_HOST, "early 250");
	early("250 2.0.0 yes\r\n", 1, OUT_HOST, "early 250");
	last_chunk("250 2.0.0 queued\r\n", OUT_DELIVERED, "taken");
	last_chunk("421 4.3.2 no\r\n", OUT_TEMPORARY, "421");
	last_chunk("", OUT_TEMPORARY, "lost");
	changed(20, 0, "a mail that is too short");
	changed(18, 0, "a mail that is too long");
	changed(20, 1, "a chunk that is too short");
	changed(18, 1, "a chunk that is too long");
	told_first();
	injected();
	stages();
	leaving();
	return done();
}

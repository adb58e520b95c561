/* smtp_in: its limits, its deadlines, and answers that are no good or late */
#include <stdio.h>
#include <string.h>

#include "../tap.h"
#include "smtpin_talk.h"

/* before, n times c, after; of pieces that cut at odd places too */
static int
comes(const char *how, const char *before, const char *c, size_t n,
    const char *after, const char *want)
{
	static const uint8_t odd[] = { 255, 254, 1, 253 };
	size_t len = strlen(c);

	copy(before);
	for (; n > 0; n--, ntext += len)
		memcpy(text + ntext, c, len);
	memcpy(text + ntext, after, strlen(after));
	ntext += strlen(after);
	return same(how, NULL, 0, want) && same(how, odd, 4, want);
}

static int
says(const char *how, const char *before, const char *c, size_t n,
    const char *after, const char *want)
{
	int good = comes(how, before, c, n, after, want);

	if (!good)
		printf("# %.300s\n# %s\n", d.said, d.wrong ? d.wrong : want);
	return good;
}

/* of a mail what comes behind its 354; NULL: it is taken, as it is */
static int
mail_says(const char *before, const char *c, size_t n, const char *after,
    const char *want)
{
	static char head[1 << 10], all[DRIVE_SAID + 1];

	(void)snprintf(head, sizeof(head), EMRD "%s", before);
	(void)snprintf(all, sizeof(all), OEMRD "%s", want != NULL ? want : "");
	if (want != NULL)
		return says("b", head, c, n, after, all);
	comes("b", head, c, n, after, "");
	memcpy(all, d.said, d.len + 1); /* in pieces it is the same */
	return strncmp(all, OEMRD " {", strlen(OEMRD " {")) == 0 &&
	    comes("b", head, c, n, after, all);
}

static void
limits(void)
{
	static const char end[] = "\r\n.\r\n";

	/* a line is counted with its end */
	ok(says("", "NOOP ", "x", COMMAND_LINE - 7, "\r\n", "220" OC),
	    "longest command");
	ok(says("", "NOOP ", "x", COMMAND_LINE - 6, "\r\nNOOP\r\n",
	       "220 500/5.5.2" OC),
	    "longer");
	ok(says("", "NOOP ", "x", BODY_LINE - 7, "\r\nNOOP\r\n",
	       "220 500/5.5.2" OC),
	    "much longer");
	ok(says("", "", "x", BODY_LINE + 1, "", "220 500/5.5.2 close"),
	    "without end");
	ok(says("", "NOOP ", "x", COMMAND_LINE, "\nNOOP\r\n",
	       "220 500/5.5.2 close"),
	    "longer, LF");
	ok(says("", "NOOP ", "\r", COMMAND_LINE, "\nNOOP\r\n",
	       "220 500/5.5.2" OC),
	    "longer, CRs");
	ok(says("st", E "AUTH PLAIN ", "AAAA", (AUTH_LINE - 13) / 4, "\r\n",
	       OE " 500/5.5.6"),
	    "longest AUTH, its message is too long");
	ok(says("st", E "AUTH PLAIN ", "AAAA", AUTH_LINE / 4, "\r\nNOOP\r\n",
	       OE " 500/5.5.2" OC),
	    "longer");
	ok(says("st", E "AUTH PLAIN\r\n", "AAAA", AUTH_LINE / 4, "\r\nNOOP\r\n",
	       OE " PLAIN 334 abort 500/5.5.6" OC),
	    "response too long");
	ok(says("st", E "AUTH PLAIN\r\n", "AAAA", SASL_MAX / 3 + 1,
	       "\r\nNOOP\r\n", OE " PLAIN 334 abort 500/5.5.6" OC),
	    "response of more bytes than SASL has");
	comes("st", E "AUTH PLAIN\r\n", "AAAA", SASL_MAX / 3, "\r\n*\r\n", "");
	ok(strstr(d.said, "step:") != NULL && d.wrong == NULL,
	    "longest response");

	ok(mail_says("", "x", BODY_LINE - 2, end, NULL), "longest line");
	ok(mail_says("", "x", BODY_LINE - 1, end, " drop 554/5.6.0 close"),
	    "longer");
	ok(mail_says("\r\n.", "x", BODY_LINE - 3, end, NULL), "with a dot");
	ok(mail_says("\r\n.", "x", BODY_LINE - 2, end, " drop 554/5.6.0 close"),
	    "longer");
	ok(mail_says("\r\n", "\r", BODY_LINE - 1, "\n.\r\n", NULL), "of CRs");
	ok(mail_says("\r\n", "\r", BODY_LINE, "\n.\r\n",
	       " drop 554/5.6.0 close"),
	    "longer");
	ok(mail_says("A:", "b\r\n ", (FIELD_BYTES - 6) / 4, "b\r\n\r\n.\r\n",
	       NULL),
	    "largest field");
	ok(mail_says("A:", "b\r\n ", FIELD_BYTES / 4, "b\r\n\r\n.\r\n",
	       " drop 554/5.6.0 close"),
	    "larger");
	ok(mail_says("", "A: b\r\n", HEADER_FIELDS, "\r\nx\r\n.\r\n", NULL),
	    "most fields");
	ok(mail_says("", "A: b\r\n", HEADER_FIELDS + 1, end,
	       " drop 554/5.6.0 close"),
	    "more");
	ok(mail_says("\r\n", "A: b\r\n", HEADER_FIELDS + 1, end, NULL),
	    "more lines in the body");
	ok(mail_says("A\r\n", "A: b\r\n", HEADER_FIELDS + 1, end, NULL),
	    "more behind what is no field");
	ok(mail_says("", "received : b\r\n c\r\n", RECEIVED_MAX, end, NULL),
	    "most Received");
	ok(mail_says("", "Received: b\r\n", RECEIVED_MAX + 1, end,
	       " drop 554/5.4.6 close"),
	    "more");
	ok(mail_says("", "Receive: b\r\nReceivedx: b\r\n", RECEIVED_MAX + 1,
	       end, NULL),
	    "others");
	ok(mail_says("",
	       "A: 4567890123456789012345678901234567890123456789012345678901"
	       "234567890123456789012345678901234567890123456789012345678901"
	       "234567890123456789012345678901234567890123456789012345678901"
	       "234567890123456789012345678901234567890123456789012345678901"
	       "23456789012345678901234567\r\n",
	       1000, end, " drop 554/5.6.0 close"),
	    "largest header");
}

/* nothing of a mail counts for the next one */
static void
forgotten(void)
{
	static const char pre[] = EMR "BDAT 6\r\nA: b\r\nRSET\r\n" M R D;
	static const char cut[] = EMR "BDAT 1\r\nxRSET\r\n" M R D;

	comes("b", pre, "A: b\r\n", HEADER_FIELDS, "\r\n.\r\n", "");
	ok(strstr(d.said, "354 {") != NULL && d.wrong == NULL, "fields");
	comes("b", cut, "x", BODY_LINE - 2, "\r\n.\r\n", "");
	ok(strstr(d.said, "354 {") != NULL && d.wrong == NULL, "half a line");
	comes("b", cut, "x", BODY_LINE - 1, "\r\n.\r\n", "");
	ok(strstr(d.said, "354 {") == NULL, "but its own");
	ok(says("b", EMR "BDAT 1313 LAST\r\n", "Received: b\r\n", 101, "",
	       OEMR " drop 554/5.4.6 close"),
	    "a chunk that is refused has its end");
}

/* what is refused is read to its end, but not for ever */
static void
endless(void)
{
	uint64_t fed = 0;
	size_t used;

	drive_init(&d, "");
	copy(EMRD "\n");
	drive(&d, text, ntext, NULL, 0);
	memset(text, 'x', 1 << 16);
	while (smtp_in_feed(&d.s, d.now, text, 1 << 16, &used) == SMTP_IN_MORE)
		fed += used;
	drive_event(&d, SMTP_IN_REPLY);
	ok(fed <= DRAIN_BYTES && fed > DRAIN_BYTES - (2 << 16) &&
		strcmp(d.said, OEMRD " drop 550/5.5.2") == 0,
	    "DRAIN_BYTES");
	smtp_in_free(&d.s);
}

/* the deadline, ms from the start */
static int
waits(uint64_t ms)
{
	return smtp_in_deadline(&d.s) == 1000 + ms;
}

/* at its deadline, not before it, that happens */
static int
then(const char *want)
{
	size_t len = d.len;

	d.now = smtp_in_deadline(&d.s) - 1;
	drive_piece(&d, NULL, 0);
	if (d.len != len)
		return 0;
	d.now++;
	drive_piece(&d, NULL, 0);
	return strcmp(d.said + len, want) == 0 && d.wrong == NULL;
}

static void
feed(uint64_t ms, const char *in)
{
	d.now = 1000 + ms;
	drive_piece(&d, (const uint8_t *)in, strlen(in));
}

static void
deadlines(void)
{
	char want[] = " 421/4.4.2 close";
	size_t i;

	for (i = 0; i < 5; i++) {
		talk("", states[i]);
		ok(waits(COMMAND_WAIT), "state %zu", i);
		feed(1000, "NOOP\r");
		ok(waits(COMMAND_WAIT), "half a command is none");
		feed(2000, "\n");
		ok(waits(2000 + COMMAND_WAIT), "another one");
		ok(then(want), "is over");
	}
	talk("st", E "AUTH PLAIN\r\n");
	ok(waits(COMMAND_WAIT) && then(want), "a response");

	talk("b", EMRD);
	ok(waits(BODY_IDLE), "a body");
	feed(100000, "x");
	ok(waits(100000 + BODY_IDLE), "goes on");
	feed(200000, "x");
	ok(waits(BODY_FLOOR_WAIT) && then(want), "but slowly");
	talk("b", EMRD);
	for (i = 0; i < 60 * 1000; i += 1000)
		feed(i,
		    "0123456789012345678901234567890123456789"
		    "0123456789012345678901234567890123456789");
	for (; i < 200 * 1000; i += 1000) {
		size_t k;

		for (k = 0; k < 10; k++)
			feed(i,
			    "012345678901234567890123456789012345678901"
			    "2345678901234567890123456789012345678\r\n");
	}
	ok(d.s.own.wire > 100000, "much has come");
	ok(waits(i - 1000 + BODY_IDLE), "it may idle");
	feed(i, "x");
	feed(i + BODY_IDLE - 1, "x");
	ok(waits(BODY_IDLE * 2 + i - 1) ||
		waits(d.s.own.wire * 60000 / BODY_FLOOR),
	    "as long as it is not slow");
	ok(then(want), "then it is");
	talk("b", EMR "BDAT 1\r\nx");
	for (i = 200; i < 3600; i += 200)
		feed(i * 1000, "NOOP\r\n");
	ok(waits(BODY_WAIT) && then(want), "a body in chunks, whole");

	talk("", EMRD "\n");
	ok(waits(DRAIN_WAIT), "what is refused");
	feed(50000, "more");
	ok(waits(DRAIN_WAIT) && then(" 550/5.5.2 close"), "is not for ever");

	talk("", "");
	smtp_in_stop(&d.s, "421 4.3.2 Shutting down");
	ok(then(" 421/4.3.2 close") == 0 &&
		strcmp(d.said, "220 421/4.3.2 close") == 0,
	    "stop");
	smtp_in_free(&d.s);
}

/* feeds until a question is there; 0: there is none */
static enum smtp_in_event
question(const char *in)
{
	enum smtp_in_event ev;
	size_t n = strlen(in), used;

	do {
		ev = smtp_in_feed(&d.s, d.now, in, n, &used);
		in += used;
		n -= used;
		if (ev == SMTP_IN_REPLY)
			drive_reply(&d);
	} while (ev == SMTP_IN_REPLY || ev == SMTP_IN_BODY ||
	    ev == SMTP_IN_DROP);
	return ev;
}

static void
fresh(const char *how, const char *in)
{
	talk(how, in);
	d.len = 0;
	d.said[0] = '\0';
}

static void
answers(void)
{
	static const char *const bad[] = { "", "250", "250 ", "2500 2.1.5 Ok",
		"25x 2.1.5 Ok", "25 2.1.5 Ok", "150 Ok", "350 Ok", "250-2.1.5",
		"250 2.1.5 \tOk", "250 2.1.5 \303\244", "250 2.1.5 Ok\n" };
	char many[VERDICT_LINE + 2];
	size_t used, i;

	fresh("", E M);
	ok(question(R D) == SMTP_IN_RCPT, "a question");
	ok(smtp_in_feed(&d.s, d.now, D, 6, &used) == SMTP_IN_WAIT && used == 0,
	    "nothing is read until its answer");
	smtp_in_stop(&d.s, "421 4.3.2 Shutting down");
	ok(smtp_in_feed(&d.s, d.now, D, 6, &used) == SMTP_IN_WAIT,
	    "nor is it the end");
	d.s.own.stop = NULL;
	ok(waits(ANSWER_WAIT), "it has a deadline");
	d.now += ANSWER_WAIT;
	ok(question("") == SMTP_IN_MORE && strcmp(d.said, "451/4.3.0") == 0,
	    "that is a verdict");
	ok(smtp_in_rcpt(&d.s, d.now, d.s.ask, "250 2.1.5 Ok", 0) == -1,
	    "nobody waits for another");
	d.len = 0;
	ok(question(R) == SMTP_IN_RCPT, "the next");
	ok(smtp_in_rcpt(&d.s, d.now, d.s.ask, "250 2.1.5 Ok\r\n221 x", 0) == 0,
	    "a reply of two lines");
	question("");
	ok(strcmp(d.said, "451/4.3.0") == 0, "is a fault");
	for (i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		d.len = 0;
		question(R);
		smtp_in_rcpt(&d.s, d.now, d.s.ask, bad[i], 0);
		question("");
		ok(strcmp(d.said, "451/4.3.0") == 0, "no reply %zu", i);
	}
	memset(many, 'x', sizeof(many) - 1);
	many[sizeof(many) - 1] = '\0';
	memcpy(many, "250 2.1.5 ", 10);
	d.len = 0;
	question(R);
	smtp_in_rcpt(&d.s, d.now, d.s.ask, many, 0);
	question(R);
	many[VERDICT_LINE] = '\0';
	smtp_in_rcpt(&d.s, d.now, d.s.ask, many, 0);
	ok(question(D ".\r\n") == SMTP_IN_COMMIT, "a mail");
	ok(strcmp(d.said, "451/4.3.0 250/2.1.5 354") == 0, "length of replies");
	d.len = 0;
	ok(waits(2ULL * ANSWER_WAIT), "has a deadline");
	d.now += ANSWER_WAIT;
	question("");
	ok(strcmp(d.said, "451/4.3.0") == 0, "then it is tried again");
	ok(smtp_in_committed(&d.s, d.now, d.s.ask, "250 2.0.0 Ok") == -1,
	    "whatever is said later");
	d.len = 0;
	question(M R);
	smtp_in_rcpt(&d.s, d.now, d.s.ask, "250 2.1.5 Ok", 0);
	ok(question(D ".\r\n") == SMTP_IN_COMMIT &&
		smtp_in_committed(&d.s, d.now, d.s.ask, "452 4.3.1 No room") ==
		    0,
	    "a mail that is not taken");
	question(M);
	ok(strcmp(d.said, "250/2.1.0 250/2.1.5 354 452/4.3.1 250/2.1.0") == 0,
	    "and the next");

	fresh("st", E);
	ok(question("AUTH PLAIN\r\n") == SMTP_IN_AUTH && waits(ANSWER_WAIT),
	    "AUTH");
	d.now += ANSWER_WAIT;
	ok(question("") == SMTP_IN_AUTH_ABORT && question("") == SMTP_IN_MORE &&
		strcmp(d.said, "454/4.7.0") == 0,
	    "not answered");
	ok(smtp_in_authed(&d.s, d.now, d.s.ask, SASL_RESULT_OK) == -1 &&
		!d.s.authed,
	    "too late");
	fresh("o", E);
	ok(question("STARTTLS\r\n") == SMTP_IN_STARTTLS && waits(ANSWER_WAIT),
	    "STARTTLS");
	ok(smtp_in_tls(&d.s, d.now, d.s.ask, 0) == 0 &&
		question("") == SMTP_IN_CLOSE && !d.s.tls,
	    "handshake failed");
	fresh("o", E);
	question("STARTTLS\r\n");
	d.now += ANSWER_WAIT;
	ok(question("") == SMTP_IN_CLOSE, "never came");
	smtp_in_free(&d.s);
}

int
main(void)
{
	limits();
	forgotten();
	endless();
	deadlines();
	answers();
	return done();
}

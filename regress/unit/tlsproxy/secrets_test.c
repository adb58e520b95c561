/*
 * secrets: lines good and bad; each row a text, the credentials taken and
 * what was complained of. Keys of RFC 5802 and RFC 7677 (user, pencil).
 */
#include <stdlib.h>
#include <string.h>

#include "secrets.h"
#include "tap.h"

#define S256 "SCRAM-SHA-256$"
#define SALT "4096:W22ZaJ0SNY7soEsUUKb2Yg==$"
#define KEYS                                            \
	"WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:" \
	"wfPLwcE6nTWhTAmQ7tl2KeoiWGPlZqQxSrmfPwDl2dU="
#define GOOD S256 SALT KEYS
#define SHA1                                                              \
	"SCRAM-SHA-1$4096:QSXCR+Q6sek8bf92$6dlGYMOdZcOPutkcNY8U2g7vK9Y=:" \
	"D+CSWLOshSulAsxiupA+qs2/fTE="
#define B12 "QUFBQUFBQUFBQUFB"
#define B60 B12 B12 B12 B12 B12
#define N32 "abcdefghijklmnopqrstuvwxyz_-.123"
#define L32 "abcdefghijklmnopqrstuvwxyz-12345"
#define NAME "1: not a user name; at most 32 of a-z 0-9 _ . - were meant, "
#define NOT64 ": not base64; groups of four of A-Z a-z 0-9 + / were meant, "
#define RANGE "1: iterations: out of range, 4096 to 10000000\n"
#define NUMBER "1: iterations: not a number and a colon; 10000: was meant\n"
#define SCHEME "1: unknown scheme; SCRAM-SHA-256$ or SCRAM-SHA-1$ was meant"
#define LIST \
	"1: not a service; words of a-z 0-9 - with commas between were meant"
#define OPTION "1: unknown option; services=imap,smtp or nothing was meant\n"
#define TWICE "; one line for each name, label and scheme was meant\n"
#define W15 "abcdefghijklmno"
#define W127 \
	W15 "0," W15 "1," W15 "2," W15 "3," W15 "4," W15 "5," W15 "6,abcdefgh"

/* clang-format off */
static const struct {
	const char *text, *taken, *said; /* said: begins so */
} t[] = {
{ "", "", "" },
{ "\n\r\n \t\n# comment\n#\n", "", "" },
{ "user:" GOOD, "user 256 4096 16", "" },
{ "user:" GOOD "\n", "user 256 4096 16", "" },
{ "user:" GOOD "\r\n", "user 256 4096 16", "" },
{ "user:" GOOD " \t ", "user 256 4096 16", "" },
{ "user:" SHA1, "user 1 4096 12", "" },
{ "a:" GOOD "\nb:" GOOD "\n", "a 256 4096 16|b 256 4096 16", "" },
{ "a:" GOOD "\na:" SHA1 "\n", "a 256 4096 16|a 1 4096 12", "" },
{ "a+phone:" GOOD "  services=imap,smtp", "a+phone 256 4096 16 imap,smtp", "" },
{ "a:" GOOD "\tservices=http", "a 256 4096 16 http", "" },
{ "a:" GOOD " services=" W127, "a 256 4096 16 " W127, "" },
{ "a:" GOOD " services=" W127 "9", "", "1: services: too long, 127 bytes" },
{ N32 ":" GOOD, N32 " 256 4096 16", "" },
{ N32 "4:" GOOD, "", NAME },
{ "a+" L32 ":" GOOD, "a+" L32 " 256 4096 16", "" },
{ "a+" L32 "6:" GOOD, "", "1: not a label behind the +; 1 to 32 of a-z" },
{ "a+:" GOOD, "", "1: not a label behind the +; 1 to 32 of a-z" },
{ "a+B:" GOOD, "", "1: not a label behind the +; 1 to 32 of a-z" },
{ "a+b+c:" GOOD, "", "1: no colon behind the name; NAME:" },
{ "_a:" GOOD, "_a 256 4096 16", "" },
{ "1a:" GOOD, "", NAME }, { "-a:" GOOD, "", NAME }, { ".a:" GOOD, "", NAME },
{ "Al:" GOOD, "", NAME }, { " al:" GOOD, "", NAME }, { ":" GOOD, "", NAME },
{ "al@b:" GOOD, "", "1: no colon behind the name; NAME:" },
{ "al", "", "1: no colon behind the name; NAME:" },
{ "al:", "", SCHEME }, { "al:secret", "", SCHEME },
{ "al:scram-sha-256$" SALT KEYS, "", SCHEME },
{ "al:SCRAM-SHA-512$" SALT KEYS, "", SCHEME },
{ "al:SCRAM-SHA-256-PLUS$" SALT KEYS, "", SCHEME },
{ "al:SCRAM-SHA-256", "", SCHEME },
{ "al:" S256, "", NUMBER }, { "al:" S256 "x:", "", NUMBER },
{ "al:" S256 "4096", "", NUMBER }, { "al:" S256 "04096:", "", NUMBER },
{ "al:" S256 "+4096:", "", NUMBER }, { "al:" S256 "4096 :", "", NUMBER },
{ "al:" S256 "4095:", "", RANGE }, { "al:" S256 "10000001:", "", RANGE },
{ "al:" S256 "4294971392:", "", RANGE },
{ "al:" S256 "99999999999999999999999:", "", RANGE },
{ "al:" S256 "10000000:QQ==$" KEYS, "al 256 10000000 1", "" },
{ "al:" S256 "4096:$" KEYS, "", "1: salt" NOT64 },
{ "al:" S256 "4096:QQ$" KEYS, "", "1: salt" NOT64 },
{ "al:" S256 "4096:QQ=$" KEYS, "", "1: salt" NOT64 },
{ "al:" S256 "4096:Q===$" KEYS, "", "1: salt" NOT64 },
{ "al:" S256 "4096:====$" KEYS, "", "1: salt" NOT64 },
{ "al:" S256 "4096:QR==$" KEYS, "", "1: salt" NOT64 },
{ "al:" S256 "4096:QUF=$" KEYS, "", "1: salt" NOT64 },
{ "al:" S256 "4096:QQ==QQ==$" KEYS, "", "1: salt" NOT64 },
{ "al:" S256 "4096:Q=Q=$" KEYS, "", "1: salt" NOT64 },
{ "al:" S256 "4096:QUFB QUFB$" KEYS, "", "1: salt: $ was meant behind it" },
{ "al:" S256 "4096:QUF-$" KEYS, "", "1: salt" NOT64 },
{ "al:" S256 "4096:" B60 "QUFBQQ==$" KEYS, "al 256 4096 64", "" },
{ "al:" S256 "4096:" B60 "QUFBQUE=$" KEYS, "",
    "1: salt: too long, 64 bytes at most" },
{ "al:" S256 "4096:QUFB", "", "1: salt: $ was meant behind it" },
{ "al:" S256 SALT "QUFB:QUFB", "", "1: StoredKey: wrong length; 32 bytes" },
{ "al:SCRAM-SHA-1$" SALT KEYS, "", "1: StoredKey: wrong length; 20 bytes" },
{ "al:" S256 SALT "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=", "",
    "1: StoredKey: : was meant behind it" },
{ "al:" S256 SALT "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:", "",
    "1: ServerKey" NOT64 },
{ "al:" S256 SALT "WG5d8oPm3OtcPnkdi4Uo7BkeZkBFzpcXkuLmtbsT4qY=:QUFB", "",
    "1: ServerKey: wrong length; 32 bytes" },
{ "al:" GOOD ":", "", "1: ServerKey: a blank or the end of the line" },
{ "al:" GOOD "\r\r", "", "1: ServerKey: a blank or the end of the line" },
{ "al:" GOOD "# note", "", "1: ServerKey: a blank or the end of the line" },
{ "al:" GOOD " # note", "", OPTION }, { "al:" GOOD " x=y", "", OPTION },
{ "al:" GOOD " Services=imap", "", OPTION },
{ "al:" GOOD " services=", "", LIST }, { "al:" GOOD " services=a,", "", LIST },
{ "al:" GOOD " services=,a", "", LIST },
{ "al:" GOOD " services=A", "", LIST },
{ "al:" GOOD " services=a,,b", "", LIST },
{ "al:" GOOD " services=a;b", "", "1: services: words of a-z 0-9 -" },
{ "al:" GOOD " services=a, b", "", LIST },
{ "al:" GOOD " services=a,ab,b,a", "", "1: services: a given twice" },
{ "al:" GOOD " services=a services=b", "", "1: services: given twice" },
{ "a:" GOOD "\n\na:" GOOD, "a 256 4096 16",
    "3: given before, in line 1" TWICE },
{ "a+b:" GOOD "\na:" GOOD "\na+b:" SHA1 "\na+b:" SHA1,
    "a+b 256 4096 16|a 256 4096 16|a+b 1 4096 12",
    "4: given before, in line 3" TWICE },
{ "x\ny:\na:" GOOD "\nz", "a 256 4096 16", "1: no colon behind the name; "
    "NAME:SCRAM-SHA-256$... was meant\n2: unknown scheme; SCRAM-SHA-256$ or "
    "SCRAM-SHA-1$ was meant, no password\n4: no colon" },
};
/* clang-format on */

struct heard {
	char taken[4096], said[4096];
	int refuse; /* take says -1 the first time */
	int calls;
};

static void __attribute__((format(printf, 2, 3)))
add(char *to, const char *fmt, ...)
{
	size_t n = strlen(to);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(to + n, 4096 - n, fmt, ap);
	va_end(ap);
}

static int
take(const struct secret *s, void *arg)
{
	struct heard *h = arg;

	h->calls++;
	add(h->taken, "%s%s%s%s %d %u %zu%s%s", *h->taken ? "|" : "", s->user,
	    *s->label ? "+" : "", s->label, s->hash == SECRET_SHA1 ? 1 : 256,
	    s->iterations, s->saltlen, *s->services ? " " : "", s->services);
	if (s->keylen != (s->hash == SECRET_SHA1 ? 20U : 32U))
		add(h->taken, " keylen");
	return h->refuse ? -1 : 0;
}

static void
complain(size_t line, const char *why, void *arg)
{
	add(((struct heard *)arg)->said, "%zu: %s\n", line, why);
}

/* from a copy of its exact size, so that a byte too far is seen */
static int
parse(const void *text, size_t len, struct heard *h)
{
	char *copy = malloc(len + !len);
	int r;

	memcpy(copy, text, len);
	r = secrets_parse(copy, len, take, complain, h);
	free(copy);
	return r;
}

static void
rows(void)
{
	size_t i;
	int r;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		struct heard h = { 0 };

		r = parse(t[i].text, strlen(t[i].text), &h);
		if (!ok(r == (*t[i].said ? -1 : 0) &&
			    strcmp(h.taken, t[i].taken) == 0 &&
			    strncmp(h.said, t[i].said, strlen(t[i].said)) ==
				0 &&
			    !*h.said == !*t[i].said,
			"row %zu: %.40s", i, *t[i].said ? t[i].said : "taken"))
			printf("# took %s, said %s\n", h.taken, h.said);
	}
}

static int
take_keys(const struct secret *s, void *arg)
{
	static const uint8_t salt[] = "\x5b\x6d\x99\x68\x9d\x12\x35\x8e"
				      "\xec\xa0\x4b\x14\x50\xa6\xf6\x62";

	ok(s->line == 2 && s->saltlen == 16 && memcmp(s->salt, salt, 16) == 0,
	    "the salt, decoded");
	ok(s->stored[0] == 0x58 && s->stored[31] == 0xa6 &&
		s->server[0] == 0xc1 && s->server[31] == 0xd5 &&
		s->stored[32] == 0 && s->server[32] == 0,
	    "the keys, decoded");
	(*(int *)arg)++;
	return 0;
}

static void
values(void)
{
	static const char text[] = "#\nuser:" GOOD;
	int n = 0;

	ok(secrets_parse(text, strlen(text), take_keys, complain, &n) == 0 &&
		n == 1,
	    "taken once");
}

static void
bytes(void)
{
	static const char nul[] = "a:" GOOD "\0\nb\0:" GOOD "\n#\0\nc:" GOOD;
	struct heard h = { 0 };
	char line[1024 + 3];

	ok(parse(nul, sizeof(nul) - 1, &h) == -1 &&
		strcmp(h.taken, "c 256 4096 16") == 0 &&
		strcmp(h.said,
		    "1: holds a NUL; text was meant\n"
		    "2: holds a NUL; text was meant\n"
		    "3: holds a NUL; text was meant\n") == 0,
	    "NULs are told");
	memset(&h, 0, sizeof(h));
	memset(line, ' ', sizeof(line));
	memcpy(line, "a:" GOOD, strlen("a:" GOOD));
	line[1024] = '\r';
	line[1025] = '\n';
	ok(parse(line, 1026, &h) == 0 && h.calls == 1, "1,024 bytes");
	memset(&h, 0, sizeof(h));
	line[1024] = ' ';
	line[1025] = '\r';
	line[1026] = '\n';
	ok(parse(line, 1027, &h) == -1 && h.calls == 0 &&
		strcmp(h.said, "1: too long, 1024 bytes at most\n") == 0,
	    "1,025 bytes");
}

static void
refused(void)
{
	static const char text[] = "a:" GOOD "\nb:" GOOD "\nx";
	struct heard h = { .refuse = 1 };

	ok(parse(text, strlen(text), &h) == -1 && h.calls == 1 &&
		strncmp(h.said, "3: ", 3) == 0,
	    "who said -1 is not asked again; the rest is checked");
	memset(&h, 0, sizeof(h));
	h.refuse = 1;
	ok(parse(text, strlen(text) - 2, &h) == -1 && *h.said == '\0',
	    "-1 without a complaint");
}

int
main(void)
{
	rows();
	values();
	bytes();
	refused();
	return done();
}

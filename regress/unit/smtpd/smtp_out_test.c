/*
 * smtp_out: dialogues. Of a row's host each "|" ends what it says at once
 * (each split of that must give the same), "^" lets the clock run to the
 * deadline, "$" is the end of the connection; "\n" stands for CRLF.
 */
#include "outdialog.h"
#include "tap.h"

#define HI "220 mx.example ESMTP\n|"
#define OK "250 2.1.0 ok\n|"
#define QUEUED "250 2.0.0 queued\n|"
#define BYE "^|221 bye\n"
#define EHLO "EHLO a.example\n"
#define FROM "MAIL FROM:<al@a.example>"
#define TO0 "RCPT TO:<b0@b.example>"
#define TO1 "RCPT TO:<b1@b.example>"
#define TO2 "RCPT TO:<b2@b.example>"
#define TEXT "S: x\n\n..dot\nend\n"
#define RAW "S: x\r\n\r\n.dot\r\nend\r\n"

enum flags {
	MUST = 1,
	MAY = 2,
	PASSWORD = 4,
	VERIFIED = 8,
	EIGHT = 16,
	UTF8 = 32, /* SMTPUTF8 was asked for */
	UTF8_FROM = 64,
	UTF8_TO = 128, /* the second one */
	DSN = 256,
	TWICE = 512,	/* two mails */
	EVIL_TO = 1024, /* the first one holds CRLF */
	EVIL_FROM = 2048,
};

/* clang-format off */
static const struct row {
	const char *name;
	int flags;
	size_t nrcpt;
	const char *host, *sent, *trace;
} rows[] = {
{ "plain", 0, 1, HI "250 mx\n|" OK OK "354 go\n|" QUEUED BYE,
  EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "no codes but three digits", 0, 1,
  "220\n|" "250\n|" "250\n|" "250\n|" "354\n|" "250\n|^|^",
  EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 delivered 250 2.0.0 \n* done\n* close 0  \n" },
{ "bare LF in replies", 0, 1, HI "250-mx\n250 SIZE\n|" OK OK
  "354 go\n|" QUEUED BYE,
  EHLO FROM " SIZE=19\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "all that is offered", EIGHT | UTF8 | DSN, 2,
  HI "250-mx\n250-size 1000\n250-8bitmime\n250-SMTPUTF8\n250-DSN\n"
  "250-PIPELINING\n250 HELP\n|" OK OK OK "354 go\n|" QUEUED BYE,
  EHLO FROM " SIZE=19 BODY=8BITMIME SMTPUTF8 RET=HDRS ENVID=id\n" TO0
  " NOTIFY=FAILURE ORCPT=rfc822;x@b.example\n" TO1
  " NOTIFY=FAILURE ORCPT=rfc822;x@b.example\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 delivered dsn 250 2.0.0 queued\n= 1 delivered dsn 250 2.0.0 queued\n"
  "* done\n* close 0  \n" },
{ "nothing of it is offered", EIGHT | UTF8 | DSN, 1,
  HI "250 mx\n|" OK OK "354 go\n|" QUEUED BYE,
  EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "the greeting offers nothing", 0, 1, HI "250 SIZE 1\n|" OK OK
  "354 go\n|" QUEUED BYE,
  EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "chunk", 0, 1, HI "250-mx\n250 CHUNKING\n|" OK OK QUEUED BYE,
  EHLO FROM "\n" TO0 "\nBDAT 19 LAST\nS: x\n\n.dot\nend\nQUIT\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "two mails", TWICE, 1, HI "250-mx\n250-PIPELINING\n250 CHUNKING\n|"
  OK OK QUEUED OK OK OK QUEUED BYE,
  EHLO FROM "\n" TO0 "\nBDAT 19 LAST\nS: x\n\n.dot\nend\n"
  "RSET\n" FROM "\n" TO0 "\nBDAT 19 LAST\nS: x\n\n.dot\nend\nQUIT\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n"
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },

{ "each recipient has a fate", 0, 3, HI "250-mx\n250 PIPELINING\n|"
  OK "550 5.1.1 nobody\n250 ok\n450-4.2.1 busy\n450 4.2.1 a while\n|"
  "354 go\n|" QUEUED BYE,
  EHLO FROM "\n" TO0 "\n" TO1 "\n" TO2 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 permanent 550 5.1.1 nobody\n= 2 temporary 450 4.2.1 busy a while\n"
  "= 1 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "no recipient is left", TWICE, 1, HI "250 mx\n|" OK "550 no\n|"
  OK OK OK "354 go\n|" QUEUED BYE,
  EHLO FROM "\n" TO0 "\nRSET\n" FROM "\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 permanent 550 5.0.0 no\n* done\n"
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "too many recipients", 0, 2, HI "250 mx\n|" OK OK "552 too many\n|"
  "354 go\n|" QUEUED BYE,
  EHLO FROM "\n" TO0 "\n" TO1 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 1 temporary 552 5.0.0 too many\n= 0 delivered 250 2.0.0 queued\n"
  "* done\n* close 0  \n" },
{ "sender refused", 0, 2, HI "250 mx\n|" "553 5.1.8 you\n|" BYE,
  EHLO FROM "\nQUIT\n",
  "= 0 permanent 553 5.1.8 you\n= 1 permanent 553 5.1.8 you\n"
  "* done\n* close 0  \n" },
{ "sender refused, 552", 0, 1, HI "250 mx\n|" "552 5.3.4 big\n|" BYE,
  EHLO FROM "\nQUIT\n",
  "= 0 permanent 552 5.3.4 big\n* done\n* close 0  \n" },
{ "sender refused, recipients under way", TWICE, 2,
  HI "250-mx\n250 PIPELINING\n|" "451 later\n503 no\n503 no\n|"
  OK "553 you\n503 no\n503 no\n|" BYE,
  EHLO FROM "\n" TO0 "\n" TO1 "\nRSET\n" FROM "\n" TO0 "\n" TO1 "\nQUIT\n",
  "= 0 temporary 451 4.0.0 later\n= 1 temporary 451 4.0.0 later\n* done\n"
  "= 0 permanent 553 5.0.0 you\n= 1 permanent 553 5.0.0 you\n* done\n"
  "* close 0  \n" },
{ "DATA refused", 0, 2, HI "250 mx\n|" OK "550 no\n|" OK "451 4.3.0 full\n|"
  BYE, EHLO FROM "\n" TO0 "\n" TO1 "\nDATA\nQUIT\n",
  "= 0 permanent 550 5.0.0 no\n= 1 temporary 451 4.3.0 full\n"
  "* done\n* close 0  \n" },
{ "mail refused", 0, 2, HI "250 mx\n|" OK OK OK "354 go\n|"
  "554 5.6.0 spam\n|" BYE,
  EHLO FROM "\n" TO0 "\n" TO1 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 permanent 554 5.6.0 spam\n= 1 permanent 554 5.6.0 spam\n"
  "* done\n* close 0  \n" },
{ "mail refused for now", 0, 1, HI "250 mx\n|" OK OK "354 go\n|"
  "450 wait\n|" BYE, EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 temporary 450 4.0.0 wait\n* done\n* close 0  \n" },

{ "banner 554", 0, 1, "554 5.7.1 go away\n", "",
  "= 0 host 554 5.7.1 go away\n* close 554 5.7.1 go away\n" },
{ "banner 450", 0, 1, "450 busy\n", "",
  "= 0 host 450 4.0.0 busy\n* close 450 4.0.0 busy\n" },
{ "EHLO unknown", 0, 1, HI "502 what\n|" "250 hi\n|" OK OK "354 go\n|"
  QUEUED BYE,
  EHLO "HELO a.example\n" FROM "\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "HELO refused", 0, 1, HI "502 what\n|" "550 no\n|",
  EHLO "HELO a.example\n", "= 0 host 550 5.0.0 no\n* close 550 5.0.0 no\n" },
{ "EHLO refused for now", 0, 1, HI "451 what\n|", EHLO,
  "= 0 host 451 4.0.0 what\n* close 451 4.0.0 what\n" },

{ "421 as banner", 0, 1, "421 no\n", "",
  "= 0 host 421 4.0.0 no\n* close 421 4.0.0 no\n" },
{ "421 to EHLO", 0, 1, HI "421 no\n", EHLO,
  "= 0 host 421 4.0.0 no\n* close 421 4.0.0 no\n" },
{ "421 to MAIL", 0, 1, HI "250 mx\n|421 no\n", EHLO FROM "\n",
  "= 0 host 421 4.0.0 no\n* close 421 4.0.0 no\n" },
{ "421 to RCPT", 0, 2, HI "250 mx\n|" OK "550 no\n|421 no\n",
  EHLO FROM "\n" TO0 "\n" TO1 "\n",
  "= 0 permanent 550 5.0.0 no\n= 1 host 421 4.0.0 no\n"
  "* close 421 4.0.0 no\n" },
{ "421 to DATA", 0, 1, HI "250 mx\n|" OK OK "421 no\n",
  EHLO FROM "\n" TO0 "\nDATA\n",
  "= 0 host 421 4.0.0 no\n* close 421 4.0.0 no\n" },
{ "421 to the dot", 0, 1, HI "250 mx\n|" OK OK "354 go\n|421 no\n",
  EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\n",
  "= 0 temporary 421 4.0.0 no\n* close 421 4.0.0 no\n" },
{ "421 between two mails", 0, 1, HI "250 mx\n|" OK OK "354 go\n|" QUEUED
  "421 idle\n", EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 421 4.0.0 idle\n" },
{ "421 to QUIT", 0, 1, HI "250 mx\n|" OK OK "354 go\n|" QUEUED
  "^|421 idle\n", EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "RSET refused", TWICE, 1, HI "250 mx\n|" OK OK "354 go\n|" QUEUED
  "500 what\n", EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\nRSET\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n= 0 host 500 5.0.0 what\n"
  "* close 500 5.0.0 what\n" },

{ "STARTTLS", MAY, 1, HI "250-mx\n250-PIPELINING\n250-SIZE 5\n250 STARTTLS\n|"
  "220 go\n|" "250 mx\n|" OK OK "354 go\n|" QUEUED BYE,
  EHLO "STARTTLS\n" EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "* starttls\n= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "STARTTLS that is not wanted", 0, 1, HI "250-mx\n250 STARTTLS\n|" "550 no\n|"
  BYE, EHLO FROM "\nQUIT\n",
  "= 0 permanent 550 5.0.0 no\n* done\n* close 0  \n" },
{ "it offers it within TLS again", MAY, 1, HI "250-mx\n250 STARTTLS\n|"
  "220 go\n|" "250-mx\n250 STARTTLS\n|" "550 no\n|" BYE,
  EHLO "STARTTLS\n" EHLO FROM "\nQUIT\n",
  "* starttls\n= 0 permanent 550 5.0.0 no\n* done\n* close 0  \n" },
{ "HELO within TLS", MUST, 1, HI "250-mx\n250 STARTTLS\n|" "220 go\n|"
  "502 no\n|" "250 mx\n|" "550 no\n|" BYE,
  EHLO "STARTTLS\n" EHLO "HELO a.example\n" FROM "\nQUIT\n",
  "* starttls\n= 0 permanent 550 5.0.0 no\n* done\n* close 0  \n" },
{ "replies behind 220", MUST, 1, HI "250-mx\n250 STARTTLS\n|"
  "220 go\n250 evil\n|", EHLO "STARTTLS\n", NULL },
{ "one byte behind 220", MAY, 1, HI "250-mx\n250 STARTTLS\n|"
  "220 go\n2|", EHLO "STARTTLS\n", NULL },
{ "STARTTLS refused, it may be", MAY, 1, HI "250-mx\n250 STARTTLS\n|"
  "454 4.7.0 no\n|" "550 no\n|" BYE,
  EHLO "STARTTLS\n" FROM "\nQUIT\n",
  "= 0 permanent 550 5.0.0 no\n* done\n* close 0  \n" },
{ "STARTTLS refused, it must be", MUST, 1, HI "250-mx\n250 STARTTLS\n|"
  "454 4.7.0 no\n|", EHLO "STARTTLS\n",
  "= 0 host 454 4.7.0 no\n* close 454 4.7.0 no\n" },
{ "250 to STARTTLS", MAY, 1, HI "250-mx\n250 STARTTLS\n|" "250 ok\n|",
  EHLO "STARTTLS\n", "= 0 host 250 2.0.0 ok\n* close 250 2.0.0 ok\n" },
{ "no STARTTLS, it must be", MUST, 1, HI "250 mx\n|", EHLO,
  "= 0 host 0 4.7.4 TLS is needed, and it does not offer it\n"
  "* close 0 4.7.4 TLS is needed, and it does not offer it\n" },
{ "no EHLO, it must be", MUST, 1, HI "500 what\n|" "250 mx\n|",
  EHLO "HELO a.example\n",
  "= 0 host 0 4.7.4 TLS is needed, and it does not offer it\n"
  "* close 0 4.7.4 TLS is needed, and it does not offer it\n" },

{ "password", MUST | PASSWORD | VERIFIED, 1, HI "250-mx\n250 STARTTLS\n|"
  "220 go\n|" "250-mx\n250 AUTH LOGIN PLAIN\n|" "235 ok\n|" "550 no\n|" BYE,
  EHLO "STARTTLS\n" EHLO "AUTH PLAIN AHUAcA==\n" FROM "\nQUIT\n",
  "* starttls\n= 0 permanent 550 5.0.0 no\n* done\n* close 0  \n" },
{ "password, wrong", MUST | PASSWORD | VERIFIED, 1,
  HI "250-mx\n250 STARTTLS\n|" "220 go\n|" "250-mx\n250 AUTH PLAIN\n|"
  "535 5.7.8 no\n|", EHLO "STARTTLS\n" EHLO "AUTH PLAIN AHUAcA==\n",
  "* starttls\n= 0 host 535 5.7.8 no\n* close 535 5.7.8 no\n" },
{ "password, host not verified", MUST | PASSWORD, 1,
  HI "250-mx\n250 STARTTLS\n|" "220 go\n|" "250-mx\n250 AUTH PLAIN\n|",
  EHLO "STARTTLS\n" EHLO,
  "* starttls\n= 0 host 0 4.7.0 no password without a verified host\n"
  "* close 0 4.7.0 no password without a verified host\n" },
{ "password, no TLS", PASSWORD | VERIFIED, 1, HI "250-mx\n250 AUTH PLAIN\n|",
  EHLO, "= 0 host 0 4.7.0 no password without a verified host\n"
  "* close 0 4.7.0 no password without a verified host\n" },
{ "password, not offered", MUST | PASSWORD | VERIFIED, 1,
  HI "250-mx\n250-AUTH PLAIN\n250 STARTTLS\n|" "220 go\n|"
  "250-mx\n250 AUTH LOGIN\n|", EHLO "STARTTLS\n" EHLO,
  "* starttls\n= 0 host 0 4.7.0 it does not offer AUTH PLAIN\n"
  "* close 0 4.7.0 it does not offer AUTH PLAIN\n" },
{ "password, it asks on", MUST | PASSWORD | VERIFIED, 1,
  HI "250-mx\n250 STARTTLS\n|" "220 go\n|" "250-mx\n250 AUTH PLAIN\n|"
  "334 what\n|", EHLO "STARTTLS\n" EHLO "AUTH PLAIN AHUAcA==\n",
  "* starttls\n= 0 host 334 3.0.0 what\n* close 334 3.0.0 what\n" },

{ "too large", TWICE, 2, HI "250-mx\n250 SIZE 18\n|" BYE, EHLO "QUIT\n",
  "= 0 permanent 0 5.3.4 it does not take mails of this size\n"
  "= 1 permanent 0 5.3.4 it does not take mails of this size\n* done\n"
  "= 0 permanent 0 5.3.4 it does not take mails of this size\n"
  "= 1 permanent 0 5.3.4 it does not take mails of this size\n* done\n"
  "* close 0  \n" },
{ "just not too large", 0, 1, HI "250-mx\n250 SIZE 19\n|" "550 no\n|" BYE,
  EHLO FROM " SIZE=19\nQUIT\n",
  "= 0 permanent 550 5.0.0 no\n* done\n* close 0  \n" },
{ "UTF-8 sender", UTF8 | UTF8_FROM, 1, HI "250 mx\n|" BYE, EHLO "QUIT\n",
  "= 0 permanent 0 5.6.7 it does not take addresses beyond ASCII\n* done\n"
  "* close 0  \n" },
{ "UTF-8 recipient", UTF8 | UTF8_TO, 3, HI "250 mx\n|" OK OK OK "354 go\n|"
  QUEUED BYE, EHLO FROM "\n" TO0 "\n" TO2 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 1 permanent 0 5.6.7 it does not take addresses beyond ASCII\n"
  "= 0 delivered 250 2.0.0 queued\n= 2 delivered 250 2.0.0 queued\n"
  "* done\n* close 0  \n" },
{ "UTF-8 recipient, pipelined", UTF8 | UTF8_TO, 3,
  HI "250-mx\n250 PIPELINING\n|" OK "450 no\n250 ok\n|" "354 go\n|"
  QUEUED BYE, EHLO FROM "\n" TO0 "\n" TO2 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 1 permanent 0 5.6.7 it does not take addresses beyond ASCII\n"
  "= 0 temporary 450 4.0.0 no\n= 2 delivered 250 2.0.0 queued\n"
  "* done\n* close 0  \n" },
{ "UTF-8 addresses taken", UTF8 | UTF8_FROM | UTF8_TO, 2,
  HI "250-mx\n250 SMTPUTF8\n|" OK OK OK "354 go\n|" QUEUED BYE,
  EHLO "MAIL FROM:<\303\244l@a.example> SMTPUTF8\n" TO0 "\n"
  "RCPT TO:<b\303\2661@b.example>\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 delivered 250 2.0.0 queued\n= 1 delivered 250 2.0.0 queued\n"
  "* done\n* close 0  \n" },
{ "a UTF-8 address wants it, too", UTF8_TO, 2,
  HI "250-mx\n250 SMTPUTF8\n|" "550 no\n|" BYE,
  EHLO FROM " SMTPUTF8\nQUIT\n",
  "= 0 permanent 550 5.0.0 no\n= 1 permanent 550 5.0.0 no\n* done\n"
  "* close 0  \n" },
{ "a recipient that is two lines", EVIL_TO, 2, HI "250 mx\n|" OK "550 no\n|"
  BYE, EHLO FROM "\n" TO1 "\nQUIT\n",
  "= 0 permanent 0 5.1.3 bad recipient\n= 1 permanent 550 5.0.0 no\n* done\n"
  "* close 0  \n" },
{ "a sender that is two lines", EVIL_FROM, 1, HI "250 mx\n|" BYE,
  EHLO "QUIT\n", "= 0 permanent 0 5.1.7 bad sender\n* done\n* close 0  \n" },

{ "garbage", 0, 1, "hello\n", "",
  "= 0 host 0 4.5.0 its replies do not follow SMTP\n"
  "* close 0 4.5.0 its replies do not follow SMTP\n" },
{ "354 to MAIL", 0, 1, HI "250 mx\n|" "354 go\n|", EHLO FROM "\n",
  "= 0 host 0 4.5.0 its replies do not follow SMTP\n"
  "* close 0 4.5.0 its replies do not follow SMTP\n" },
{ "250 to DATA", 0, 1, HI "250 mx\n|" OK OK "250 ok\n|",
  EHLO FROM "\n" TO0 "\nDATA\n",
  "= 0 host 0 4.5.0 its replies do not follow SMTP\n"
  "* close 0 4.5.0 its replies do not follow SMTP\n" },
{ "354 to the dot", 0, 1, HI "250 mx\n|" OK OK "354 go\n|" "354 go\n|",
  EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\n",
  "= 0 temporary 0 4.5.0 its replies do not follow SMTP\n"
  "* close 0 4.5.0 its replies do not follow SMTP\n" },
{ "a reply to nothing", 0, 1, HI "250 mx\n|" OK OK "354 go\n|"
  QUEUED "250 ok\n|", EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n"
  "* close 0 4.5.0 its replies do not follow SMTP\n" },

{ "lost before the dot", 0, 1, HI "250 mx\n|" OK "$", EHLO FROM "\n" TO0 "\n",
  "= 0 host 0 4.4.2 gone\n* close 0 4.4.2 gone\n" },
{ "lost behind the dot", 0, 2, HI "250 mx\n|" OK OK "550 no\n|354 go\n|$",
  EHLO FROM "\n" TO0 "\n" TO1 "\nDATA\n" TEXT ".\n",
  "= 1 permanent 550 5.0.0 no\n= 0 temporary 0 4.4.2 gone\n"
  "* close 0 4.4.2 gone\n" },
{ "lost within a reply", 0, 1, HI "250 mx\n|" OK OK "354 go\n|250 2.0|$",
  EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\n",
  "= 0 temporary 0 4.4.2 gone\n* close 0 4.4.2 gone\n" },
{ "lost when all is told", 0, 1, HI "250 mx\n|" OK OK "354 go\n|" QUEUED "$",
  EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0 4.4.2 gone\n" },
{ "lost at QUIT", 0, 1, HI "250 mx\n|" OK OK "354 go\n|" QUEUED "^|$",
  EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\nQUIT\n",
  "= 0 delivered 250 2.0.0 queued\n* done\n* close 0  \n" },
{ "silence behind the dot", 0, 1, HI "250 mx\n|" OK OK "354 go\n|^",
  EHLO FROM "\n" TO0 "\nDATA\n" TEXT ".\n",
  "= 0 temporary 0 4.4.2 it does not answer in time\n"
  "* close 0 4.4.2 it does not answer in time\n" },
{ "silence", 0, 1, "^", "",
  "= 0 host 0 4.4.2 it does not answer in time\n"
  "* close 0 4.4.2 it does not answer in time\n" },
};
/* clang-format on */

static const char attack[] =
    "= 0 host 0 4.7.0 bytes in plaintext behind STARTTLS\n"
    "* close 0 4.7.0 bytes in plaintext behind STARTTLS\n";

static struct out_rcpt rcpts[OUT_RCPTS];

static void
rcpt(size_t i, const char *local, int flags)
{
	memset(&rcpts[i], 0, sizeof(rcpts[i]));
	snprintf(rcpts[i].to.local, sizeof(rcpts[i].to.local), "%s%zu", local,
	    i);
	memcpy(rcpts[i].to.domain, "b.example", 10);
	if (flags & DSN) {
		rcpts[i].notify = "FAILURE";
		rcpts[i].orcpt = "rfc822;x@b.example";
	}
}

static void
prepare(struct dialog *d, int flags, size_t nrcpt)
{
	size_t i;

	memset(d, 0, sizeof(*d));
	d->now = 1000000;
	d->conf.helo = "a.example";
	d->conf.need = flags & MUST ? TLS_MUST :
	    flags & MAY		    ? TLS_MAY :
				      TLS_NEVER;
	if (flags & PASSWORD) {
		d->conf.user = "u";
		d->conf.password = "p";
	}
	d->verified = (flags & VERIFIED) != 0;
	d->mails = flags & TWICE ? 2 : 1;
	for (i = 0; i < nrcpt; i++)
		rcpt(i,
		    flags & EVIL_TO && i == 0	  ? "b\r\nQUIT" :
			flags & UTF8_TO && i == 1 ? "b\303\266" :
						    "b",
		    flags);
	snprintf(d->mail.from.local, sizeof(d->mail.from.local), "%s",
	    flags & EVIL_FROM	  ? "a\r\nQUIT" :
		flags & UTF8_FROM ? "\303\244l" :
				    "al");
	memcpy(d->mail.from.domain, "a.example", 10);
	d->mail.rcpt = rcpts;
	d->mail.nrcpt = nrcpt;
	d->mail.eight = (flags & EIGHT) != 0;
	d->mail.utf8 = (flags & UTF8) != 0;
	d->mail.ret = flags & DSN ? "HDRS" : NULL;
	d->mail.envid = flags & DSN ? "id" : NULL;
	d->body = RAW;
	d->bodylen = d->mail.size = strlen(RAW);
}

/* LF becomes CRLF */
static size_t
crlf(char *to, const char *from, size_t n)
{
	size_t k = 0;

	for (; n > 0; n--, from++) {
		if (*from == '\n')
			to[k++] = '\r';
		to[k++] = *from;
	}
	return k;
}

static void
play(struct dialog *d, const char *host, size_t piece, int lf)
{
	char bytes[4096];
	size_t n, k;

	dialog_begin(d);
	for (; *host != '\0'; host += n + (host[n] == '|')) {
		n = strcspn(host, "|");
		if (n == 1 && *host == '^') {
			d->now = smtp_out_deadline(&d->s);
			smtp_out_tick(&d->s, d->now - 1);
			dialog_run(d);
			smtp_out_tick(&d->s, d->now);
		} else if (n == 1 && *host == '$')
			smtp_out_lost(&d->s, "4.4.2", "gone");
		else {
			k = n;
			if (lf)
				memcpy(bytes, host, n);
			else
				k = crlf(bytes, host, n);
			dialog_host(d, bytes, k, piece);
		}
		dialog_run(d);
	}
}

static int
as_wanted(const struct row *r, size_t piece, size_t window)
{
	static struct dialog d;
	char sent[4096];
	const char *trace = r->trace != NULL ? r->trace : attack;
	size_t n = crlf(sent, r->sent, strlen(r->sent));
	int good;

	prepare(&d, r->flags, r->nrcpt);
	d.window = window;
	d.waits = r->trace == NULL;
	play(&d, r->host, piece, strcmp(r->name, "bare LF in replies") == 0);
	good = strcmp(d.trace, trace) == 0;
	good = good && d.nsent == n && memcmp(d.sent, sent, n) == 0 &&
	    d.closed && d.results == r->nrcpt * (r->flags & TWICE ? 2 : 1);
	if (!good)
		printf("# pieces of %zu, window %zu: sent %zu %.*s# %s", piece,
		    window, d.nsent, (int)d.nsent, d.sent, d.trace);
	smtp_out_free(&d.s);
	return good;
}

static void
dialogues(void)
{
	const struct row *r;
	size_t piece, n;
	int good;

	for (r = rows; r < rows + sizeof(rows) / sizeof(*rows); r++) {
		n = strlen(r->host) * 2;
		good = as_wanted(r, 0, 0) && as_wanted(r, 0, 1);
		for (piece = 1; good && piece < n; piece++)
			good = as_wanted(r, piece, 0) &&
			    (piece > 9 || as_wanted(r, piece, piece));
		ok(good, "%s", r->name);
	}
}

/* --- what no row can say ------------------------------------------- */

static void
fifty(void)
{
	static struct dialog d;
	int i;

	prepare(&d, 0, 1);
	d.mails = 60;
	play(&d, HI "250-mx\n250-PIPELINING\n250 CHUNKING\n|" OK OK QUEUED, 0,
	    0);
	for (i = 1; i < OUT_MAILS; i++)
		dialog_host(&d, "250 a\r\n250 b\r\n250 c\r\n250 d\r\n", 28, 0);
	ok(d.done == OUT_MAILS && d.results == OUT_MAILS && !d.closed,
	    "50 mails");
	ok(memcmp(d.sent + d.nsent - 6, "QUIT\r\n", 6) == 0, "then QUIT");
	ok(smtp_out_mail(&d.s, &d.mail, d.now) == -1, "and no other");
	dialog_host(&d, "221 bye\r\n", 9, 0);
	ok(d.closed, "and the end");
	smtp_out_free(&d.s);
}

static void
hundred(void)
{
	static struct dialog d;
	size_t i;

	prepare(&d, 0, OUT_RCPTS);
	d.mail.nrcpt++;
	smtp_out_init(&d.s, &d.conf, d.now);
	ok(smtp_out_mail(&d.s, &d.mail, d.now) == -1, "101 recipients");
	d.mail.nrcpt = 0;
	ok(smtp_out_mail(&d.s, &d.mail, d.now) == -1, "none");
	d.mail.nrcpt = OUT_RCPTS;
	play(&d, HI "250-mx\n250 PIPELINING\n|" OK, 0, 0);
	for (i = 0; i < OUT_RCPTS; i++)
		dialog_host(&d, i % 2 ? "250 ok\r\n" : "550 no\r\n", 8, 0);
	ok(d.results == OUT_RCPTS / 2, "every second is refused");
	dialog_host(&d, "354 go\r\n250 ok\r\n", 16, 0);
	ok(d.results == OUT_RCPTS && d.done == 1, "the others have it");
	smtp_out_free(&d.s);
}

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
	for (bytes = 0; bytes < 100; bytes++) {
		smtp_out_window(&d.s, 1);
		what = smtp_out_next(&d.s, &a, d.now);
		if (what == OUT_BODY)
			smtp_out_body(&d.s, "x", 1, d.now);
		else if (what != OUT_SEND)
			break;
		d.now += 170000;
		smtp_out_tick(&d.s, d.now);
	}
	ok(what == OUT_RESULT && a.fate == OUT_HOST && bytes < 50,
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
changed(size_t size, const char *name)
{
	static struct dialog d;

	prepare(&d, 0, 1);
	d.mail.size = size;
	play(&d, HI "250 mx\n|" OK OK "354 go\n|" QUEUED, 0, 0);
	d.sent[d.nsent] = '\0';
	ok(strcmp(d.trace,
	       "= 0 host 0 4.3.0 the mail has changed here\n"
	       "* close 0 4.3.0 the mail has changed here\n") == 0 &&
		strstr(d.sent, "\r\n.\r\n") == NULL,
	    "%s: never ended", name);
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
	dialogues();
	fifty();
	hundred();
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
	changed(20, "a mail that is too short");
	changed(18, "a mail that is too long");
	told_first();
	stages();
	leaving();
	return done();
}

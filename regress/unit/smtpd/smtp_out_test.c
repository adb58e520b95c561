/*
 * smtp_out: dialogues, as outplay.h writes them; each split of what a host says
 * must give the same.
 */
#include "outplay.h"
#include "tap.h"

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
{ "a UTF-8 sender, too", UTF8_FROM, 1,
  HI "250-mx\n250 SMTPUTF8\n|" "550 no\n|" BYE,
  EHLO "MAIL FROM:<\303\244l@a.example> SMTPUTF8\nQUIT\n",
  "= 0 permanent 550 5.0.0 no\n* done\n* close 0  \n" },
{ "null sender", NULL_FROM, 1, HI "250 mx\n|" "550 no\n|" BYE,
  EHLO "MAIL FROM:<>\nQUIT\n",
  "= 0 permanent 550 5.0.0 no\n* done\n* close 0  \n" },
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

int
main(void)
{
	dialogues();
	fifty();
	hundred();
	return done();
}

/*
 * smtp_in: dialogues; each row what the client sends and what happens, fed
 * whole, byte by byte, cut in two anywhere and at random.
 */
#include <stdio.h>
#include <string.h>

#include "../tap.h"
#include "smtpin_talk.h"

/* a mail that is hidden behind what others take for an end */
#define HIDDEN M R D "evil\r\n"

/* clang-format off */
static const struct { const char *how, *in, *want; } t[] = {
/* a mail, and several */
{ "", "", "220" },
{ "", E, OE },
{ "", "HELO c\r\n", OE },
{ "", "ehlo [192.0.2.1]\r\n", OE },
{ "", "EHLO !%$ (\\) \303\244\r\n", OE },
{ "", "EHLO\r\n", "220 501/5.5.4" },
{ "", "EHLO  \r\n", "220 501/5.5.4" },
{ "", EMRD "a\r\nb\r\n.\r\n" Q, OEMRD " {a~|b~|}" OC OQ },
{ "", EMRD ".\r\n" Q, OEMRD " {}" OC OQ },
{ "", EMRD "\r\n.\r\n", OEMRD " {~|}" OC },
{ "", EMRD "..\r\n...\r\n.a\r\n.\r\n", OEMRD " {.~|..~|a~|}" OC },
{ "", EMRD "a.\r\n.\r\n", OEMRD " {a.~|}" OC },
{ "", EMRD "a\r\n.\r\n" M R D "b\r\n.\r\n" M R D "c\r\n.\r\n" Q,
  OEMRD " {a~|}" OC OM OR " 354 {b~|}" OC OM OR " 354 {c~|}" OC OQ },
{ "", EMRD "a\r\n.\r\n" M R D ".\r\n" M R D ".\r\n" M R Q,
  OEMRD " {a~|}" OC OM OR " 354 {}" OC OM OR " 354 {}" OC
  " 421/4.7.0 close" },
{ "", EMR "RCPT TO:<no@y>\r\nRCPT TO:<temp@y>\r\n" R D "a\r\n.\r\n",
  OEMR " <no@y> 550/5.1.1 <temp@y> 451/4.3.0" OR " 354 {a~|}" OC },
{ "", EMR R R R D ".\r\n", OEMR OR OR " 452/4.5.3 354 {}" OC },
{ "", EMR "RCPT TO:<bad@y>\r\n", OEMR " <bad@y> 451/4.3.0" },
{ "", E M "RCPT TO:<relay@y>\r\n" D,
  OE OM " <relay@y> 550/5.7.1 554/5.5.1" },
{ "", E M D, OE OM " 503/5.5.1" },
{ "", E M "RCPT TO:<>\r\n" D, OE OM " 553/5.1.3 554/5.5.1" },
{ "", EMR "DATA x\r\n" D ".\r\n", OEMR " 501/5.5.4 354 {}" OC },
/* what else is said */
{ "", "NOOP\r\nnoop x\r\nHELP\r\nVRFY a\r\nVRFY\r\nEXPN a\r\nRSET\r\n",
  "220" OC OC " 214/2.0.0 252/2.5.0 501/5.5.4 502/5.5.1" OC },
{ "", "FOO\r\n\r\n BAR\r\nEHLOX c\r\nEHL c\r\n",
  "220 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2" },
{ "", "RSET x\r\nQUIT x\r\n" Q, "220 501/5.5.4 501/5.5.4" OQ },
{ "", Q "NOOP\r\n", "220" OQ },
{ "", "NOOP\r\nNOOP\001\r\nNOOP\177\r\nNO\tOP\r\nNOOP\035\r\n",
  "220" OC " 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2" },
{ "", "NOOP\rNOOP\r\n", "220 500/5.5.2" },
/* each state and each command that it does not permit */
{ "", M R D "STARTTLS\r\nAUTH PLAIN\r\n",
  "220 503/5.5.1 503/5.5.1 503/5.5.1 503/5.5.1 503/5.5.1" },
{ "", E R D, OE " 503/5.5.1 503/5.5.1" },
{ "", E M M "STARTTLS\r\nAUTH PLAIN\r\n" R,
  OE OM " 503/5.5.1 503/5.5.1 503/5.5.1" OR },
{ "", EMR M "STARTTLS\r\nAUTH PLAIN\r\n" D ".\r\n",
  OEMR " 503/5.5.1 503/5.5.1 503/5.5.1 354 {}" OC },
{ "", EMR "BDAT 1\r\nx" M R D "STARTTLS\r\nAUTH PLAIN\r\nBDAT 0 LAST\r\n",
  OEMR OC " 503/5.5.1 503/5.5.1 503/5.5.1 503/5.5.1 503/5.5.1 {x~|}" OC },
{ "", E "NOOP\r\nRSET\r\nVRFY a\r\nHELP\r\n" M "NOOP\r\nVRFY a\r\nHELP\r\n" R
  "NOOP\r\nVRFY a\r\nHELP\r\nBDAT 1\r\nxNOOP\r\nVRFY a\r\nHELP\r\n" Q,
  OE OC OC " 252/2.5.0 214/2.0.0" OM OC " 252/2.5.0 214/2.0.0" OR OC
  " 252/2.5.0 214/2.0.0" OC OC " 252/2.5.0 214/2.0.0" OQ },
{ "", E M "RSET\r\n" R M R "RSET\r\n" D, OE OM " drop" OC " 503/5.5.1" OM OR
  " drop" OC " 503/5.5.1" },
{ "", E M "RCPT TO:<no@y>\r\nRSET\r\n" M D,
  OE OM " <no@y> 550/5.1.1 drop" OC OM " 503/5.5.1" },
{ "", E M E M R "HELO d\r\n" D, OE OM " drop 250" OM OR " drop 250 503/5.5.1" },
{ "", EMR "BDAT 1\r\nxRSET\r\nBDAT 0 LAST\r\n",
  OEMR OC " drop" OC " 503/5.5.1" },
{ "", EMR "BDAT 1\r\nx" E, OEMR OC " drop 250" },
{ "", E M Q, OE OM OQ },
/* MAIL */
{ "", E "MAIL FROM:<>\r\n", OE OM },
{ "", E "mail from: <a@b>  size=100   body=8bitmime \r\n", OE OM },
{ "", E "MAIL\r\nMAIL FROM\r\nMAIL TO:<a@b>\r\nMAIL <a@b>\r\n",
  OE " 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4" },
{ "", E "MAIL FROM:a@b\r\nMAIL FROM:<a@b\r\nMAIL FROM:<a>\r\nMAIL FROM:\r\n",
  OE " 553/5.1.7 553/5.1.7 553/5.1.7 553/5.1.7" },
{ "", E "MAIL FROM:<postmaster>\r\n", OE " 553/5.1.7" },
{ "", E "MAIL FROM:<a@b>SIZE=1\r\n", OE " 501/5.5.4" },
{ "", E "MAIL FROM:<a@b> SIZE=101\r\n" M, OE " 552/5.3.4" OM },
{ "", E "MAIL FROM:<a@b> SIZE=18446744073709551617\r\n", OE " 552/5.3.4" },
{ "", E "MAIL FROM:<a@b> SIZE=99999999999999999999\r\n", OE " 552/5.3.4" },
{ "", E "MAIL FROM:<a@b> SIZE=000000000000000000001\r\n", OE " 501/5.5.4" },
{ "", E "MAIL FROM:<a@b> SIZE=\r\nMAIL FROM:<a@b> SIZE\r\n"
  "MAIL FROM:<a@b> SIZE=-1\r\nMAIL FROM:<a@b> SIZE=1x\r\n",
  OE " 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4" },
{ "", E "MAIL FROM:<a@b> SIZE=1 SIZE=1\r\nMAIL FROM:<a@b> X=1\r\n"
  "MAIL FROM:<a@b> BODY=BINARYMIME\r\nMAIL FROM:<a@b> BODY\r\n",
  OE " 501/5.5.4 555/5.5.4 501/5.5.4 501/5.5.4" },
{ "", E "MAIL FROM:<a@b> RET=FULL ENVID=a+2Bb BODY=7BIT SMTPUTF8\r\n", OE OM },
{ "", E "MAIL FROM:<a@b> RET=HDRS\r\nRSET\r\nMAIL FROM:<a@b> RET=X\r\n"
  "MAIL FROM:<a@b> RET\r\n", OE OM " drop" OC " 501/5.5.4 501/5.5.4" },
{ "", E "MAIL FROM:<a@b> ENVID=\r\nMAIL FROM:<a@b> ENVID=+\r\n"
  "MAIL FROM:<a@b> ENVID=+0A\r\nMAIL FROM:<a@b> ENVID=+4\r\n"
  "MAIL FROM:<a@b> ENVID=+7F\r\nMAIL FROM:<a@b> ENVID=+2b\r\n"
  "MAIL FROM:<a@b> ENVID=a=b\r\nMAIL FROM:<a@b> ENVID=\303\244\r\n"
  "MAIL FROM:<a@b> ENVID=+C3\r\n",
  OE " 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4"
  " 501/5.5.4 501/5.5.4" },
{ "", E "MAIL FROM:<a@b> SMTPUTF8=1\r\nMAIL FROM:<\303\244@b>\r\n"
  "MAIL FROM:<\303\244@b> SMTPUTF8\r\nRCPT TO:<\303\266@y>\r\n"
  "RCPT TO:<x@y> ORCPT=utf-8;\303\266@y\r\n",
  OE " 501/5.5.4 553/5.6.7" OM " <\303\266@y> 250/2.1.5"
  " <x@y o=utf-8;\303\266@y> 250/2.1.5" },
{ "", E "MAIL FROM:<a@b> AUTH=<>\r\n", OE " 501/5.5.4" },
{ "sta", E "MAIL FROM:<a@b> AUTH=<>\r\nRSET\r\nMAIL FROM:<a@b> AUTH=a+40b\r\n"
  "RSET\r\nMAIL FROM:<a@b> AUTH=\r\nMAIL FROM:<a@b> AUTH\r\n",
  OE OM " drop" OC OM " drop" OC " 501/5.5.4 501/5.5.4" },
{ "f", E M, OE " 452/4.3.1" },
/* RCPT */
{ "", E M "RCPT\r\nRCPT TO\r\nRCPT FROM:<a@b>\r\nRCPT TO:a@b\r\nRCPT TO:<>\r\n"
  "RCPT TO:<a>\r\nRCPT TO:<a@b\r\n",
  OE OM " 501/5.5.4 501/5.5.4 501/5.5.4 553/5.1.3 553/5.1.3 553/5.1.3"
  " 553/5.1.3" },
{ "", E M "RCPT TO:<Postmaster>\r\nrcpt to: <@a,@b:\"x y\"@Z.>\r\n",
  OE OM " <Postmaster> 250/2.1.5 <\"x y\"@z> 250/2.1.5" },
{ "", E M "RCPT TO:<x@y> NOTIFY=NEVER ORCPT=rfc822;a+2Bb@c+3D\r\n"
  "RCPT TO:<x@y> notify=Success,DELAY\r\nRCPT TO:<x@y> NOTIFY=failure\r\n",
  OE OM " <x@y o=rfc822;a+b@c= n=N> 250/2.1.5 <x@y n=SD> 250/2.1.5"
  " <x@y n=F> 250/2.1.5" },
{ "", E M "RCPT TO:<x@y> NOTIFY=\r\nRCPT TO:<x@y> NOTIFY\r\n"
  "RCPT TO:<x@y> NOTIFY=NEVER,DELAY\r\nRCPT TO:<x@y> NOTIFY=DELAY,\r\n"
  "RCPT TO:<x@y> NOTIFY=,DELAY\r\nRCPT TO:<x@y> NOTIFY=X\r\n"
  "RCPT TO:<x@y> NOTIFY=DELAY NOTIFY=DELAY\r\n",
  OE OM " 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4"
  " 501/5.5.4" },
{ "", E M "RCPT TO:<x@y> ORCPT=\r\nRCPT TO:<x@y> ORCPT=rfc822\r\n"
  "RCPT TO:<x@y> ORCPT=;a\r\nRCPT TO:<x@y> ORCPT=rfc822;\r\n"
  "RCPT TO:<x@y> ORCPT=r/f;a\r\nRCPT TO:<x@y> ORCPT=rfc822;+0D+0Aa\r\n"
  "RCPT TO:<x@y> ORCPT\r\nRCPT TO:<x@y> ORCPT=utf-8;\303\266\r\n",
  OE OM " 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4 501/5.5.4"
  " 501/5.5.4 501/5.5.4" },
{ "", E M "RCPT TO:<x@y> SIZE=1\r\nRCPT TO:<\303\244@y>\r\n",
  OE OM " 555/5.5.4 553/5.6.7" },
/* CHUNKING */
{ "", EMR "BDAT 3 LAST\r\na\r\n" Q, OEMR " {a~|}" OC OQ },
{ "", EMR "bdat 3 last\r\na\r\nBDAT 1 LAST\r\nx", OEMR " {a~|}" OC
  " 503/5.5.1" },
{ "", EMR "BDAT 2\r\na\rBDAT 0\r\nBDAT 7 LAST\r\n\n.\r\n..c" Q,
  OEMR OC OC " {a~|.~|..c~|}" OC OQ },
{ "", EMR "BDAT 0 LAST\r\n" Q, OEMR " {}" OC OQ },
{ "", EMR "BDAT 1 LAST\r\n\r" Q, OEMR " {~~|}" OC OQ },
{ "", EMR "BDAT 5\r\n.\r\n.\rBDAT 1 LAST\r\n\n", OEMR OC " {.~|.~|}" OC },
{ "", EMR "BDAT 7 LAST\r\n" Q, OEMR },
{ "", EMR "BDAT 6 LAST\r\n" Q Q, OEMR " {QUIT~|}" OC OQ },
{ "", EMR "BDAT\r\nBDAT 1\r\nx" Q, OEMR " 501/5.5.4 close" },
{ "", EMR "BDAT x\r\n" Q, OEMR " 501/5.5.4 close" },
{ "", EMR "BDAT -1\r\n" Q, OEMR " 501/5.5.4 close" },
{ "", EMR "BDAT 1 FIRST\r\nx" Q, OEMR " 501/5.5.4 close" },
{ "", EMR "BDAT 1LAST\r\nx" Q, OEMR " 501/5.5.4 close" },
{ "", EMR "BDAT 1 LAST x\r\nx" Q, OEMR " 501/5.5.4 close" },
{ "", EMR "BDAT 9999999999999999999\r\nx" Q, OEMR " 501/5.5.4 close" },
{ "", "BDAT 6\r\n" Q "NOOP\r\n", "220 503/5.5.1" OC },
{ "", E "BDAT 6\r\n" Q "NOOP\r\n", OE " 503/5.5.1" OC },
{ "", E M "BDAT 6\r\n" Q "RCPT TO:<no@y>\r\nBDAT 6 LAST\r\n" Q R
  "BDAT 0 LAST\r\n", OE OM " 503/5.5.1 <no@y> 550/5.1.1 554/5.5.1" OR " {}"
  OC },
{ "", EMR "BDAT 101\r\n" Q, OEMR " drop" },
{ "", EMR "BDAT 999999999999\r\n" Q, OEMR " drop" },
{ "", EMR "BDAT 7\r\n" Q "xBDAT 94\r\n"
  Q Q Q Q Q Q Q Q Q Q Q Q Q Q Q "xxxxNOOP\r\n",
  OEMR OC " drop 552/5.3.4 close" },
{ "", EMR "BDAT 7\r\n" Q "xBDAT 94\r\n", OEMR OC " drop" },
{ "", EMR "BDAT 3 LAST\r\na\nb" Q, OEMR " drop 550/5.5.2 close" },
{ "", EMR "BDAT 3\r\na\035bBDAT 6 LAST\r\n" Q, OEMR " drop 554/5.6.0 close" },
{ "", EMR "BDAT 2\r\na\rBDAT 1\r\nbBDAT 0 LAST\r\n", OEMR OC OC " {a~b~|}"
  OC },
{ "c", EMR "BDAT 2\r\na\rBDAT 1\r\nb" Q, OEMR OC " drop 550/5.5.2 close" },
{ "c", EMR "BDAT 2 LAST\r\na\r" Q, OEMR " drop 550/5.5.2 close" },
{ "n", EMR "BDAT 4 LAST\r\na\nb\n" Q, OEMR " {a~|b~|}" OC OQ },
{ "", EMR "BDAT 1\r\nx" D, OEMR OC " 503/5.5.1" },
/* what others take for an end of data: nothing behind it is executed */
{ "", EMRD "a\n.\n" HIDDEN ".\r\n" Q, OEMRD " drop 550/5.5.2 close" },
{ "", EMRD "a\n.\r\n" HIDDEN ".\r\n" Q, OEMRD " drop 550/5.5.2 close" },
{ "", EMRD "a\r\n.\n" HIDDEN ".\r\n" Q, OEMRD " drop 550/5.5.2 close" },
{ "", EMRD "a\n\n.\r\n" HIDDEN ".\r\n" Q, OEMRD " drop 550/5.5.2 close" },
{ "", EMRD "a\n\r\n.\r\n" M Q, OEMRD " drop 550/5.5.2 close" },
{ "", EMRD "\n" HIDDEN ".\r\n" Q, OEMRD " drop 550/5.5.2 close" },
{ "", EMRD ".\n" HIDDEN ".\r\n" Q, OEMRD " drop 550/5.5.2 close" },
{ "", EMRD "a\r.\r" "x\r\n.\r\n", OEMRD " {a~.~x~|}" OC },
{ "", EMRD "a\r\n.\r" "x\r\n.\r\n", OEMRD " {a~|~x~|}" OC },
{ "", EMRD "a\r\n.\r\r\n.\r\n", OEMRD " {a~|~~|}" OC },
{ "", EMRD "a\r.\r\n" "x\r\n.\r\n", OEMRD " {a~.~|x~|}" OC },
{ "", EMRD "a\r\r\n.\r\n", OEMRD " {a~~|}" OC },
{ "", EMRD ".\r.\r\n.\r\n", OEMRD " {~.~|}" OC },
{ "", EMRD ".\r", OEMRD },
{ "", EMRD "a\r.\n" HIDDEN ".\r\n" Q, OEMRD " drop 550/5.5.2 close" },
{ "", EMRD "a\r\035\n.\r\035\n" HIDDEN ".\r\n" Q,
  OEMRD " drop 554/5.6.0 close" },
{ "", EMRD "a\r\n.\035\r\n" HIDDEN ".\r\n" Q, OEMRD " drop 554/5.6.0 close" },
{ "", EMRD "a\n.\n" M R D "x", OEMRD " drop" },
{ "", EMRD "a\n\r\n..\r\n.x\r\n.\r\r\n.\r\n" Q, OEMRD
  " drop 550/5.5.2 close" },
{ "", "NOOP\n" Q, "220 500/5.5.2 close" },
{ "", EMR "DATA\n" HIDDEN, OEMR " 500/5.5.2 close" },
{ "", EMRD "a\nb\n.\r\nc\r\n.\nd\r.\r\n", OEMRD " drop" },
{ "c", EMRD "a\rb\r\n.\r\n" Q, OEMRD " drop 550/5.5.2 close" },
{ "c", EMRD "a\r\r\n.\r\n" Q, OEMRD " drop 550/5.5.2 close" },
{ "c", EMRD ".\rb\r\n.\r\n" Q, OEMRD " drop 550/5.5.2 close" },
{ "c", EMRD "a\r\n.\r\n" Q, OEMRD " {a~|}" OC OQ },
{ "n", EMRD "a\nb\n.\nc\n.\r\n\nd\r\n.\r\n" Q,
  OEMRD " {a~|b~|.~|c~|.~|~|d~|}" OC OQ },
{ "n", EMRD "a\r\n.\nb\r\n.\r\n" Q, OEMRD " {a~|~|b~|}" OC OQ },
{ "n", "NOOP\n" Q, "220 500/5.5.2 close" },
{ "l", "EHLO c\nMAIL FROM:<a@b>\r\nRCPT TO:<x@y>\nDATA\na\n..b\n.\nQUIT\n",
  OEMRD " {a~|.b~|}" OC OQ },
{ "l", EMRD "a\r\n.\r\n" M R D "a\n.\r\n" M R D ".\n" Q, OEMRD " {a~|}" OC OM
  OR " 354 {a~|}" OC OM OR " 354 {}" OC OQ },
{ "l", EMRD "a\035\n.\n" Q, OEMRD " drop 554/5.6.0 close" },
/* too large; what looks like commands is its rest */
{ "", EMRD "0123456789012345678901234567890123456789012345678901234567890123"
  "4567890123456789012345678901234567\r\n.\r\n",
  OEMRD " {0123456789012345678901234567890123456789012345678901234567890123"
  "4567890123456789012345678901234567~|}" OC },
{ "", EMRD "0123456789012345678901234567890123456789012345678901234567890123"
  "45678901234567890123456789012345678\r\n.\r\n" Q,
  OEMRD " drop 552/5.3.4 close" },
{ "", EMRD "0123456789012345678901234567890123456789012345678901234567890123"
  "45678901234567890123456789012345\r\n..\r\n.\r\n" Q,
  OEMRD " drop 552/5.3.4 close" },
/* STARTTLS */
{ "o", E "STARTTLS\r\n\036NOOP\r\n" M E M,
  OE " 220/2.0.0 TLS" OC " 503/5.5.1 250" OM },
{ "o", E "STARTTLS\r\n\036" E "STARTTLS\r\n", OE " 220/2.0.0 TLS 250"
  " 503/5.5.1" },
{ "o", E "STARTTLS\r\nNOOP\r\n", OE " 220/2.0.0 close" },
{ "o", E "STARTTLS\r\n\r\n\036" E, OE " 220/2.0.0 close" },
{ "o", E "STARTTLS\r\n\r\036" E, OE " 220/2.0.0 close" },
{ "o", E "STARTTLS x\r\n" M, OE " 501/5.5.4" OM },
{ "o", "STARTTLS\r\n", "220 503/5.5.1" },
{ "", E "STARTTLS\r\n", OE " 502/5.5.1" },
{ "ot", E "STARTTLS\r\n", OE " 503/5.5.1" },
/* submission, AUTH */
{ "so", E M R, OE " 530/5.7.0 503/5.5.1" },
{ "st", E M, OE " 530/5.7.0" },
{ "sa", EMRD ".\r\n", OEMRD " {}" OC },
{ "so", E "AUTH PLAIN\r\n", OE " 538/5.7.11" },
{ "t", E "AUTH PLAIN\r\n", OE " 502/5.5.1" },
{ "st", "AUTH PLAIN\r\n", "220 503/5.5.1" },
{ "st", E "AUTH PLAIN b2s=\r\n" M R, OE " PLAIN:ok 235/2.7.0" OM OR },
{ "st", E "auth plain b2s=\r\nAUTH PLAIN b2s=\r\n",
  OE " PLAIN:ok 235/2.7.0 503/5.5.1" },
{ "st", E "AUTH PLAIN\r\nb2s=\r\n" M, OE " PLAIN 334 step:ok 235/2.7.0" OM },
{ "st", E "AUTH PLAIN =\r\nb2s=\r\n", OE " PLAIN: 334 step:ok 235/2.7.0" },
{ "st", E "AUTH PLAIN\r\n\r\nb2s=\r\n",
  OE " PLAIN 334 step: 334 step:ok 235/2.7.0" },
{ "st", E "AUTH SCRAM-SHA-256 Zmlyc3Q=\r\nbGFzdA==\r\n*\r\n",
  OE " SCRAM-SHA-256:first 334 step:last 334 abort 501/5.7.0" },
{ "st", E "AUTH PLAIN YmFk\r\n" M, OE " PLAIN:bad 535/5.7.8 530/5.7.0" },
{ "st", E "AUTH PLAIN dGVtcA==\r\nAUTH PLAIN b2s=\r\n",
  OE " PLAIN:temp 454/4.7.0 PLAIN:ok 235/2.7.0" },
{ "st", E "AUTH PLAIN\r\n*\r\nNOOP\r\n", OE " PLAIN 334 abort 501/5.7.0" OC },
{ "st", E "AUTH PLAIN\r\nNOOP\r\nNOOP\r\n",
  OE " PLAIN 334 step:4\343\217 334 step:4\343\217 334" },
{ "st", E "AUTH PLAIN\r\n!\r\nNOOP\r\n", OE " PLAIN 334 abort 501/5.5.2" OC },
{ "st", E "AUTH PLAIN\r\nb2s\r\n", OE " PLAIN 334 abort 501/5.5.2" },
{ "st", E "AUTH PLAIN\r\nb2t=\r\n", OE " PLAIN 334 abort 501/5.5.2" },
{ "st", E "AUTH PLAIN\r\n b2s=\r\n", OE " PLAIN 334 abort 501/5.5.2" },
{ "st", E "AUTH PLAIN b2s\r\nAUTH PLAIN *\r\nAUTH PLAIN ==\r\n",
  OE " 501/5.5.2 501/5.5.2 501/5.5.2" },
{ "st", E "AUTH\r\nAUTH PLAIN b2s= x\r\n", OE " 501/5.5.4 501/5.5.4" },
{ "st", E "AUTH LOGIN\r\nAUTH SCRAM\r\nAUTH PLAINX\r\nAUTH SCRAM-SHA-256 \r\n",
  OE " 504/5.5.4 504/5.5.4 504/5.5.4 SCRAM-SHA-256 334" },
{ "stm", E "AUTH PLAIN b2s=\r\n", OE " 504/5.5.4" },
{ "st", E "AUTH PLAIN\r\nb2s=\n", OE " PLAIN 334 500/5.5.2 close" },
{ "so", E "STARTTLS\r\n\036" E "AUTH PLAIN b2s=\r\n" M,
  OE " 220/2.0.0 TLS 250 PLAIN:ok 235/2.7.0" OM },
/* patience has an end */
{ "b", "A\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\n"
  "A\r\nA\r\nA\r\nA\r\nA\r\nA\r\nA\r\n" Q,
  "220 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2"
  " 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2"
  " 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2 500/5.5.2 421/4.7.0"
  " close" },
#define NO "RCPT TO:<no>\r\nRCPT TO:<no@y>\r\n"
#define ONO " 553/5.1.3 <no@y> 550/5.1.1"
{ "b", E M NO NO NO NO NO NO NO NO NO R, OE OM ONO ONO ONO ONO ONO ONO ONO ONO
  ONO OR },
#define NOS "RCPT TO:<no@y>\r\n"
#define ONOS " <no@y> 550/5.1.1"
{ "b", E M R NOS NOS NOS NOS NOS NOS NOS NOS NOS NOS Q, OE OM OR ONOS ONOS ONOS
  ONOS ONOS ONOS ONOS ONOS ONOS " <no@y> abuse 550/5.1.1 421/4.7.0 close" },
};
/* clang-format on */

/* each command in each state */
/* clang-format off */
static const struct { const char *command; int code[5]; } matrix[] = {
{ "EHLO c\r\n",        { 250, 250, 250, 250, 250 } },
{ "HELO c\r\n",        { 250, 250, 250, 250, 250 } },
{ M,                    { 503, 250, 503, 503, 503 } },
{ R,                    { 503, 503, 250, 250, 503 } },
{ D,                    { 503, 503, 503, 354, 503 } },
{ "BDAT 0\r\n",        { 503, 503, 503, 250, 250 } },
{ "BDAT 0 LAST\r\n",   { 503, 503, 503, 250, 250 } },
{ "BDAT 1\r\nx",       { 503, 503, 503, 250, 250 } },
{ "RSET\r\n",          { 250, 250, 250, 250, 250 } },
{ "NOOP\r\n",          { 250, 250, 250, 250, 250 } },
{ "STARTTLS\r\n",      { 503, 220, 503, 503, 503 } },
{ "AUTH PLAIN\r\n",    { 503, 502, 503, 503, 503 } },
{ "VRFY x\r\n",        { 252, 252, 252, 252, 252 } },
{ "EXPN x\r\n",        { 502, 502, 502, 502, 502 } },
{ "HELP\r\n",          { 214, 214, 214, 214, 214 } },
{ "TURN\r\n",          { 500, 500, 500, 500, 500 } },
{ Q,                    { 221, 221, 221, 221, 221 } },
};
/* clang-format on */

static void
row(const char *how, const char *want, const char *name)
{
	static const uint8_t one[] = { 1 };
	uint32_t seed = 1;
	uint8_t cuts[16];
	int good = same(how, NULL, 0, want) && same(how, one, 1, want);
	size_t i, k;

	for (i = 1; i < ntext && i < 255 && good; i++) {
		cuts[0] = (uint8_t)i;
		cuts[1] = 255;
		good = same(how, cuts, 2, want);
	}
	for (i = 0; i < 20 && good; i++) {
		for (k = 0; k < sizeof(cuts); k++) {
			seed = seed * 1103515245 + 12345;
			cuts[k] = (uint8_t)(seed >> 16) % (3 + i);
		}
		good = same(how, cuts, sizeof(cuts), want);
	}
	if (!ok(good, "%s", name))
		printf("# %s\n# %s\n", d.said, d.wrong ? d.wrong : want);
}

static void
rows(void)
{
	char name[128];
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		copy(t[i].in);
		(void)snprintf(name, sizeof(name), "row %zu, %.80s", i,
		    t[i].want);
		row(t[i].how, t[i].want, name);
	}
}

static void
permitted(void)
{
	char want[8];
	size_t i, k, len;

	for (i = 0; i < sizeof(matrix) / sizeof(*matrix); i++)
		for (k = 0; k < 5; k++) {
			talk("o", states[k]);
			len = d.len + 1;
			drive_piece(&d, (const uint8_t *)matrix[i].command,
			    strlen(matrix[i].command));
			(void)snprintf(want, sizeof(want), "%d",
			    matrix[i].code[k]);
			ok(d.wrong == NULL && strstr(d.said + len, want),
			    "state %zu, %.4s: %s", k, matrix[i].command, want);
			smtp_in_free(&d.s);
		}
}

static void
meaning(void)
{
	talk("", "HELO !a(b)\\\r\n");
	ok(strcmp(d.s.helo, "?a?b??") == 0 &&
		strcmp(smtp_in_protocol(&d.s), "SMTP") == 0,
	    "HELO");
	talk("t", "EHLO A.Example\r\n");
	ok(strcmp(d.s.helo, "a.example") == 0 &&
		strcmp(smtp_in_protocol(&d.s), "ESMTPS") == 0,
	    "EHLO");
	talk("sta",
	    E "MAIL FROM:<a@b> SMTPUTF8 RET=HDRS ENVID=x+3Dy SIZE=77 "
	      "BODY=8BITMIME\r\n");
	ok(strcmp(d.s.mail.from.local, "a") == 0 && d.s.mail.utf8 &&
		d.s.mail.ret == 'H' && d.s.mail.eight && d.s.mail.size == 77 &&
		strcmp(d.s.mail.envid, "x=y") == 0 &&
		strcmp(smtp_in_protocol(&d.s), "UTF8SMTPSA") == 0,
	    "MAIL");
	talk("o", E "STARTTLS\r\n\036");
	ok(d.s.tls && d.s.helo[0] == '\0' && !d.s.esmtp, "TLS forgets EHLO");
	smtp_in_free(&d.s);
}

/* what EHLO offers where */
static void
offers(void)
{
	static const struct {
		const char *how, *has, *hasnot;
	} o[] = { { "", "250-SIZE 100\r\n", "STARTTLS" },
		{ "", "250 LIMITS MAILMAX=3 RCPTMAX=3\r\n", "AUTH" },
		{ "o", "250-STARTTLS\r\n", "AUTH" },
		{ "ot", "250-CHUNKING\r\n", "STARTTLS" },
		{ "so", "250-DSN\r\n", "AUTH" },
		{ "st", "250-AUTH SCRAM-SHA-256 PLAIN\r\n", "STARTTLS" },
		{ "sta", "250-SMTPUTF8\r\n", "AUTH" },
		{ "stm", "250-PIPELINING\r\n250-SIZE", "AUTH" } };
	char reply[1024];
	size_t i, used;

	for (i = 0; i < sizeof(o) / sizeof(*o); i++) {
		talk(o[i].how, "");
		smtp_in_feed(&d.s, d.now, E, 8, &used);
		(void)snprintf(reply, sizeof(reply), "%.*s", (int)d.s.ndata,
		    (const char *)d.s.data);
		ok(strstr(reply, o[i].has) != NULL &&
			strstr(reply, o[i].hasnot) == NULL,
		    "EHLO, \"%s\", %s", o[i].how, o[i].hasnot);
		smtp_in_free(&d.s);
	}
}

int
main(void)
{
	rows();
	permitted();
	meaning();
	offers();
	return done();
}

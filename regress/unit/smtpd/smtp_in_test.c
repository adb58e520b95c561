/*
 * smtp_in: dialogues; each row what the client sends and what happens, fed
 * whole, byte by byte, cut in two anywhere and at random. Then limits,
 * deadlines and answers that one does not see in a dialogue.
 */
#include "../tap.h"
#include "smtpin_drive.h"

#define E "EHLO c\r\n"
#define M "MAIL FROM:<a@b>\r\n"
#define R "RCPT TO:<x@y>\r\n"
#define D "DATA\r\n"
#define Q "QUIT\r\n"
#define EMR E M R
#define EMRD E M R D
/* and what is heard */
#define OE "220 250"
#define OM " 250/2.1.0"
#define OR " <x@y> 250/2.1.5"
#define OEMR OE OM OR
#define OEMRD OEMR " 354"
#define OC " 250/2.0.0"
#define OQ " 221/2.0.0 close"
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

/* each command in each state: GREET, READY, MAIL, RCPT, between two BDAT */
static const char *const states[] = { "", E, E M, EMR, EMR "BDAT 1\r\nx" };

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

static struct drive d;
static uint8_t text[1 << 20];
static size_t ntext;

/* what happens when it comes in these pieces */
static int
same(const char *how, const uint8_t *cuts, size_t ncuts, const char *want)
{
	int good;

	drive_init(&d, how);
	drive(&d, text, ntext, cuts, ncuts);
	good = d.wrong == NULL && strcmp(d.said, want) == 0;
	smtp_in_free(&d.s);
	return good;
}

static void
copy(const char *in)
{
	uint8_t *p;

	ntext = strlen(in);
	memcpy(text, in, ntext);
	while ((p = memchr(text, '\035', ntext)) != NULL)
		*p = '\0';
}

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

/* what was said until then, and the deadline, ms from the start */
static void
talk(const char *how, const char *in)
{
	smtp_in_free(&d.s);
	drive_init(&d, how);
	copy(in);
	drive(&d, text, ntext, NULL, 0);
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
	limits();
	forgotten();
	endless();
	permitted();
	deadlines();
	answers();
	meaning();
	offers();
	return done();
}

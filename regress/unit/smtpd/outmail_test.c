/* outmail: a client's words stay one parameter, whatever they say */
#include <string.h>

#include "outmail.h"
#include "tap.h"

int
main(void)
{
	static const struct ehlo all = { .has = EHLO_DSN | EHLO_SMTPUTF8 },
				 ascii = { .has = EHLO_DSN };
	struct out_rcpt r = { .to = { "a", "b.example" } };
	struct out_mail m = { .envid = "a=b+c RET=FULL\177", .rcpt = &r };
	char line[COMMAND_LINE + 1];

	ok(outmail_from(line, &m, &ascii) > 0 &&
		strcmp(line,
		    "MAIL FROM:<> ENVID=a+3Db+2Bc+20RET+3DFULL+7F\r\n") == 0,
	    "ENVID");
	r.orcpt = "rfc822;\"x y\"+z@b.example";
	ok(outmail_to(line, &r, &ascii) > 0 &&
		strcmp(line,
		    "RCPT TO:<a@b.example> "
		    "ORCPT=rfc822;\"x+20y\"+2Bz@b.example\r\n") == 0,
	    "ORCPT");
	r.orcpt = "utf-8;\303\274@b.example";
	ok(outmail_to(line, &r, &all) > 0 &&
		strstr(line, " ORCPT=utf-8;\303\274@b.example\r\n") != NULL &&
		outmail_to(line, &r, &ascii) > 0 &&
		strstr(line, "ORCPT") == NULL,
	    "ORCPT beyond ASCII where it may be");
	return done();
}

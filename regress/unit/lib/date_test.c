/* date: against known moments, and there and back through four centuries */
#include <string.h>

#include "../tap.h"
#include "date.h"

#define NOW 1700000000 /* 2023 */
#define RFC 784111777  /* 1994-11-06 08:49:37 */

/* clang-format off */
static const struct { const char *in; int good; time_t t; } t[] = {
{ "Sun, 06 Nov 1994 08:49:37 GMT",   1, RFC },
{ "Sunday, 06-Nov-94 08:49:37 GMT",  1, RFC },
{ "Sun Nov  6 08:49:37 1994",        1, RFC },
{ "Mon, 06 Nov 1994 08:49:37 GMT",   1, RFC },
{ "Thu, 01 Jan 1970 00:00:00 GMT",   1, 0 },
{ "Wed, 31 Dec 1969 23:59:59 GMT",   1, -1 },
{ "Tue, 29 Feb 2000 00:00:00 GMT",   1, 951782400 },
{ "Sun Nov 26 08:49:37 1994",        1, RFC + 20 * 86400 },
{ "Friday, 01-Jan-73 00:00:00 GMT",  1, 3250454400 },
{ "Friday, 01-Jan-74 00:00:00 GMT",  1, 126230400 },
{ "Sat, 31 Dec 2016 23:59:60 GMT",   1, 1483228800 },
{ "Mon, 29 Feb 1900 00:00:00 GMT",   0, 0 },
{ "Mon, 29 Feb 2001 00:00:00 GMT",   0, 0 },
{ "Sun, 31 Nov 1994 08:49:37 GMT",   0, 0 },
{ "Sun, 00 Nov 1994 08:49:37 GMT",   0, 0 },
{ "Sun, 06 Nov 0000 08:49:37 GMT",   0, 0 },
{ "Sun, 06 Nov 1994 24:49:37 GMT",   0, 0 },
{ "Sun, 06 Nov 1994 08:60:37 GMT",   0, 0 },
{ "Sun, 06 Nov 1994 08:49:61 GMT",   0, 0 },
{ "Sun, 06 Nov 1994 08:49:37 UTC",   0, 0 },
{ "Sun, 06 nov 1994 08:49:37 GMT",   0, 0 },
{ "Xyz, 06 Nov 1994 08:49:37 GMT",   0, 0 },
{ "Sun, 6 Nov 1994 08:49:37 GMT",    0, 0 },
{ "Sun, 06 Nov 1994 08:49:37 GMT ",  0, 0 },
{ " Sun, 06 Nov 1994 08:49:37 GMT",  0, 0 },
{ "Sun, 06-Nov-94 08:49:37 GMT",     0, 0 },
{ "Sunday, 06-Nov-1994 08:49:37 GMT", 0, 0 },
{ "Sun Nov 6 08:49:37 1994",         0, 0 },
{ "Sun, 06 Nov 1994 08-49-37 GMT",   0, 0 },
{ "Sun,006 Nov 1994 08:49:37 GMT",   0, 0 },
{ "1994-11-06T08:49:37Z",            0, 0 },
{ "784111777",                       0, 0 },
{ "",                                0, 0 },
};
static const struct { const char *in; int good; time_t t; } days[] = {
{ "1994-11-06",  1, 784080000 }, { "1970-01-01", 1, 0 },
{ "2000-02-29",  1, 951782400 }, { "1900-02-29", 0, 0 },
{ "2027-02-29",  0, 0 }, { "2027-04-31", 0, 0 }, { "2027-00-01", 0, 0 },
{ "2027-13-01",  0, 0 }, { "2027-01-00", 0, 0 }, { "2027-01-32", 0, 0 },
{ "2027/01-01",  0, 0 }, { "2027-01/01", 0, 0 }, { "2027-1-001", 0, 0 },
{ "0000-01-01",  0, 0 }, { "", 0, 0 }, { "2027-01-011", 0, 0 },
};
/* clang-format on */

int
main(void)
{
	char s[DATE_LEN + 1] = "", log[DATE_LOG_LEN + 1] = "";
	char mail[DATE_MAIL_LEN + 1] = "";
	time_t v, back;
	size_t i;
	int good;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		good = date_parse(t[i].in, NOW, &v) == 0;
		ok(good == t[i].good && (!good || v == t[i].t), "%s", t[i].in);
	}
	date_format(s, RFC);
	ok(strcmp(s, t[0].in) == 0, "format: %s", s);
	date_log(log, RFC);
	ok(strcmp(log, "06/Nov/1994:08:49:37 +0000") == 0, "log: %s", log);
	date_mail(mail, RFC);
	ok(strcmp(mail, "Sun, 06 Nov 1994 08:49:37 +0000") == 0, "mail: %s",
	    mail);
	good = 1;
	for (v = -62135596800; v < 253402300800 && good; v += 86399 * 7 + 11) {
		date_format(s, v);
		good = date_parse(s, NOW, &back) == 0 && back == v;
	}
	ok(good, "there and back: %s", s);
	date_format(s, (time_t)1 << 60);
	ok(strcmp(s, "Fri, 31 Dec 9999 23:59:59 GMT") == 0, "far: %s", s);
	date_format(s, -((time_t)1 << 60));
	ok(strcmp(s, "Mon, 01 Jan 0001 00:00:00 GMT") == 0, "past: %s", s);
	for (i = 0; i < sizeof(days) / sizeof(*days); i++) {
		good = date_day(days[i].in, strlen(days[i].in), &v) == 0;
		ok(good == days[i].good && (!good || v == days[i].t), "day %s",
		    days[i].in);
	}
	return done();
}

/*
 * date: IMF-fixdate and its kin out, all three forms of RFC 9110 5.6.7 in. The
 * calendar is Howard Hinnant's civil_from_days: years begin in March, an era
 * has 400 of them. Day names must be names, but need not fit the date. Touches
 * nothing.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "date.h"

#define DAY 86400
#define EPOCH INT64_C(719468)	    /* days from 0000-03-01 to 1970-01-01 */
#define FIRST INT64_C(-62135596800) /* 0001-01-01 */
#define LAST INT64_C(253402300799)  /* 9999-12-31 23:59:59 */

static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
static const char gmt[] = { 'G', 'M', 'T' };
static const char zone[] = { '+', '0', '0', '0', '0' };
static const char weekdays[] = "SunMonTueWedThuFriSat";
static const char *const weekdays_long[] = { "Sunday", "Monday", "Tuesday",
	"Wednesday", "Thursday", "Friday", "Saturday" };

struct civil {
	int year, month, day, hour, minute, second; /* month 0-11, day 1-31 */
	int weekday;				    /* 0: Sunday */
};

static void
civil_from_time(struct civil *c, int64_t t)
{
	int64_t z;
	int era, doe, yoe, doy, m, s;

	t = t < FIRST ? FIRST : t > LAST ? LAST : t;
	t += EPOCH * DAY;
	z = t / DAY;
	s = (int)(t % DAY);
	era = (int)(z / 146097);
	doe = (int)(z % 146097);
	yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	m = (5 * doy + 2) / 153; /* 0: March */
	c->day = doy - (153 * m + 2) / 5 + 1;
	c->month = (m + 2) % 12;
	c->year = yoe + era * 400 + (c->month < 2);
	c->hour = s / 3600;
	c->minute = s / 60 % 60;
	c->second = s % 60;
	c->weekday = (int)((z + 3) % 7);
}

static int
month_days(int year, int month)
{
	if (month == 1)
		return 28 + (year % (year % 100 == 0 ? 400 : 4) == 0);
	return month == 3 || month == 5 || month == 8 || month == 10 ? 30 : 31;
}

static int
time_from_civil(const struct civil *c, time_t *t)
{
	int64_t y = c->year - (c->month < 2), yoe, doy;

	if (c->year < 1 || c->month < 0 || c->month > 11 || c->day < 1 ||
	    c->day > month_days(c->year, c->month) || c->hour < 0 ||
	    c->hour > 23 || c->minute < 0 || c->minute > 59 || c->second < 0 ||
	    c->second > 60)
		return -1;
	yoe = y % 400;
	doy = (153 * ((c->month + 10) % 12) + 2) / 5 + c->day - 1;
	*t =
	    (y / 400 * 146097 + yoe * 365 + yoe / 4 - yoe / 100 + doy - EPOCH) *
		DAY +
	    INT64_C(3600) * c->hour + INT64_C(60) * c->minute + c->second;
	return 0;
}

static char *
put_digits(char *p, int v, int n)
{
	int i;

	for (i = n - 1; i >= 0; i--, v /= 10)
		p[i] = (char)('0' + v % 10);
	return p + n;
}

static char *
put_clock(char *p, const struct civil *c)
{
	p = put_digits(p, c->hour, 2);
	*p++ = ':';
	p = put_digits(p, c->minute, 2);
	*p++ = ':';
	return put_digits(p, c->second, 2);
}

void
date_format(char *p, time_t t)
{
	struct civil c;

	civil_from_time(&c, t);
	memcpy(p, weekdays + (ptrdiff_t)c.weekday * 3, 3);
	p[3] = ',';
	put_digits(p + 5, c.day, 2);
	p[4] = p[7] = p[11] = p[16] = p[25] = ' ';
	memcpy(p + 8, months + (ptrdiff_t)c.month * 3, 3);
	put_digits(p + 12, c.year, 4);
	put_clock(p + 17, &c);
	memcpy(p + 26, gmt, 3);
}

void
date_log(char *p, time_t t)
{
	struct civil c;

	civil_from_time(&c, t);
	put_digits(p, c.day, 2);
	p[2] = p[6] = '/';
	memcpy(p + 3, months + (ptrdiff_t)c.month * 3, 3);
	put_digits(p + 7, c.year, 4);
	p[11] = ':';
	put_clock(p + 12, &c);
	p[20] = ' ';
	memcpy(p + 21, zone, sizeof(zone));
}

void
date_mail(char *p, time_t t)
{
	char s[DATE_LEN];

	date_format(s, t);
	memcpy(p, s, DATE_LEN - sizeof(gmt));
	memcpy(p + DATE_LEN - sizeof(gmt), zone, sizeof(zone));
}

/* n digits, or -1 */
static int
digits(const char *s, int n)
{
	int i, v = 0;

	for (i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return -1;
		v = v * 10 + (s[i] - '0');
	}
	return v;
}

/* which of the three-letter names, or -1 */
static int
name(const char *s, const char *names)
{
	int i;

	for (i = 0; names[i] != '\0'; i += 3)
		if (memcmp(s, names + i, 3) == 0)
			return i / 3;
	return -1;
}

static int
clock_time(struct civil *c, const char *s)
{
	c->hour = digits(s, 2);
	c->minute = digits(s + 3, 2);
	c->second = digits(s + 6, 2);
	return s[2] == ':' && s[5] == ':' ? 0 : -1;
}

/* "06 Nov 1994 08:49:37 GMT"; with sep '-' and two digits of year too */
static int
dmy(struct civil *c, const char *s, char sep, int ydigits)
{
	const char *end = s + 7 + ydigits;

	c->day = digits(s, 2);
	c->month = name(s + 3, months);
	c->year = digits(s + 7, ydigits);
	return c->year >= 0 && s[2] == sep && s[6] == sep && end[0] == ' ' &&
		clock_time(c, end + 1) == 0 && strcmp(end + 9, " GMT") == 0 ?
	    0 :
	    -1;
}

/* "Sunday, 06-Nov-94 08:49:37 GMT"; more than 50 years ahead means past */
static int
rfc850(struct civil *c, const char *s, time_t now)
{
	struct civil today;
	size_t n = strcspn(s, ",");
	int i;

	for (i = 0; i < 7; i++)
		if (strncmp(s, weekdays_long[i], n) == 0 &&
		    weekdays_long[i][n] == '\0')
			break;
	if (i == 7 || strlen(s + n) != 24 || s[n + 1] != ' ' ||
	    dmy(c, s + n + 2, '-', 2) == -1)
		return -1;
	civil_from_time(&today, now);
	c->year += today.year / 100 * 100;
	if (c->year > today.year + 50)
		c->year -= 100;
	return 0;
}

/* "Sun Nov  6 08:49:37 1994" */
static int
asctime_form(struct civil *c, const char *s)
{
	c->month = name(s + 4, months);
	c->day = s[8] == ' ' ? digits(s + 9, 1) : digits(s + 8, 2);
	c->year = digits(s + 20, 4);
	return s[3] == ' ' && s[7] == ' ' && s[10] == ' ' && s[19] == ' ' ?
	    clock_time(c, s + 11) :
	    -1;
}

int
date_parse(const char *s, time_t now, time_t *t)
{
	struct civil c;
	size_t n = strlen(s);
	int good;

	if (n < 24 || name(s, weekdays) == -1)
		return -1;
	if (n == DATE_LEN && s[3] == ',')
		good = s[4] == ' ' && dmy(&c, s + 5, ' ', 4) == 0;
	else if (n == 24)
		good = asctime_form(&c, s) == 0;
	else
		good = rfc850(&c, s, now) == 0;
	return good ? time_from_civil(&c, t) : -1;
}

int
date_day(const char *s, size_t len, time_t *t)
{
	struct civil c = { 0 };

	if (len != sizeof("1994-11-06") - 1 || s[4] != '-' || s[7] != '-')
		return -1;
	c.year = digits(s, 4);
	c.month = digits(s + 5, 2) - 1;
	c.day = digits(s + 8, 2);
	return time_from_civil(&c, t);
}

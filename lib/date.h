/*
 * date: the dates of HTTP, mail and the access log, from and to seconds since
 * 1970 UTC. Pure arithmetic: no time zone, no locale, no libc calendar.
 */
#ifndef DATE_H
#define DATE_H

#include <stddef.h>
#include <time.h>

#define DATE_LEN 29	 /* "Sun, 06 Nov 1994 08:49:37 GMT" */
#define DATE_LOG_LEN 26	 /* "06/Nov/1994:08:49:37 +0000" */
#define DATE_MAIL_LEN 31 /* "Sun, 06 Nov 1994 08:49:37 +0000" */

/* DATE_LEN bytes and no NUL; times outside years 0 to 9999 are clamped */
void date_format(char *, time_t);
/* the same for DATE_LOG_LEN bytes */
void date_log(char *, time_t);
/* the same for DATE_MAIL_LEN bytes: RFC 5322 3.3 */
void date_mail(char *, time_t);
/*
 * The three forms of RFC 9110 5.6.7, nothing before or behind; -1: not one of
 * them. now: places the two-digit years of RFC 850.
 */
int date_parse(const char *, time_t now, time_t *);
/* all len bytes of "1994-11-06": when that day begins; -1: no such day */
int date_day(const char *, size_t len, time_t *);
#endif

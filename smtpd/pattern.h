/* pattern: names of domains as smtpd.conf(5) writes them. Pure. */
#ifndef PATTERN_H
#define PATTERN_H

/* 1: "example.org" is that domain, "*.example.org" all below it, "*" any
 * domain; without case (ASCII) */
int domain_matches(const char *pattern, const char *domain);
/* NULL: a pattern; else what is wrong and what was meant */
const char *domain_pattern_check(const char *);
#endif

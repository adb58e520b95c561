/* aliascheck: do the aliases lead anywhere? Pure; all tables are ours. */
#ifndef ALIASCHECK_H
#define ALIASCHECK_H

#include "directory.h"

/*
 * Tells all that is wrong, in the order of the file: targets that are nobody,
 * circles, what is too deep or too much, domains that are not ours, pipes of
 * nobody; first, as line 0, domains, postmaster and catch_all of smtpd.conf. An
 * alias whose time is over is checked as if it were not. 0; -1: there were
 * complaints ("what is wrong; what was meant").
 */
int aliases_check(const struct directory *,
    void (*complain)(size_t line, size_t column, const char *, void *),
    void *arg);
#endif

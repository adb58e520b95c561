/* route: see route.h. Touches nothing; addresses are a stranger's. */
#include <string.h>

#include "pattern.h"
#include "route.h"

/* clang-format off */
static const struct { const char *word; enum route_tls is; } words[] = {
{ "none",          ROUTE_PLAIN },
{ "opportunistic", ROUTE_OPPORTUNISTIC },
{ "require",       ROUTE_REQUIRE },
{ "verify",        ROUTE_VERIFY },
{ "dane-only",     ROUTE_DANE },
};
/* clang-format on */

int
route_tls_parse(const char *word, enum route_tls *is)
{
	size_t i;

	for (i = 0; i < sizeof(words) / sizeof(*words); i++)
		if (strcmp(word, words[i].word) == 0) {
			*is = words[i].is;
			return 0;
		}
	return -1;
}

/* a word without dot and at sign is no domain of the world, but a user */
static int
is_user(const char *pattern)
{
	return strpbrk(pattern, ".@*<>[") == NULL;
}

static int
matches_mailbox(const char *pattern, const struct mailbox *m)
{
	struct mailbox want;

	if (strchr(pattern, '@') == NULL)
		return domain_matches(pattern, m->domain);
	return mailbox_parse(&want, pattern, strlen(pattern), ADDRESS_UTF8) ==
	    NULL &&
	    mailbox_same(&want, m);
}

static int
matches_from(const char *pattern, const struct mailbox *from, const char *user)
{
	if (strcmp(pattern, "*") == 0)
		return 1;
	if (strcmp(pattern, "<>") == 0)
		return from->local[0] == '\0';
	if (is_user(pattern))
		return user != NULL && strcmp(pattern, user) == 0;
	return matches_mailbox(pattern, from);
}

const struct route *
route_find(const struct route *r, size_t n, const struct mailbox *from,
    const char *user, const struct mailbox *to)
{
	for (; n > 0; n--, r++)
		if ((r->to == NULL || matches_mailbox(r->to, to)) &&
		    (r->from == NULL || matches_from(r->from, from, user)))
			return r;
	return NULL;
}

static const char *
check_pattern(const char *p)
{
	struct mailbox m;

	if (strchr(p, '@') == NULL)
		return domain_pattern_check(p);
	return mailbox_parse(&m, p, strlen(p), ADDRESS_UTF8) == NULL ?
	    NULL :
	    "not an address; bob@example.org was meant";
}

static const char *
check_host(const struct route *r)
{
	char host[DOMAIN_MAX + 1];

	if (r->discard)
		return r->host != NULL || r->auth != NULL ||
			r->tls != ROUTE_DEFAULT || r->port != 0 ?
		    "discard and a way to go; one of them was meant" :
		    NULL;
	if (r->host != NULL &&
	    domain_parse(host, r->host, strlen(r->host), 0) != NULL)
		return "not a host; relay.example.org or [192.0.2.1] was meant";
	if (r->host == NULL && r->tls == ROUTE_DEFAULT)
		return "neither a way to go nor discard; host, tls or "
		       "\"discard: true\" was meant";
	if (r->host == NULL && r->port != 0)
		return "port without host; both were meant";
	if (r->auth != NULL && (r->host == NULL || r->tls != ROUTE_VERIFY))
		return "auth without a verified host, and a password goes to "
		       "no other; host and \"tls: verify\" were meant with it";
	return NULL;
}

const char *
route_check(const struct route *r)
{
	const char *why = NULL;

	if (r->to != NULL)
		why = check_pattern(r->to);
	if (why == NULL && r->from != NULL && strcmp(r->from, "<>") != 0 &&
	    !(is_user(r->from) && r->from[0] != '\0'))
		why = check_pattern(r->from);
	return why != NULL ? why : check_host(r);
}

/* pattern: see pattern.h; whole labels only. Touches and trusts nothing. */
#include <string.h>
#include <strings.h>

#include "address.h"
#include "pattern.h"

int
domain_matches(const char *pattern, const char *domain)
{
	const size_t n = strlen(domain);
	size_t below;

	if (pattern[0] != '*')
		return strcasecmp(pattern, domain) == 0;
	if (pattern[1] == '\0')
		return n > 0;
	below = strlen(pattern + 1); /* with its dot */
	return n > below && strcasecmp(pattern + 1, domain + n - below) == 0;
}

const char *
domain_pattern_check(const char *p)
{
	char domain[DOMAIN_MAX + 1];

	if (strcmp(p, "*") == 0)
		return NULL;
	if (strncmp(p, "*.", 2) == 0)
		p += 2;
	return domain_parse(domain, p, strlen(p), ADDRESS_UTF8) == NULL ?
	    NULL :
	    "not a domain; example.org or \"*.example.org\" was meant";
}

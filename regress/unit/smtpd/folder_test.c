/* folder: names and their directories */
#include <errno.h>
#include <string.h>

#include "folder.h"
#include "tap.h"

#define TEN "0123456789"
#define FIFTY TEN TEN TEN TEN TEN
#define TWO_HUNDRED FIFTY FIFTY FIFTY FIFTY
#define AE "\xc3\xa4"

/* clang-format off */
static const struct {
	const char *name;
	char separator;
	const char *dir; /* NULL: refused */
	int why;
} t[] = {
{ "Junk", '.', ".Junk", 0 }, { "INBOX", '.', "", 0 }, { "inBox", '/', "", 0 },
{ "INBOX.Junk", '.', ".Junk", 0 }, { "inbox.a.b", '.', ".a.b", 0 },
{ "INBOX/Junk", '/', ".Junk", 0 }, { "INBOX/Junk", '.', NULL, EINVAL },
{ "INBOX.Junk", '/', ".INBOX\\2eJunk", 0 }, { "INBOXES", '.', ".INBOXES", 0 },
{ "INBOX.INBOX", '.', "", 0 }, { "inbox/INBOX/a", '/', ".a", 0 },
{ "a.INBOX", '.', ".a.INBOX", 0 }, { "a.b.c", '.', ".a.b.c", 0 },
{ "a/b/c", '/', ".a.b.c", 0 }, { "a.b/c", '/', ".a\\2eb.c", 0 },
{ "a\\2eb/c", '/', ".a\\5c2eb.c", 0 }, { "a\\b", '.', ".a\\b", 0 },
{ "Entw\xc3\xbcrfe.&", '.', ".Entw&APw-rfe.&-", 0 },
{ "% * \"", '.', ".% * \"", 0 }, { "new", '.', ".new", 0 },
{ "~", '.', ".~", 0 },
{ "", '.', NULL, EINVAL }, { ".", '.', NULL, EINVAL },
{ "..", '.', NULL, EINVAL }, { "a.", '.', NULL, EINVAL },
{ ".a", '.', NULL, EINVAL }, { "a..b", '.', NULL, EINVAL },
{ "INBOX.", '.', NULL, EINVAL }, { "/", '/', NULL, EINVAL },
{ "../x", '.', NULL, EINVAL }, { "../x", '/', ".\\2e\\2e.x", 0 },
{ "a/b", '.', NULL, EINVAL }, { "a\tb", '.', NULL, EINVAL },
{ "a\x7f", '.', NULL, EINVAL }, { "a\xc2\x85z", '.', NULL, EINVAL },
{ "a\xc2\xa0z", '.', ".a&AKA-z", 0 }, { "\xff", '.', NULL, EINVAL },
{ "a", ':', NULL, EINVAL },
{ TWO_HUNDRED, '.', "." TWO_HUNDRED, 0 },
{ TWO_HUNDRED "0", '.', NULL, ENAMETOOLONG },
{ TWO_HUNDRED "." FIFTY "012", '.', "." TWO_HUNDRED "." FIFTY "012", 0 },
{ TWO_HUNDRED "." FIFTY "0123", '.', NULL, ENAMETOOLONG },
{ TWO_HUNDRED "." FIFTY "012.a", '.', NULL, ENAMETOOLONG },
{ TWO_HUNDRED "." FIFTY "01.a", '.', NULL, ENAMETOOLONG },
{ TWO_HUNDRED "." FIFTY "0.a", '.', "." TWO_HUNDRED "." FIFTY "0.a", 0 },
{ "1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0", '.',
  ".1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0", 0 },
{ "1.2.3.4.5.6.7.8.9.0.1.2.3.4.5.6.7.8.9.0.1", '.', NULL, ENAMETOOLONG },
};
/* clang-format on */

int
main(void)
{
	char out[FOLDER_NAME + 1];
	size_t i;
	int n;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		errno = 0;
		n = folder_name(t[i].name, strlen(t[i].name), t[i].separator,
		    out);
		if (t[i].dir == NULL)
			ok(n == -1 && errno == t[i].why && out[0] == '\0',
			    "refused: row %zu", i);
		else
			ok(n == 0 && strcmp(out, t[i].dir) == 0, "row %zu: %s",
			    i, out);
	}
	ok(folder_name("a\0b", 3, '.', out) == -1, "a NUL");
	return done();
}

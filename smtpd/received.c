/* received: see received.h. What the client said of itself is hostile. */
#include <stdio.h>
#include <string.h>

#include "date.h"
#include "fold.h"
#include "received.h"

static void
from(struct fold *f, const struct received *r)
{
	char word[64];
	int n;

	fold_words(f, "from");
	fold_name(f, r->helo);
	if (r->address == NULL)
		return;
	n = snprintf(word, sizeof(word), "([%s%.45s])",
	    strchr(r->address, ':') != NULL ? "IPv6:" : "", r->address);
	fold_word(f, word, (size_t)n);
}

int
received_write(const struct received *r, struct buf *out)
{
	char word[MAILBOX_TEXT + 3], date[DATE_MAIL_LEN + 1];
	struct fold f;
	size_t n;

	fold_begin(&f, out, "\t", "Received:");
	if (r->helo != NULL)
		from(&f, r);
	fold_words(&f, "by");
	fold_name(&f, r->host);
	fold_words(&f, "with");
	fold_name(&f, r->protocol);
	fold_words(&f, "id");
	/* a header of ASCII stays one */
	if (r->to != NULL && (r->utf8 || !mailbox_is_utf8(r->to))) {
		fold_name(&f, r->id);
		fold_words(&f, "for");
		word[0] = '<';
		n = 1 + mailbox_format(r->to, word + 1);
		word[n++] = '>';
	} else
		n = (size_t)snprintf(word, sizeof(word), "%.64s", r->id);
	word[n++] = ';';
	fold_word(&f, word, n);
	date_mail(date, r->date);
	date[DATE_MAIL_LEN] = '\0';
	fold_words(&f, date);
	return fold_end(&f);
}

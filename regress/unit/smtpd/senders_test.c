/* senders: aliases, who he is, as whom he would send, and whether he may */
#include <stdio.h>

#include "senders.h"
#include "tap.h"

#include "smtpd/people.h"

/* clang-format off */
static const struct row {
	const char *aliases, *catch_all, *user, *as;
	int may;
} rows[] = {
/* himself */
{ "", NULL, "bo", "bo@example.org", 1 },
{ "", NULL, "bo", "BO@shop.example.org", 1 },
{ "", NULL, "bo", "bo@a.lists.example.org", 1 },
{ "", NULL, "bo", "bo+x@example.org", 1 },
{ "", NULL, "bo", "\"bo\"@example.org", 1 },
{ "", NULL, "bo", "bo@example.com", 0 },
{ "", NULL, "bo", "carol@example.org", 0 },
{ "", NULL, "bo", "carol+bo@example.org", 0 },
{ "", NULL, "bo", "nobody@example.org", 0 },
{ "", NULL, "bo", "bob@example.org", 0 },
{ "", NULL, "bo", "b@example.org", 0 },
{ "", NULL, "jean", "jean-luc@example.org", 0 },
{ "", NULL, "bo", "postmaster", 0 },
/* his mail goes elsewhere */
{ "bo: carol", NULL, "bo", "bo@example.org", 1 },
{ "bo: a@example.com", NULL, "bo", "bo+x@example.org", 1 },
{ "bo: carol", NULL, "carol", "bo@example.org", 1 },
{ "bo: carol until=2020-01-01", NULL, "bo", "bo@example.org", 1 },
{ "bo: carol until=2020-01-01", NULL, "carol", "bo@example.org", 0 },
/* an address that was given to somebody */
{ "bo@shop.example.org: carol", NULL, "bo", "bo@shop.example.org", 0 },
{ "bo@shop.example.org: carol", NULL, "carol", "bo@shop.example.org", 1 },
{ "bo@shop.example.org: carol", NULL, "bo", "bo@example.org", 1 },
{ "bo@shop.example.org: carol, bo", NULL, "bo", "bo@shop.example.org", 1 },
{ "bo+shop: carol", NULL, "bo", "bo+shop@example.org", 0 },
{ "bo+shop: carol", NULL, "carol", "bo+shop@example.org", 1 },
{ "bo+shop: carol", NULL, "bo", "bo+shops@example.org", 1 },
/* aliases that lead to him alone */
{ "info: bo", NULL, "bo", "info@example.org", 1 },
{ "info: bo", NULL, "bo", "info+x@shop.example.org", 1 },
{ "info: bo", NULL, "bo", "info@example.com", 0 },
{ "info: bo", NULL, "carol", "info@example.org", 0 },
{ "info: b\nb: c@example.org\nc: bo", NULL, "bo", "info@example.org", 1 },
{ "info: b\nb: bo, bo+x", NULL, "bo", "info@example.org", 1 },
{ "info: b\nb: bo, carol", NULL, "bo", "info@example.org", 0 },
{ "info: b\nb: bo, a@example.com", NULL, "bo", "info@example.org", 0 },
{ "info: b\nb: nobody", NULL, "bo", "info@example.org", 0 },
{ "info: bo until=2020-01-01", NULL, "bo", "info@example.org", 0 },
/* aliases that list him */
{ "info: carol, bo", NULL, "bo", "info@example.org", 1 },
{ "info: carol, bo", NULL, "carol", "info@example.org", 1 },
{ "info: carol, bo", NULL, "al", "info@example.org", 0 },
{ "info: carol, bo+x", NULL, "bo", "info@example.org", 1 },
{ "info: carol, bo@example.org", NULL, "bo", "info@example.org", 1 },
{ "info: carol, bo@example.com", NULL, "bo", "info@example.org", 0 },
{ "info: carol, team\nteam: bo, al", NULL, "bo", "info@example.org", 0 },
{ "bo: \"|cat\", bo", NULL, "bo", "bo@example.org", 1 },
{ "carol: bo, carol", NULL, "bo", "carol@example.org", 1 },
{ "bo+x: bo+x, carol", NULL, "bo", "bo+x@example.org", 1 },
{ "bo+x: bo+x, carol", NULL, "carol", "bo+x@example.org", 1 },
{ "bo+x: bo+x, carol", NULL, "al", "bo+x@example.org", 0 },
/* catch-alls */
{ "@example.org: bo", NULL, "bo", "zz@example.org", 1 },
{ "@example.org: bo", NULL, "bo", "zz@shop.example.org", 0 },
{ "@example.org: bo", NULL, "bo", "carol@example.org", 0 },
{ "@example.org: bo", NULL, "carol", "zz@example.org", 0 },
{ "", "bo", "bo", "zz@example.org", 1 },
{ "", "bo", "bo", "zz@example.com", 0 },
{ "", "bo", "carol", "zz@example.org", 0 },
{ "", "bo", "bo", "carol@example.org", 0 },
/* postmaster */
{ "", NULL, "al", "postmaster@example.org", 1 },
{ "", NULL, "bo", "postmaster@example.org", 0 },
{ "abuse: bo", NULL, "al", "abuse@example.org", 0 },
{ "abuse: bo", NULL, "bo", "abuse@example.org", 1 },
/* identities: of al alone */
{ "", NULL, "al", "al@Other.example", 1 },
{ "", NULL, "al", "AL@other.example", 1 },
{ "", NULL, "al", "al+x@other.example", 0 },
{ "", NULL, "al", "carol@example.org", 1 },
{ "", NULL, "bo", "al@other.example", 0 },
};
/* clang-format on */

int
main(void)
{
	static struct expansion room;
	const struct identity identities[] = {
		{ "bo", box("b@other.example") },
		{ "al", box("al@other.example") },
		{ "al", box("carol@example.org") },
	};
	const struct row *r;
	struct directory d;
	struct senders s = { .dir = &d,
		.identities = identities,
		.n = 3,
		.room = &room };
	struct mailbox as, null = { 0 };
	uint32_t user = 0;

	for (r = rows; r < rows + sizeof(rows) / sizeof(*rows); r++) {
		d = people(r->aliases);
		d.catch_all = r->catch_all;
		as = box(r->as);
		find_user(r->user, &user, d.arg);
		ok(senders_may(&s, r->user, user, &as, NOW) == r->may,
		    "row %d: %s %s as %s", (int)(r - rows) + 1, r->user,
		    r->may ? "may send" : "may not send", r->as);
		aliases_free((struct aliases *)(uintptr_t)d.aliases);
	}
	d = people("");
	ok(senders_may(&s, "bo", 1, &null, NOW), "the null path");
	as = box("anybody@example.com");
	s.any = 1;
	ok(senders_may(&s, "bo", 1, &as, NOW), "any: anybody");
	aliases_free((struct aliases *)(uintptr_t)d.aliases);
	return done();
}

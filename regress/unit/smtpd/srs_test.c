/* srs: there and back, what may change on the way and what may not */
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "srs.h"
#include "tap.h"

#define DAY 86400
#define NOW ((time_t)20000 * DAY + 5000) /* its stamp is 20000 % 1024 */

static const struct srs ours = { .secret = "known to tests, 32 bytes of it!" };
static const struct srs theirs = { .secret = "another one" };

/* clang-format off */
/* senders, and what they look like without the four characters of the hash */
static const struct { const char *from, *as; } t[] = {
{ "alice@example.net",            "SRS0=....=RA=example.net=alice@our.example" },
{ "Alice.B@example.net",          "SRS0=....=RA=example.net=Alice.B@our.example" },
{ "a=b=c@example.net",            "SRS0=....=RA=example.net=a=b=c@our.example" },
{ "a+x@[192.0.2.1]",              "\"SRS0=....=RA=[192.0.2.1]=a+x\"@our.example" },
{ "a@[ipv6:2001:db8::1]",         "\"SRS0=....=RA=[ipv6:2001:db8::1]=a\"@our.example" },
{ "\"a b\\\"c@d\"@example.net",   "\"SRS0=....=RA=example.net=a b\\\"c@d\"@our.example" },
{ "j\303\274@b\303\274.example",  "SRS0=....=RA=b\303\274.example=j\303\274@our.example" },
{ "SRS0=AbCd=EF=a.example=x@b.example", "SRS1=....=b.example==AbCd=EF=a.example=x@our.example" },
{ "srs0+q+w@b.example",           "SRS1=....=b.example=+q+w@our.example" },
{ "SRS0-q@b.example",             "SRS1=....=b.example=-q@our.example" },
{ "SRS1=AbCd=a.example==q=w@b.example", "SRS1=....=a.example==q=w@our.example" },
{ "SRS1=AbCd=a.example=-q@b.example", "SRS1=....=a.example=-q@our.example" },
{ "SRS1=x@b.example",             "SRS0=....=RA=b.example=SRS1=x@our.example" },
{ "SRS1=AbCd=a!b==q=w@b.example", "SRS0=....=RA=b.example=SRS1=AbCd=a!b==q=w@our.example" },
{ "SRS0=@b",                      "SRS1=....=b==@our.example" },
{ "SRS0@b.example",               "SRS0=....=RA=b.example=SRS0@our.example" },
{ "SRS2=x@b.example",             "SRS0=....=RA=b.example=SRS2=x@our.example" },
};
/* where they lead back to, if not to what they were */
static const struct { const char *from, *back; } back[] = {
{ "srs0+q+w@b.example",           "SRS0+q+w@b.example" },
{ "SRS1=AbCd=a.example==q=w@b.example", "SRS0=q=w@a.example" },
{ "SRS1=AbCd=a.example=-q@b.example", "SRS0-q@a.example" },
};
/* these were never made */
static const char *const forged[] = {
	"SRS0=AAAA=RA=example.net=alice@our.example", "SRS0=@our.example",
	"SRS0=AAAA@our.example", "SRS0=AAAA=@our.example",
	"SRS0=AAAA=RA@our.example", "SRS0=AAAA=RA=@our.example",
	"SRS0=AAAA=RA=x@our.example", "SRS0=AAAA=RA==x@our.example",
	"SRS1=AAAA=a.example==x@our.example", "SRS1=AAAA==@our.example",
	"SRS1-x@our.example", "srs0+AAAA=RA=a.example=b@our.example",
};
static const char *const others[] = {
	"alice@our.example", "SRS@our.example", "SRS0@our.example",
	"SRS0x=AAAA@our.example", "SRS2=AAAA=RA=a.example=b@our.example",
	"xSRS0=AAAA=RA=a.example=b@our.example", "SR@our.example",
};
/* clang-format on */

static struct mailbox
box(const char *text)
{
	struct mailbox m = { 0 };

	if (mailbox_parse(&m, text, strlen(text), ADDRESS_UTF8) != NULL)
		printf("Bail out! %s\n", text);
	return m;
}

/* '.' is any character */
static int
looks(const char *text, const char *as)
{
	for (; *as != '\0' && (*text == *as || (*as == '.' && *text != '\0'));
	     text++, as++)
		;
	return *text == '\0' && *as == '\0';
}

static void
there_and_back(void)
{
	struct mailbox from, m, got, want;
	char text[MAILBOX_TEXT];
	size_t i, j;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		from = box(t[i].from);
		if (!ok(srs_rewrite(&ours, &from, "our.example", NOW, &m) == 0,
			"%s", t[i].from))
			continue;
		mailbox_format(&m, text);
		if (!ok(looks(text, t[i].as), "is %s", t[i].as))
			printf("# %s\n", text);
		want = from;
		for (j = 0; j < sizeof(back) / sizeof(*back); j++)
			if (strcmp(t[i].from, back[j].from) == 0)
				want = box(back[j].back);
		m = box(text);
		ok(srs_reverse(&ours, &m, NOW, &got) == SRS_OK &&
			memcmp(&got, &want, sizeof(got)) == 0,
		    "and back");
		ok(srs_reverse(&theirs, &m, NOW, &got) == SRS_FORGED,
		    "not with another secret");
	}
}

static void
folded(void)
{
	struct mailbox m, got, from = box("Alice@example.net");
	char *p;

	srs_rewrite(&ours, &from, "our.example", NOW, &m);
	for (p = m.local; *p != '\0'; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + 32) : *p;
	ok(srs_reverse(&ours, &m, NOW, &got) == SRS_OK &&
		mailbox_same(&got, &from),
	    "in lower case");
	for (p = m.local; *p != '\0'; p++)
		*p = *p >= 'a' && *p <= 'z' ? (char)(*p - 32) : *p;
	ok(srs_reverse(&ours, &m, NOW, &got) == SRS_OK &&
		mailbox_same(&got, &from) && *got.domain == 'e',
	    "in upper case");
}

/* each byte behind "SRS0=" counts */
static void
changed(void)
{
	static const char *const froms[] = { "alice@example.net",
		"SRS0=AbCd=EF=a.example=x@b.example" };
	struct mailbox m, got, from;
	size_t i, j, n = 0, good = 0;
	char was;

	for (i = 0; i < 2; i++) {
		from = box(froms[i]);
		srs_rewrite(&ours, &from, "our.example", NOW, &m);
		for (j = 5; m.local[j] != '\0'; j++, n++) {
			was = m.local[j];
			m.local[j] = was == 'x' || was == 'X' ? 'y' : 'x';
			good += srs_reverse(&ours, &m, NOW, &got) == SRS_OK;
			m.local[j] = was;
		}
		m.local[j - 1] = '\0';
		good += srs_reverse(&ours, &m, NOW, &got) == SRS_OK;
	}
	ok(n > 50 && good == 0, "%zu changes, %zu pass", n, good);
}

static void
verdicts(void)
{
	static const int days[] = { -2, -1, 0, 1, 21, 22, 500, 1022 };
	static const enum srs_verdict is[] = { SRS_EXPIRED, SRS_OK, SRS_OK,
		SRS_OK, SRS_OK, SRS_EXPIRED, SRS_EXPIRED, SRS_EXPIRED };
	struct mailbox m, got, from = box("alice@example.net");
	time_t start;
	size_t i, good = 0;

	srs_rewrite(&ours, &from, "our.example", NOW, &m);
	for (i = 0; i < sizeof(days) / sizeof(*days); i++)
		ok(srs_reverse(&ours, &m, NOW + (time_t)days[i] * DAY, &got) ==
			is[i],
		    "after %d days", days[i]);
	for (start = 0; start < 1100; start++) {
		srs_rewrite(&ours, &from, "our.example", start * DAY, &m);
		good +=
		    srs_reverse(&ours, &m, (start + 21) * DAY, &got) == SRS_OK;
		good += srs_reverse(&ours, &m, (start + 22) * DAY, &got) ==
		    SRS_EXPIRED;
	}
	ok(good == 2200, "whatever the stamp");
	from = box("SRS0=AbCd=EF=a.example=x@b.example");
	srs_rewrite(&ours, &from, "our.example", NOW, &m);
	ok(srs_reverse(&ours, &m, NOW + 500 * DAY, &got) == SRS_OK,
	    "SRS1 does not expire: the first of them will say so");
	for (i = 0; i < sizeof(forged) / sizeof(*forged); i++) {
		m = box(forged[i]);
		ok(srs_reverse(&ours, &m, NOW, &got) == SRS_FORGED, "%s",
		    forged[i]);
	}
	for (i = 0; i < sizeof(others) / sizeof(*others); i++) {
		m = box(others[i]);
		ok(srs_reverse(&ours, &m, NOW, &got) == SRS_NOT, "%s",
		    others[i]);
	}
}

static void
left_alone(void)
{
	struct mailbox from = { 0 }, m = box("x@y.example");
	char text[LOCAL_MAX + 1];
	size_t i;

	ok(srs_rewrite(&ours, &from, "our.example", NOW, &m) == 0 &&
		m.local[0] == '\0' && m.domain[0] == '\0',
	    "the null path");
	from = box("bob@OUR.example");
	ok(srs_rewrite(&ours, &from, "our.Example", NOW, &m) == 0 &&
		mailbox_same(&m, &from),
	    "a sender of ours");
	from = box("x@example.net");
	memset(text, 'x', sizeof(text));
	for (i = 1; i <= LOCAL_MAX; i++) {
		snprintf(from.local, sizeof(from.local), "%.*s", (int)i, text);
		errno = 0;
		if (srs_rewrite(&ours, &from, "our.example", NOW, &m) == -1)
			break;
	}
	ok(i == LOCAL_MAX - 24 && errno == ERANGE,
	    "longer than %zu bytes at example.net: too long", i - 1);
}

int
main(void)
{
	there_and_back();
	folded();
	changed();
	verdicts();
	left_alone();
	return done();
}

/* quota: texts of maildirsize, what they mean, the file as others leave it */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "home.h"

/* clang-format off */
static const struct {
	const char *text;
	int good;
	uint64_t limit, mails;
	int64_t bytes, count;
	size_t lines;
} t[] = {
/* as Dovecot writes them */
{ "104857600S\n52345 12\n", 1, 104857600, 0, 52345, 12, 1 },
{ "104857600S,1000C\n52345 12\n2048 1\n-1024 -1\n", 1, 104857600, 1000,
  53369, 12, 3 },
{ "1000C\n0 0\n", 1, 0, 1000, 0, 0, 1 }, { "\n5 1\n", 1, 0, 0, 5, 1, 1 },
{ "10C,20S\n5 1\n", 1, 20, 10, 5, 1, 1 },
/* as Courier pads them */
{ "1000S\n         500            3\n        -100           -1  \n", 1, 1000,
  0, 400, 2, 2 },
{ "1000S,5X\n1\t1\n", 1, 1000, 0, 1, 1, 1 },
{ "1S\n999999999999999999 1\n", 1, 1, 0, 999999999999999999, 1, 1 },
{ "1S\n-5 -1\n5 1\n", 1, 1, 0, 0, 0, 2 },
/* damaged */
{ "", 0, 0, 0, 0, 0, 0 }, { "1000S", 0, 0, 0, 0, 0, 0 },
{ "1000S\n", 0, 0, 0, 0, 0, 0 }, { "1000S\n5 1", 0, 0, 0, 0, 0, 0 },
{ "1000\n5 1\n", 0, 0, 0, 0, 0, 0 }, { "S\n5 1\n", 0, 0, 0, 0, 0, 0 },
{ "1000S,\n5 1\n", 0, 0, 0, 0, 0, 0 }, { ",1S\n5 1\n", 0, 0, 0, 0, 0, 0 },
{ "1000s\n5 1\n", 0, 0, 0, 0, 0, 0 }, { "-1S\n5 1\n", 0, 0, 0, 0, 0, 0 },
{ "1S 2C\n5 1\n", 0, 0, 0, 0, 0, 0 }, { "1S\n5\n", 0, 0, 0, 0, 0, 0 },
{ "1S\n5 \n", 0, 0, 0, 0, 0, 0 }, { "1S\n5 1 1\n", 0, 0, 0, 0, 0, 0 },
{ "1S\n5,1\n", 0, 0, 0, 0, 0, 0 }, { "1S\n\n5 1\n", 0, 0, 0, 0, 0, 0 },
{ "1S\n- 1\n", 0, 0, 0, 0, 0, 0 }, { "1S\n5 --1\n", 0, 0, 0, 0, 0, 0 },
{ "1S\n+5 1\n", 0, 0, 0, 0, 0, 0 }, { "1S\n5-1\n", 0, 0, 0, 0, 0, 0 },
{ "1S\n5 1\r\n", 0, 0, 0, 0, 0, 0 }, { "1S\nx\n", 0, 0, 0, 0, 0, 0 },
{ "1S\n-5 1\n", 0, 0, 0, 0, 0, 0 }, { "1S\n5 -1\n", 0, 0, 0, 0, 0, 0 },
{ "1S\n1234567890123456789 1\n", 0, 0, 0, 0, 0, 0 },
{ "1234567890123456789S\n5 1\n", 0, 0, 0, 0, 0, 0 },
};
/* clang-format on */

static void
texts(void)
{
	static char many[MAILDIRSIZE_BYTES + 5];
	struct maildirsize q;
	char out[MAILDIRSIZE_HEAD];
	size_t i, n;
	int r;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		r = maildirsize_parse(&q, t[i].text, strlen(t[i].text));
		ok((r == 0) == t[i].good &&
			(r == -1 ||
			    (q.bytes == t[i].limit && q.count == t[i].mails &&
				q.used.bytes == t[i].bytes &&
				q.used.count == t[i].count &&
				q.lines == t[i].lines)),
		    "text %zu", i);
	}
	ok(maildirsize_parse(&q, "1S\n5\0 1\n", 8) == -1, "a NUL");
	n = (size_t)snprintf(many, sizeof(many), "1S\n");
	for (; n + 4 <= MAILDIRSIZE_BYTES; n += 4)
		memcpy(many + n, "1 1\n", 4);
	ok(maildirsize_parse(&q, many, n) == 0 && q.lines == (n - 3) / 4,
	    "%zu lines", q.lines);
	memcpy(many + n, "1 1\n", 4);
	ok(maildirsize_parse(&q, many, n + 4) == -1, "one more is too long");
	q = (struct maildirsize){ .bytes = 104857600, .used = { 52345, 12 } };
	n = maildirsize_format(&q, out);
	ok(n == strlen(t[0].text) && memcmp(out, t[0].text, n) == 0,
	    "written as Dovecot does");
	q = (struct maildirsize){ UINT64_MAX, UINT64_MAX,
		{ INT64_MIN, INT64_MIN }, 0 };
	ok(maildirsize_format(&q, out) < sizeof(out), "the longest one");
}

static void
rules(void)
{
	struct usage u = { 900, 3 };

	ok(quota_fits(1000, &u, 100) && quota_fits(1000, &u, 200) &&
		!quota_fits(1000, &u, 201),
	    "what was accepted may overshoot by a tenth");
	ok(!quota_full(1000, &u) && quota_full(900, &u) && quota_full(1, &u),
	    "full is full");
	ok(quota_fits(0, &u, UINT64_MAX) && !quota_full(0, &u), "no limit");
	ok(!quota_fits(1000, &u, UINT64_MAX), "no size wraps around");
	u.bytes = 1101;
	ok(!quota_fits(1000, &u, 0), "beyond the tenth nothing comes");
}

/* --- the file ------------------------------------------------------- */

enum { LIMIT = 1000 };

static struct maildir md;

static int
is_file(const char *want)
{
	char text[256];
	int fd = open("home/Maildir/maildirsize", O_RDONLY);
	ssize_t n = fd == -1 ? -1 : read(fd, text, sizeof(text) - 1);

	if (fd != -1)
		close(fd);
	if (n == -1)
		return want == NULL;
	text[n] = '\0';
	if (want != NULL && strcmp(text, want) == 0)
		return 1;
	printf("# maildirsize: %s", text);
	return 0;
}

static int
reads(uint64_t limit, uint64_t size, int64_t bytes, int64_t count)
{
	struct usage u = { 0 };
	int r = quota_read(&md, limit, time(NULL), size, &u);

	if (r == 0 && u.bytes == bytes && u.count == count)
		return 1;
	printf("# %d: %lld %lld\n", r, (long long)u.bytes, (long long)u.count);
	return 0;
}

static void
file(void)
{
	shell(
	    "cd home/Maildir; mkdir -p .Trash/cur .A/new .A/tmp;"
	    "echo 12345 >new/1.a.b,S=100,W=120;"
	    "echo x >cur/2.a.b,S=50:2,S; printf 1234567 >.Trash/cur/3.a.b:2,T;"
	    "echo >.A/new/4,S=x; echo >.A/tmp/5,S=9; echo >new/.hidden,S=7;"
	    "ln -s /etc/passwd new/link; echo >.A/file,S=9");
	ok(reads(LIMIT, 0, 158, 4) && is_file("1000S\n158 4\n"),
	    "counted: as the name says it, else as it is");
	quota_add(&md, 10, 1);
	quota_add(&md, -5, 0);
	ok(is_file("1000S\n158 4\n10 1\n-5 0\n") && reads(LIMIT, 0, 163, 5),
	    "changes are added");
	ok(reads(LIMIT, 900, 158, 4) && is_file("1000S\n158 4\n"),
	    "before it says too much, what is pieced together is counted");
	shell("printf '1000S\\n999 9\\n' >home/Maildir/maildirsize");
	ok(reads(LIMIT, 2, 999, 9), "a fresh line is believed");
	shell("touch -d '16 minutes ago' home/Maildir/maildirsize");
	ok(reads(LIMIT, 2, 158, 4), "an old one is not");
	shell("printf '1000S\\n999 9\\n' >home/Maildir/maildirsize;"
	      "touch -d 'now 16 minutes' home/Maildir/maildirsize");
	ok(reads(LIMIT, 2, 158, 4), "nor one of the future");
	shell("printf '1000S\\n5 1\\n' >home/Maildir/maildirsize;"
	      "touch -d '2 years ago' home/Maildir/maildirsize");
	ok(reads(LIMIT, 2, 5, 1), "unless there is room");
	ok(reads(2000, 2, 158, 4) && is_file("2000S\n158 4\n"),
	    "another limit: counted");
	ok(reads(0, 2, 158, 4) && is_file("\n158 4\n") && reads(0, 2, 158, 4),
	    "no limit");
	shell("printf '1000S\\n5 1\\n6' >home/Maildir/maildirsize");
	ok(reads(LIMIT, 0, 158, 4) && is_file("1000S\n158 4\n"),
	    "a torn line: counted");
	quota_forget(&md);
	quota_add(&md, 5, 1);
	ok(is_file(NULL) && reads(LIMIT, 0, 158, 4),
	    "what is forgotten is not added to");
}

static void
strange(void)
{
	shell("cd home/Maildir; rm -f maildirsize; ln -s /etc/passwd "
	      "maildirsize");
	quota_add(&md, 5, 1);
	ok(reads(LIMIT, 0, 158, 4) && is_file("1000S\n158 4\n"),
	    "a link in its place");
	shell("cd home/Maildir; rm -f maildirsize; mkfifo maildirsize");
	ok(reads(LIMIT, 0, 158, 4) && is_file("1000S\n158 4\n"), "a pipe");
	shell("cd home/Maildir; rm -f maildirsize; mkfifo maildirsize");
	quota_add(&md, 5, 1);
	ok(is_file(NULL), "a pipe is not written to");
	shell("cd home/Maildir; mkdir maildirsize");
	ok(reads(LIMIT, 0, 158, 4), "a directory: counted each time");
	shell("cd home/Maildir; rmdir maildirsize; (echo 1000S; yes '1 1' | "
	      "head -n 1280) >maildirsize");
	ok(reads(LIMIT, 0, 158, 4) && is_file("1000S\n158 4\n"),
	    "longer than it may be");
	shell("rm -r home/Maildir/tmp");
	quota_forget(&md);
	ok(reads(LIMIT, 0, 158, 4) && is_file(NULL), "no tmp: not kept");
	md.uid++;
	shell("mkdir home/Maildir/tmp; "
	      "printf '1000S\\n5 1\\n' >home/Maildir/maildirsize");
	ok(reads(LIMIT, 0, 158, 4), "another user's file is not believed");
	md.uid--;
}

/* a mail comes while mails are counted */
static void
come(void)
{
	int fd = open("home/Maildir/new/6,S=2", O_WRONLY | O_CREAT, 0600);

	if (fd != -1)
		close(fd);
}

static void
others(void)
{
	quota_forget(&md);
	reads(100 * LIMIT, 0, 158, 4);
	call.n = 0;
	call.at = 3;
	call.fault = SHORT;
	quota_add(&md, 12345, 1);
	call.fault = NONE;
	quota_add(&md, 5, 1);
	ok(call.n > 3 && reads(100 * LIMIT, 0, 158, 4),
	    "half a line does not become one with the next");
	quota_forget(&md);
	shell("find home -type d | xargs touch -d '1 hour ago'");
	call.hook = come;
	ok(reads(LIMIT, 0, 158, 4) && is_file(NULL),
	    "what changed while it was counted is not kept");
	call.hook = NULL;
	ok(reads(LIMIT, 0, 160, 5) && is_file("1000S\n160 5\n"),
	    "when nothing changes it is");
}

int
main(void)
{
	int fds;

	texts();
	rules();
	home_begin();
	fds = descriptors();
	maildir_open(&md, &told, home, "Maildir", geteuid(), 0);
	file();
	strange();
	others();
	maildir_close(&md);
	ok(descriptors() == fds, "no descriptor is left open");
	home_end();
	return done();
}

/*
 * maildir: names and modes, folders, what is in the way, who writes at the
 * same time, and what others read there
 */
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "home.h"

#define ID 0x0190aabbccdd0001
#define NAME "1720851352.M797000Q0190aabbccdd0001R2A1.mx.a.example"

static const struct order plain = {
	.key = { ID, 2, 1 }, .folder = "", .flags = "", .limit = 1000000
};

static struct order
order(const char *folder, const char *flags)
{
	struct order o = plain;

	o.folder = folder;
	o.flags = flags;
	return o;
}

static int
is_there(const char *path, mode_t mode)
{
	struct stat st;

	if (lstat(path, &st) == 0 && st.st_mode == mode)
		return 1;
	printf("# %s: not there, or not %o\n", path, mode);
	return 0;
}

/* by that name, once */
static int
is_only(const char *path)
{
	struct seen s = see();

	if (s.mails == 1 && s.whole == 1 && s.tmp == 0 &&
	    strcmp(s.path, path) == 0)
		return 1;
	printf("# %zu, %zu, %zu: %s\n", s.mails, s.whole, s.tmp, s.path);
	return 0;
}

static void
names(void)
{
	struct order o = plain;
	const int umasked = (int)umask(077);

	home_new();
	ok(attempt(&told, &o) == 1 &&
		is_only("home/Maildir/./new/" NAME ",S=72,W=77"),
	    "its name says what it is");
	ok(is_there("home/Maildir", S_IFDIR | 0700) &&
		is_there("home/Maildir/tmp", S_IFDIR | 0700) &&
		is_there("home/Maildir/cur", S_IFDIR | 0700) &&
		is_there("home/Maildir/new", S_IFDIR | 0700) &&
		is_there(see().path, S_IFREG | 0600) &&
		access("home/Maildir/maildirfolder", F_OK) == -1,
	    "directories and modes");
	ok(attempt(&told, &o) == 0 && see().mails == 1 && see().tmp == 0,
	    "the same once more: it is there");
	o.key.action = 2;
	ok(attempt(&told, &o) == 1 && see().mails == 2,
	    "another action is another mail");
	home_new();
	o = order("", "SFaS");
	ok(attempt(&told, &o) == 1 &&
		is_only("home/Maildir/./cur/" NAME ",S=72,W=77:2,FSa"),
	    "with flags, in order, it is in cur");
	home_new();
	o = order(".Junk.a&APw-b", "");
	ok(attempt(&told, &o) == 1 &&
		is_only("home/Maildir/.Junk.a&APw-b/new/" NAME ",S=72,W=77") &&
		is_there("home/Maildir/.Junk.a&APw-b/maildirfolder",
		    S_IFREG | 0600) &&
		see().folders == 1,
	    "a folder is made");
	o = order("", "S,");
	ok(attempt(&told, &o) == TEMP && errno == EINVAL, "no such flags");
	o = order("", "abcdefghijklmnopqrstuvwxyzDFPRSTX");
	ok(attempt(&told, &o) == TEMP && errno == EINVAL, "too many flags");
	umask((mode_t)umasked);
}

/* mkdir, write, fsync of a file, of a directory, rename: in this order */
static int
traces(struct order *o, int result, const char *want)
{
	memset(call.trace, 0, sizeof(call.trace));
	if (attempt(&told, o) == result && strcmp(call.trace, want) == 0)
		return 1;
	printf("# %s\n", call.trace);
	return 0;
}

static void
syncs(void)
{
	struct order o = plain;

	home_new();
	/* a Maildir; maildirsize; the mail; it counts */
	ok(traces(&o, 1,
	       "mmmmdd"
	       "wr"
	       "wfrd"
	       "w"),
	    "what is made is synced");
	o.key.rcpt++;
	ok(traces(&o, 1,
	       "wfrd"
	       "w"),
	    "a mail costs two syncs");
	o.folder = ".Junk";
	ok(traces(&o, 1,
	       "mmmmdd"
	       "wfrd"
	       "w"),
	    "a folder, two more");
	ok(traces(&o, 0, "wfrd"), "the directory of what was there, too");
	o.uncertain = 1;
	ok(traces(&o, 0,
	       "dd"
	       "d"),
	    "and of what is found");
}

/* the first sync fails: the next attempt makes up for it */
static void
unsynced(void)
{
	struct order o = plain;
	int r = 0;

	call.fault = FAIL;
	call.err = EIO;
	for (call.at = 1; call.at < 100; call.at++) {
		home_new();
		call.n = 0;
		memset(call.trace, 0, sizeof(call.trace));
		r = attempt(&told, &o);
		if (strcmp(call.trace, "mmmmd") == 0)
			break;
	}
	call.fault = NONE;
	ok(call.at < 100 && r == UNCERTAIN, "a Maildir may be on no disk");
	o.uncertain = 1;
	ok(traces(&o, 1,
	       "dd"
	       "wr"
	       "wfrd"
	       "w"),
	    "the next attempt sees to that");
}

static void
bounds(void)
{
	struct maildir m;
	struct maildir_mail d, e;
	struct deliver_size size = { 0 };
	const struct maildir_key key = { UINT64_MAX, UINT32_MAX, UINT32_MAX };
	char host[300];
	const char *name;

	home_new();
	maildir_open(&m, &told, home, "Maildir", geteuid(), 0);
	ok(maildir_has(&m, "") == 1 && maildir_has(&m, ".Junk") == 0,
	    "INBOX is there, Junk is not");
	memset(host, 'h', sizeof(host));
	memcpy(host, "a/b:c,d_\xc3\xbc", 10);
	host[299] = '\0';
	size.size = size.wire = 1;
	maildir_begin(&m, &d, ".Junk", &key, host,
	    "abcdefghijklmnopqrstuvwxyzDFPRST");
	ok(maildir_write(&d, "x", 1) == 0 && maildir_commit(&d, &size) == 1,
	    "the longest name");
	name = strrchr(see().path, '/');
	ok(strstr(see().path, ".a_b_c_d___hhh") != NULL && name != NULL,
	    "the host stays within its part of the name");
	ok(maildir_has(&m, ".Junk") == 1, "now it is");
	shell("cd home/Maildir; echo >.file; ln -s .Junk .link");
	ok(maildir_has(&m, ".file") == 0 && maildir_has(&m, ".link") == 0,
	    "files, and what leads elsewhere, are no folders");
	shell("cd home/Maildir; rm .file .link");
	ok(maildir_begin(&m, &d, "", &plain.key, "", "") == 0 &&
		maildir_write(&d, "xy", 2) == 0 &&
		maildir_commit(&d, &size) == -1 && errno == EINVAL &&
		see().mails == 1 && see().tmp == 0,
	    "a mail that is not whole is none");
	ok(maildir_begin(&m, &d, "", &plain.key, "", "") == 0 && see().tmp == 1,
	    "one that is begun");
	ok(maildir_begin(&m, &e, "", &plain.key, "", "") == 0 && see().tmp == 2,
	    "the same, while nobody knows whether the first one is dead");
	maildir_abort(&e);
	ok(see().tmp == 1, "it has a file of its own");
	maildir_abort(&d);
	ok(see().tmp == 0 && see().mails == 1, "both given up");
	maildir_close(&m);
}

/* --- what is in the way --------------------------------------------- */

static int
fails(const char *before, const char *folder, int why, const char *what)
{
	struct order o = order(folder, "");
	int r, e;

	home_new();
	shell(before);
	r = attempt(&told, &o);
	e = errno;
	if (r < 0 && r != OVER && e == why && o.what != NULL &&
	    strcmp(o.what, what) == 0 && see().mails == 0)
		return 1;
	printf("# %d, %s: %s\n", r, strerror(e), o.what ? o.what : "");
	return 0;
}

static void
obstacles(void)
{
	static const char open_it[] = "open a directory";
	struct maildir m;

	ok(fails("mkdir -p far/new far/cur far/tmp; ln -s ../far home/Maildir",
	       "", ENOTDIR, open_it),
	    "a Maildir that is a link");
	ok(access("far/new/" NAME ",S=72,W=77", F_OK) == -1, "none is there");
	ok(fails("mkdir home/Maildir; ln -s ../../far/new home/Maildir/new", "",
	       ENOTDIR, open_it),
	    "a new/ that is one");
	ok(fails("mkdir home/Maildir; ln -s ../../far home/Maildir/.Junk",
	       ".Junk", ENOTDIR, open_it),
	    "a folder that is one");
	ok(fails("mkdir home/Maildir; ln -s ../../far/tmp home/Maildir/tmp", "",
	       ENOTDIR, open_it),
	    "a tmp/ that is one");
	ok(fails("mkdir home/Maildir; mkfifo home/Maildir/cur", "", ENOTDIR,
	       open_it),
	    "a pipe");
	ok(fails("echo >home/Maildir", "", ENOTDIR, open_it), "a file");
	home_new();
	ok(maildir_open(&m, &told, home, "Maildir", geteuid() + 1, 0) == -1 &&
		errno == EPERM && m.root == -1,
	    "another user's directory");
	shell("rm -r far");
	if (geteuid() != 0)
		return;
	ok(fails("mkdir -p home/Maildir/new; chown 1 home/Maildir/new", "",
	       EPERM, "use another user's directory"),
	    "another user's new/");
}

static void
lost(void)
{
	struct maildir m;
	struct maildir_mail d;

	home_new();
	maildir_open(&m, &told, home, "Maildir", geteuid(), 0);
	shell("rm -r home/Maildir/tmp home/Maildir/new");
	ok(maildir_begin(&m, &d, "", &plain.key, "", "") == 0 && see().tmp == 1,
	    "what others have lost is made again");
	shell("rm home/Maildir/tmp/*");
	ok(maildir_write(&d, "x", 1) == 0 &&
		maildir_commit(&d, &(struct deliver_size){ 1, 1, 0 }) == -1 &&
		m.uncertain && errno == ENOENT,
	    "a mail that somebody takes out of tmp/");
	maildir_begin(&m, &d, "", &plain.key, "", "");
	shell("rm -r home/Maildir");
	ok(maildir_write(&d, "x", 1) == 0 &&
		maildir_commit(&d, &(struct deliver_size){ 1, 1, 0 }) == -1,
	    "a Maildir that is removed");
	maildir_close(&m);
}

/* a disk that is full, one that is read only */
static void
disks(void)
{
	struct order o = plain;

	if (!is_tmpfs) {
		printf("# no mounts: no full disk\n");
		return;
	}
	home_new();
	ok(mount(NULL, top, NULL, MS_REMOUNT, "size=300k") == 0 &&
		(o.more = 400000) && attempt(&told, &o) == TEMP &&
		errno == ENOSPC && see().mails == 0 && see().tmp == 0,
	    "a full disk: %s", o.what);
	ok(mount(NULL, top, NULL, MS_REMOUNT | MS_RDONLY, "size=10m") == 0 &&
		attempt(&told, &o) == TEMP && errno == EROFS &&
		see().mails == 0,
	    "one that is read only: %s", o.what);
	mount(NULL, top, NULL, MS_REMOUNT, "size=50%");
	ok(attempt(&told, &o) == 1 && see().whole == 1 && see().tmp == 0,
	    "and when it can be written");
	o.key.rcpt = 9;
	o.limit = 400000;
	ok(attempt(&told, &o) == OVER && see().mails == 1, "over quota");
}

/* --- looking for it ------------------------------------------------- */

/* 1, 0, -1 as maildir_find(), after a command */
static int
finds(const char *command, const struct maildir_key *key)
{
	struct maildir m;
	int r;

	shell(command);
	maildir_open(&m, &told, home, "Maildir", geteuid(), 1);
	r = maildir_find(&m, key);
	if (r == -1 && !m.uncertain)
		r = -3;
	maildir_close(&m);
	return r;
}

static void
find(void)
{
	struct order o = order(".A", "");
	struct maildir_key other = plain.key;

	home_new();
	attempt(&told, &o);
	ok(finds("", &o.key) == 1, "a mail in a folder");
	other.action = 11;
	ok(finds("", &other) == 0, "not another action's");
	other.action = 1;
	other.id++;
	ok(finds("", &other) == 0, "not another mail");
	ok(finds("cd home/Maildir; mv .A/new/* .A/cur/" NAME ",S=9,W=9:2,RS",
	       &o.key) == 1,
	    "flagged, of another size");
	ok(finds("cd home/Maildir; mkdir -p .B.C/cur; mv .A/cur/* .B.C/cur",
	       &o.key) == 1,
	    "moved");
	ok(finds("cd home/Maildir; cd .B.C/cur; mv * 1720851352.M797000Q0190"
		 "aabbccdd0001R2A1.old.host",
	       &o.key) == 1,
	    "named after another host");
	ok(finds("cd home/Maildir; mv .B.C/cur/* tmp", &o.key) == 0,
	    "what is in tmp/ is not there");
	ok(finds("cd home/Maildir; ln -s . .loop; echo >.file; mkdir .empty",
	       &o.key) == 0,
	    "links, files, and folders without mails are nothing");
	o = plain;
	o.uncertain = 1;
	ok(attempt(&told, &o) == 1 &&
		finds("rm home/Maildir/.loop", &o.key) == 1,
	    "then it is delivered");
	o.more = 100;
	ok(attempt(&told, &o) == 0 && see().mails == 1,
	    "and not again, whatever its size");
}

static int hooked;

/* from where it will be looked for to where it has been */
static void
move(void)
{
	if (hooked++ == 0)
		shell("cd home/Maildir; mv .Z/cur/* new");
}

/* the same within one grain of the clock: no time shows it */
static void
slip(void)
{
	struct stat st;
	struct timespec t[2];

	if (hooked > 0 || stat("home/Maildir/new", &st) == -1)
		return;
	move();
	t[0] = st.st_atim;
	t[1] = st.st_mtim;
	utimensat(AT_FDCWD, "home/Maildir/new", t, 0);
}

/* it never rests */
static void
stir(void)
{
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "home/Maildir/cur/%d", hooked++);
	if ((fd = open(name, O_WRONLY | O_CREAT, 0600)) != -1)
		close(fd);
	usleep(5000); /* times of files are that coarse */
}

static void
races(void)
{
	struct order o = order(".Z", "S");

	home_new();
	attempt(&told, &o);
	hooked = 0;
	call.hook = move;
	ok(finds("", &o.key) == 1 && hooked > 1,
	    "moved while it is looked for");
	home_new();
	attempt(&told, &o);
	hooked = call.slept = 0;
	call.hook = slip;
	ok(finds("touch home/Maildir/new", &o.key) == 1 && hooked > 0 &&
		call.slept == 1,
	    "moved at a moment that no time of a file shows");
	call.hook = stir;
	o.key.id++;
	ok(finds("", &o.key) == -1, "among mails that never rest");
	call.hook = NULL;
	ok(finds("", &o.key) == 0, "when they do");
	call.slept = 0;
	ok(finds("find home -type d | xargs touch -d '1 hour ago'", &o.key) ==
		    0 &&
		call.slept == 0,
	    "among old ones nobody waits");
	ok(finds("touch -d '1 hour' home/Maildir/cur", &o.key) == 0 &&
		call.slept == 0,
	    "nor for what is to come");
}

static void
many(void)
{
	struct maildir_key key = plain.key;
	struct timespec a, b;
	char name[64];
	int dir, i, fd, r;

	home_new();
	shell("mkdir -p home/Maildir/cur");
	dir = open("home/Maildir/cur", O_RDONLY | O_DIRECTORY);
	for (i = 0; i < 100000; i++) {
		snprintf(name, sizeof(name), "1700000000.M%dP1.mx,S=1:2,S", i);
		fd = openat(dir, name, O_WRONLY | O_CREAT, 0600);
		if (fd == -1)
			break;
		close(fd);
	}
	close(dir);
	clock_gettime(CLOCK_MONOTONIC, &a);
	r = finds("", &key);
	clock_gettime(CLOCK_MONOTONIC, &b);
	ok(i == 100000 && r == 0, "among %d mails", i);
	printf("# %ld ms\n",
	    (long)(b.tv_sec - a.tv_sec) * 1000 +
		(b.tv_nsec - a.tv_nsec) / 1000000);
}

static void
sweep(void)
{
	struct maildir m;
	time_t now = time(NULL);

	home_new();
	maildir_open(&m, &told, home, "Maildir", geteuid(), 0);
	shell("cd home/Maildir; mkdir -p .A/tmp tmp/dir .A/new; echo >tmp/1;"
	      "echo >.A/tmp/2; ln -s /etc tmp/3; echo >new/4; echo >.A/new/5;"
	      "touch -d '3 days ago' tmp/1 .A/tmp/2 new/4");
	ok(maildir_sweep(&m, now) == 0 && see().tmp == 4,
	    "the time of its last change counts, whatever it says");
	ok(maildir_sweep(&m, now + TMP_STALE - 1) == 0, "not yet dead");
	ok(maildir_sweep(&m, now + TMP_STALE + 60) == 3 && see().tmp == 1 &&
		see().mails == 2,
	    "dead files go, mails and directories stay");
	maildir_close(&m);
}

/* --- others --------------------------------------------------------- */

enum { WRITERS = 20 };

/* status of all of them: how many said that they put it there */
static int
parallel(int same)
{
	struct order o = plain;
	pid_t pid[WRITERS];
	int i, status, n = 0;

	home_new();
	fflush(stdout);
	for (i = 0; i < WRITERS; i++)
		if ((pid[i] = fork()) == 0) {
			o.key.rcpt = same ? 1 : (uint32_t)i;
			o.more = 50000;
			o.folder = ".Many";
			_exit(attempt(&told, &o) + 10);
		}
	for (i = 0; i < WRITERS; i++) {
		if (waitpid(pid[i], &status, 0) == -1 || !WIFEXITED(status) ||
		    WEXITSTATUS(status) < 10)
			return -1;
		n += WEXITSTATUS(status) == 11;
	}
	return n;
}

static void
writers(void)
{
	struct maildir m;
	struct usage u;
	struct seen s;

	ok(parallel(0) == WRITERS, "%d at the same time", WRITERS);
	s = see();
	ok(s.mails == WRITERS && s.whole == WRITERS && s.tmp == 0,
	    "each mail is there and whole");
	maildir_open(&m, &told, home, "Maildir", geteuid(), 0);
	quota_forget(&m);
	ok(quota_read(&m, plain.limit, time(NULL), 0, &u) == 0 &&
		u.count == WRITERS && u.bytes == WRITERS * (50000L + 72),
	    "all of it counts");
	maildir_close(&m);
	ok(parallel(1) == 1, "the same mail, %d times: one puts it there",
	    WRITERS);
	s = see();
	ok(s.mails == 1 && s.whole == 1 && s.tmp == 0, "once");
}

/* what Python's mailbox finds */
static void
reader(void)
{
	static const char script[] =
	    "import mailbox\n"
	    "box = mailbox.Maildir('home/Maildir', create=False)\n"
	    "assert sorted(box.list_folders()) == ['A&APw-.b'], 1\n"
	    "assert len(box) == 2, 2\n"
	    "flags = sorted(m.get_flags() for m in box)\n"
	    "assert flags == ['', 'FS'], 3\n"
	    "for m in box:\n"
	    "    assert m['Subject'] == 'x', 4\n"
	    "    assert m['Return-Path'] == '<bo@b.example>', 5\n"
	    "    assert m['Delivered-To'] == 'al@a.example', 6\n"
	    "    assert m['X-Gatelodge-Spam'] is None, 7\n"
	    "    assert m.get_payload() == 'body\\n', 8\n"
	    "    assert m.get_subdir() == ('cur' if m.get_flags() else "
	    "'new'), 9\n"
	    "sub = box.get_folder('A&APw-.b')\n"
	    "assert len(sub) == 1, 10\n";
	struct order o[3] = { order("", ""), order("", "SF"),
		order(".A&APw-.b", "") };
	pid_t pid;
	int i, status = -1;

	home_new();
	for (i = 0; i < 3; i++) {
		o[i].key.action = (uint32_t)i;
		attempt(&told, &o[i]);
	}
	fflush(stdout);
	if ((pid = fork()) == 0) {
		execlp("python3", "python3", "-c", script, (char *)NULL);
		_exit(127);
	}
	waitpid(pid, &status, 0);
	ok(status == 0, "Python's mailbox reads them");
}

int
main(void)
{
	int fds;

	home_begin();
	fds = descriptors();
	names();
	syncs();
	unsynced();
	bounds();
	obstacles();
	lost();
	disks();
	find();
	races();
	many();
	sweep();
	writers();
	reader();
	ok(descriptors() == fds, "no descriptor is left open");
	home_end();
	return done();
}

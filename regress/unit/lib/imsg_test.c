/* the channel under pressure and under attack; both ends are us */
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"
#include "tap.h"

enum { A, B, C, NPROC };
enum { PLAIN, FD, ASK, TELL, QUERY, ANSWER, NMSG };
enum { BIG = 4000 };

static int got, got_fd, misordered, lost, warned;
static void (*also)(struct imsg *);

static void
handle(struct imsg *m)
{
	misordered += m->id != (uint64_t)got++;
	got_fd += m->fd != -1;
	if (also != NULL)
		also(m);
}

/* answers with much */
static void
asked(struct imsg *m)
{
	static const char big[BIG];

	got++;
	imsg_reply(m, TELL, big, sizeof(big), -1);
}

static void
told(struct imsg *m)
{
	misordered += m->id != (uint64_t)got++;
	imsg_pass(C, m);
}

static void
no_answer(struct imsg *m)
{
	(void)m;
	got++;
}

const struct proc procs[NPROC] = {
	[A] = { .name = "a" },
	[B] = { .name = "b" },
	[C] = { .name = "c" },
};
const int nprocs = NPROC;
const struct msg msgs[NMSG] = {
	[PLAIN] = { "plain", ANY, ANY, 0, MSG_MAX, 0, handle },
	[FD] = { "fd", ANY, ANY, 0, 64, 1, handle },
	[ASK] = { "ask", B, A, 0, 8, 0, asked },
	[TELL] = { "tell", ANY, ANY, 0, BIG, 0, told },
	[QUERY] = { "query", A, B, 0, 8, 0, NULL },
	[ANSWER] = { "answer", B, A, 0, 8, 0, no_answer },
};
const int nmsgs = NMSG, ngate = 0;

static void
on_lost(int peer, int e)
{
	lost = e;
	imsg_close(peer);
}

static void
on_log(const char *line, size_t n)
{
	(void)line, (void)n;
	warned++;
}

static int
fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	int k = 0;

	while (readdir(d) != NULL)
		k++;
	closedir(d);
	return k;
}

/* until so many came, or one is lost, or nothing more happens */
static int
run(int want)
{
	const struct timeval tv = { 3, 0 };
	int turns = 0;

	event_base_loopexit(proc_base, &tv);
	while (got < want && lost == 0 &&
	    event_base_loop(proc_base, EVLOOP_ONCE) == 0 &&
	    !event_base_got_exit(proc_base))
		turns++;
	return turns;
}

static void
spin(int ms)
{
	const uint64_t end = proc_now() + (uint64_t)ms;

	while (proc_now() < end)
		event_base_loop(proc_base, EVLOOP_NONBLOCK);
}

static void
clear(void)
{
	got = got_fd = misordered = lost = warned = 0;
	also = NULL;
}

/* ours of a fresh channel: A's other end is B */
static void
fresh(void)
{
	int s[2];

	if (imsg_pair(s) == -1)
		abort();
	imsg_open(A, s[0]);
	imsg_open(B, s[1]);
	clear();
}

/* the far end of a channel to peer, for raw records */
static int
far(int peer)
{
	int s[2];

	if (imsg_pair(s) == -1)
		abort();
	imsg_open(peer, s[0]);
	clear();
	return s[1];
}

/* what a taken-over peer could write */
static void
raw(int s, int nfd, const struct imsg_head *head, size_t len)
{
	union {
		struct cmsghdr h;
		char b[CMSG_SPACE(8)];
	} u = { 0 };
	static char b[MSG_MAX + 100];
	struct iovec v = { b, len };
	struct msghdr m = { .msg_iov = &v, .msg_iovlen = 1 };
	const int f[2] = { 1, 1 };

	memset(b, 0, sizeof(b));
	memcpy(b, head, sizeof(*head));
	if (nfd > 0) {
		m.msg_control = u.b;
		m.msg_controllen = CMSG_LEN((size_t)nfd * 4);
		u.h.cmsg_len = m.msg_controllen;
		u.h.cmsg_level = SOL_SOCKET;
		u.h.cmsg_type = SCM_RIGHTS;
		memcpy(CMSG_DATA(&u.h), f, (size_t)nfd * 4);
	}
	if (sendmsg(s, &m, 0) == -1)
		printf("# raw: %s\n", strerror(errno));
}

static void
queue(void)
{
	static const char big[BIG];
	uint64_t i = 0;
	int e;

	fresh();
	while (i < 1000000 && imsg_send(B, PLAIN, i, big, BIG, -1) == 0)
		i++;
	e = errno;
	ok(i > 250 && e == ENOBUFS, "the queue has a cap, and says so");
	ok(imsg_queued(B) > IMSG_QUEUE - 2 * BIG &&
		imsg_queued(B) <= IMSG_QUEUE,
	    "the cap is what it says");
	run((int)i);
	ok(got == (int)i && !misordered && !lost,
	    "the queue arrives, in order");
	ok(imsg_queued(B) == 0 && imsg_queued(C) == 0, "and is empty");
	fresh();
	for (i = 0; i < 1000; i++)
		imsg_send(B, PLAIN, i, big, BIG, -1);
	imsg_close(B);
	ok(imsg_send(B, PLAIN, 0, "", 0, dup(1)) == -1 && errno == EBADMSG,
	    "a descriptor too much");
	ok(imsg_send(B, FD, 0, "", 0, dup(1)) == -1 && errno == ENOTCONN,
	    "no channel: ENOTCONN");
	imsg_close(A);
}

/* descriptors in flight have a quota per user, which ends with time only */
static void
quota(int before)
{
	const struct rlimit few = { 40, 40 };
	int s, turns, i, r;

	fresh();
	if (geteuid() == 0 && setresuid(65534, 65534, 65534) == -1)
		printf("# cannot become a user: no quota\n");
	if (setrlimit(RLIMIT_NOFILE, &few) == -1)
		abort();
	for (i = 0; i < 60; i++)
		if (imsg_send(B, FD, (uint64_t)i, "", 0, dup(1)) == -1)
			break;
	r = fds();
	run(60);
	ok(i == 60 && r > before + 10 && got == 60 && got_fd == 60 &&
		!misordered,
	    "60 descriptors under a quota of 40: some wait, all arrive");
	imsg_close(A);
	imsg_close(B);

	s = far(B);
	for (i = 0; i < 60; i++)
		imsg_send(B, FD, (uint64_t)i, "", 0, dup(1));
	spin(20);
	event_base_loop(proc_base, EVLOOP_NONBLOCK);
	clear();
	for (turns = 0; turns < 10; turns++)
		event_base_loop(proc_base, EVLOOP_ONCE);
	/* each turn is a retry, 10 ms after the last one */
	ok(imsg_queued(B) > 0, "some still wait");
	r = (int)proc_now();
	for (turns = 0; turns < 10; turns++)
		event_base_loop(proc_base, EVLOOP_ONCE);
	ok((int)proc_now() - r >= 80, "and do not spin meanwhile");
	imsg_close(B);
	close(s);
}

/* the receiver's own lack of descriptors is nobody's crime */
static void
lack(void)
{
	struct rlimit old, none;
	const struct imsg_head plain = { PLAIN, 0, 0 };
	const struct imsg_head fd = { FD, 0, 0 };
	int s = far(B);

	raw(s, 1, &fd, sizeof(fd));
	raw(s, 0, &plain, sizeof(plain));
	getrlimit(RLIMIT_NOFILE, &old);
	none = old;
	none.rlim_cur = 0;
	setrlimit(RLIMIT_NOFILE, &none);
	run(1);
	setrlimit(RLIMIT_NOFILE, &old);
	ok(got == 1 && got_fd == 0 && !lost,
	    "no room for a descriptor: its message is lost, no more");
	ok(warned == 1, "and it is told");
	imsg_close(B);
	close(s);
}

static void
attack(const char *what, int nfd, struct imsg_head head, size_t len)
{
	int s = far(B);

	raw(s, nfd, &head, len);
	run(1);
	ok(lost == EBADMSG && !got && !imsg_is_open(B), "%s: refused", what);
	close(s);
}

static void
attacks(void)
{
	const struct imsg_head plain = { PLAIN, 0, 0 }, fd = { FD, 0, 0 };
	int before = fds(), s;

	attack("two descriptors", 2, fd, sizeof(fd) + 8);
	attack("an empty record with a descriptor", 1, fd, 0);
	attack("a record shorter than a head", 0, plain, 15);
	attack("too long a record", 0, plain, 16 + MSG_MAX + 1);
	attack("payload above the row's size", 1, fd, 16 + 65);
	attack("a descriptor too much", 1, plain, 16);
	attack("a descriptor too few", 0, fd, 16);
	attack("a word that is not zero", 0, (struct imsg_head){ PLAIN, 1, 0 },
	    16);
	attack("no such type", 0, (struct imsg_head){ NMSG, 0, 0 }, 16);
	attack("the other direction", 0, (struct imsg_head){ QUERY, 0, 0 }, 16);
	s = far(B);
	raw(s, 0, &plain, 16 + MSG_MAX);
	run(1);
	ok(got == 1 && !lost, "the longest is good");
	close(s);
	run(2);
	ok(lost == ECONNRESET && !imsg_is_open(B), "an end is an end");
	ok(before == fds(), "no descriptor leaked");
	ok(imsg_send(B, NMSG, 0, "", 0, dup(1)) == -1 && errno == EBADMSG &&
		before == fds(),
	    "no such row: EBADMSG, descriptor consumed");
}

/* what a peer left behind when it ended */
static void
last_words(void)
{
	const struct imsg_head plain = { PLAIN, 0, 0 };
	struct imsg_head head = plain;
	int s = far(B), i;

	for (i = 0; i < 100; i++, head.id++)
		raw(s, 0, &head, 16);
	close(s);
	imsg_drain(B);
	ok(got == 100 && !misordered && lost == ECONNRESET,
	    "imsg_drain: all that it said, then its end");
	s = far(B);
	raw(s, 0, &plain, 16);
	imsg_drain(B);
	ok(got == 1 && !lost && imsg_is_open(B), "or all there is so far");
	imsg_close(B);
	imsg_drain(B);
	ok(got == 1, "nothing of nobody");
	close(s);
	s = far(B);
	imsg_send(B, PLAIN, 0, "", 0, -1);
	raw(s, 0, &plain, 16);
	close(s);
	run(2);
	ok(got == 1 && lost == ECONNRESET,
	    "the last words of one who did not listen");
}

static ssize_t
get(int s, struct imsg_head *head)
{
	static char b[MSG_MAX];
	int fd;

	return imsg_get(s, head, b, sizeof(b), &fd);
}

/* who asks and does not read is not read */
static void
pressure(void)
{
	struct imsg_head head, ask = { ASK, 0, 0 };
	const int n = 2000;
	int s = far(B), sent = 0, read = 0, wrong = 0, most = 0;

	while (sent < n) {
		ask.id = (uint64_t)sent;
		if (imsg_put(s, &ask, NULL, 0, -1) == 0) {
			sent++;
			continue;
		}
		event_base_loop(proc_base, EVLOOP_NONBLOCK);
		if (imsg_queued(B) > (size_t)most)
			most = (int)imsg_queued(B);
		event_base_loop(proc_base, EVLOOP_NONBLOCK);
		while (get(s, &head) == BIG)
			wrong += head.id != (uint64_t)read++;
	}
	ok(sent == n && most > 0 && most < 2 * (BIG + 100),
	    "imsg_reply: the asker's queue holds one answer (%d bytes)", most);
	while (read < n && !lost) {
		event_base_loop(proc_base, EVLOOP_NONBLOCK);
		while (get(s, &head) == BIG)
			wrong += head.id != (uint64_t)read++;
	}
	ok(read == n && got == n && !wrong, "all are answered, in order");
	imsg_close(B);
	close(s);
}

/* who fills another one's queue is not read, until that one is gone */
static void
passing(void)
{
	static const char big[BIG];
	struct imsg_head head = { TELL, 0, 0 };
	int b = far(B), c = far(C), sent = 0, i, before;

	for (i = 0; i < 3000 && sent < 1000; i++) {
		head.id = (uint64_t)sent;
		sent += imsg_put(b, &head, big, BIG, -1) == 0;
		event_base_loop(proc_base, EVLOOP_NONBLOCK);
	}
	before = got;
	ok(sent < 1000 && got < sent && imsg_queued(C) < 2 * (BIG + 100),
	    "imsg_pass: a slow reader holds up who speaks to it");
	for (i = 0; i < before + 1000 && get(c, &head) == BIG; i++)
		event_base_loop(proc_base, EVLOOP_NONBLOCK);
	ok(i == sent && got == sent && !misordered,
	    "it gets all of it when it reads");
	sent = 0;
	got = 0;
	for (i = 0; i < 3000 && sent < 1000; i++) {
		head.type = TELL;
		head.id = (uint64_t)sent;
		sent += imsg_put(b, &head, big, BIG, -1) == 0;
		event_base_loop(proc_base, EVLOOP_NONBLOCK);
	}
	before = got;
	imsg_close(C);
	spin(20);
	ok(got > before && got == sent, "its end sets the speaker free");
	imsg_close(B);
	close(b);
	close(c);
}

static void
reopen(struct imsg *m)
{
	int s[2];

	also = NULL;
	if (imsg_pair(s) == -1)
		abort();
	close(s[1]);
	imsg_open(m->from, s[0]);
}

static void
serials(void)
{
	const struct imsg_head plain = { PLAIN, 0, 0 };
	int s = far(B), i;

	for (i = 0; i < 10; i++)
		raw(s, 0, &plain, 16);
	also = reopen;
	event_base_loop(proc_base, EVLOOP_NONBLOCK);
	ok(got == 1, "a channel replaced by a handler: the old is not read");
	run(2);
	ok(lost == ECONNRESET && got == 1, "the new one is");
	close(s);
	s = far(C);
	ok(imsg_find(C) == C && imsg_find(B) == -1 && imsg_find(ANY) == C,
	    "imsg_find");
	imsg_close(C);
	ok(imsg_find(ANY) == -1 && !imsg_is_open(C), "none");
	close(s);
}

/* the other side of a call, in a process: what it does with a query */
enum how { RIGHT, LATE, WRONG, LONG, WITH_FD, HANG_UP, SILENT };

static void
serve(int s, enum how how)
{
	static const char b[64];
	struct imsg_head head;
	int n = 0;

	while (get(s, &head) != -1 || errno == EAGAIN) {
		if (errno == EAGAIN) {
			errno = 0;
			usleep(1000);
			continue;
		}
		head.type = how == WRONG ? TELL : ANSWER;
		if (how == LATE && n++ == 0)
			usleep(60000);
		if (how == HANG_UP)
			break;
		if (how != SILENT)
			imsg_put(s, &head, b, how == LONG ? 64 : 8,
			    how == WITH_FD ? 1 : -1);
		errno = 0;
	}
	_exit(0);
}

static void
calls(void)
{
	/* clang-format off */
	static const struct {
		const char *what;
		enum how how;
		int ms;
		ssize_t want;
		int error, lost;
	} t[] = {
		{ "answered", RIGHT, 2000, 8, 0, 0 },
		{ "nobody answers", SILENT, 30, -1, ETIMEDOUT, 0 },
		{ "another type", WRONG, 2000, -1, EBADMSG, EBADMSG },
		{ "too long", LONG, 2000, -1, EBADMSG, EBADMSG },
		{ "with a descriptor", WITH_FD, 2000, -1, EBADMSG, EBADMSG },
		{ "hangs up", HANG_UP, 2000, -1, ENOTCONN, ECONNRESET },
		{ "late", LATE, 30, -1, ETIMEDOUT, 0 },
	};
	/* clang-format on */
	char out[8];
	ssize_t n;
	pid_t pid;
	size_t i;
	int s, e;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		s = far(B);
		if ((pid = fork()) == 0) {
			imsg_forget();
			serve(s, t[i].how);
		}
		close(s);
		n = imsg_call(B, QUERY, "12345678", 8, ANSWER, out, sizeof(out),
		    t[i].ms);
		e = n == -1 ? errno : 0;
		if (!ok(n == t[i].want && e == t[i].error && lost == t[i].lost,
			"imsg_call: %s", t[i].what))
			printf("# %zd %s\n", n, strerror(e));
		if (t[i].how == LATE) {
			n = imsg_call(B, QUERY, "1", 1, ANSWER, out, 8, 2000);
			ok(n == 8 && !lost, "the next call: its own answer");
		}
		imsg_close(B);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	errno = 0;
	ok(imsg_call(B, QUERY, "", 0, ANSWER, out, 8, 10) == -1 &&
		errno == ENOTCONN,
	    "no channel");
	s = far(B);
	ok(imsg_call(B, ASK, "", 0, ANSWER, out, 8, 10) == -1 &&
		errno == EBADMSG && imsg_is_open(B),
	    "no such row: no harm done");
	while (imsg_call(B, QUERY, "", 0, ANSWER, out, 8, 0) == -1 &&
	    imsg_send(B, PLAIN, 0, "", 0, -1) == 0 && imsg_queued(B) == 0)
		;
	ok(imsg_call(B, QUERY, "", 0, ANSWER, out, 8, 20) == -1 &&
		errno == ETIMEDOUT && imsg_is_open(B),
	    "a peer that does not read: a matter of time");
	imsg_close(B);
	close(s);
}

int
main(void)
{
	int before;

	imsg_on_lost = on_lost;
	log_sink = on_log;
	proc_loop();
	before = fds();
	queue();
	attacks();
	last_words();
	pressure();
	passing();
	serials();
	calls();
	lack();
	ok(fds() == before, "no descriptor leaked at all");
	quota(before);
	return done();
}

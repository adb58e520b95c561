/* the open-file cache, with an opener that answers what we want, or not */
#include <sys/stat.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "files.h"
#include "server.h"
#include "tap.h"

/* clang-format off */
const struct proc procs[NPROC] = {
[P_server] = { "server", .peers = BIT(P_opener) },
[P_opener] = { "opener", .peers = BIT(P_server), .n = 2 },
};
const struct msg msgs[NMSG] = { GATE_MSGS(G_ROW) MSGS(M_ROW) };
/* clang-format on */
const int nprocs = NPROC, nmsgs = NMSG, ngate = NGATE;

static struct file_wait waits[4];
static int woken, opener[2]; /* our ends */
static const char *got;	     /* data of the file that woke the last one */
static char asked[64];	     /* path of the last question */

static void
wake(struct file_wait *w, struct file *f)
{
	(void)w;
	woken++;
	got = (const char *)f->data;
}

/* the next question at that opener: its id, 0: there is none */
static uint64_t
question(int i)
{
	struct imsg_head h;
	int fd;

	return imsg_get(opener[i], &h, asked, sizeof(asked), &fd) == -1 ? 0 :
									  h.id;
}

static int
file_of(const char *text)
{
	char name[] = "/tmp/files_test.XXXXXX";
	int fd = mkstemp(name);

	unlink(name);
	if (fd == -1 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		exit(1);
	return fd;
}

static void
answer(int i, uint64_t id, int error, const char *text)
{
	struct found f = { .error = error };
	struct imsg m = { .type = MSG_found,
		.from = PEER(P_opener, i),
		.id = id,
		.fd = text != NULL ? file_of(text) : -1,
		.len = sizeof(f),
		.data = &f };

	f.stat.mode = S_IFREG | 0644;
	if (text != NULL) {
		f.stat.size = strlen(text);
		f.stat.version = (uint64_t)text[0];
	}
	server_from_opener_found(&m);
	if (m.fd != -1)
		close(m.fd);
}

static struct file *
get(const char *path, uint64_t now, int w)
{
	waits[w].wake = wake;
	return files_get(path, now, &waits[w]);
}

static void
connect_opener(int i)
{
	int s[2];

	if (imsg_pair(s) == -1)
		exit(1);
	opener[i] = s[0];
	imsg_open(PEER(P_opener, i), s[1]);
	files_opener(PEER(P_opener, i));
}

static void
sharing(void)
{
	uint64_t id;

	ok(get("/a", 1000, 0) == NULL && errno == EINPROGRESS, "asks");
	ok(get("/a", 1000, 1) == NULL && errno == EINPROGRESS, "a second one");
	id = question(0);
	ok(id != 0 && strcmp(asked, "/a") == 0 && question(0) == 0,
	    "one question for both");
	files_forget(&waits[1]);
	answer(0, id + 1024, 0, "x");
	ok(woken == 0, "the answer to another question wakes nobody");
	answer(0, id, 0, "alpha");
	ok(woken == 1 && memcmp(got, "alpha", 5) == 0,
	    "who has gone is not woken");
	answer(0, id, 0, "beta");
	ok(get("/a", 1900, 0)->data[0] == 'a' && question(0) == 0,
	    "a second answer is ignored; a hit asks nothing");
}

static void
freshness(void)
{
	struct file *f = get("/a", 2000, 0);
	uint64_t id = question(0);

	ok(f != NULL && id != 0, "half of its time: a hit that asks");
	ok(get("/a", 2100, 0) == f && question(0) == 0, "only once");
	answer(0, id, 0, "alpha");
	ok(get("/a", 2900, 0) == f && f->data[0] == 'a', "it is the same");
	ok(get("/a", 4001, 0) == NULL && errno == EINPROGRESS,
	    "after all of its time one waits");
	woken = 0;
	answer(0, question(0), 0, "other");
	ok(woken == 1 && got[0] == 'o', "and gets the new one");
	ok(get("/none", 4100, 0) == NULL, "nothing there");
	answer(0, question(0), ENOENT, NULL);
	f = get("/none", 5000, 0);
	ok(f != NULL && f->error == ENOENT && question(0) == 0,
	    "is remembered for a second");
	ok(get("/none", 5100, 0) == NULL, "not longer");
	answer(0, question(0), 0, "now");
	ok(get("/none", 5200, 0)->error == 0, "there now");
}

static void
replaced(void)
{
	static char big[HTTPD_SMALL + 100];
	struct file *f;
	int fd;

	memset(big, 'y', sizeof(big) - 1);
	ok(get("/big", 5200, 0) == NULL, "a large one");
	answer(0, question(0), 0, big);
	f = files_take(get("/big", 5200, 0));
	fd = f->fd;
	ok(fd != -1 && f->data == NULL, "keeps its descriptor");
	ok(get("/big", 9000, 0) == NULL, "old");
	big[0] = 'z';
	answer(0, question(0), 0, big);
	ok(get("/big", 9000, 0) != f && f->fd == fd && fcntl(fd, F_GETFD) != -1,
	    "who sends the old one still has it");
	files_drop(f);
	ok(fcntl(fd, F_GETFD) == -1, "and gives it back at the end");
	f = files_take(get("/big", 9000, 0));
	ok(get("/big", 12000, 0) == NULL, "asked again");
	files_flush();
	answer(0, question(0), 0, big);
	ok(get("/big", 12000, 0) != f, "flushed meanwhile: the answer is new");
	files_drop(f);
}

static void
openers(void)
{
	uint64_t id, again;

	files_flush();
	woken = 0;
	ok(get("/a", 20000, 0) == NULL, "asked the first opener");
	id = question(0);
	connect_opener(1);
	again = question(1);
	ok(again == id && strcmp(asked, "/a") == 0, "the next is asked, too");
	answer(0, id, 0, "old");
	ok(woken == 0, "the old one's answer counts no more");
	answer(1, id, 0, "new");
	ok(woken == 1 && got[0] == 'n', "the new one's does");
	files_opener(-1);
	ok(get("/b", 20000, 0) == NULL && errno == EINPROGRESS,
	    "no opener: wait");
	files_opener(PEER(P_opener, 0));
	id = question(0);
	ok(id != 0, "until one comes");
	answer(0, id, EACCES, NULL);
	ok(get("/b", 20000, 0)->error == EACCES, "its errors are known");
}

static void
lost(void)
{
	const size_t before = files_bytes();
	uint64_t id;

	ok(get("/lost", 21000, 0) == NULL, "a question");
	id = question(0);
	ok(get("/lost", 25000, 1) == NULL && question(0) == 0, "is waited for");
	ok(get("/lost", 27000, 2) == NULL && question(0) > id,
	    "for five seconds, then it is asked anew");
	answer(0, id, 0, "late");
	ok(!LIST_EMPTY(&waits[0].file->waits), "the first answer is too old");
	files_forget(&waits[0]);
	files_forget(&waits[1]);
	files_forget(&waits[2]);
	ok(files_bytes() == before, "when all have gone, so has it");
}

/* what is being sent is not the cache's any more */
static void
senders(void)
{
	static char big[HTTPD_SMALL + 100];
	static struct file *sent[HTTPD_OPEN_MAX + 10];
	size_t i, n = 0;
	char path[40];

	memset(big, 'y', sizeof(big) - 1);
	for (i = 0; i < HTTPD_OPEN_MAX + 10; i++) {
		snprintf(path, sizeof(path), "/s/%zu", i);
		if (get(path, 28000, 0) == NULL)
			answer(0, question(0), 0, big);
		sent[i] = files_take(get(path, 28000, 0));
	}
	for (i = 0; i < HTTPD_OPEN_MAX + 10; i++) {
		snprintf(path, sizeof(path), "/s/%zu", i);
		n += get(path, 28000, 0) == sent[i];
		files_forget(&waits[0]);
	}
	ok(n > HTTPD_OPEN_MAX - 20, "senders push nothing out: %zu", n);
	for (i = 0; i < HTTPD_OPEN_MAX + 10; i++)
		files_drop(sent[i]);
	while (question(0) != 0)
		;
}

static void
caps(void)
{
	size_t before, i, n = 0;
	char path[900];

	files_flush();
	before = files_bytes();
	for (i = 0; i < 3 * HTTPD_NONE_MAX; i++) {
		snprintf(path, sizeof(path), "/n/%zu", i);
		if (get(path, 30000, 0) == NULL)
			answer(0, question(0), ENOENT, NULL);
	}
	for (i = 0; i < 3 * HTTPD_NONE_MAX; i++) {
		snprintf(path, sizeof(path), "/n/%zu", i);
		if (get(path, 30000, 0) != NULL)
			n++;
		else
			answer(0, question(0), ENOENT, NULL);
	}
	ok(files_bytes() - before < 200 * HTTPD_NONE_MAX,
	    "what is not there is forgotten");
	ok(n < HTTPD_NONE_MAX, "the oldest first: %zu are left", n);
	memset(path, 'q', sizeof(path));
	path[0] = '/';
	errno = EINPROGRESS;
	for (i = 0; i < 5000 && errno == EINPROGRESS; i++) {
		snprintf(path + sizeof(path) - 20, 20, "%zu", i);
		if (get(path, 40000, 0) == NULL && errno == EINPROGRESS)
			files_forget(&waits[0]);
	}
	ok(errno == EAGAIN, "the opener's queue is full: not now");
	before = files_bytes();
	for (i = 0; i < 100; i++) {
		snprintf(path + sizeof(path) - 20, 20, "full%zu", i);
		get(path, 40000, 0);
	}
	ok(files_bytes() == before, "and nothing is kept of it");
}

int
main(void)
{
	proc_self = P_server;
	proc_loop();
	files_init();
	connect_opener(0);
	sharing();
	freshness();
	replaced();
	openers();
	lost();
	senders();
	caps();
	return done();
}

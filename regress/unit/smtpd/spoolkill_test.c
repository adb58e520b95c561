/*
 * spool: a process that commits on a real directory is killed at any moment,
 * KILLS times (10). It says what it is about to end and what is durable; all
 * of that holds at the next start.
 */
#include <sys/stat.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "spool.h"
#include "tap.h"

enum { IDS = 1 << 20, SEGMENT = 1 << 19, BIG = 300000 };

enum fate { KEPT = 1, ENDING, ENDED };

static struct {
	uint64_t id;
	enum fate fate;
} * known;
static size_t nknown;
static int dir, damage;
static struct spool_clock now = { 1000, 1700000000000, 1000 };
static char top[512];

struct say {
	uint64_t id;
	uint64_t fate;
};

static void
event(void *arg, const struct spool_event *e)
{
	(void)arg;
	damage += e->what != SPOOL_TORN;
}

static struct spool *
start(void)
{
	static struct spool_conf conf = { .proc = -1, .segment = SEGMENT };

	if (conf.proc != -1)
		close(conf.proc);
	conf.dir = dir;
	conf.event = event;
	conf.proc = open("/proc/self/fd", O_RDONLY | O_DIRECTORY);
	return spool_open(&conf);
}

static void
fill(uint64_t id, uint8_t *p, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		p[i] = (uint8_t)(id + i * 7 + (i >> 8));
}

static void
envelope(struct envelope *e, struct recipient *r, uint64_t id, size_t size)
{
	memset(e, 0, sizeof(*e));
	memset(r, 0, sizeof(*r));
	e->id = id;
	e->size = size;
	snprintf(e->from.local, sizeof(e->from.local), "a");
	snprintf(e->from.domain, sizeof(e->from.domain), "a.example");
	r->addr = e->from;
	e->rcpt = r;
	e->nrcpt = 1;
}

static int
add(struct spool *s, uint64_t id, size_t size)
{
	static uint8_t body[BIG];
	struct recipient r;
	struct envelope e;
	int fd, rv = -1;

	envelope(&e, &r, id, size);
	fill(id, body, size);
	if (size < BIG)
		return spool_add_msg(s, &e, body, -1);
	if ((fd = spool_big(s)) != -1 &&
	    pwrite(fd, body, size, 0) == (ssize_t)size)
		rv = spool_add_big(s, &e, fd);
	close(fd);
	return rv;
}

static void
say(int to, uint64_t id, enum fate fate)
{
	struct say what = { id, fate };

	if (write(to, &what, sizeof(what)) != sizeof(what))
		_exit(2);
}

/* mails come, and those of before end, for ever */
static void
child(int to, unsigned int seed)
{
	struct spool *s = start();
	const struct spool_mail *m;
	uint64_t id[8], end[8];
	size_t i, n, ends;

	if (s == NULL)
		_exit(7);
	for (srandom(seed);; now.queue += 1000) {
		n = 1 + (size_t)random() % 8;
		ends = 0;
		for (m = spool_next(s, NULL);
		     spool_count(s) > 60 && m != NULL && ends < n;
		     m = spool_next(s, m))
			if (random() % 3 == 0)
				end[ends++] = m->id;
		for (i = 0; i < n; i++) {
			id[i] = spool_id(s, 1);
			if (add(s, id[i],
				random() % 50 == 0 ?
				    BIG :
				    (size_t)random() % 8000) == -1)
				_exit(3);
		}
		for (i = 0; i < ends; i++) {
			say(to, end[i], ENDING);
			if (spool_add_done(s, end[i]) == -1)
				_exit(4);
		}
		if (spool_commit(s, &now) == -1)
			_exit(5);
		for (i = 0; i < n; i++)
			say(to, id[i], KEPT);
		for (i = 0; i < ends; i++)
			say(to, end[i], ENDED);
		if (spool_tend(s, &now) == -1)
			_exit(6);
	}
}

static void
learn(uint64_t id, enum fate fate)
{
	size_t i;

	for (i = nknown; i > 0 && known[i - 1].id != id; i--)
		;
	if (i == 0 && nknown < IDS)
		known[i = nknown++].id = id;
	else
		i--;
	known[i].fate = fate;
}

static int
body_is_right(struct spool *s, const struct spool_mail *m)
{
	static uint8_t is[BIG], want[BIG];
	int fd = spool_body(s, m), good;

	fill(m->id, want, m->size);
	good = fd != -1 && read(fd, is, sizeof(is)) == (ssize_t)m->size &&
	    memcmp(is, want, m->size) == 0;
	if (fd != -1)
		close(fd);
	return good;
}

/* what is there against what was said; then we know exactly */
static int
check(void)
{
	struct spool *s = start();
	const struct spool_mail *m;
	int good = s != NULL;
	uint64_t highest = 0;
	size_t i;

	for (i = 0; i < nknown && good; i++) {
		if (known[i].id > highest)
			highest = known[i].id;
		m = spool_find(s, known[i].id);
		if ((m == NULL && known[i].fate == KEPT) ||
		    (m != NULL && known[i].fate == ENDED)) {
			printf("# %016llx is %s\n",
			    (unsigned long long)known[i].id,
			    m == NULL ? "lost" : "back");
			good = 0;
		}
		known[i].fate = m == NULL ? ENDED : KEPT;
	}
	for (m = good ? spool_next(s, NULL) : NULL; m != NULL;
	     m = spool_next(s, m)) {
		good &= body_is_right(s, m);
		learn(m->id, KEPT);
	}
	good &= s == NULL || spool_id(s, 1) > highest;
	spool_close(s, &now);
	return good;
}

static int
once(unsigned int seed)
{
	struct say what;
	pid_t pid;
	int to[2], status;

	if (pipe(to) == -1 || (pid = fork()) == -1)
		return 0;
	if (pid == 0) {
		close(to[0]);
		child(to[1], seed);
	}
	close(to[1]);
	srandom(seed);
	/* it must get somewhere before it may die */
	if (read(to[0], &what, sizeof(what)) == sizeof(what))
		learn(what.id, (enum fate)what.fate);
	usleep((useconds_t)(random() % 60000));
	kill(pid, SIGKILL);
	while (read(to[0], &what, sizeof(what)) == sizeof(what))
		learn(what.id, (enum fate)what.fate);
	close(to[0]);
	waitpid(pid, &status, 0);
	if (!WIFSIGNALED(status)) {
		printf("# the child ended with %d\n", WEXITSTATUS(status));
		return 0;
	}
	return check();
}

int
main(void)
{
	const char *kills = getenv("KILLS"), *tmp = getenv("TMP");
	unsigned long i, n = kills != NULL ? strtoul(kills, NULL, 10) : 10;
	int good = 1;
	char cmd[600];

	snprintf(top, sizeof(top), "%s/spool.XXXXXX",
	    tmp != NULL ? tmp : "/tmp");
	known = calloc(IDS, sizeof(*known));
	if (known == NULL || mkdtemp(top) == NULL ||
	    (dir = open(top, O_RDONLY | O_DIRECTORY)) == -1 ||
	    mkdirat(dir, "log", 0700) == -1 ||
	    mkdirat(dir, "big", 0700) == -1 || mkdirat(dir, "dead", 0700) == -1)
		return 1;
	for (i = 0; i < n && good; i++)
		good = once((unsigned int)i + 1);
	ok(good && i == n, "killed %lu times: %zu mails, all as was said", i,
	    nknown);
	ok(nknown > n * 3, "it got somewhere");
	ok(damage == 0, "nothing is called damage");
	snprintf(cmd, sizeof(cmd), "rm -rf '%s'", top);
	ok(system(cmd) == 0, "removed");
	return done();
}

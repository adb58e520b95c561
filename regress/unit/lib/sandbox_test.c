/*
 * sandbox: for each promise what it allows, softly refuses and kills. Each
 * check is a process of its own.
 */
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cage.h"
#include "tap.h"

static int file, sock, listener, out; /* opened before the sandbox */
static char dir[] = "/tmp/sandbox_test.XXXXXX";

/* what a process may try: 0, or errno */
#define TRY(call) ((call) == -1 ? errno : 0)

static int
try_loop(void)
{
	struct event_base *b = proc_base;
	struct timeval tv = { 0, 1000 };

	event_base_loopexit(b, &tv);
	return event_base_dispatch(b) == -1;
}

static int
try_memory(void)
{
	char *p = malloc(10000000);

	if (p == NULL)
		return ENOMEM;
	memset(p, 1, 10000000);
	p = realloc(p, 20000000);
	free(p);
	return p == NULL;
}

static int
try_messages(void)
{
	char b[4];
	int s = socket(AF_UNIX, SOCK_SEQPACKET, 0);

	(void)b;
	return s == -1 ? errno : 0;
}

static int
try_clock(void)
{
	struct timespec t = { 0, 1000 };
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	return clock_gettime(CLOCK_MONOTONIC, &t) == -1 ? errno : 0;
}

static int
try_read(void)
{
	char b[16];

	return TRY(read(file, b, sizeof(b)));
}

static int
try_pread(void)
{
	char b[16];

	return TRY(pread(file, b, sizeof(b), 0));
}

static int
try_send(void)
{
	return TRY(sendto(sock, "x", 1, MSG_DONTWAIT, NULL, 0));
}

static int
try_open(void)
{
	return TRY(open("/etc/passwd", O_RDONLY | O_CLOEXEC));
}

static int
try_create(void)
{
	char path[64];

	snprintf(path, sizeof(path), "%s/open/new", dir);
	return TRY(open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
}

static int
try_stat(void)
{
	struct stat st;

	return TRY(stat("/etc/passwd", &st));
}

static int
try_fstat(void)
{
	struct stat st;

	return TRY(fstat(file, &st));
}

static int
try_access(void)
{
	return TRY(access("/etc/passwd", R_OK));
}

static int
try_readlink(void)
{
	char b[64];

	return readlink("/etc/passwd", b, sizeof(b)) == -1 && errno != EINVAL ?
	    errno :
	    0;
}

static int
try_list(void)
{
	DIR *d = opendir(dir);

	if (d == NULL)
		return errno;
	errno = 0;
	while (readdir(d) != NULL)
		;
	closedir(d);
	return errno;
}

static int
try_mkdir(void)
{
	char a[64], b[64];

	snprintf(a, sizeof(a), "%s/open/a", dir);
	snprintf(b, sizeof(b), "%s/open/b", dir);
	rmdir(a);
	rmdir(b);
	return mkdir(a, 0700) == -1 || rename(a, b) == -1 || rmdir(b) == -1 ?
	    errno :
	    0;
}

static int
try_truncate(void)
{
	return TRY(ftruncate(out, 0));
}

static int
try_fsync(void)
{
	return TRY(fsync(out));
}

static int
try_chmod(void)
{
	return TRY(chmod("/tmp", 0777));
}

static int
try_sendfile(void)
{
	off_t at = 0;

	return TRY(sendfile(sock, file, &at, 10));
}

static int
try_peer(void)
{
	int v;
	socklen_t len = sizeof(v);

	return TRY(getsockopt(listener, SOL_SOCKET, SO_PROTOCOL, &v, &len));
}

static int
try_accept(void)
{
	return accept4(listener, NULL, NULL, SOCK_NONBLOCK) == -1 &&
		errno != EAGAIN ?
	    errno :
	    0;
}

static int
try_old_accept(void)
{
	return TRY(accept(listener, NULL, NULL));
}

static int
try_pair(void)
{
	int s[2];

	return TRY(socketpair(AF_UNIX, SOCK_STREAM, 0, s));
}

/* unbound, yet it could send to sockets with names; SOCK_RAW is the same */
static int
try_datagrams(void)
{
	int s[2];

	return TRY(socketpair(AF_UNIX, SOCK_RAW, 0, s));
}

static int
try_tipc(void)
{
	int s[2];

	return TRY(socketpair(AF_TIPC, SOCK_STREAM, 0, s));
}

static int
try_abort(void)
{
	signal(SIGABRT, SIG_IGN);
	return TRY(raise(SIGABRT));
}

static int
try_kill_parent(void)
{
	return TRY((int)syscall(SYS_tgkill, getppid(), getppid(), 0));
}

static int
try_owner(void)
{
	return TRY(fcntl(sock, F_SETOWN, getppid()));
}

static int
try_flags(void)
{
	return TRY(fcntl(sock, F_SETFL, O_NONBLOCK));
}

static int
try_socket(void)
{
	return TRY(socket(AF_INET, SOCK_STREAM, 0));
}

static int
try_udp6(void)
{
	int s = socket(AF_INET6, SOCK_DGRAM | SOCK_CLOEXEC, IPPROTO_UDP);

	return s == -1 && errno != EAFNOSUPPORT ? errno : 0;
}

static int
try_netlink(void)
{
	return TRY(socket(AF_NETLINK, SOCK_RAW, 0));
}

static int
try_sctp(void)
{
	return TRY(socket(AF_INET, SOCK_STREAM, IPPROTO_SCTP));
}

static int
try_connect(void)
{
	const struct sockaddr_in sin = { .sin_family = AF_INET,
		.sin_port = htons(1),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int s = socket(AF_INET, SOCK_STREAM, 0);

	return connect(s, (const struct sockaddr *)&sin, sizeof(sin)) == -1 &&
		errno != ECONNREFUSED ?
	    errno :
	    0;
}

static int
try_listen(void)
{
	return TRY(listen(sock, 1));
}

static int
try_fork(void)
{
	pid_t pid = fork();
	int st;

	if (pid == 0)
		_exit(0);
	return pid == -1 || waitpid(pid, &st, 0) == -1 ? errno : st;
}

static int
try_exec(void)
{
	char *av[] = { "true", NULL }, *env[] = { NULL };

	return TRY(execve("/bin/true", av, env));
}

static int
try_kill(void)
{
	return TRY(kill(getpid(), 0));
}

static int
try_prctl(void)
{
	return TRY(prctl(PR_SET_NAME, "x"));
}

static int
try_epoll(void)
{
	return TRY((int)syscall(SYS_epoll_create1, 0));
}

static int
try_map_exec(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_EXEC,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ?
	    errno :
	    0;
}

static int
try_map(void)
{
	return mmap(NULL, 4096, PROT_READ | PROT_WRITE,
		   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ?
	    errno :
	    0;
}

static int
try_protect_exec(void)
{
	void *p =
	    mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return TRY(mprotect(p, 4096, PROT_READ | PROT_EXEC));
}

static int
try_protect(void)
{
	void *p =
	    mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	return TRY(mprotect(p, 4096, PROT_READ | PROT_WRITE));
}

static int
try_limit(void)
{
	struct rlimit r;

	return TRY((int)syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, NULL, &r));
}

static int
try_yield(void)
{
	return TRY(sched_yield());
}

static int
try_close_range(void)
{
	return TRY((int)syscall(436, 1000, 1001, 0));
}

static int
try_uname(void)
{
	struct utsname u;

	return TRY(uname(&u));
}

static int
try_ptrace(void)
{
	return TRY((int)syscall(SYS_ptrace, 0, 0, 0, 0));
}

static int
try_setuid(void)
{
	return TRY(setuid(0));
}

static int
try_mount(void)
{
	return TRY((int)syscall(SYS_mount, 0, 0, 0, 0, 0));
}

static int
try_uring(void)
{
	return TRY((int)syscall(425, 1, NULL));
}

static int
try_bpf(void)
{
	return TRY((int)syscall(SYS_bpf, 0, NULL, 0));
}

static int
try_filter(void)
{
	return sandbox_tighten("stdio") == -1 ? errno : 0;
}

#ifdef __x86_64__
/* getpid, by the door of 32 bits */
static int
try_door(void)
{
	long r;

	__asm__ volatile("int $0x80" : "=a"(r) : "a"(20) : "memory");
	return r < 0;
}

static int
try_x32(void)
{
	return TRY((int)syscall(0x40000000 | SYS_getpid));
}
#endif

#define KILLED (-SIGSYS)
/* clang-format off */
static const struct {
	const char *promises, *what;
	int (*try)(void);
	int want; /* 0, errno, KILLED */
} t[] = {
{ "stdio", "event loop", try_loop, 0 },
{ "stdio", "memory", try_memory, 0 },
{ "stdio", "clock", try_clock, 0 },
{ "stdio", "read", try_read, 0 },
{ "stdio", "fstat", try_fstat, 0 },
{ "stdio", "send", try_send, 0 },
{ "stdio", "map", try_map, 0 },
{ "stdio", "protect", try_protect, 0 },
{ "stdio", "abort", try_abort, 0 },
{ "stdio", "kill the parent", try_kill_parent, KILLED },
{ "stdio fork", "abort, of a zygote", try_abort, 0 },
{ "stdio", "flags", try_flags, 0 },
{ "stdio", "signals of a descriptor to the parent", try_owner, KILLED },
{ "stdio pair", "a pair for datagrams", try_datagrams, KILLED },
{ "stdio pair", "a pair of TIPC", try_tipc, KILLED },
{ "stdio", "open", try_open, EACCES },
{ "stdio", "create", try_create, EACCES },
{ "stdio", "stat", try_stat, EACCES },
{ "stdio", "access", try_access, EACCES },
{ "stdio", "readlink", try_readlink, EACCES },
{ "stdio", "list", try_list, EACCES },
{ "stdio", "prlimit", try_limit, ENOSYS },
{ "stdio", "sched_yield", try_yield, ENOSYS },
{ "stdio", "close_range", try_close_range, ENOSYS },
{ "stdio", "executable map", try_map_exec, KILLED },
{ "stdio", "executable protect", try_protect_exec, KILLED },
{ "stdio", "mkdir", try_mkdir, KILLED },
{ "stdio", "truncate", try_truncate, KILLED },
{ "stdio", "fsync", try_fsync, KILLED },
{ "stdio", "pread", try_pread, KILLED },
{ "stdio", "sendfile", try_sendfile, KILLED },
{ "stdio", "accept", try_accept, KILLED },
{ "stdio", "socketpair", try_pair, KILLED },
{ "stdio", "socket", try_socket, KILLED },
{ "stdio", "Unix socket", try_messages, KILLED },
{ "stdio", "listen", try_listen, KILLED },
{ "stdio", "fork", try_fork, KILLED },
{ "stdio", "exec", try_exec, KILLED },
{ "stdio", "kill", try_kill, KILLED },
{ "stdio", "prctl", try_prctl, KILLED },
{ "stdio", "epoll_create", try_epoll, KILLED },
{ "stdio", "uname", try_uname, KILLED },
{ "stdio", "ptrace", try_ptrace, KILLED },
{ "stdio", "setuid", try_setuid, KILLED },
{ "stdio", "mount", try_mount, KILLED },
{ "stdio", "io_uring", try_uring, KILLED },
{ "stdio", "bpf", try_bpf, KILLED },
{ "stdio", "another filter", try_filter, KILLED },
#ifdef __x86_64__
{ "stdio", "calls of 32 bits", try_door, KILLED },
{ "stdio", "calls of x32", try_x32, KILLED },
#endif
{ "stdio rpath", "open", try_open, 0 },
{ "stdio rpath", "stat", try_stat, 0 },
{ "stdio rpath", "access", try_access, 0 },
{ "stdio rpath", "readlink", try_readlink, 0 },
{ "stdio rpath", "list", try_list, 0 },
{ "stdio rpath", "pread", try_pread, 0 },
{ "stdio rpath", "mkdir", try_mkdir, KILLED },
{ "stdio rpath", "truncate", try_truncate, KILLED },
{ "stdio rpath", "chmod", try_chmod, KILLED },
{ "stdio wpath", "create", try_create, 0 },
{ "stdio wpath", "truncate", try_truncate, 0 },
{ "stdio wpath", "fsync", try_fsync, 0 },
{ "stdio wpath", "stat", try_stat, EACCES },
{ "stdio wpath", "mkdir", try_mkdir, KILLED },
{ "stdio cpath", "mkdir, rename, rmdir", try_mkdir, 0 },
{ "stdio cpath", "open", try_open, EACCES },
{ "stdio cpath", "truncate", try_truncate, KILLED },
{ "stdio rpath wpath cpath", "executable map", try_map_exec, KILLED },
{ "stdio sendfile", "sendfile", try_sendfile, 0 },
{ "stdio sendfile", "pread", try_pread, 0 },
{ "stdio sendfile", "accept", try_accept, KILLED },
{ "stdio accept", "accept", try_accept, 0 },
{ "stdio accept", "the old accept", try_old_accept, KILLED },
{ "stdio accept", "socket", try_socket, KILLED },
{ "stdio accept", "listen", try_listen, KILLED },
{ "stdio pair", "socketpair", try_pair, 0 },
{ "stdio pair", "socket", try_socket, KILLED },
{ "stdio pair", "getsockopt", try_peer, KILLED },
{ "stdio peer", "getsockopt", try_peer, 0 },
{ "stdio peer", "accept", try_accept, KILLED },
{ "stdio peer", "socket", try_socket, KILLED },
{ "stdio inet", "socket", try_socket, 0 },
{ "stdio inet", "connect", try_connect, 0 },
{ "stdio inet", "socket, IPv6, UDP", try_udp6, 0 },
{ "stdio inet", "Unix socket", try_messages, KILLED },
{ "stdio inet", "netlink", try_netlink, KILLED },
{ "stdio inet", "SCTP", try_sctp, KILLED },
{ "stdio inet", "accept", try_accept, KILLED },
{ "stdio inet", "listen", try_listen, KILLED },
{ "stdio fork", "fork and wait", try_fork, 0 },
{ "stdio fork", "kill itself", try_kill, 0 },
{ "stdio fork", "prctl", try_prctl, 0 },
{ "stdio fork", "epoll_create", try_epoll, 0 },
{ "stdio fork", "another filter", try_filter, 0 },
{ "stdio fork", "exec", try_exec, KILLED },
{ "stdio fork", "executable map", try_map_exec, KILLED },
{ "stdio fork", "socket", try_socket, KILLED },
};
/* clang-format on */

static int
attempt(const char *promises, int (*try)(void))
{
	struct cage c = cage(promises);
	pid_t pid;

	if ((pid = fork()) != 0)
		return end_of(pid);
	proc_loop();
	if (sandbox(&c) == -1)
		_exit(200);
	_exit(try());
}

static void
promises(void)
{
	size_t i;
	int r;

	for (i = 0; i < sizeof(t) / sizeof(*t); i++) {
		if (SANITIZED && t[i].want > 0) {
			ok(1, "%s: %s # SKIP sanitized", t[i].promises,
			    t[i].what);
			continue;
		}
		r = attempt(t[i].promises, t[i].try);
		if (!ok(r == t[i].want, "%s: %s", t[i].promises, t[i].what))
			printf("# is %d, want %d\n", r, t[i].want);
	}
}

static int
unknown(void)
{
	return sandbox_tighten("stdio nonsense") == -1 ? errno : 0;
}

/* two filters: what both allow */
static int
narrower(void)
{
	if (try_fork() != 0 || sandbox_tighten("stdio") == -1)
		return 1;
	return try_read() == 0 ? try_fork() : 2;
}

static int
limited(void)
{
	int i;

	for (i = 0; i < 100; i++)
		if (fcntl(1, F_DUPFD, 0) == -1)
			return errno;
	return 0;
}

static void
trap(void)
{
	struct cage c = cage("stdio");
	char b[200];
	int p[2], r;
	ssize_t n;
	pid_t pid;

	if (pipe(p) == -1)
		abort();
	if ((pid = fork()) == 0) {
		dup2(p[1], 2);
		proc_self = ANY;
		log_debug = 1;
		if (sandbox(&c) == -1)
			_exit(200);
		_exit(try_uname());
	}
	r = end_of(pid);
	n = read(p[0], b, sizeof(b) - 1);
	b[n > 0 ? n : 0] = '\0';
	snprintf(b + 100, 100, "Wevent=sandbox syscall=%d\n", SYS_uname);
	ok(r == KILLED && strcmp(b, b + 100) == 0,
	    "-v says which call it was, and dies all the same");
	close(p[0]);
	close(p[1]);
}

/* a zygote's child passes by the ids and takes a filter more */
static void
filters(void)
{
	ok(attempt(NULL, unknown) == EINVAL, "an unknown promise: EINVAL");
	ok(attempt(NULL, try_uname) == 0, "no promises: no filter");
	ok(attempt("stdio fork", narrower) == KILLED,
	    "a second filter takes away");
	ok(attempt("stdio", limited) == EMFILE, "a limit of descriptors");
	trap();
}

static void
prepare(void)
{
	char path[64];
	int s[2];

	umask(0);
	if (mkdtemp(dir) == NULL || chmod(dir, 0755) == -1 ||
	    socketpair(AF_UNIX, SOCK_STREAM, 0, s) == -1)
		abort();
	sock = s[0];
	snprintf(path, sizeof(path), "%s/open", dir);
	mkdir(path, 0777);
	file = open("/etc/passwd", O_RDONLY | O_CLOEXEC);
	out = openat(AT_FDCWD, dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (out == -1)
		out = memfd_create("out", MFD_CLOEXEC);
	listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	if (file == -1 || out == -1 || listen(listener, 4) == -1)
		abort();
}

int
main(void)
{
	char command[64];

	prepare();
	promises();
	filters();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command) != 0)
		printf("# %s is left\n", dir);
	return done();
}

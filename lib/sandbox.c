/*
 * sandbox: see sandbox.h. Touches the kernel only, trusts its caller.
 * Tables name calls by SYS_ macro; what an architecture lacks is left out,
 * so one table serves x86_64 and aarch64. Three classes: allow; soft, which
 * libc asks and can live without; all else kills (under -v: traps, so that
 * the number is logged, then kills).
 */
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/landlock.h>
#include <linux/seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <netinet/in.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "proc.h"
#include "sandbox.h"

#if defined(__x86_64__)
#define ARCH AUDIT_ARCH_X86_64
#elif defined(__aarch64__)
#define ARCH AUDIT_ARCH_AARCH64
#else
#error "add this architecture's AUDIT_ARCH value"
#endif

/* test builds: the sanitizers make calls of their own, and hunt no leaks */
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED
#endif
#elif defined(__SANITIZE_ADDRESS__)
#define SANITIZED
#endif
#ifdef SANITIZED
int __lsan_is_turned_off(void);

int
__lsan_is_turned_off(void)
{
	return 1;
}
#endif

/* on x86_64 the old calls exist besides the *at ones; aarch64 has no old */
#ifdef SYS_open
#define OLD(...) __VA_ARGS__,
#else
#define OLD(...)
#endif
#define CALLS(...) ((const short[]){ __VA_ARGS__, -1 })
/* too new for some headers */
#define NEW_close_range 436
#define NEW_openat2 437
#define NEW_epoll_pwait2 441

/* clang-format off */
static const struct {
	const char *name;
	const short *calls;
} promises[] = {
/* what an event loop with channels, memory and a clock needs */
{ "stdio", CALLS(OLD(SYS_poll, SYS_epoll_wait)
    SYS_read, SYS_write, SYS_readv, SYS_writev, SYS_close, SYS_fstat,
    SYS_lseek, SYS_munmap, SYS_mremap, SYS_brk, SYS_madvise, SYS_futex,
    SYS_exit, SYS_exit_group, SYS_rt_sigaction, SYS_rt_sigprocmask,
    SYS_rt_sigreturn, SYS_restart_syscall, SYS_clock_gettime,
    SYS_gettimeofday, SYS_nanosleep, SYS_clock_nanosleep, SYS_getpid,
    SYS_gettid, SYS_getrandom, SYS_ppoll, SYS_epoll_pwait,
    SYS_epoll_ctl, SYS_recvfrom, SYS_sendto, SYS_sendmsg, SYS_recvmsg,
    SYS_shutdown, SYS_fcntl, SYS_getuid, SYS_geteuid, SYS_getgid,
    SYS_getegid) },
/* look at files */
{ "rpath", CALLS(OLD(SYS_open, SYS_stat, SYS_lstat, SYS_access,
    SYS_readlink) SYS_openat, NEW_openat2, SYS_newfstatat, SYS_statx,
    SYS_faccessat, SYS_readlinkat, SYS_getdents64, SYS_pread64,
    SYS_getcwd) },
/* change files */
{ "wpath", CALLS(OLD(SYS_open)
    SYS_openat, SYS_ftruncate, SYS_fallocate, SYS_fsync, SYS_fdatasync,
    SYS_pwrite64, SYS_fchmod) },
/* lengthen passed files: no call more, but no limit of zero either */
{ "append", CALLS(SYS_write) },
/* memory with a descriptor, to be passed on */
{ "memfd", CALLS(SYS_memfd_create, SYS_ftruncate) },
/* change directories */
{ "cpath", CALLS(OLD(SYS_rename, SYS_link, SYS_unlink, SYS_mkdir, SYS_rmdir)
    SYS_renameat, SYS_renameat2, SYS_linkat, SYS_unlinkat, SYS_mkdirat) },
/* send from passed descriptors of files */
{ "sendfile", CALLS(SYS_sendfile, SYS_pread64, SYS_preadv2, SYS_fadvise64,
    SYS_setsockopt) },
/* take connections from a passed listening socket */
{ "accept", CALLS(SYS_accept4, SYS_getsockopt, SYS_setsockopt,
    SYS_getsockname, SYS_getpeername) },
/* make a connection's two ends */
{ "pair", CALLS(SYS_socketpair) },
/* look whether a passed socket is what it should be */
{ "peer", CALLS(SYS_getsockopt, SYS_getpeername) },
/* connect to strangers */
{ "inet", CALLS(SYS_connect, SYS_socket, SYS_getsockname, SYS_getpeername,
    SYS_setsockopt, SYS_getsockopt, SYS_bind) },
/* a zygote, and the first steps of its children */
{ "fork", CALLS(OLD(SYS_dup2) SYS_dup3, SYS_clone, SYS_set_robust_list,
    SYS_wait4, SYS_kill, SYS_tgkill, SYS_socketpair, SYS_pipe2, NEW_close_range,
    SYS_epoll_create1, SYS_prctl, SYS_sched_getaffinity, SYS_sched_setaffinity,
    SYS_sched_setscheduler, SYS_prlimit64, SYS_setrlimit) },
#ifdef SANITIZED
/* what the sanitizers' own code does besides; in test builds only */
{ "sanitizer", CALLS(OLD(SYS_readlink, SYS_open) SYS_sigaltstack,
    SYS_sched_yield, SYS_getrlimit, SYS_prlimit64, SYS_sched_getaffinity,
    SYS_openat, SYS_readlinkat, SYS_newfstatat, SYS_set_robust_list) },
#endif
}, soft[] = { /* libc asks, and has another way: not death */
{ "ENOSYS", CALLS(SYS_rseq, SYS_membarrier, SYS_prlimit64, SYS_sched_yield,
    SYS_sysinfo, NEW_close_range, NEW_epoll_pwait2) },
{ "EACCES", CALLS(OLD(SYS_open, SYS_stat, SYS_access, SYS_readlink)
    SYS_openat, SYS_newfstatat, SYS_statx, SYS_readlinkat) },
};
/* clang-format on */

#define ADDRESSES (1UL << 30) /* bytes of address space */
#define N(a) (sizeof(a) / sizeof((a)[0]))
#define STMT(c, k) ((struct sock_filter)BPF_STMT(c, k))
#define JUMP(c, k, t, f) ((struct sock_filter)BPF_JUMP(c, k, t, f))
#define LOAD(field) \
	STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define IF_NR(nr, skip) JUMP(BPF_JMP | BPF_JEQ | BPF_K, (nr), 0, skip)
#define RET(v) STMT(BPF_RET | BPF_K, v)

/* under -v, say which call it was; then die of it as one does without */
static void
on_trap(int sig, siginfo_t *si, void *context)
{
	(void)context;
	log_warn("event=sandbox syscall=%d", si->si_syscall);
	signal(sig, SIG_DFL);
	raise(sig);
}

static size_t
put_calls(struct sock_filter *f, const short *c, uint32_t verdict)
{
	size_t n = 0;

	for (; *c != -1; c++) {
		f[n++] = IF_NR(*c, 1);
		f[n++] = RET(verdict);
	}
	return n;
}

/* what depends on arguments */
static size_t
put_checks(struct sock_filter *f, uint32_t crime)
{
	const struct sock_filter checks[] = {
		/* fstat(), as glibc makes it; the name cannot be seen here */
		IF_NR(SYS_newfstatat, 4),
		LOAD(args[3]),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, AT_EMPTY_PATH, 0, 1),
		RET(SECCOMP_RET_ALLOW),
		LOAD(nr),
		/* abort(); others of our user are not to be killed */
		IF_NR(SYS_tgkill, 4),
		LOAD(args[0]),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)getpid(), 0, 1),
		RET(SECCOMP_RET_ALLOW),
		LOAD(nr),
		/* nor by a signal that a descriptor sends */
		IF_NR(SYS_fcntl, 5),
		LOAD(args[1]),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_SETOWN, 1, 0),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, F_SETOWN_EX, 0, 1),
		RET(crime),
		LOAD(nr),
		/* no datagrams: they could go to any socket with a name */
		IF_NR(SYS_socketpair, 6),
		LOAD(args[0]),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_UNIX, 0, 2),
		LOAD(args[1]),
		JUMP(BPF_JMP | BPF_JSET | BPF_K, SOCK_DGRAM, 0, 1),
		RET(crime),
		LOAD(nr),
		/* inet is TCP and UDP: no sockets with names, no netlink, no
		 * protocol that the kernel would load a module for */
		IF_NR(SYS_socket, 9),
		LOAD(args[0]),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET, 1, 0),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_INET6, 0, 4),
		LOAD(args[2]),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 3, 0),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_TCP, 2, 0),
		JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_UDP, 1, 0),
		RET(crime),
		LOAD(nr),
	};

	memcpy(f, checks, sizeof(checks));
	return N(checks);
}

static const short *
promise(const char *name, size_t len)
{
	size_t i;

	for (i = 0; i < N(promises); i++)
		if (strlen(promises[i].name) == len &&
		    memcmp(promises[i].name, name, len) == 0)
			return promises[i].calls;
	errno = EINVAL;
	return NULL;
}

int
sandbox_tighten(const char *want)
{
	struct sigaction sa = { .sa_flags = SA_SIGINFO | SA_NODEFER };
	const uint32_t crime =
	    log_debug ? SECCOMP_RET_TRAP : SECCOMP_RET_KILL_PROCESS;
	static const short memory[] = { SYS_mmap, SYS_mprotect };
	static struct sock_filter f[512];
	struct sock_fprog prog = { .filter = f };
	size_t n = 0, i, l;
	const short *calls;
	const char *w;

	f[n++] = LOAD(arch);
	f[n++] = JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0);
	f[n++] = RET(SECCOMP_RET_KILL_PROCESS);
	f[n++] = LOAD(nr);
	for (i = 0; i < N(memory); i++) { /* never executable */
		f[n++] = IF_NR(memory[i], 4);
		f[n++] = LOAD(args[2]); /* little endian low word */
		f[n++] = JUMP(BPF_JMP | BPF_JSET | BPF_K, PROT_EXEC, 0, 1);
		f[n++] = RET(crime);
		f[n++] = RET(SECCOMP_RET_ALLOW);
	}
#ifdef SANITIZED
	n += put_calls(f + n, promise("sanitizer", 9), SECCOMP_RET_ALLOW);
#endif
	n += put_checks(f + n, crime);
	for (w = want; *w; w += l + strspn(w + l, " ")) {
		l = strcspn(w, " ");
		if ((calls = promise(w, l)) == NULL)
			return -1;
		n += put_calls(f + n, calls, SECCOMP_RET_ALLOW);
	}
	for (i = 0; i < N(soft); i++)
		n += put_calls(f + n, soft[i].calls,
		    SECCOMP_RET_ERRNO |
			(soft[i].name[1] == 'N' ? ENOSYS : EACCES));
	f[n++] = RET(crime);
	prog.len = (unsigned short)n;
	sa.sa_sigaction = on_trap;
	sigaction(SIGSYS, &sa, NULL);
	return prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &prog);
}

/* what each ABI can govern; older headers lack the later names */
static const uint64_t fs_rights[] = { 0, 0x1fff, 0x3fff, 0x7fff, 0x7fff,
	0xffff };
#define FILE_RIGHTS 0xc007ULL /* execute write read truncate ioctl */
#define R_RIGHTS 0x000cULL    /* read file, read directory */
#define W_RIGHTS 0x4002ULL    /* write, truncate */
#define C_RIGHTS 0x21b0ULL    /* remove and make dir, file; refer */

static int
allow_path(int ruleset, const struct grant *g, uint64_t handled)
{
	struct landlock_path_beneath_attr b = { .parent_fd = g->fd };

	b.allowed_access = handled &
	    ((strchr(g->perm, 'r') ? R_RIGHTS : 0) |
		(strchr(g->perm, 'w') ? W_RIGHTS : 0) |
		(strchr(g->perm, 'c') ? C_RIGHTS : 0) |
		(strchr(g->perm, 'x') ? LANDLOCK_ACCESS_FS_EXECUTE : 0));
	if (syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
		&b, 0) == 0)
		return 0;
	b.allowed_access &= FILE_RIGHTS; /* EINVAL: it is a file */
	return syscall(SYS_landlock_add_rule, ruleset,
		   LANDLOCK_RULE_PATH_BENEATH, &b, 0) == -1 ?
	    -1 :
	    0;
}

/* best effort: a kernel or container without Landlock is not fatal */
static int
lock_paths(const struct cage *c)
{
	struct {
		uint64_t fs, net, scoped;
	} a = { 0 };
	int abi, fd, i, r = 0;

	abi = (int)syscall(SYS_landlock_create_ruleset, NULL, 0, 1);
	if (abi < 1) {
		log_info("event=landlock state=off why=\"%s\"",
		    strerror(errno));
		return 0;
	}
	a.fs = fs_rights[abi < (int)N(fs_rights) ? abi : (int)N(fs_rights) - 1];
	a.scoped = abi >= 6 ? 3 : 0; /* abstract sockets, signals */
	fd = (int)syscall(SYS_landlock_create_ruleset, &a,
	    abi >= 6	 ? 24 :
		abi >= 4 ? 16 :
			   8,
	    0);
	if (fd == -1)
		return -1;
	for (i = 0; i < c->ngrants && r == 0; i++)
		r = allow_path(fd, &c->grant[i], a.fs);
	if (r == 0)
		r = (int)syscall(SYS_landlock_restrict_self, fd, 0);
	close(fd);
	return r == -1 ? -1 : 0;
}

int
sandbox_root_gone(uid_t uid, gid_t gid)
{
	struct {
		uint32_t version;
		int pid;
	} h = { 0x20080522, 0 };
	uint32_t caps[6] = { 0 };
	uid_t r, e, s;
	gid_t gr, ge, gs;

	return uid != 0 && gid != 0 && setresuid(-1, 0, -1) == -1 &&
	    setresgid(-1, 0, -1) == -1 && getresuid(&r, &e, &s) == 0 &&
	    getresgid(&gr, &ge, &gs) == 0 && r == uid && e == uid && s == uid &&
	    gr == gid && ge == gid && gs == gid &&
	    syscall(SYS_capget, &h, caps) == 0 &&
	    (caps[0] | caps[1] | caps[2] | caps[3] | caps[4] | caps[5]) == 0;
}

int
sandbox_keep_caps(unsigned long long keep)
{
	struct {
		uint32_t version;
		int pid;
	} h = { 0x20080522, 0 };
	struct {
		uint32_t effective, permitted, inheritable;
	} v[2] = { { (uint32_t)keep, (uint32_t)keep, 0 },
		{ (uint32_t)(keep >> 32), (uint32_t)(keep >> 32), 0 } };
	int i;

	for (i = 0; i < 64; i++)
		if (!(keep >> i & 1) && prctl(PR_CAPBSET_READ, i) == 1 &&
		    prctl(PR_CAPBSET_DROP, i, 0, 0, 0) == -1)
			return -1;
	return syscall(SYS_capset, &h, v) == -1 ? -1 : 0;
}

static int
drop_root(const struct cage *c)
{
	int i;

	if (c->root != -1 &&
	    (fchdir(c->root) == -1 || chroot(".") == -1 || chdir("/") == -1))
		return -1;
	for (i = 0; i < 64; i++)
		prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	return setgroups(1, &c->gid) == -1 ||
		setresgid(c->gid, c->gid, c->gid) == -1 ||
		setresuid(c->uid, c->uid, c->uid) == -1 ?
	    -1 :
	    0;
}

static void
limits(int nofile, const char *want)
{
	static const struct rlimit none = { 0, 0 };
	struct rlimit files;
#ifndef SANITIZED
	static const struct rlimit space = { ADDRESSES, ADDRESSES };

	setrlimit(RLIMIT_AS, &space);
#endif
	setrlimit(RLIMIT_CORE, &none);
	if (want != NULL && strstr(want, "fork") == NULL)
		setrlimit(RLIMIT_NPROC, &none);
	if (want != NULL && strstr(want, "wpath") == NULL &&
	    strstr(want, "append") == NULL && strstr(want, "memfd") == NULL)
		setrlimit(RLIMIT_FSIZE, &none);
	if (getrlimit(RLIMIT_NOFILE, &files) == -1)
		return;
	if (files.rlim_max > (rlim_t)nofile)
		files.rlim_max = (rlim_t)nofile;
	files.rlim_cur = files.rlim_max;
	setrlimit(RLIMIT_NOFILE, &files);
}

int
sandbox(struct cage *c)
{
	int i;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == -1 ||
	    (c->paths && lock_paths(c) == -1))
		return -1;
	for (i = 0; i < c->ngrants; i++)
		close(c->grant[i].fd);
	if (geteuid() == 0 && drop_root(c) == -1)
		return -1;
	if (c->root != -1)
		close(c->root);
	errno = EPERM;
	if (!sandbox_root_gone(c->uid, c->gid))
		return -1;
	prctl(PR_SET_DUMPABLE, 0);
	prctl(PR_SET_PDEATHSIG, SIGKILL); /* setresuid would clear it */
	prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
	limits(c->nofile, c->promises);
	return c->promises == NULL ? 0 : sandbox_tighten(c->promises);
}
